"""What races for a code: threads with a connection each, in a program of its own.

To take away the lock is done here, to this program: the site's code has no switch for it.
"""

import json
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

from django.db import connection
from django.db.models import QuerySet
from django_otp.plugins.otp_static.models import StaticToken

from clinic import second_factor
from clinic.models import AuthenticatorApp, User
from tests.clinic.factors import WRONG, code_of, give_app
from tests.clinic.staff import a_member

Task = Callable[[], object]
RACERS = 8  # fewer than the pool of connections holds
PATIENCE = 60  # seconds at the line


def the_same_code(user: User) -> list[Task]:
    return [partial(second_factor.check_code, user, code_of())] * RACERS


def the_same_recovery_code(user: User) -> list[Task]:
    [code, *_others] = second_factor.new_recovery_codes(user=user)
    return [partial(second_factor.check_recovery_code, user, code)] * RACERS


def guesses(user: User) -> list[Task]:
    return [partial(second_factor.check_code, user, WRONG)] * RACERS


def apps(user: User) -> list[Task]:
    """Everybody who knows the password sets up an app in the place of the one they have seen."""
    seen = second_factor.factor_of(user).pk
    new = [second_factor.NewFactor.made() for _ in range(RACERS)]
    return [
        partial(second_factor.set_up, user=user, new=each, step=1, instead_of=seen) for each in new
    ]


RACES = {race.__name__: race for race in (the_same_code, the_same_recovery_code, guesses, apps)}


# What comes after the look at the database and before the writing.
WRITES: dict[str, tuple[Any, str]] = {
    "the_same_code": (AuthenticatorApp, "verify_token"),
    "the_same_recovery_code": (StaticToken, "delete"),
    "guesses": (AuthenticatorApp, "verify_token"),
    "apps": (second_factor, "remove"),
}


def take_the_lock_away(race: str) -> None:
    """No row is locked, every statement is a transaction of its own (on SQLite that is the lock),
    and all have looked before anybody writes.
    """
    mock.patch.object(QuerySet, "select_for_update", lambda rows, **options: rows).start()
    for name in ("_check", "set_up"):
        unlocked = getattr(second_factor, name).__wrapped__
        mock.patch.object(second_factor, name, unlocked).start()
    owner, name = WRITES[race]
    write, looked = getattr(owner, name), threading.Barrier(RACERS)

    def late(*args: Any, **options: Any) -> Any:
        looked.wait(PATIENCE)
        return write(*args, **options)

    mock.patch.object(owner, name, late).start()
    if race == "apps":  # those are counted; their codes would get into each other's way
        mock.patch.object(second_factor, "keep_codes", mock.Mock()).start()


def run(tasks: list[Task]) -> list[str]:
    line, outcomes = threading.Barrier(len(tasks)), []

    def racer(task: Task) -> None:
        try:
            connection.ensure_connection()
            line.wait(PATIENCE)
            outcomes.append("yes" if task() else "no")
        except (second_factor.TooManyWrongCodes, second_factor.AlreadySetUp) as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=racer, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def main() -> None:
    user = a_member()
    give_app(user)
    race, *rules = sys.argv[1:]
    if "unlocked" in rules:
        take_the_lock_away(race)
    tasks = RACES[race](user)
    connection.close()  # a racer may need it
    outcomes = run(tasks)
    sys.stdout.write(json.dumps(outcomes))
