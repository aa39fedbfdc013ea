"""Details sent: what a customer typed is stored, and the draft becomes a booking or a request, once
(rule B6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import Claim, NoSeats, SlotTaken
from apps.bookings.deadlines import KEY, last_moment
from apps.bookings.models import Answer, Booking, BookingEvent, Participant
from apps.bookings.operations.drafts import lock_draft, require_open, require_sold, settled_columns
from apps.bookings.operations.errors import (
    AtTheTill,
    CustomerBlocked,
    PriceChanged,
    SlotGone,
    TurnedAway,
)
from apps.bookings.operations.hold import release_draft
from apps.bookings.operations.rebooking import require_may_book_again
from apps.bookings.operations.transitions import Actor, lock_people_of_day, record_transition
from apps.bookings.queries.drafts import Change, change_since, price_of
from apps.bookings.queries.minimum import MinimumGroup, decided_by, group_of
from apps.bookings.queries.offered import (
    NoTime,
    choice_of,
    claim_of,
    claim_of_hold,
    find_claim,
    query_again,
)
from apps.catalog.models import Question, Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice, UnknownChoice
from apps.customers.models import Consent, Customer
from apps.customers.operations import find_or_add_customer, note_turned_away
from apps.customers.queries import find_blocked

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer as cleaned text; participant is its place in the list of names, or None."""

    question: Question
    value: str
    participant: int | None = None


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Who comes and how to reach them, cleaned: e-mail in lower case, phone in E.164, the address
    of a home visit in one line."""

    name: str
    email: str
    phone: str = ""
    visit_address: str = ""


@dataclass(frozen=True, slots=True)
class Details(ContactDetails):
    """The same, with all else that the form of a booking asks."""

    note: str = ""
    participant_names: Sequence[str] = ()
    answers: Sequence[GivenAnswer] = ()
    consents: Sequence[str] = ()


def contact(details: Details) -> dict[str, Any]:
    """The columns of a booking that say who comes."""
    return {
        "contact_name": details.name,
        "contact_email": details.email,
        "contact_phone": details.phone,
        "visit_address": details.visit_address,
        "customer_note": details.note,
        "draft_text": {},
    }


def write_answers(booking: Booking, details: Details) -> None:
    """Store the names of the party and the answers."""
    if not (details.participant_names or details.answers):
        return
    people = Participant.objects.bulk_create(
        Participant(booking=booking, name=name, position=position)
        for position, name in enumerate(details.participant_names)
    )
    Answer.objects.bulk_create(
        Answer(
            booking=booking,
            participant=None if answer.participant is None else people[answer.participant],
            question=answer.question,
            label=answer.question.label,
            kind=answer.question.kind,
            value=answer.value,
            sensitive=answer.question.sensitive,
            position=position,
        )
        for position, answer in enumerate(details.answers)
    )


def write_consents(booking: Booking, details: Details, *, now: datetime) -> None:
    """Store what the customer agreed to, in the words that were shown."""
    if details.consents:
        Consent.objects.bulk_create(
            Consent(
                business_id=booking.business_id,
                customer=booking.customer,
                wording=wording,
                given_at=now,
            )
            for wording in details.consents
        )


def submit_draft(
    *, draft_id: str, details: Details, seen_price: int | None, now: datetime
) -> Booking:
    """Turn a draft into a CONFIRMED booking, or a PENDING one where the team decides.

    Sent again, it answers with the booking that the first time made and changes nothing (rule B6).
    A hold that ran out is taken again without a word when the time is still free; when only
    another person of the team is free and the customer did not choose one, they take it.
    seen_price is what the page showed, in minor units, None for a price on request.

    Raises:
        DraftGone: there is no such draft.
        AtTheTill: a payment was begun for it, whatever may be paid for by now.
        CustomerBlocked: the business blocked this person; the time is given back.
        BookedOften: they have booked this as often as they may; the time is given back.
        PriceChanged: the price is another one now; nothing was booked.
        SlotGone: the hold ran out and the time went to somebody else, or the class is not where it
            was seen.
        BusyTryAgain: too many people want it at this moment.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _submit_once(
                draft_id=draft_id,
                details=details,
                seen_price=seen_price,
                trusts_hold=not attempt,
                now=now,
            )
        except TurnedAway as no:
            reject_draft(draft_id, no, now=now)
            raise
        except SlotTaken:
            continue
    raise SlotGone


