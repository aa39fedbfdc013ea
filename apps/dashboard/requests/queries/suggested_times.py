"""What the page of suggesting times shows: the request, and free times around it by day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from apps.bookings.models import Booking
from apps.bookings.queries.stub import full_title
from apps.bookings.queries.suggestions import find_suggestions
from apps.businesses.models import Clock
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import customer_name, staff_name


@dataclass(frozen=True, slots=True)
class SuggestedSlot:
    """One box to tick; value is what it sends."""

    value: str
    starts_at: datetime
    ticked: bool


@dataclass(frozen=True, slots=True)
class SuggestPage:
    """days are free times by date of the place, told on the clock of zone, which is the place's;
    nothing when it is offered no more."""

    reference: str
    revision: int
    status: str
    customer_name: str
    service_name: str
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    note: str
    zone: ZoneInfo
    days: tuple[tuple[date, tuple[SuggestedSlot, ...]], ...]


def get_suggest_page(
    *, access: Access, booking: Booking, ticked: Collection[datetime] | None, now: datetime
) -> SuggestPage:
    """Read the page; ticked is what a refused form had ticked, None for the three nearest."""
    offered, nearest = find_suggestions(booking=booking, now=now)
    chosen = set(nearest if ticked is None else ticked)
    zone = Clock(access.business, booking.location).zone
    slots = [SuggestedSlot(value_of(at), at, ticked=at in chosen) for at in offered]
    by_day = groupby(slots, key=lambda slot: slot.starts_at.astimezone(zone).date())
    return SuggestPage(
        reference=booking.reference,
        revision=booking.revision,
        status=booking.status,
        customer_name=customer_name(booking),
        service_name=full_title(booking),
        staff_name=staff_name(booking.resource),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        note=booking.customer_note,
        zone=zone,
        days=tuple((on, tuple(found)) for on, found in by_day),
    )


def value_of(at: datetime) -> str:
    """The instant as the form sends it: ``2026-11-26T09:15Z``, the same in every zone."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
