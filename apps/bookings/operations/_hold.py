"""A tap on a slot: the draft, its hold and the idempotency key in one row (design.md 3, 4)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import Claim, SlotTaken
from apps.availability.queries import zone_of
from apps.bookings.models import BookedAddOn, Booking
from apps.bookings.operations._errors import NotBookable, SlotGone
from apps.bookings.operations._snapshots import policy_snapshot, tzdata_version
from apps.bookings.queries import NoTime, find_claim, slot_query
from apps.catalog.queries import Choice, is_bookable
from apps.kernel.references import new_reference

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who taps: hashes of the browser's session and of its network, and the zone it was shown."""

    visitor_hash: str
    network_hash: str
    time_zone: str


def place_hold(
    *,
    choice: Choice,
    starts_at: datetime,
    visitor: Visitor,
    now: datetime,
    text: Mapping[str, object] | None = None,
) -> Booking:
    """Create a draft and hold its time for the business's hold_minutes.

    text is what is known already, in the fields of the details form, when no earlier draft of
    theirs has any.

    A visitor holds one time per business: an earlier hold of theirs is let go in the same
    transaction. What was typed into their last draft moves along, also when its hold ran out.
    With several people free, a lost race is tried again with the next of them.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online.
        SlotGone: the time is not to be had (any more).
        BusyTryAgain: too many people want it at this moment.
    """
    if not is_bookable(service=choice.service):
        raise NotBookable
    previous = _last_draft(choice, visitor=visitor)
    live = previous is not None and _is_live(previous, now=now)
    own = previous.session_id if previous is not None and live else None
    query = slot_query(choice=choice, own_session_id=own)
    for _attempt in range(ATTEMPTS):
        try:
            claim = find_claim(query=query, starts_at=starts_at, now=now)
            kept = dict(previous.draft_text if previous else {}) or dict(text or {})
            return _hold_once(
                claim, choice=choice, visitor=visitor, previous=previous, text=kept, now=now
            )
        except NoTime as none:
            raise SlotGone(none.reasons) from none
        except SlotTaken:
            continue
    raise SlotGone


def _last_draft(choice: Choice, *, visitor: Visitor) -> Booking | None:
    drafts = Booking.objects.filter(
        business_id=choice.service.business_id,
        visitor_hash=visitor.visitor_hash,
        status=Booking.Status.CREATED,
    )
    found = drafts.only("session_id", "hold_expires_at", "draft_text").order_by("-pk")
    return found.first() if visitor.visitor_hash else None


def _is_live(draft: Booking, *, now: datetime) -> bool:
    return draft.hold_expires_at is not None and draft.hold_expires_at > now


@transaction.atomic
def _hold_once(
    claim: Claim,
    *,
    choice: Choice,
    visitor: Visitor,
    previous: Booking | None,
    text: dict[str, object],
    now: datetime,
) -> Booking:
    if previous is not None and _is_live(previous, now=now):
        _let_go(previous, now=now)
    minutes = choice.service.business.hold_minutes
    asks_only = choice.service.allows_multiple_requests or not minutes
    expires_at = None if asks_only else now + timedelta(minutes=minutes)
    if asks_only:
        session = availability.request_time(claim=claim)
    else:
        session = availability.take_time(claim=claim, now=now, expires_at=expires_at)
    draft = _new_draft(claim, choice=choice, visitor=visitor, now=now)
    draft.session = session
    draft.hold_expires_at = expires_at
    draft.draft_text = text
    draft.save(force_insert=True)
    _copy_add_ons(draft, choice)
    return draft


def _let_go(previous: Booking, *, now: datetime) -> None:
    # Another tab may have sent the draft meanwhile: what is booked keeps its time.
    drafts = Booking.objects.filter(pk=previous.pk, status=Booking.Status.CREATED)
    if drafts.update(hold_expires_at=now) and previous.session_id is not None:
        availability.release_time(session_id=previous.session_id)


def _new_draft(claim: Claim, *, choice: Choice, visitor: Visitor, now: datetime) -> Booking:
    service, price = choice.service, choice.price
    venue_zone = zone_of(service=service, location=claim.query.location)
    chosen = choice.chosen_id is not None
    return Booking(
        reference=new_reference(),
        draft_id=secrets.token_urlsafe(16),
        visitor_hash=visitor.visitor_hash,
        network_hash=visitor.network_hash,
        business_id=service.business_id,
        service=service,
        variant=choice.variant,
        location=claim.query.location,
        resource_id=claim.primary_id,
        selection=Booking.Selection.SPECIFIC_RESOURCE if chosen else Booking.Selection.ANY_RESOURCE,
        kind=service.kind,
        party_size=choice.party_size,
        title=_title_of(choice),
        price=price.total,
        currency=price.currency,
        price_text=price.text,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        time_zone=visitor.time_zone,
        wall_time=f"{claim.starts_at.astimezone(venue_zone):%Y-%m-%dT%H:%M}",
        tzdata_version=tzdata_version(),
        policy_snapshot=policy_snapshot(choice.policy),
        created_at=now,
    )


def _title_of(choice: Choice) -> str:
    if choice.variant is None:
        return choice.service.name
    return f"{choice.service.name}, {choice.variant.name}"


def _copy_add_ons(draft: Booking, choice: Choice) -> None:
    if choice.add_ons:
        BookedAddOn.objects.bulk_create(
            BookedAddOn(
                booking=draft,
                add_on=extra,
                name=extra.name,
                price=extra.price,
                duration_minutes=extra.duration_minutes,
            )
            for extra in choice.add_ons
        )