@transaction.atomic
def reject_draft(draft_id: str, no: TurnedAway, *, now: datetime) -> None:
    """Give the time of somebody who may not book it back; of a blocked person the team sees that
    they tried (rule B25)."""
    if no.customer_ids:
        note_turned_away(customer_ids=no.customer_ids, now=now)
    release_draft(booking=lock_draft(draft_id=draft_id), now=now)


@transaction.atomic
def _submit_once(
    *,
    draft_id: str,
    details: Details,
    seen_price: int | None,
    trusts_hold: bool,
    now: datetime,
) -> Booking:
    booking = lock_draft(draft_id=draft_id)
    if booking.status != Booking.Status.CREATED:
        return booking
    require_not_blocked(booking, details)
    require_sold(booking, now=now)
    lock_counted(booking=booking, now=now)
    choice, price = price_now(booking, seen_price=seen_price, now=now)
    require_room_for(booking, choice, details, now=now)
    if booking.is_at_the_till and price.total is not None:
        raise AtTheTill
    by = answer_by(booking, choice=choice, now=now)
    if change_since(booking) is not Change.NONE:
        raise SlotGone
    secure_time(booking, choice=choice, asks=by is not None, trusts_hold=trusts_hold, now=now)
    customer = _customer_of(booking, details, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.REQUESTED if by else BookingEvent.Action.BOOKED,
        actor=Actor.of(None),
        now=now,
        columns={
            "status": (Booking.Status.PENDING if by else Booking.Status.CONFIRMED).value,
            "customer": customer,
            "hold_expires_at": None,
            **contact(details),
            **settled_columns(booking, choice.service),
            **_terms(booking, price=price, answer_by=by, now=now),
        },
    )
    write_answers(booking, details)
    write_consents(booking, details, now=now)
    return booking


def require_not_blocked(booking: Booking, details: Details) -> None:
    """Turn away whom the business blocked, if it blocks anybody: that was read with the draft.

    Raises:
        CustomerBlocked: with the customers it blocked.
    """
    if not getattr(booking, "business_blocks", True):
        return
    blocked = find_blocked(
        business_id=booking.business_id, email=details.email, phone=details.phone
    )
    if blocked:
        raise CustomerBlocked(blocked)


def require_room_for(booking: Booking, choice: Choice, details: Details, *, now: datetime) -> None:
    """Refuse details of somebody who has booked this service as often as one customer may.

    Raises:
        BookedOften: they have.
        BusyTryAgain: the lock did not come in time.
    """
    email, phone = details.email, details.phone
    require_may_book_again(booking=booking, policy=choice.policy, email=email, phone=phone, now=now)


def price_now(booking: Booking, *, seen_price: int | None, now: datetime) -> tuple[Choice, Price]:
    """Return the choice of a draft and its price, if that is what the customer saw.

    Raises:
        SlotGone: the service no longer offers what was chosen.
        PriceChanged: the price is another one now.
    """
    try:
        choice = choice_of(booking=booking)
    except UnknownChoice as gone:
        raise SlotGone from gone
    price = price_of(booking=booking, choice=choice, now=now)
    if price.total != seen_price:
        raise PriceChanged(seen=seen_price, price=price)
    return choice, price


