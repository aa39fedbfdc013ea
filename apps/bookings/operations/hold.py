"""A time is held for a draft, held longer, let go, and, once it ran out, held again, also for
another browser (rules B3, C5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from apps.availability import operations as availability
from apps.availability.engine.inputs import hold_ends_at
from apps.availability.operations import Claim, NoSeats, SlotTaken
from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.operations.decide import mark_taken, take_yes
from apps.bookings.operations.drafts import (
    Visitor,
    When,
    copy_choice,
    last_draft,
    let_go,
    lock_draft,
    new_draft,
    require_consent,
    require_open,
    require_sold,
)
from apps.bookings.operations.errors import DraftGone, NotBookable, SlotGone
from apps.bookings.operations.transitions import release_booking
from apps.bookings.queries.offered import NoTime, choice_of, find_claim, query_again, slot_query
from apps.catalog.queries import Choice, UnknownChoice, is_bookable
from apps.outbox.sweeping import sweep

ATTEMPTS = 3
DRAFT_LIFE = timedelta(hours=24)
LONGEST_HOLD = 60  # minutes


def place_hold(
    *,
    choice: Choice,
    starts_at: datetime,
    visitor: Visitor,
    now: datetime,
    text: Mapping[str, object] | None = None,
    suggested: SuggestedTime | None = None,
    replaces: str | None = None,
) -> Booking:
    """Create a draft and hold its time for the business's hold_minutes.

    text is what is known already, in the fields of the details form, when no earlier draft of
    theirs has any. suggested is the time of these that the team suggested: it is held and booked
    without being asked for again, as long as that yes stands.

    A visitor holds one time per business: an earlier hold of theirs is let go in the same
    transaction. replaces names the draft that is given up by that, "" when the page knew of none;
    with None nobody is asked. What was typed into their last draft moves along, also when its hold
    ran out. With several people free, a lost race is tried again with the next of them.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online.
        HoldsAnother: another hold of theirs would end unasked.
        SlotGone: the time is not to be had (any more).
        BusyTryAgain: too many people want it at this moment.
    """
    if not is_bookable(service=choice.service):
        raise NotBookable
    previous = last_draft(choice, visitor=visitor)
    require_consent(previous, choice=choice, starts_at=starts_at, replaces=replaces, now=now)
    live = previous is not None and previous.is_held(now)
    own = previous.session_id if previous is not None and live else None
    query = slot_query(choice=choice, own_session_id=own)
    for _attempt in range(ATTEMPTS):
        try:
            claim = find_claim(query=query, starts_at=starts_at, now=now)
            kept = dict(previous.draft_text if previous else {}) or dict(text or {})
            return _hold_once(
                claim,
                choice=choice,
                visitor=visitor,
                previous=previous,
                text=kept,
                suggested=suggested,
                now=now,
            )
        except NoTime as none:
            raise SlotGone(none.reasons) from none
        except SlotTaken:
            continue
    raise SlotGone


@transaction.atomic
def _hold_once(
    claim: Claim,
    *,
    choice: Choice,
    visitor: Visitor,
    previous: Booking | None,
    text: dict[str, object],
    suggested: SuggestedTime | None,
    now: datetime,
) -> Booking:
    suggested = take_yes(suggested) if suggested else None
    if previous is not None and previous.is_held(now):
        let_go(previous, now=now)
    minutes = choice.service.business.hold_minutes
    many_ask = choice.service.allows_multiple_requests and suggested is None
    asks_only = many_ask or not minutes
    expires_at = None if asks_only else hold_ends_at(now, minutes=minutes)
    when = When(claim.starts_at, claim.ends_at, claim.query.location)
    draft = new_draft(when, choice=choice, visitor=visitor, now=now)
    draft.resource_id = claim.primary_id
    draft.hold_expires_at = expires_at
    draft.draft_text = text
    draft.skip_business_confirmation = suggested is not None
    if asks_only:
        draft.session = availability.request_time(claim=claim)
    else:
        draft.session = availability.take_time(claim=claim, now=now, expires_at=expires_at)
    draft.save(force_insert=True)
    copy_choice(draft, choice)
    if suggested is not None:
        mark_taken(suggested, draft=draft)
    return draft


def longest_hold(draft: Booking) -> datetime:
    """Until when a draft keeps its time at the most (UTC): 60 minutes in all."""
    return hold_ends_at(draft.created_at, minutes=LONGEST_HOLD)


@transaction.atomic
def extend_draft_hold(*, booking: Booking, now: datetime) -> bool:
    """Keep a live hold for another hold_minutes, 60 minutes in all (rule C5); tell whether.

    A hold that ran out is not revived: submitting takes the time again when it is still free.
    """
    if booking.hold_expires_at is None:
        return False
    longer = hold_ends_at(now, minutes=booking.business.hold_minutes)
    until = min(longer, longest_hold(booking))
    if until <= booking.hold_expires_at:
        return False
    if not _extend(booking, expires_at=until, now=now):
        return False
    Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED).update(
        hold_expires_at=until
    )
    return True


def _extend(booking: Booking, *, expires_at: datetime, now: datetime) -> bool:
    """Let the hold of a draft last until expires_at (UTC); tell whether it was still alive."""
    if booking.seating_id is not None:
        return availability.extend_seats(
            seating_id=booking.seating_id, expires_at=expires_at, now=now
        )
    if booking.session_id is None:
        return False
    return availability.extend_hold(session_id=booking.session_id, expires_at=expires_at, now=now)


@transaction.atomic
def release_draft(*, booking: Booking, now: datetime) -> None:
    """Give the held time back; the draft and its text stay for 24 hours."""
    drafts = Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED)
    if drafts.update(hold_expires_at=now):
        release_booking(booking, now=now)


def store_draft_text(*, booking: Booking, typed: Mapping[str, object]) -> None:
    """Store what was typed, so that nothing is lost whatever happens to the time (rule W2)."""
    drafts = Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED)
    drafts.update(draft_text=dict(typed))


def forget_abandoned_drafts(*, now: datetime) -> int:
    """Delete drafts older than 24 hours with their sessions; return how many."""
    return sweep(_abandoned(now), partial(_forget, now=now))


def _abandoned(now: datetime) -> QuerySet[Booking]:
    old = Booking.objects.filter(status=Booking.Status.CREATED, created_at__lte=now - DRAFT_LIFE)
    # Money may still come for what is paid online: checkout lets those go first.
    return old.exclude(payment_option=Booking.PaymentOption.ONLINE)


@transaction.atomic
def _forget(draft_id: int, *, now: datetime) -> bool:
    """Delete one draft; somebody may be finishing it at this moment, and then it stays."""
    drafts = _abandoned(now).select_for_update(skip_locked=True).filter(pk=draft_id)
    draft = drafts.only("session_id", "seating_id").first()
    if draft is None:
        return False
    Booking.objects.filter(pk=draft_id).delete()
    if draft.seating_id:
        availability.forget_seats(seating_id=draft.seating_id, now=now)
    elif draft.session_id:
        availability.forget_session(session_id=draft.session_id)
    return True


def hold_again(*, booking: Booking, now: datetime) -> datetime | None:
    """Keep the time of a locked draft while it is paid for, and return until when (rule M19, UTC).

    A living hold is made longer, 60 minutes in all; one that ran out is taken anew when the time is
    still free and still open to whoever comes new. None where the business keeps nothing while a
    draft is filled in.

    Raises:
        SlotGone: the time went to somebody else, or nobody can join any more.
        BusyTryAgain: the lock did not come in time.
    """
    if booking.hold_expires_at is None:
        return None
    until = hold_ends_at(now, minutes=booking.business.hold_minutes)
    if booking.is_held(now):
        until = max(min(until, longest_hold(booking)), booking.hold_expires_at)
        kept = until == booking.hold_expires_at or _extend(booking, expires_at=until, now=now)
        if not kept:
            raise SlotGone
    else:
        require_sold(booking, now=now)
        _take_anew(booking, until=until, now=now)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=until)
    booking.hold_expires_at = until
    return until


def _take_anew(booking: Booking, *, until: datetime, now: datetime) -> None:
    try:
        choice = choice_of(booking=booking)
        if booking.seating_id is not None:
            require_open(booking, choice=choice, now=now)
            availability.hold_seats_again(seating_id=booking.seating_id, expires_at=until, now=now)
            return
        query = query_again(booking=booking, choice=choice)
        claim = find_claim(query=query, starts_at=booking.starts_at, now=now)
        availability.grant_time(
            session_id=booking.session_id or 0, claim=claim, expires_at=until, now=now
        )
    except (NoTime, UnknownChoice, SlotTaken, NoSeats) as lost:
        raise SlotGone from lost
    booking.resource_id = claim.primary_id
    Booking.objects.filter(pk=booking.pk).update(resource_id=claim.primary_id)


@transaction.atomic
def take_over_draft(*, draft_id: str, visitor: Visitor) -> None:
    """Give a draft to another browser, which the caller knows to have been shown its page.

    Once it is a booking it stays with the browser that made it.

    Raises:
        DraftGone: there is no such draft.
    """
    booking = lock_draft(draft_id=draft_id)
    is_lost = booking.status == Booking.Status.DECLINED and booking.draft_text
    if booking.status != Booking.Status.CREATED and not is_lost:
        return
    Booking.objects.filter(pk=booking.pk).update(
        visitor_hash=visitor.visitor_hash, network_hash=visitor.network_hash
    )


@transaction.atomic
def hold_draft_again(*, draft_id: str, now: datetime) -> None:
    """Keep the time of a draft for longer, or take it anew when its hold had ended.

    Raises:
        DraftGone: there is no such draft.
        SlotGone: the time went to somebody else.
        BusyTryAgain: the lock did not come in time.
    """
    booking = lock_draft(draft_id=draft_id)
    if booking.status != Booking.Status.CREATED:
        raise DraftGone
    hold_again(booking=booking, now=now)
