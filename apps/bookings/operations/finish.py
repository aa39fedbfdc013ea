"""A draft that is paid for online: its details are written before, and with the money it becomes a
booking."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import NoSeats, SlotTaken
from apps.bookings import states
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.amend import follow_class
from apps.bookings.operations.drafts import clock_columns, lock_draft, require_sold, settled_columns
from apps.bookings.operations.errors import SlotGone, TurnedAway
from apps.bookings.operations.paid import MoneyOfBooking
from apps.bookings.operations.submit import (
    Details,
    answer_by,
    asked,
    contact,
    price_now,
    reject_draft,
    require_not_blocked,
    require_room_for,
    secure_time,
    write_answers,
    write_consents,
)
from apps.bookings.operations.transitions import Actor, record_transition, release_booking
from apps.bookings.queries.drafts import Change, change_since, reads_otherwise
from apps.bookings.queries.offered import choice_as_booked, choice_of, claim_anyway
from apps.bookings.states import decide
from apps.catalog.queries import Choice, UnknownChoice
from apps.customers.operations import find_or_add_customer


def prepare_draft(
    *, draft_id: str, details: Details, seen_price: int | None, now: datetime
) -> Booking:
    """Write the details of a draft that is paid for in the next step; it stays a draft.

    Sent again they replace what was written; once it is a booking nothing changes (rule B6).

    Raises:
        DraftGone: there is no such draft.
        CustomerBlocked: the business blocked this person; the time is given back.
        BookedOften: they have booked this as often as they may; the time is given back.
        PriceChanged: the price is another one now.
        SlotGone: the service no longer offers what was chosen, or the clock of the place was
            changed.
    """
    try:
        return _prepare_once(draft_id, details, seen_price=seen_price, now=now)
    except TurnedAway as no:
        reject_draft(draft_id, no, now=now)
        raise


@transaction.atomic
def _prepare_once(
    draft_id: str, details: Details, *, seen_price: int | None, now: datetime
) -> Booking:
    booking = lock_draft(draft_id=draft_id)
    if booking.status != Booking.Status.CREATED:
        return booking
    require_not_blocked(booking, details)
    require_sold(booking, now=now)
    choice, price = price_now(booking, seen_price=seen_price, now=now)
    require_room_for(booking, choice, details, now=now)
    if reads_otherwise(booking):
        raise SlotGone
    booking.customer = find_or_add_customer(
        business_id=booking.business_id,
        name=details.name,
        email=details.email,
        phone=details.phone,
        now=now,
    )
    columns = {**contact(details), "price": price.total, "price_text": price.text}
    columns["draft_text"] = booking.draft_text  # what was typed comes back when they change it
    for name, value in columns.items():
        setattr(booking, name, value)
    booking.save(update_fields=["customer", *columns])
    booking.answers.all().delete()
    booking.participants.all().delete()
    write_answers(booking, details)
    write_consents(booking, details, now=now)
    return booking


def finish_draft(
    *,
    booking: Booking,
    money: MoneyOfBooking,
    payment_option: str,
    now: datetime,
) -> Booking:
    """Turn a locked draft whose details are written into a booking, or a request.

    To be called inside the transaction that knows of the money. The time is looked at again under
    the lock, and ``decide`` says what follows: lost and paid is kept and flagged, for the owner to
    resolve. A class that was changed meanwhile takes along whoever paid for it, and what was called
    off is for nobody. Where the clock of the place was changed, who paid keeps the moment that the
    page named.

    Raises:
        SlotGone: it is to be declined. Nothing has changed: whoever waits for the answer is told
            what else is free, and for whoever does not there is ``decline_draft``.
        BusyTryAgain: the lock did not come in time.
    """
    is_paid = money.paid > 0
    change = change_since(booking)
    if change is Change.CALLED_OFF or (change is Change.MOVED and not is_paid):
        raise SlotGone
    choice, is_offered = _choice(booking, is_paid=is_paid, now=now)
    by = answer_by(booking, choice=choice, now=now) if is_offered else None
    skips = booking.skip_availability_validation
    conflict = not (is_offered and _is_secured(booking, choice, asks=by is not None, now=now))
    decision = decide(skips=skips, conflict=conflict, paid=is_paid, approval=by is not None)
    if decision.status is states.Status.DECLINED:
        raise SlotGone
    if conflict:
        _force_what_is_booked(booking, choice, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.REQUESTED if by else BookingEvent.Action.BOOKED,
        actor=Actor.of(None),
        now=now,
        columns={
            "status": decision.status.value,
            **asdict(money),
            "payment_option": payment_option,
            "hold_expires_at": None,
            "draft_text": {},
            "double_booked": decision.double_booked,
            **_asked(booking, by, now=now),
            **(settled_columns(booking, choice.service) if choice else {}),
            **(_clock_now(booking) if change is Change.MOVED else {}),
        },
    )
    if change is Change.MOVED and booking.seating_id is not None:
        follow_class(booking, now=now)
    return booking


def decline_draft(*, booking: Booking, payment_status: str, now: datetime) -> None:
    """Decline a locked draft: its time went to somebody else before anything was paid, or what it
    is for was called off. Its customer may have gone, so that a mail tells them; what they typed is
    kept for their next draft."""
    release_booking(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.DECLINED,
        actor=Actor.system(),
        now=now,
        columns={
            "status": Booking.Status.DECLINED.value,
            "payment_status": payment_status,
            "hold_expires_at": None,
        },
    )


def _asked(booking: Booking, by: datetime | None, *, now: datetime) -> dict[str, Any]:
    return {
        "resource_id": booking.resource_id,
        **asked(booking, by, now=now),
    }


def _clock_now(booking: Booking) -> dict[str, Any]:
    """By the clock of the place as it is now: whoever paid saw it by another one."""
    return clock_columns(
        booking, starts_at=booking.starts_at, location_id=booking.location_id, follows=True
    )


def _choice(booking: Booking, *, is_paid: bool, now: datetime) -> tuple[Choice, bool]:
    """What was chosen, and whether it is still offered: what was paid for is kept all the same."""
    if not is_paid:
        require_sold(booking, now=now)
    try:
        return choice_of(booking=booking), True
    except UnknownChoice as gone:
        if is_paid:
            return choice_as_booked(booking=booking), False
        raise SlotGone from gone


def _is_secured(booking: Booking, choice: Choice, *, asks: bool, now: datetime) -> bool:
    """Whether the time is theirs; whatever was begun in vain is undone (a savepoint)."""
    try:
        with transaction.atomic():
            secure_time(booking, choice=choice, asks=asks, now=now)
    except (SlotGone, SlotTaken, NoSeats):
        return False
    return True


def _force_what_is_booked(booking: Booking, choice: Choice, *, now: datetime) -> None:
    if booking.seating_id is not None:
        availability.force_seats(seating_id=booking.seating_id, now=now)
    elif booking.session_id is not None:
        claim = claim_anyway(booking=booking, choice=choice, now=now)
        availability.force_time(session_id=booking.session_id, claim=claim, now=now)
