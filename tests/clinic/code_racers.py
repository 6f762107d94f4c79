"""What races for a code: threads with a connection each, in a program of its own."""

import json
import sys
import threading
from collections.abc import Callable
from functools import partial

from django.db import connection

from clinic import second_factor
from clinic.models import User
from tests.clinic.factors import WRONG, code_of, give_app
from tests.clinic.staff import a_member

Task = Callable[[], object]
RACERS = 8  # fewer than the pool of connections holds


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


def run(tasks: list[Task]) -> list[str]:
    line, outcomes = threading.Barrier(len(tasks)), []

    def racer(task: Task) -> None:
        try:
            connection.ensure_connection()
            line.wait(timeout=60)
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
    tasks = RACES[sys.argv[1]](user)
    connection.close()  # a racer may need it
    outcomes = run(tasks)
    sys.stdout.write(json.dumps(outcomes))
