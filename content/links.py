"""The links and citations of a text: what leads nowhere, and what could lead there better.

Pure: it is told what there is on the site. Addresses elsewhere are looked at, never fetched: this
server asks nobody for anything. `manage.py check_links` does that for who calls it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import SplitResult, unquote, urlsplit

from django.utils.html import strip_tags

LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
HREF = re.compile(r'\bhref="([^"]*)"')
CITATION = re.compile(r"\[\s*@[^\]]*\]")
KEY = re.compile(r"\[@([\w-]+)\]")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+", re.IGNORECASE)
LANGUAGES = {"en": "English", "es": "Spanish"}
SAYS_NOTHING = {
    *(
        "click here",
        "click",
        "here",
        "this",
        "this link",
        "link",
        "read more",
        "more",
        "learn more",
    ),
    *("aquí", "aqui", "haga clic aquí", "clic aquí", "este enlace", "enlace", "más", "leer más"),
    *("ver más", "más información", "learn more", "more information", "this page", "esta página"),
}


@dataclass(frozen=True)
class Text:
    """A piece of an article: which block it is in, and its HTML."""

    where: str
    html: str


@dataclass(frozen=True)
class Finding:
    where: str
    message: str
    stops: bool = False  # readers would stand before nothing: it cannot be published so

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Link:
    href: str
    words: str

    @property
    def named(self) -> str:
        return f"“{self.words}”" if self.words else f"The link to {self.href}"


@dataclass(frozen=True)
class Site:
    """What there is to link to, by its path."""

    url: str
    pages: Mapping[str, frozenset[str] | None]  # with their anchors, where they are known
    hidden: Mapping[str, str]  # what is there, but not for readers, and what it is
    references: Collection[str]
    leads_on: Callable[[str], bool]  # whether any other path leads to a page


@dataclass(frozen=True)
class Place:
    """The page that the texts stand on."""

    path: str
    language: str
    anchors: frozenset[str]


def links_of(html: str) -> Iterator[Link]:
    """The links of prose as the sanitizer writes it."""
    for attributes, inside in LINK.findall(html):
        href = HREF.search(attributes)
        words = " ".join(unescape(strip_tags(inside)).split())
        yield Link(unescape(href[1]).strip() if href else "", words)


def findings(texts: Iterable[Text], place: Place, site: Site) -> list[Finding]:
    found: list[Finding] = []
    for text in texts:
        for link in links_of(text.html):
            found += (Finding(text.where, *what) for what in of_link(link, place, site))
        for mark in CITATION.findall(text.html):
            found += (Finding(text.where, *what) for what in of_citation(mark, site))
    return list(dict.fromkeys(found))


type What = tuple[str, bool]  # the message, and whether it stops


def of_citation(mark: str, site: Site) -> Iterator[What]:
    key = KEY.fullmatch(mark)
    if key is None:
        yield f"{mark} is not written like a citation: [@key], without spaces.", True
    elif key[1] not in site.references:
        yield f"No source has the key of {mark}. Choose one from the sources, or add it.", True


def of_link(link: Link, place: Place, site: Site) -> Iterator[What]:
    yield from of_words(link)
    try:
        parts = urlsplit(link.href)
    except ValueError:
        yield f"{link.named}: {link.href} is no address.", False
        return
    own = urlsplit(site.url)
    if parts.netloc and parts.netloc == own.netloc:
        inside = link.href.partition(parts.netloc)[2] or "/"
        yield f"{link.named} leads to this site: write only {inside}", False
        parts = urlsplit(inside)
    if parts.scheme or parts.netloc:
        yield from elsewhere(link, parts)
    else:
        yield from inside_the_site(link, parts, place, site)


def of_words(link: Link) -> Iterator[What]:
    plain = link.words.casefold().strip(" .:…»›→>")
    if not link.words:
        yield f"{link.named} has no words that one could click.", False
    elif plain in SAYS_NOTHING:
        yield f"{link.named} does not say where it leads. Use the words for what is there.", False
    elif plain.startswith(("http://", "https://", "www.")):
        yield f"{link.named} shows an address. Use the words for what is there.", False


def elsewhere(link: Link, parts: SplitResult) -> Iterator[What]:
    """Looked at, not fetched."""
    if parts.scheme == "mailto":
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", unquote(parts.path)):
            yield f"{link.named}: {link.href} is no e-mail address.", False
    elif parts.scheme == "tel":
        if len(re.sub(r"\D", "", parts.path)) < 3 or re.search(r"[^\d+().\s-]", parts.path):
            yield f"{link.named}: {link.href} is no telephone number.", False
    elif parts.scheme not in {"http", "https"} or not is_host(parts):
        yield f"{link.named}: {link.href} is no whole address. It begins with https://", False
    elif parts.scheme == "http":
        yield f"{link.named}: {link.href} is not encrypted. Try it with https://", False


def is_host(parts: SplitResult) -> bool:
    try:
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(HOST.fullmatch(host)) and not parts.username and "\\" not in parts.netloc


def inside_the_site(link: Link, parts: SplitResult, place: Place, site: Site) -> Iterator[What]:
    path = unquote(parts.path) or place.path
    if not path.startswith("/"):
        looks = "https://" + link.href if HOST.match(link.href) else "/…"
        yield f"{link.named}: {link.href} leads nowhere. A whole address begins with {looks}", True
    elif path in site.hidden and path != place.path:
        yield f"{link.named} leads to {path}, {site.hidden[path]}.", True
    elif path in site.pages or path == place.path:
        yield from of_anchor(link, path, unquote(parts.fragment), place, site)
        yield from of_language(link, path, place, site)
    elif f"{path}/" in site.pages:
        yield f"{link.named}: write {path}/ with a slash at its end.", False
    elif not site.leads_on(path):
        yield f"{link.named} leads to {path}, where there is nothing.", True
    else:
        yield from of_language(link, path, place, site)


def of_anchor(link: Link, path: str, anchor: str, place: Place, site: Site) -> Iterator[What]:
    anchors = place.anchors if path == place.path else site.pages.get(path)
    if link.href.endswith("#") or (anchor and anchors is not None and anchor not in anchors):
        yield f"{link.named} leads to the place “#{anchor}”, which is not on that page.", False


def of_language(link: Link, path: str, place: Place, site: Site) -> Iterator[What]:
    """A reader of one language should not be led into the other, where there is a choice."""
    prefix = re.match(r"/es(/|$)", path)
    if (language := "es" if prefix else "en") == place.language:
        return
    other = path[3:] if prefix else f"/es{path}"
    if other in site.pages or (other not in site.hidden and site.leads_on(other)):
        yield f"{link.named} leads to the {LANGUAGES[language]} page: write {other}", False
