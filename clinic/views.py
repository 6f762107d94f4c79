"""The clinic's own pages, and what the site says when something goes wrong."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinic import images, memory, structured_data
from clinic.brand import brand
from clinic.directory import clinic_if_known, directory, today_at
from clinic.legal import LEADS, body, language_of, legal_pages, with_anchors
from clinic.opening import opening_at
from clinic.page_cache import OUTSIDE, public_page
from clinic.pages import Crumb, Page, show
from clinic.picture_views import FOR_A_YEAR, site_picture

RETRY_AFTER = 30  # seconds


@public_page
def home(request: HttpRequest) -> HttpResponse:
    clinic = memory.the_clinic()
    places = directory().locations
    now = timezone.now()
    only = places[0] if len(places) == 1 else None
    days = directory().hours_at(only, today_at(only, now)) if only else None
    page = Page(
        title=clinic.tagline or clinic.name,
        description=clinic.about,
        structured_data=[
            structured_data.medical_clinic(only, days, picture=site_picture()),
            structured_data.web_site(),
        ],
    )
    return show(request, "clinic/home.html", page)


@public_page
def team(request: HttpRequest) -> HttpResponse:
    known = directory()
    told = [structured_data.person(person) for person in known.practitioners]
    page = Page(
        title=_("Our team"),
        description=_("Who works at %(clinic)s, with their licenses and what they do.")
        % {"clinic": memory.the_clinic().name},
        section="team",
        structured_data=[data for data in told if data],
    )
    people = [(person, known.services_of(person)) for person in known.practitioners]
    return show(request, "clinic/team.html", page, people=people)


@public_page
def practitioner(request: HttpRequest, slug: str) -> HttpResponse:
    known = directory()
    person = known.practitioner(slug)
    if person is None:
        raise Http404
    name = f"{person.name}, {person.credentials}" if person.credentials else person.name
    data = structured_data.person(person)
    page = Page(
        title=name,
        description=f"{name}. {person.role}. {memory.the_clinic().name}.",
        section="team",
        above=(Crumb(gettext_lazy("Our team"), reverse("team")),),
        kind="profile",
        structured_data=[data] if data else [],
    )
    return show(
        request,
        "clinic/practitioner.html",
        page,
        person=person,
        services=known.services_of(person),
        week=known.hours_of(person, today_at(None, timezone.now())),
    )


@public_page
def visit(request: HttpRequest) -> HttpResponse:
    known, now = directory(), timezone.now()
    places = [
        (
            location,
            known.hours_at(location, today_at(location, now)),
            opening_at(known, location, now),
        )
        for location in known.locations
    ]
    page = Page(
        title=_("Visit us"),
        description=_("Where %(clinic)s is, when it is open, and how to reach us.")
        % {"clinic": memory.the_clinic().name},
        section="visit",
        structured_data=[
            structured_data.medical_clinic(place, days) for place, days, _now in places
        ],
    )
    return show(
        request,
        "clinic/visit.html",
        page,
        places=places,
        hours_are_examples=any(known.hours_are_examples(place[0]) for place in places),
        closures=known.closures_from(today_at(None, now)),
        services=known.services,
    )


@public_page
def legal(request: HttpRequest, key: str) -> HttpResponse:
    """A legal page. What the software itself does stands in its template, for it to be true;
    what the clinic does and promises stands in the row."""
    known = legal_pages()
    row = known.page(key)
    if row is None:
        raise Http404
    text, contents = with_anchors(body(row))
    return show(
        request,
        [f"clinic/legal/{key}.html", "clinic/legal/page.html"],
        Page(title=row.title, description=LEADS[key]),
        row=row,
        body=text,
        contents=contents,
        body_language=language_of(row),
        notices=known.notices,
    )


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Only what has no page to show is closed.

    Booking, search and patients' own pages are not for search engines either, but say so
    themselves (X-Robots-Tag): an address that may not be asked for cannot be told to be left out,
    and would be listed bare wherever somebody links to it.
    """
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /calendar/"]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def brand_sheet(request: HttpRequest, version: str) -> HttpResponse:
    """The clinic's own colours. A page that is older than the last change asks for an old version,
    and gets what holds now."""
    return of_the_brand(brand().sheet, "text/css; charset=utf-8", version)


@require_safe
def brand_icon(request: HttpRequest, version: str) -> HttpResponse:
    return of_the_brand(brand().icon, "image/svg+xml", version)


def of_the_brand(content: str, kind: str, version: str) -> HttpResponse:
    if not brand().version:
        return HttpResponse("Not found\n", status=HTTPStatus.NOT_FOUND, content_type="text/plain")
    is_current = version == brand().version
    kept = FOR_A_YEAR if is_current else OUTSIDE
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": kept})


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """A kept picture, for good: its name is made of what is inside. No query, no template."""
    try:
        kind = images.type_of(name)
        file = images.path_of(name).open("rb")
    except (OSError, images.NoPicture):
        return HttpResponse("Not found\n", status=HTTPStatus.NOT_FOUND, content_type="text/plain")
    response = FileResponse(file, content_type=kind)
    response.headers["Cache-Control"] = FOR_A_YEAR
    return response


def plain_page(status: HTTPStatus, title: str, advice: str) -> HttpResponse:
    """A page that needs neither database nor style sheet; the telephone is on it if known."""
    clinic = clinic_if_known()
    context = {"title": title, "advice": advice, "known_clinic": clinic}
    return HttpResponse(render_to_string("plain.html", context), status=status)


def unavailable(request: HttpRequest, exception: object = None, **kwargs: object) -> HttpResponse:
    response = plain_page(
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("We will be back in a moment"),
        _("This page cannot be shown right now. Please try again in a minute."),
    )
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return plain_page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong"),
        _("The mistake is ours, and we have a record of it. Please try again, or call us."),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain_page(
        HTTPStatus.BAD_REQUEST,
        _("We could not read this request"),
        _("Please go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_at_the_desk(request):
        return refuse_staff(request, "You may not open this page", HTTPStatus.FORBIDDEN)
    return render(request, "403.html", status=HTTPStatus.FORBIDDEN)


def is_at_the_desk(request: HttpRequest) -> bool:
    """Somebody of the staff, in their own pages."""
    is_theirs = request.path.startswith(reverse("admin:index"))
    return is_theirs and hasattr(request, "user") and admin.site.has_permission(request)


def refuse_staff(request: HttpRequest, title: str, status: HTTPStatus) -> HttpResponse:
    """What a visitor would be told, and the way back to the desk."""
    context = {**admin.site.each_context(request), "title": title, "status": status}
    response = render(request, "admin/refused.html", context, status=status)
    add_never_cache_headers(response)  # it has the frame of whoever is signed in
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "csrf_failure.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_at_the_desk(request):
        return refuse_staff(request, "We could not find that page", HTTPStatus.NOT_FOUND)
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)
