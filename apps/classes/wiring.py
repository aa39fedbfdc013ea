"""What others show of classes, and what the worker does about them; connected by ``apps.py``."""

from datetime import datetime, timedelta

from apps.bookings.views.drafts import register_lost_page
from apps.catalog.models import Service
from apps.classes.operations import decide_minimums
from apps.classes.views.courses import show_enrolment_lost
from apps.classes.views.sessions import show_places_lost
from apps.outbox.registry import register_periodic


def decide_classes(now: datetime) -> None:
    """Confirm or call off the classes that need a minimum of people (rule B16)."""
    decide_minimums(now=now)


def connect() -> None:
    """Say what is free when the places of a draft went; look at the minimums each 20 seconds."""
    register_lost_page(Service.Kind.CLASS, show_places_lost)
    register_lost_page(Service.Kind.COURSE, show_enrolment_lost)
    register_periodic("classes.minimums", timedelta(seconds=20), decide_classes)
