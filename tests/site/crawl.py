"""A reader who follows every link of the public site, as a search engine would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from clinic.staticfiles import BUNDLE

# What a page leads to, or is made of.
LEADS = {"a": ("href",), "link": ("href",), "area": ("href",), "form": ("action",)}
PARTS = {"img": ("src", "srcset"), "source": ("src", "srcset"), "use": ("href",)}
PARTS |= {"script": ("src",), "iframe": ("src",), "object": ("data",)}
TEXTS = ("text/html", "image/svg+xml")


@dataclass
class Document(HTMLParser):
    """The addresses that a page names and the places on it that can be led to."""

    path: str
    html: str
    links: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "id" in named:
            self.places.add(named["id"])
        if tag == "form" and named.get("method", "get").lower() != "get":
            return
        for name in (LEADS | PARTS).get(tag, ()):
            for address in self._addresses(name, named.get(name)):
                self.links.add(urljoin(f"{settings.SITE_URL}{self.path}", address))

    def _addresses(self, name: str, value: str | None) -> list[str]:
        if value is None:
            return []
        return [each.split()[0] for each in value.split(",")] if name == "srcset" else [value]


@dataclass
class Crawl:
    pages: dict[str, Document] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)  # status of what is no page
    elsewhere: set[str] = field(default_factory=set)
    named_on: dict[str, str] = field(default_factory=dict)  # where an address was seen first

    def broken(self) -> list[str]:
        """Each link that leads nowhere: to no page, or to no place on one."""
        lost = [path for path, status in self.others.items() if status != 200]
        for document in self.pages.values():
            for link in document.links:
                address, place = urldefrag(link)
                page = self.pages.get(path_of(address))
                if page and place and place not in page.places:
                    lost.append(link)
        return sorted(f"{link}, named on {self.named_on.get(link, '?')}" for link in set(lost))


def path_of(address: str) -> str:
    """The path of an address of this site; empty if it is another's."""
    return address.removeprefix(settings.SITE_URL) if is_ours(address) else ""


def is_ours(address: str) -> bool:
    return address.startswith(settings.SITE_URL + "/")


def read(client: Client, path: str) -> tuple[int, str]:
    """The status of an address and its text, if it has places that can be led to."""
    if path.startswith(settings.STATIC_URL):  # in tests they are where they were written
        name = path.removeprefix(settings.STATIC_URL)
        file = finders.find(name)
        if file is None:
            return (200 if name == BUNDLE else 404), ""
        return 200, Path(file).read_text() if name.endswith(".svg") else ""
    response = client.get(path, follow=True)  # a time that was chosen leads to the first step
    is_text = response.headers["Content-Type"].startswith(TEXTS)
    return response.status_code, response.content.decode() if is_text else ""


def leads_on(path: str) -> bool:
    """Pages with a question in their address lead to others without end: weeks of times."""
    return not urlsplit(path).query


def crawl(*starts: str) -> Crawl:
    """Everything that can be reached from the pages named, by links that a reader sees or not."""
    found, client, waiting = Crawl(), Client(), list(starts)
    while waiting:
        path = waiting.pop()
        if path in found.pages or path in found.others:
            continue
        status, html = read(client, path)
        if status != 200 or not html:
            found.others[path] = status
            continue
        document = found.pages[path] = Document(path, html)
        if not leads_on(path):
            continue
        for link in sorted(document.links):
            found.named_on.setdefault(link, path)
            address = urldefrag(link)[0]
            if not is_ours(address):
                found.elsewhere.add(link)
                continue
            found.named_on.setdefault(path_of(address), path)
            waiting.append(path_of(address))
    return found
