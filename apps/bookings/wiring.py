"""What the worker does about drafts and requests now and then; connected by ``apps.py``."""

from datetime import datetime, timedelta

from apps.bookings.operations import (
    ask_who_waits,
    forget_abandoned_drafts,
    settle_unanswered,
    settle_unanswered_moves,
)
from apps.outbox.registry import register_periodic
from apps.web.limits import forget_counters


def forget_drafts(now: datetime) -> None:
    """Delete drafts that nobody finished within 24 hours (rule B7)."""
    forget_abandoned_drafts(now=now)


def look_after_requests(now: datetime) -> None:
    """Remind of requests that nobody answered in time, or end them, as their service says, also of
    those to move what is booked; and ask who still waits shortly before the start what to do."""
    settle_unanswered(now=now)
    settle_unanswered_moves(now=now)
    ask_who_waits(now=now)


def forget_rates(now: datetime) -> None:
    """Delete old counters of rate limits (rule D4).

    Here, because the web floor that counts may not know the outbox, nor the other way round.
    """
    forget_counters(now=now)


def connect() -> None:
    """Forget drafts each ten minutes, counters each hour; look at requests each 20
    seconds."""
    register_periodic("bookings.forget_abandoned_drafts", timedelta(minutes=10), forget_drafts)
    register_periodic("bookings.unanswered", timedelta(seconds=20), look_after_requests)
    register_periodic("web.forget_counters", timedelta(hours=1), forget_rates)
