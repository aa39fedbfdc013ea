"""What the worker does about waitlists now and then. Registered when the app is ready."""

from datetime import datetime, timedelta

from apps.outbox.operations import register_periodic
from apps.waitlists.operations import (
    close_waitlists,
    lapse_offers,
    lapse_times,
    offer_free_times,
    offer_what_came_free,
)


def look_after_waitlists(now: datetime) -> None:
    """End offers that ran out, offer what came free, close the lines of what has begun
    (rule B19)."""
    lapse_offers(now=now)
    lapse_times(now=now)
    offer_what_came_free(now=now)
    offer_free_times(now=now)
    close_waitlists(now=now)


def register_periodic_work() -> None:
    """Look at the lines each 20 seconds."""
    register_periodic("waitlists.lines", timedelta(seconds=20), look_after_waitlists)
