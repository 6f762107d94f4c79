"""A browser as small as can be: cookies, forms, an address of its own; http.client below."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT = 60  # seconds


@dataclass
class Form:
    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)

    def choices(self, name: str) -> list[str]:
        """The values of its buttons and boxes that are called so."""
        return [value for each, value in (*self.buttons, *self.boxes) if each == name]


class _Forms(HTMLParser):
    """The forms of a page that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self.found.append(Form(said.get("action", "")))
            self.inside = True
        if not self.inside or "name" not in said:
            return
        form, named = self.found[-1], (said["name"], said.get("value", ""))
        if tag == "button":
            form.buttons.append(named)
        elif tag == "input" and said.get("type") == "hidden":
            form.hidden[named[0]] = named[1]
        elif tag == "input" and said.get("type") in {"checkbox", "radio"}:
            form.boxes.append(named)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


@dataclass(frozen=True)
class Page:
    status: int
    path: str
    text: str
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def forms(self) -> list[Form]:
        parser = _Forms()
        parser.feed(self.text)
        return parser.found

    def form(self, ending: str = "") -> Form:
        """The form for an address that ends so; without one that of the page itself."""
        for form in self.forms:
            address = urlsplit(form.action).path or urlsplit(self.path).path
            if address.endswith(ending or urlsplit(self.path).path):
                return Form(urljoin(self.path, form.action), form.hidden, form.buttons, form.boxes)
        raise LookupError(f"{self.status} {self.path} has no form for {ending or 'itself'}")


class Unavailable(Exception):
    """503: the database is away, and the page says so."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.path)
        self.page = page


# No answer, half of one, or that there is none now: whether it was carried out nobody can tell.
NO_ANSWER = (OSError, http.client.HTTPException, Unavailable)


class Browser:
    def __init__(self, port: int, address: str, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.address = address
        self.cookies = dict(cookies or {})

    def get(self, path: str) -> Page:
        page = self._ask("GET", path)
        return self.follow(page) if page.location else page

    def follow(self, page: Page) -> Page:
        """Where an answer sends the browser."""
        return self.get(page.location)

    def post(self, path: str, data: Mapping[str, object]) -> Page:
        """The answer itself, even if it only sends the browser elsewhere."""
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self._ask("POST", path, urlencode({**token, **data}, doseq=True))

    def send(self, form: Form, **data: object) -> Page:
        return self.post(form.action, form.hidden | data)

    def _ask(self, method: str, path: str, body: str | None = None) -> Page:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for value in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        location = answer.headers.get("Location", "")
        location = urljoin(path, location) if location else ""
        page = Page(answer.status, path, text, location, dict(answer.headers))
        if page.status == 503:
            raise Unavailable(page)
        return page
