"""What every draft has in common: who made it, what it copies, which one it replaces, and what is
frozen with it: its rules, its service, and the zone database it was read with."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from django.db.models import OuterRef

from apps.availability.models import CourseRun, Session
from apps.bookings.joining import may_join
from apps.bookings.models import BookedAddOn, Booking, ParticipantChoice, reading_of
from apps.bookings.operations.errors import DraftGone, HoldsAnother, SlotGone
from apps.bookings.operations.transitions import release_booking
from apps.bookings.policy import ServiceSnapshot, Venue, venue_of
from apps.bookings.queries.drafts import with_revision, with_setup
from apps.bookings.queries.joinables import join_rules_of, joinable_of
from apps.bookings.queries.offered import policy_of
from apps.businesses.models import Location
from apps.businesses.queries import get_main_location, read_zone
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import Choice, is_offered, zone_of
from apps.customers.queries import blocks_anybody
from apps.kernel.references import new_reference

KEPT = (
    *("kind", "status", "session_id", "seating_id", "hold_expires_at", "draft_text"),
    *("draft_id", "service_id", "starts_at"),
)


def policy_snapshot(policy: BookingPolicy) -> dict[str, Any]:
    """Copy the rules that later decisions about this booking will read (rule B5)."""
    return policy_of(policy).as_snapshot()


def service_snapshot(choice: Choice, location: Location | None) -> dict[str, Any]:
    """Copy what pages and mails will say of the service; a service without a location happens at
    the business's main one."""
    service, business = choice.service, choice.service.business
    venue = venue_of(service)
    at_business = venue is Venue.BUSINESS
    place = location or (get_main_location(business=business) if at_business else None)
    return ServiceSnapshot(
        venue=venue,
        address=place.address if at_business and place is not None else "",
        online_link=service.online_link if venue is Venue.ONLINE else "",
        arrival_note=service.arrival_note or (business.arrival_note if at_business else ""),
        place_word=business.place_word,
        extras=tuple(it.name for it in choice.add_ons),
        mix=tuple((people, variant.name) for variant, people in choice.mix),
        **_ways(service),
    ).as_snapshot()


def _ways(service: Service) -> dict[str, Any]:
    """How it is asked for and paid: settled when a draft becomes a booking."""
    return {
        "pays_in_person": service.pays_in_person,
        "pays_online": service.pays_online,
        "any_amount": service.any_amount,
        "tax_rate": service.tax_rate,
        "tax_included": service.business.prices_include_tax,
        "requires_approval": service.requires_approval,
        "allows_multiple_requests": service.allows_multiple_requests,
        "answer_within_hours": service.business.answer_within_hours,
    }


def settled_columns(booking: Booking, service: Service) -> dict[str, Any]:
    """The columns of a draft that becomes a booking after the service changed how it is asked for
    or paid, meanwhile; nothing, nearly always. The place stays the one that was shown."""
    known = booking.as_booked
    now = replace(known, **_ways(service))
    return {} if now == known else {"service_snapshot": now.as_snapshot()}


def place_columns(booking: Booking, location: Location | None) -> dict[str, Any]:
    """The columns of a booking that goes to another location; nothing when it stays where it is."""
    if location is None or location.pk == booking.location_id:
        return {}
    there = replace(booking.as_booked, address=location.address)
    return {"location_id": location.pk, "service_snapshot": there.as_snapshot()}


def clock_columns(
    booking: Booking, *, starts_at: datetime, location_id: int | None, follows: bool = False
) -> dict[str, str]:
    """The columns that tell the time of a booking at a place, by the clock that is there now.

    Who goes to another place reads the clock of that place (or follows says so), but who meets
    online their own. One query, to be asked after the locks.
    """
    zone = read_zone(business_id=booking.business_id, location_id=location_id)
    columns = {"wall_time": reading_of(starts_at, zone), "tzdata_version": tzdata_version()}
    goes = follows or location_id != booking.location_id
    if booking.as_booked.is_online or not goes:
        return columns
    return {**columns, "time_zone": zone.key}


@cache
def tzdata_version() -> str:
    """Return the version of the pinned zone database (rule T7)."""
    return version("tzdata")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who taps: hashes of the browser's session and of its network, and the zone it was shown."""

    visitor_hash: str
    network_hash: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class When:
    """Start and end (UTC) of what is being booked, and where."""

    starts_at: datetime
    ends_at: datetime
    location: Location | None


def lock_draft(*, draft_id: str) -> Booking:
    """Lock a draft, or what became of it, and return it with the setup around it.

    Raises:
        DraftGone: there is none.
    """
    drafts = with_revision(Booking.objects.select_for_update(of=("self",))).annotate(
        business_blocks=blocks_anybody(business=OuterRef("business_id"))
    )
    try:
        return with_setup(drafts.get(draft_id=draft_id))
    except Booking.DoesNotExist:
        raise DraftGone from None


def last_draft(choice: Choice, *, visitor: Visitor) -> Booking | None:
    """Return the visitor's newest draft at this business: its hold is let go, its text moves on.

    One that was declined, because its time was lost on the way, still has a text.
    """
    if not visitor.visitor_hash:
        return None
    found = Booking.objects.filter(
        business_id=choice.service.business_id,
        visitor_hash=visitor.visitor_hash,
        status__in=(Booking.Status.CREATED, Booking.Status.DECLINED),
    ).only(*KEPT)
    # Not ordered by the database: it might then read back from the newest of anybody.
    drafts = (it for it in found if it.status == Booking.Status.CREATED or it.draft_text)
    return max(drafts, key=lambda draft: draft.pk, default=None)


