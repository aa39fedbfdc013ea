"""What the database of a landed state is filled with: the demo, and rows that matter when it moves.

It runs in the tree of that state, on an empty database that DATABASE_URL names, with the clock
standing still at the instant of the tests: whoever makes it gets the same. Called by make_state.
"""

import gc
import importlib
from datetime import timedelta
from importlib.util import find_spec

import django
import time_machine
from django.core.management import call_command

PARTS = {"appointments": "bookings", "classes": "studio", "money": "money"}
"""Rows by what the state must know: a file of `tests/factories`."""


def fill() -> None:
    """Write the rows besides the demo, as far as the state has what they need."""
    from apps.outbox.worker import Worker  # noqa: PLC0415  models need the setup below
    from tests.factories import NOW  # noqa: PLC0415
    from tests.upgrades.rows import appointments  # noqa: PLC0415

    for rows, factory in PARTS.items():
        if find_spec(f"tests.factories.{factory}"):
            importlib.import_module(f"tests.upgrades.rows.{rows}").write()
    Worker(clock=lambda: NOW + timedelta(minutes=1), jitter=lambda: 0.0).drain()
    appointments.write_last()


def main() -> None:
    """Make tables and rows."""
    django.setup()
    from tests.factories import NOW  # noqa: PLC0415

    gc.disable()  # thousands of model classes are made and thrown away: a third of the time
    with time_machine.travel(NOW, tick=False):
        call_command("migrate", verbosity=0)
        call_command("seed_demo", now=NOW, verbosity=0)
        fill()
        call_command("check_ledger")


if __name__ == "__main__":
    main()
