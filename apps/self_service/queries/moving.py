"""What the pages of a move tell: whether the customer may move a booking, why not, and where it
went (rules B4, B32)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.models import CourseRun, Session
from apps.bookings.deadlines import Rule
from apps.bookings.models import PUT_BACK, Booking, BookingEvent, MoveRequest
from apps.bookings.policy import Policy, Reason, Verdict, is_free_now, may_move_to_session
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.move_requests import rule_of_move
from apps.bookings.queries.moving import times_moved, verdict_on_asking, verdict_on_move
from apps.bookings.queries.requests import may_leave
from apps.bookings.queries.undoing_move import OldPlace, find_old_place, is_still_there
from apps.bookings.states import Status
from apps.catalog.models import Service
from apps.catalog.queries import is_bookable, is_offered
from apps.classes.queries.other_sessions import list_open_to
from apps.web.formatting import format_datetime

A_WHILE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MoveOffer:
    """url is where another time is chosen, "" where it cannot be; words say until when, or why
    not; asks: the team answers first."""

    url: str
    words: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class AskedMove:
    """A request to move that waits for its answer: the time (UTC) and the person ("" for anybody)
    that were asked for; by is the last moment for an answer, ends: the request ends then."""

    starts_at: datetime
    ends_at: datetime
    staff: str
    by: datetime
    ends: bool
    is_held: bool
    is_late: bool


def asked_move(asked: MoveRequest | None, *, now: datetime) -> AskedMove | None:
    """What the page of a booking tells of its request to move, None without one. No query."""
    if asked is None:
        return None
    staff = getattr(asked.resource, "staff_member", None) if asked.is_for_somebody else None
    return AskedMove(
        starts_at=asked.session.starts_at,
        ends_at=asked.session.ends_at,
        staff=staff.name if staff else "",
        by=asked.answer_by,
        ends=rule_of_move(asked) is Rule.DECLINE,
        is_held=asked.session.state == Session.State.HELD,
        is_late=now >= asked.answer_by,
    )


def move_offer(
    *, booking: Booking, asked: MoveRequest | None = None, now: datetime, is_known: bool = False
) -> MoveOffer | None:
    """What the page of a booking says about moving; None where it says nothing: it is over or
    final, a course, a class without another session to go to, or another time is asked for. No
    query; for a class that may move as many as ``other_sessions``."""
    verdict = verdict_on_move(booking=booking, is_team=False, now=now, is_known=is_known)
    if verdict.reason is Reason.ASKS_FIRST:
        return _ask_offer(booking, asked, now=now, is_known=is_known)
    if not verdict.allowed:
        words = why_not_words(booking, verdict)
        return MoveOffer("", words) if words else None
    if not _has_somewhere(booking, asked, now=now, is_known=is_known):
        return None
    url = reverse("self_service:move", kwargs={"reference": booking.reference})
    until = _at(booking, verdict.until or booking.starts_at)
    words = _("You can move it yourself until %(until)s.") % {"until": until}
    return MoveOffer(url, f"{words} {_how_often(booking)}".strip())


def _has_somewhere(
    booking: Booking, asked: MoveRequest | None, *, now: datetime, is_known: bool
) -> bool:
    """Whether there is a page to choose from: a picker, or sessions of its class with room."""
    if booking.kind == Service.Kind.CLASS:
        return bool(other_sessions(booking=booking, asked=asked, now=now, is_known=is_known))
    return is_bookable(service=booking.service)


def _how_often(booking: Booking) -> str:
    """How often its customer may still move a booking, "" where its policy does not say."""
    policy = Policy.from_snapshot(booking.policy_snapshot)
    if policy.max_moves is None:
        return ""
    moved = times_moved(booking, policy)
    left = policy.max_moves - moved
    if moved:
        words = ngettext(
            "You can do that one more time.", "You can do that %(n)d more times.", left
        )
    else:
        words = ngettext("You can do that once.", "You can do that %(n)d times.", left)
    return words % {"n": left}


def _ask_offer(
    booking: Booking, asked: MoveRequest | None, *, now: datetime, is_known: bool
) -> MoveOffer | None:
    if asked is not None or not is_offered(service=booking.service):
        return None
    verdict = verdict_on_asking(booking=booking, has_asked=False, now=now, is_known=is_known)
    if not verdict.allowed:
        words = why_not_asked_words(booking, verdict)
        return MoveOffer("", words) if words else None
    if not _has_somewhere(booking, asked, now=now, is_known=is_known):
        return None
    url = reverse("self_service:move", kwargs={"reference": booking.reference})
    words = _("%(name)s agrees each time in person. You keep yours until they answer.")
    told = words % {"name": booking.business.name}
    return MoveOffer(url, f"{told} {_how_often(booking)}".strip(), asks=True)


def why_not_asked_words(booking: Booking, verdict: Verdict) -> str:
    """Why the customer of a booking cannot ask for another time."""
    if verdict.reason is Reason.HAS_ASKED:
        return _("You have already asked for another time. You can withdraw that first.")
    if verdict.reason is Reason.TOO_LATE and verdict.until is not None:
        if verdict.until <= booking.asked_at:
            return _("It begins too soon to ask for another time online.")
        until = _at(booking, verdict.until)
        return _("You could ask for another time until %(until)s.") % {"until": until}
    if verdict.reason is Reason.WRONG_STATUS:
        return why_not_words(booking, Verdict(allowed=False, reason=Reason.ASKS_FIRST))
    return why_not_words(booking, verdict)


def why_not_words(booking: Booking, verdict: Verdict) -> str:
    """Why its customer cannot move a booking themselves; "" where the page says that otherwise: it
    is over or final, or a course."""
    if verdict.reason is Reason.TOO_LATE and verdict.until is not None:
        if verdict.until <= booking.asked_at:
            return _("It begins too soon to be moved online.")
        until = _at(booking, verdict.until)
        return _("You could move it yourself until %(until)s.") % {"until": until}
    if verdict.reason is Reason.SWITCHED_OFF:
        may_sign_in = bool(booking.contact_email)
        if may_sign_in and Policy.from_snapshot(booking.policy_snapshot).move_allowed:
            return _("Sign in to move this booking.")
        return _("This booking cannot be moved online.")
    if verdict.reason is Reason.MOVED_OFTEN:
        most = Policy.from_snapshot(booking.policy_snapshot).max_moves or 0
        words = ngettext(
            "You have moved this booking once, which is as often as you can do it yourself.",
            "You have moved this booking %(n)d times, which is as often as you can do it yourself.",
            most,
        )
        return words % {"n": most}
    if verdict.reason is Reason.ASKS_FIRST:
        words = _("%(name)s agrees each time in person, so this one cannot be moved online.")
        return words % {"name": booking.business.name}
    return ""


def other_sessions(
    *, booking: Booking, asked: MoveRequest | None = None, now: datetime, is_known: bool = False
) -> list[Session | CourseRun]:
    """Where the customer may take this booking, by its frozen policy, or ask the team to (rule
    B38); empty when nowhere (rule B18), and while they wait for an answer (asked)."""
    if asks_for_session(booking):
        has_asked = asked is not None
        asking = verdict_on_asking(booking=booking, has_asked=has_asked, now=now, is_known=is_known)
        return list_open_to(booking=booking, asks=True, now=now) if asking.allowed else []
    policy = policy_of_customer(booking=booking, is_known=is_known)
    may_move = may_move_to_session(
        policy=policy,
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        is_team=False,
        moved=times_moved(booking, policy),
    )
    return list_open_to(booking=booking, now=now) if may_move else []


def why_no_session_words(
    *, booking: Booking, asked: MoveRequest | None, now: datetime, is_known: bool
) -> str:
    """Why there is no other session for a party of a class to go to."""
    if asks_for_session(booking):
        has_asked = asked is not None
        asking = verdict_on_asking(booking=booking, has_asked=has_asked, now=now, is_known=is_known)
        words = "" if asking.allowed else why_not_asked_words(booking, asking)
    else:
        verdict = verdict_on_move(booking=booking, is_team=False, now=now, is_known=is_known)
        words = "" if verdict.allowed else why_not_words(booking, verdict)
    return words or _("There is no other date with room right now. You keep the one you have.")


def asks_for_session(booking: Booking) -> bool:
    """Whether the team has to agree before a party of a class comes to another session."""
    return booking.kind == Service.Kind.CLASS and not may_leave(booking)


def moved_words(*, booking: Booking, now: datetime) -> str:
    """That its customer has moved it a moment ago, and where to; "" when nothing like that was the
    last that happened. One query."""
    last = booking.history.order_by("-pk").first()
    if last is None or last.actor != BookingEvent.Actor.CUSTOMER or now - last.at > A_WHILE:
        return ""
    if last.action == BookingEvent.Action.MOVE_DROPPED:
        return _("You withdrew your request to move. Your booking stays as it is.")
    if last.action != BookingEvent.Action.MOVED:
        return ""
    told = _("We’ll e-mail you the new details.") if booking.contact_email else ""
    if PUT_BACK in last.after:
        words = _("It is back at %(at)s.") % {"at": _at(booking, booking.starts_at)}
        return f"{words} {told}".strip()
    if last.moved is None:
        return f"{_('Your booking was changed.')} {told}".strip()
    words = _("Moved to %(at)s.") % {"at": _at(booking, booking.starts_at)}
    return f"{words} {told}".strip()


def old_place_of(*, booking: Booking, now: datetime, is_known: bool) -> OldPlace | None:
    """Where its customer can take a booking back to that they have just moved, None where they
    cannot: nobody else has it (rule B45). One query, and some more in those ten minutes."""
    old = find_old_place(booking=booking, now=now, is_known=is_known)
    return old if old and is_still_there(booking=booking, old=old, now=now) else None


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
