"""Where the server listens and how the site is reached, as HOST, PORT and SITE_URL say."""

import errno
import os
import socket

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound to unasked


class UnusableAddressError(Exception):
    """One sentence that says why the server cannot listen there."""


def host() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise UnusableAddressError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def bracketed(name: str) -> str:
    """A host as it stands in an address: IPv6 takes brackets."""
    return f"[{name}]" if ":" in name else name


def default_site_url() -> str:
    """How a browser on this machine reaches the server."""
    name = "127.0.0.1" if host() in EVERYWHERE else host()
    return f"http://{bracketed(name)}:{os.environ.get('PORT') or '8000'}"


def reachable() -> tuple[str, int]:
    """An address to connect to, to see whether the server listens."""
    return ("127.0.0.1" if host() == "0.0.0.0" else host(), port())  # noqa: S104


def check_free() -> None:
    """Refuse before anything is changed, not after the set-up."""
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            raise UnusableAddressError(refusal(error)) from error


def refusal(error: OSError) -> str:
    place = f"{bracketed(host())}:{port()}"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port()} on {host()} is in use: stop what runs there or choose another PORT."
    if error.errno == errno.EACCES:
        return f"This account may not listen on {place}: choose a PORT above 1023."
    return f"The server cannot listen on {place}: {error.strerror or error}."
