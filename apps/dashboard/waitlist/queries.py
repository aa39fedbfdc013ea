"""Who waits for a time of an appointment, and which times would suit them (rules B19, B20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.queries.joinables import IN_LINE, wish_of
from apps.bookings.queries.offered import choice_of
from apps.bookings.wording import wish_words
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, may_wait_for_a_time, zone_of
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import customer_name, local_date_of, staff_name
from apps.waitlists.queries import find_times_for, has_offer

MAX_ROWS = 500
MAX_TIMES = 60


@dataclass(frozen=True, slots=True)
class WishRow:
    """Somebody in line; wanted_on and wanted_at are words, by the clock of zone, that of the place;
    person is whom they want or ""."""

    reference: str
    name: str
    service: str
    wanted_on: str
    wanted_at: str
    person: str
    people: int
    offered_at: datetime | None
    offer_ends_at: datetime | None
    joined_at: datetime
    zone: ZoneInfo


def count_wishes(*, access: Access) -> int:
    """How many wait for a time."""
    return WaitlistEntry.objects.filter(
        business=access.business, state__in=IN_LINE, wanted_first_on__isnull=False
    ).count()


def list_wishes(*, access: Access, now: datetime) -> list[tuple[str, list[WishRow]]]:
    """The lines by service, whoever is first in a line first; one query."""
    entries = _entries(access).order_by(
        "booking__service__name", "booking__service_id", "rank", "pk"
    )
    rows = [_row(entry, now=now) for entry in entries[:MAX_ROWS]]
    return [(name, list(line)) for name, line in groupby(rows, key=lambda row: row.service)]


def services_with_a_line(*, access: Access) -> list[Service]:
    """The services of which somebody may wait for a time."""
    services = Service.objects.filter(business=access.business, retired_at=None)
    found = services.select_related("business", "policy")
    return [it for it in found if may_wait_for_a_time(it)]


def get_wish(*, access: Access, reference: str, now: datetime) -> tuple[Booking, WishRow]:
    """The booking of somebody in line and how it is shown.

    Raises:
        WaitlistEntry.DoesNotExist: nobody of this reference waits for a time here.
    """
    entry = _entries(access).get(booking__reference=reference)
    return entry.booking, _row(entry, now=now)


def times_for(*, booking: Booking, now: datetime) -> list[tuple[date, list[datetime]]]:
    """The free times that suit somebody in line, by day of the place."""
    wish = wish_of(booking.waiting)
    try:
        choice = choice_of(booking=booking)
    except UnknownChoice:
        return []
    if wish is None:
        return []
    own = booking.session_id
    free = find_times_for(choice=choice, wish=wish, own_session_id=own, now=now)
    return _by_day(free[:MAX_TIMES], booking)


def _by_day(free: Sequence[datetime], booking: Booking) -> list[tuple[date, list[datetime]]]:
    zone = zone_of(service=booking.service, location=booking.location)
    days = groupby(free, key=lambda at: local_date_of(at, zone))
    return [(on, list(starts)) for on, starts in days]


def _entries(access: Access) -> QuerySet[WaitlistEntry]:
    related = ("booking__customer", "booking__service__business", "booking__business")
    return WaitlistEntry.objects.filter(
        business=access.business, state__in=IN_LINE, wanted_first_on__isnull=False
    ).select_related(*related, "booking__location", "booking__resource__staff_member")


def _row(entry: WaitlistEntry, *, now: datetime) -> WishRow:
    booking, wish = entry.booking, wish_of(entry)
    on, at = wish_words(wish, locale=booking.business.locale) if wish else ("", "")
    offered = has_offer(entry, now=now)
    is_chosen = booking.selection == Booking.Selection.SPECIFIC_RESOURCE
    return WishRow(
        reference=booking.reference,
        name=customer_name(booking),
        service=booking.service.name,
        wanted_on=on,
        wanted_at=at,
        person=staff_name(booking.resource) if is_chosen else "",
        people=entry.people,
        offered_at=booking.starts_at if offered else None,
        offer_ends_at=entry.offer_ends_at if offered else None,
        joined_at=entry.joined_at,
        zone=zone_of(service=booking.service, location=booking.location),
    )
