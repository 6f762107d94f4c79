"""The same site without its lock, and slow between the look at the calendar and the writing.

For the negative control of the races: what they look for must be found here.
"""

import time
from typing import Any
from unittest import mock

from clinic.wsgi import application

__all__ = ["application"]

A_MOMENT = 0.3  # seconds


def take_the_guard_away() -> None:
    # Once Django is set up, which the import of the application has done.
    from booking import changes
    from booking.models import Appointment
    from tests.booking.racers import take_the_lock_away

    write = changes.take

    def write_late(*args: Any, **options: Any) -> Appointment:
        time.sleep(A_MOMENT)
        return write(*args, **options)

    take_the_lock_away()
    mock.patch.object(changes, "take", write_late).start()


take_the_guard_away()
