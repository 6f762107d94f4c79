"""What every page of the booking has in common."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Concatenate
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers

from booking import limits
from booking.errors import AlreadySent, NoTimeChosen, TooMany
from booking.flow import Draft, bookings_open, draft_of
from clinic.views import not_found


def private(response: HttpResponse) -> HttpResponse:
    """Kept nowhere, found by no search engine."""
    add_never_cache_headers(response)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def unnamed(response: HttpResponse) -> HttpResponse:
    """Private, and its address is told to nobody, not even to our own pages."""
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return private(response)


def wrong_link(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """The one page for every kind of wrong token, as often as somebody may try."""
    if limits.check_link(request, now=now):
        return unnamed(not_found(request, Http404()))
    return unnamed(render(request, "booking/too_many.html", status=429))


def submission_of(request: HttpRequest) -> UUID | None:
    """The token of the form that was sent; None if it has none, or nonsense."""
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def booking_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A step of the booking: private, closed when bookings are, calm about too many requests."""

    @functools.wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not bookings_open():
            return private(render(request, "booking/closed.html"))
        try:
            return private(view(request, *args, **kwargs))
        except AlreadySent:
            return private(redirect("book-done"))
        except NoTimeChosen:
            return private(redirect("book-time"))
        except TooMany as error:
            return private(render(request, "booking/too_many.html", {"error": error}, status=429))

    return page


def draft_page(
    view: Callable[[HttpRequest, Draft], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A step that needs a draft: without one the booking begins anew."""

    @functools.wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        draft = draft_of(request)
        if draft is None:
            return redirect("book")
        return view(request, draft)

    return booking_page(page)