def require_consent(
    previous: Booking | None,
    *,
    choice: Choice,
    starts_at: datetime,
    replaces: str | None,
    now: datetime,
) -> None:
    """Let a hold go only when that is meant: another tab may be filling in its details.

    replaces is the draft that the tapped page knew of, "" for none, None where nobody is asked. The
    same thing tapped twice is no other hold; another person, variant or number of people is.

    Raises:
        HoldsAnother: a live hold of the visitor would end unasked.
    """
    if previous is None or replaces is None or not previous.is_held(now):
        return
    if not _is_same(previous, choice=choice, starts_at=starts_at) and previous.draft_id != replaces:
        raise HoldsAnother(previous.draft_id)


def _is_same(previous: Booking, *, choice: Choice, starts_at: datetime) -> bool:
    """Whether a draft holds what is tapped now; whoever lets the business choose has no person."""
    variant_id = choice.variant.pk if choice.variant else None
    held = (previous.service_id, previous.starts_at, previous.variant_id, previous.party_size)
    tapped = (choice.service.pk, starts_at, variant_id, choice.party_size)
    return held == tapped and choice.chosen_id in {None, previous.resource_id}


def let_go(previous: Booking, *, now: datetime) -> None:
    """End the hold of a draft; what another tab has sent meanwhile is booked and keeps its time."""
    drafts = Booking.objects.filter(pk=previous.pk, status=Booking.Status.CREATED)
    if drafts.update(hold_expires_at=now):
        release_booking(previous, now=now)


def new_draft(when: When, *, choice: Choice, visitor: Visitor, now: datetime) -> Booking:
    """Make the row of a draft, not saved yet: choice and price as they are now."""
    service, price = choice.service, choice.price
    venue_zone = zone_of(service=service, location=when.location)
    chosen = choice.chosen_id is not None
    return Booking(
        reference=new_reference(),
        draft_id=secrets.token_urlsafe(16),
        visitor_hash=visitor.visitor_hash,
        network_hash=visitor.network_hash,
        business_id=service.business_id,
        service=service,
        variant=choice.variant,
        location=when.location,
        selection=Booking.Selection.SPECIFIC_RESOURCE if chosen else Booking.Selection.ANY_RESOURCE,
        kind=service.kind,
        party_size=choice.party_size,
        title=_title_of(choice),
        price=price.total,
        currency=price.currency,
        price_text=price.text,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        time_zone=visitor.time_zone,
        wall_time=reading_of(when.starts_at, venue_zone),
        tzdata_version=tzdata_version(),
        policy_snapshot=policy_snapshot(choice.policy),
        service_snapshot=service_snapshot(choice, when.location),
        created_at=now,
    )


def draft_at(
    target: Session | CourseRun, *, choice: Choice, visitor: Visitor, now: datetime
) -> Booking:
    """Make the row of a booking of a locked session or run that was no draft before. Its time is
    told by the clock that is there now: whoever changes that waits for the lock, or had it."""
    when = When(target.starts_at, target.ends_at, target.location)
    booking = new_draft(when, choice=choice, visitor=visitor, now=now)
    told = clock_columns(
        booking,
        starts_at=when.starts_at,
        location_id=target.location_id,
        follows=not visitor.time_zone,
    )
    for name, value in told.items():
        setattr(booking, name, value)
    return booking


def made_before(form_key: str, *, business_id: int) -> Booking | None:
    """What a form of the team has put in already; of a form its key is the draft's name. To be
    asked under the lock of what it is put into."""
    if not form_key:
        return None
    return Booking.objects.filter(draft_id=form_key, business_id=business_id).first()


def _title_of(choice: Choice) -> str:
    if choice.variant is None or choice.mix:
        return choice.service.name
    return f"{choice.service.name}, {choice.variant.name}"


def require_sold(booking: Booking, *, now: datetime) -> None:
    """Refuse a draft whose hold has ended when customers cannot book its service any more. While a
    hold lives its time was promised, whatever was switched off since (rule B31).

    Raises:
        SlotGone: it would be sold anew.
    """
    if not booking.is_held(now) and not is_offered(service=booking.service):
        raise SlotGone


def require_open(booking: Booking, *, choice: Choice, now: datetime) -> None:
    """Refuse places whose hold has ended where nobody may join the class or course any more: it has
    begun, is over, was called off, is too near or too full (rules B14, B31). One query, two for a
    course.

    Raises:
        SlotGone: they would be sold anew.
    """
    target = booking.course_run or booking.session
    if target is None:
        raise SlotGone
    joinable = joinable_of(target, besides=booking, now=now)
    rules = join_rules_of(choice.policy)
    if not may_join(joinable, rules=rules, seats=booking.party_size, now=now).is_open:
        raise SlotGone


def copy_choice(draft: Booking, choice: Choice) -> None:
    """Write the extras and the mix of people of a saved draft, in the words and prices of today."""
    if choice.add_ons:
        BookedAddOn.objects.bulk_create(
            BookedAddOn(
                booking=draft,
                add_on=extra,
                name=extra.name,
                price=choice.service.with_tax(extra.price),
                duration_minutes=extra.duration_minutes,
            )
            for extra in choice.add_ons
        )
    if choice.mix:
        free = choice.service.price_kind == Service.PriceKind.FREE
        ParticipantChoice.objects.bulk_create(
            ParticipantChoice(
                booking=draft,
                variant=variant,
                name=variant.name,
                people=people,
                price=0 if free else choice.service.with_tax(variant.price),
            )
            for variant, people in choice.mix
        )
