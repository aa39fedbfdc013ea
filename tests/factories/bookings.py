"""Bookings made the way customers make them: by the operations, never row by row."""

from datetime import datetime

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, Visitor
from apps.catalog.models import Service
from apps.catalog.queries import choose


def make_visitor(name: str = "carl") -> Visitor:
    return Visitor(
        visitor_hash=f"visitor-{name}", network_hash=f"network-{name}", time_zone="Europe/Berlin"
    )


def make_draft(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    visitor: str = "carl",
    resource_id: int | None = None,
    party_size: int = 1,
) -> Booking:
    choice = choose(service=service, resource_id=resource_id, party_size=party_size)
    return bookings.place_hold(
        choice=choice, starts_at=starts_at, visitor=make_visitor(visitor), now=now
    )


def make_booking(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    name: str = "Carl Vogt",
    email: str = "carl@example.com",
    resource_id: int | None = None,
) -> Booking:
    """A draft with its details sent: CONFIRMED, or PENDING where the service asks for approval."""
    draft = make_draft(
        service=service,
        starts_at=starts_at,
        now=now,
        visitor=email,
        resource_id=resource_id,
    )
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name=name, email=email),
        seen_price=draft.price,
        now=now,
    )


make_request = make_booking


def cancel_as_customer(booking: Booking, *, fee: int = 0, now: datetime) -> Booking:
    """Cancel as the customer who read this fee (minor units) on the page."""
    return bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        seen_fee=fee,
        now=now,
    )
