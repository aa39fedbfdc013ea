"""What the pages of a move tell: whether the customer may move a booking, why not, and where it
went (rules B4, B32)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.policy import Policy, Reason, Verdict, is_free_now
from apps.bookings.queries.moving import verdict_on_move
from apps.catalog.models import Service
from apps.catalog.queries import is_bookable
from apps.web.formatting import format_datetime

A_WHILE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MoveOffer:
    """url is where another time is chosen, "" where it cannot be; words say until when, or why
    not."""

    url: str
    words: str


def move_offer(*, booking: Booking, now: datetime) -> MoveOffer | None:
    """What the page of a booking says about moving; None where it says nothing: it is over or
    final, a course, or a class, whose other sessions stand there. No query."""
    verdict = verdict_on_move(booking=booking, is_team=False, now=now)
    if not verdict.allowed:
        words = why_not_words(booking, verdict)
        return MoveOffer("", words) if words else None
    if booking.kind != Service.Kind.APPOINTMENT or not is_bookable(service=booking.service):
        return None
    url = reverse("self_service:move", kwargs={"reference": booking.reference})
    until = _at(booking, verdict.until or booking.starts_at)
    return MoveOffer(url, _("You can move it yourself until %(until)s.") % {"until": until})


def why_not_words(booking: Booking, verdict: Verdict) -> str:
    """Why its customer cannot move a booking themselves; "" where the page says that otherwise: it
    is over or final, or a course."""
    if verdict.reason is Reason.TOO_LATE and verdict.until is not None:
        until = _at(booking, verdict.until)
        return _("You could move it yourself until %(until)s.") % {"until": until}
    if verdict.reason is Reason.SWITCHED_OFF:
        return _("This booking cannot be moved online.")
    if verdict.reason is Reason.ASKS_FIRST:
        words = _("%(name)s agrees each time in person, so this one cannot be moved online.")
        return words % {"name": booking.business.name}
    return ""


def moved_words(*, booking: Booking, now: datetime) -> str:
    """That its customer has moved it a moment ago, and where to; "" when nothing like that was the
    last that happened. One query."""
    last = booking.history.order_by("-pk").first()
    if last is None or last.action != BookingEvent.Action.MOVED or now - last.at > A_WHILE:
        return ""
    if last.actor != BookingEvent.Actor.CUSTOMER:
        return ""
    told = _("We’ll e-mail you the new details.") if booking.contact_email else ""
    if last.moved is None:
        return f"{_('Your booking was changed.')} {told}".strip()
    words = _("Moved to %(at)s.") % {"at": _at(booking, booking.starts_at)}
    return f"{words} {told}".strip()


def too_soon_words(*, booking: Booking, starts_at: datetime, now: datetime) -> str:
    """That what could be cancelled for nothing until now cannot be at this start (UTC)."""
    policy = Policy.from_snapshot(booking.policy_snapshot)
    if not is_free_now(policy=policy, starts_at=booking.starts_at, now=now):
        return ""
    if is_free_now(policy=policy, starts_at=starts_at, now=now):
        return ""
    return _("This time is too soon for free cancellation.")


def _at(booking: Booking, at: datetime) -> str:
    return format_datetime(at, zone=booking.zone, locale=booking.business.locale)
