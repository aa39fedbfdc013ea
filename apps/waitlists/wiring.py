"""What the waitlists hear of, and what the worker does about them; connected by ``apps.py``."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.availability.models import CourseRun, Session
from apps.bookings.announcements import register_listener
from apps.bookings.models import Booking
from apps.outbox.models import OutboxItem
from apps.outbox.registry import register, register_periodic
from apps.waitlists import operations as waitlists


class Waitlists:
    """The lines in front of classes, courses and times (``apps.bookings.announcements``)."""

    def places_came_free(
        self, target: Session | CourseRun, *, besides: Booking | None, now: datetime
    ) -> None:
        """Ask everybody in line anew, also those who let an offer pass before (rule B19)."""
        waitlists.offer_places(target=target, now=now, new_round=True, besides=besides)

    def waiting_ended(self, booking: Booking, *, now: datetime) -> None:
        """Take it out of its line; what was offered to it goes to the next."""
        waitlists.leave_line(booking=booking, now=now)

    def start_changed(self, target: Session | CourseRun, *, now: datetime) -> None:
        """No offer outlives the new start."""
        waitlists.shorten_offers(target=target, now=now)


def tell_of_offer(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``waitlist.offered``: ``{"entry_id": int, "offer": int}``."""
    waitlists.tell_offer(entry_id=payload["entry_id"], offer=payload["offer"], now=timezone.now())


def look_after_waitlists(now: datetime) -> None:
    """End offers that ran out, offer what came free, close the lines of what has begun
    (rule B19); whoever has a time already is asked after those in line (rule B37)."""
    waitlists.expire_offers(now=now)
    waitlists.expire_better_times(now=now)
    waitlists.offer_what_came_free(now=now)
    waitlists.offer_better_times(now=now)
    waitlists.close_waitlists(now=now)
    waitlists.close_wishes(now=now)


def connect() -> None:
    """Listen to bookings, take ``waitlist.offered``, look at the lines each 20 seconds."""
    register_listener(Waitlists())
    register(waitlists.OFFER_TOPIC, tell_of_offer)
    register_periodic("waitlists.lines", timedelta(seconds=20), look_after_waitlists)
