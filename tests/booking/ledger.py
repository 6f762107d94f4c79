"""What is written down, for tests that say: this changed it, and that left no trace."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db.models import Model

from booking.models import Appointment, AppointmentEvent, Message

KEPT_APART = {"contenttypes", "auth"}


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of every table that the site writes, the visitor's session included."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label not in KEPT_APART and model._meta.managed
    }


@contextmanager
def nothing_changes(*, besides: Collection[type[Model]] = ()) -> Iterator[None]:
    """Not a row more, not a row less, and none that reads otherwise."""
    left_out = {model._meta.label for model in besides}

    def kept() -> dict[str, list[dict[str, object]]]:
        return {label: rows for label, rows in everything().items() if label not in left_out}

    before = kept()
    yield
    assert kept() == before


def kinds(*, channel: Message.Channel | None = None) -> list[str]:
    """The messages in the outbox, by kind."""
    rows = Message.objects.all()
    if channel:
        rows = rows.filter(channel=channel)
    return sorted(rows.values_list("kind", flat=True))


def changes_of(appointment: Appointment) -> list[tuple[str, str, str]]:
    """What became of an appointment: who, from, to."""
    rows = AppointmentEvent.objects.filter(appointment=appointment.id)
    return list(rows.values_list("actor_kind", "from_status", "to_status"))
