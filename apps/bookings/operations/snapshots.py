"""What is frozen with a booking: its rules, its service, and the zone database it was read with."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from apps.bookings.models import Booking
from apps.bookings.queries.as_seen import reading_of
from apps.bookings.queries.rules import policy_of
from apps.bookings.service_snapshot import ServiceSnapshot, Venue
from apps.bookings.venues import venue_of
from apps.businesses.models import Location
from apps.businesses.queries import get_main_location, read_zone
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import Choice


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