def secure_time(
    booking: Booking, *, choice: Choice, asks: bool, now: datetime, trusts_hold: bool = False
) -> None:
    """Make what is held firm, or take it anew. Where several may ask for one time, whoever asks
    keeps nothing: the time only has to be offered still.

    trusts_hold leaves the look before the lock out while the hold lives: the one under the lock
    decides, but it cannot say why not.
    """
    if booking.seating_id is not None:
        _secure_seats(booking, choice=choice, now=now)
        return
    if booking.session_id is None:
        raise SlotGone
    try:
        claim = _claim(booking, choice=choice, trusts_hold=trusts_hold, now=now)
    except NoTime as none:
        raise SlotGone(none.reasons) from none
    if asks and choice.service.allows_multiple_requests:
        availability.revert_to_request(session_id=booking.session_id)
    else:
        availability.confirm_time(session_id=booking.session_id, claim=claim, now=now)
    booking.resource_id = claim.primary_id


def _secure_seats(booking: Booking, *, choice: Choice, now: datetime) -> None:
    """While the hold lives, nobody is too late; after it, the rules of joining count again."""
    if not booking.is_held(now):
        require_open(booking, choice=choice, now=now)
    try:
        availability.confirm_seats(seating_id=booking.seating_id or 0, now=now)
    except NoSeats as lost:
        raise SlotGone from lost


def _claim(booking: Booking, *, choice: Choice, trusts_hold: bool, now: datetime) -> Claim:
    """While the hold lives, nobody is too late for typing slowly; after it, the rules count."""
    if booking.is_held(now):
        held = claim_of_hold(booking=booking, choice=choice, now=now) if trusts_hold else None
        return held or claim_of(booking=booking, choice=choice, now=now)
    query = query_again(booking=booking, choice=choice)
    return find_claim(query=query, starts_at=booking.starts_at, now=now)


def answer_by(booking: Booking, *, choice: Choice, now: datetime) -> datetime | None:
    """Until when the team answers, or until when more people have to come; None: it is booked.

    Those who count together were locked by the caller (``lock_counted``)."""
    if booking.asks_first:
        patience = timedelta(hours=choice.service.business.answer_within_hours)
        last = last_moment(starts_at=booking.starts_at, ends_at=booking.ends_at, asked_at=now)
        return min(now + patience, last)
    if not choice.service.min_participants:
        return None
    return decided_by(group_of(booking, choice.service), people=booking.party_size, now=now)


def lock_counted(*, booking: Booking, now: datetime) -> None:
    """Let nobody come or go of those who count together with a locked draft, where people are
    counted, until the transaction ends. Once, and before any money is locked, as whoever of them
    leaves is locked before theirs (rule C2).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    if booking.status != Booking.Status.CREATED or booking.asks_first:
        return
    counts = bool(booking.service.min_participants)
    group = group_of(booking, booking.service) if counts else None
    if group is not None:
        _lock_group(booking, group, now=now)


def _lock_group(booking: Booking, group: MinimumGroup, *, now: datetime) -> None:
    """Those of a day are locked themselves, as by whoever decides about them; whoever comes to a
    class or a course, or leaves it, locks that."""
    target = booking.course_run or booking.session
    if booking.kind != Service.Kind.APPOINTMENT and target is not None:
        availability.lock_target(target=target, now=now)
        return
    lock_people_of_day(group)


def _terms(
    booking: Booking,
    *,
    price: Price,
    answer_by: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    free = Booking.PaymentStatus.EXEMPT if price.is_free else Booking.PaymentStatus.NOT_PAID
    return {
        "price": price.total,
        "price_text": price.text,
        "resource_id": booking.resource_id,
        "payment_status": free.value,
        "payment_option": Booking.PaymentOption.OFFLINE.value,
        **asked(booking, answer_by, now=now),
    }


def asked(booking: Booking, answer_by: datetime | None, *, now: datetime) -> dict[str, Any]:
    """What a request keeps of how it is answered: until when, and what happens then."""
    if answer_by is None:
        return {"requested_at": None, "answer_by": None}
    rules = {**booking.policy_snapshot, KEY: booking.service.unanswered}
    return {"requested_at": now, "answer_by": answer_by, "policy_snapshot": rules}


def _customer_of(booking: Booking, details: Details, *, now: datetime) -> Customer:
    return find_or_add_customer(
        business_id=booking.business_id,
        name=details.name,
        email=details.email,
        phone=details.phone,
        now=now,
    )
