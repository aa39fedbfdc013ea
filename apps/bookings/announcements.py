"""What apps above this one may want to hear of at once, in the transaction in which it happens.

Whoever gives places back does not know who waits for them: it announces that they are free, and
those who look after lines listen (they register themselves when they are ready).
"""

from datetime import datetime
from typing import Protocol

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking


class Listener(Protocol):
    """Hears of each announcement while its rows are locked, so it must neither wait for the outside
    world nor lock anything that comes earlier in the order of locks (rule C2)."""

    def places_came_free(
        self, target: Session | CourseRun, *, besides: Booking | None, now: datetime
    ) -> None:
        """Places of a class session or a course run can be had. besides is the booking that gives
        them back, and whose end is written next."""

    def waiting_ended(self, booking: Booking, *, now: datetime) -> None:
        """A locked booking does not wait for anything any more; its end is written next."""

    def start_changed(self, target: Session | CourseRun, *, now: datetime) -> None:
        """A locked session or run begins at another time."""


_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Let this one hear of everything from now on."""
    _listeners.append(listener)


def announce_free_places(
    target: Session | CourseRun, *, now: datetime, besides: Booking | None = None
) -> None:
    """Say that places of a session or a run came free (``Listener.places_came_free``)."""
    for listener in _listeners:
        listener.places_came_free(target, besides=besides, now=now)


def announce_end_of_waiting(booking: Booking, *, now: datetime) -> None:
    """Say that a locked booking waits no more (``Listener.waiting_ended``)."""
    for listener in _listeners:
        listener.waiting_ended(booking, now=now)


def announce_new_start(target: Session | CourseRun, *, now: datetime) -> None:
    """Say that a locked session or run begins at another time (``Listener.start_changed``)."""
    for listener in _listeners:
        listener.start_changed(target, now=now)
