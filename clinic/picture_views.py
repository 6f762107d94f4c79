"""The addresses of the pictures beside shared links, and the site's own."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from clinic import memory, pictures
from clinic.brand import brand
from clinic.pages import LOCALES, Picture
from clinic.templatetags.telephone import telephone

FOR_A_YEAR = "public, max-age=31536000, immutable"


def card(
    title: str, *, kicker: str = "", plate: str = "", dots: tuple[tuple[int, int], ...] = ()
) -> pictures.Card:
    """A picture of this clinic."""
    clinic, own = memory.the_clinic(), brand().light
    colours = tuple((name, own[name]) for name in ("paper", *pictures.USED) if name in own)
    number = telephone(clinic.telephone)
    return pictures.Card(clinic.name, number, title, kicker, plate, dots, colours)


def site_card() -> pictures.Card:
    clinic = memory.the_clinic()
    return card(clinic.tagline or clinic.about or clinic.name)


def site_picture() -> Picture:
    """In the language of the page."""
    shown = site_card()
    path = reverse("site-picture", args=[translation.get_language(), shown.version])
    return Picture(path, f"{shown.clinic}. {shown.title}")


def answer(shown: pictures.Card, version: str, path: str) -> HttpResponse:
    """The picture, at the address that names what is on it; an older address leads there."""
    if version != shown.version:
        return HttpResponseRedirect(path)
    response = HttpResponse(pictures.drawn(shown), content_type="image/png")
    response.headers["Cache-Control"] = FOR_A_YEAR
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # made to be shown elsewhere
    return response


def known_language(code: str) -> str:
    if code not in LOCALES:
        raise Http404
    return code


@require_safe
def site(request: HttpRequest, language: str, version: str) -> HttpResponse:
    with translation.override(known_language(language)):
        return answer(site_card(), version, site_picture().path)
