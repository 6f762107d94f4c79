"""Two kinds of text that models need: encrypted, and in two languages."""

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, Self, overload

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import get_language, gettext

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class Bilingual:
    """Reads `name_en` or `name_es` as `name`, by the active language; English fills a gap."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: models.Model, owner: type) -> str: ...
    def __get__(self, instance: models.Model | None, owner: type) -> Self | str:
        if instance is None:
            return self
        english: str = getattr(instance, f"{self.name}_en")
        if (get_language() or "en").startswith("es"):
            return getattr(instance, f"{self.name}_es") or english
        return english


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The first of FIELD_KEYS encrypts; all of them decrypt, so that keys can rotate."""
    return _cipher(tuple(settings.FIELD_KEYS))


def first_cipher() -> MultiFernet:
    """What is left once the older keys are gone."""
    return _cipher(tuple(settings.FIELD_KEYS[:1]))


class Unreadable(str):
    """What a page says in the place of a text that none of FIELD_KEYS opens.

    Saved, it is the sealed text again: the key may be found.
    """

    sealed: str


def unreadable(sealed: str) -> Unreadable:
    text = Unreadable(gettext("(This text cannot be shown: the key that opens it is missing.)"))
    text.sealed = sealed
    return text


def readable(text: str) -> str:
    """The text, or "" where it cannot be read."""
    return "" if isinstance(text, Unreadable) else text


@cache
def _report_lost_key(field: str) -> None:
    """Once a process: where a key is lost, every page reads such texts."""
    log.error("%s: none of FIELD_KEYS opens a text. Was a key lost?", field)


class EncryptedText(_TextField):
    """Text that the database only ever sees encrypted; it cannot be searched or ordered."""

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, Unreadable):
            return value.sealed
        if not isinstance(value, str) or not value:
            return super().get_db_prep_save(value, connection)
        return cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, *args: object) -> str | None:
        if not value:
            return value
        keys = cipher()  # one that is no key at all is an error of its own
        try:
            return keys.decrypt(value).decode()
        except (InvalidToken, ValueError):
            _report_lost_key(str(self))
            return unreadable(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            return None  # Django then says that the lookup is unsupported
        return super().get_lookup(lookup_name)
