"""What the worker does about classes now and then. Registered when the app is ready."""

from datetime import datetime, timedelta

from apps.classes.operations import decide_minimums
from apps.outbox.operations import register_periodic


def decide_classes(now: datetime) -> None:
    """Confirm or call off the classes that need a minimum of people (rule B16)."""
    decide_minimums(now=now)


def register_periodic_work() -> None:
    """Look at the minimums each 20 seconds."""
    register_periodic("classes.minimums", timedelta(seconds=20), decide_classes)
