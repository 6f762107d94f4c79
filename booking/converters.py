"""How the addresses of links are read."""

from django.urls import register_converter
from django.urls.converters import get_converters


class TokenConverter:
    """A link's token, and what mail programs make of one: cut short, it is as wrong as others."""

    regex = "[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    if "token" not in get_converters():
        register_converter(TokenConverter, "token")
