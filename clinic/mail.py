"""Who a message is from, and what may stand in its header."""

from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from clinic.models import Clinic


def sender(clinic: "Clinic") -> str:
    """The clinic's name before the address that DEFAULT_FROM_EMAIL names, with or without one."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(clinic.name), address))


def one_line(text: str) -> str:
    """What may stand in a header: no line ends, whoever typed them."""
    return " ".join(text.split())


def is_only_kept() -> bool:
    """Whether messages end in a folder of this machine instead of being sent."""
    return str(settings.MAILERS["default"]["BACKEND"]).endswith("filebased.EmailBackend")
