"""A time is held for a draft, held longer, and let go (rules B3, C5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from apps.availability import operations as availability
from apps.availability.engine.inputs import hold_ends_at
from apps.availability.operations import Claim, SlotTaken
from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.operations.decide import mark_taken, take_yes
from apps.bookings.operations.drafts import (
    Visitor,
    When,
    copy_choice,
    last_draft,
    let_go,
    new_draft,
    require_consent,
)
from apps.bookings.operations.errors import NotBookable, SlotGone
from apps.bookings.operations.kept import extend, release_booking
from apps.bookings.queries import NoTime, find_claim, slot_query
from apps.catalog.queries import Choice, is_bookable
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
    if not extend(booking, expires_at=until, now=now):
        return False
    Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED).update(
        hold_expires_at=until
    )
    return True


@transaction.atomic
def release_draft(*, booking: Booking, now: datetime) -> None:
    """Give the held time back; the draft and its text stay for 24 hours."""
    drafts = Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED)
    if drafts.update(hold_expires_at=now):
        release_booking(booking, now=now)


def keep_draft_text(*, booking: Booking, typed: Mapping[str, object]) -> None:
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
