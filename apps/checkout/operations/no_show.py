"""Nobody of a booking came: that costs what the last window of its policy says (rule B40)."""

from datetime import datetime

from django.db import transaction

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Attendance, Booking, BookingEvent
from apps.bookings.operations import Actor, NotAllowed
from apps.bookings.policy import Reason
from apps.bookings.queries.attendance import is_no_show, no_show_is_told
from apps.bookings.queries.cancelling import no_show_by_policy
from apps.businesses.models import TeamMember
from apps.checkout.models import Order
from apps.checkout.operations.errors import FeeTooHigh, NotBegun, ReasonMissing
from apps.checkout.operations.fees import ask_for_fee, drop_fee
from apps.classes import operations as classes
from apps.classes.queries.attending import find_attending

Action = BookingEvent.Action


@transaction.atomic
def mark_no_show(
    *,
    booking_id: int,
    revision: int,
    by: TeamMember,
    now: datetime,
    fee: int | None = None,
    reason: str = "",
) -> Booking:
    """Write down, for the team, that nobody of a booking came, and charge the fee of its frozen
    policy: all of it, or less where somebody says why; fee in minor units, None for all of it. That
    whoever charges less may decide about money is the caller's to know.

    What was paid counts towards the fee. A course has many dates, and no fee for one of them.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotAllowed: it is not confirmed, a course, or marked already.
        NotBegun: it has not begun.
        FeeTooHigh: more than the policy says.
        ReasonMissing: less than the policy says, and nobody says why.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    _require_markable(booking, now=now)
    if is_no_show(booking=booking):
        raise NotAllowed(Reason.WRONG_STATUS)
    most = no_show_by_policy(booking=booking)
    charged = most if fee is None else fee
    if charged > most:
        raise FeeTooHigh(most)
    if charged < most and not reason.strip():
        raise ReasonMissing
    bookings.mark_nobody_came(booking=booking, by=by, now=now)
    _charge(booking, charged, reason=reason, by=by, now=now)
    return booking


@transaction.atomic
def take_no_show_back(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> Booking:
    """Take back, for the team, that nobody of a booking came: no fee is asked for any more, and
    what was paid of it counts towards the price.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotAllowed: it is not marked, or it was cancelled since.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    if booking.status != Booking.Status.CONFIRMED or not is_no_show(booking=booking):
        raise NotAllowed(Reason.WRONG_STATUS)
    bookings.forget_nobody_came(booking=booking)
    _take_back(booking, by=by, now=now)
    return booking


@transaction.atomic
def mark_attendance(
    *,
    session_id: int,
    reference: str,
    seat: int,
    state: Attendance.State | None,
    by: TeamMember,
    now: datetime,
) -> None:
    """Write down that one person came to a class or did not, or (None) that it is not known. Once
    nobody of a booking has come its fee is charged, and taken back when that is taken back.

    Marked again it is the same, and no second fee.

    Raises:
        NotOnTheList: there is no such person at this session.
    """
    rows = find_attending(business_id=by.business_id, session_id=session_id)
    pk = rows.filter(reference=reference).values_list("pk", flat=True).first()
    if pk is None:
        raise classes.NotOnTheList
    booking = bookings.lock_booking(booking_id=pk, business_id=by.business_id, revision=None)
    classes.mark_attendance(
        session_id=session_id, reference=reference, seat=seat, state=state, by=by, now=now
    )
    if not _is_markable(booking, now=now) or not no_show_by_policy(booking=booking):
        return
    is_missed, is_told = is_no_show(booking=booking), no_show_is_told(booking=booking)
    if is_missed and not is_told:
        _charge(booking, no_show_by_policy(booking=booking), reason="", by=by, now=now)
    elif is_told and not is_missed:
        _take_back(booking, by=by, now=now)


def _charge(booking: Booking, fee: int, *, reason: str, by: TeamMember, now: datetime) -> None:
    """Write the fee on a locked booking, and have its order ask for it."""
    actor = Actor.of(by)
    bookings.note_fee(
        booking=booking, fee=fee, action=Action.NO_SHOW, reason=reason, actor=actor, now=now
    )
    if fee:
        ask_for_fee(booking=booking, actor=actor, now=now)


def _take_back(booking: Booking, *, by: TeamMember, now: datetime) -> None:
    actor = Actor.of(by)
    bookings.note_fee(booking=booking, fee=0, action=Action.CAME, reason="", actor=actor, now=now)
    drop_fee(booking=booking, actor=actor, now=now)
    # What was decided about the money beyond the fee was decided because nobody had come.
    Order.objects.filter(booking=booking).update(kept_at=None)


def _is_markable(booking: Booking, *, now: datetime) -> bool:
    is_whole = booking.kind == Session.Kind.COURSE
    return booking.status == Booking.Status.CONFIRMED and not is_whole and now >= booking.starts_at


def _require_markable(booking: Booking, *, now: datetime) -> None:
    if booking.kind == Session.Kind.COURSE:
        raise NotAllowed(Reason.WHOLE_COURSE)
    if booking.status != Booking.Status.CONFIRMED:
        raise NotAllowed(Reason.WRONG_STATUS)
    if now < booking.starts_at:
        raise NotBegun
