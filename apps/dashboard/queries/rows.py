"""Bookings as lines of a list, so that templates never reach a lazy relation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from apps.availability.engine.zones import day_bounds
from apps.bookings.models import Booking
from apps.bookings.queries.stub import full_title
from apps.catalog.models import Resource, Service
from apps.dashboard.desk import Desk

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class BookingRow:
    """Instants are UTC, price is minor units (None: on request); hue is the service's. With a
    session_id it is a class for many: its name stands for the customer's, its places below."""

    reference: str
    status: str
    revision: int
    customer_name: str
    service_name: str
    resource_id: int | None
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    answer_by: datetime | None
    double_booked: bool
    price: int | None
    hue: str
    category: str
    session_id: int | None = None

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def list_bookings_on(
    *, desk: Desk, first: date, last: date, statuses: Iterable[str] = LIVE
) -> list[BookingRow]:
    """List live appointments that start on the dates first..last (inclusive) here.

    One query by the index booking_by_business_start, whatever the statuses asked for.
    """
    zone = desk.business.zone
    bookings = desk.bookings().filter(
        kind=Service.Kind.APPOINTMENT,
        status__in=LIVE,
        starts_at__gte=instant(day_bounds(zone, first)[0]),
        starts_at__lt=instant(day_bounds(zone, last)[1]),
    )
    wanted = set(statuses)
    rows = with_names(bookings).order_by("starts_at", "pk")[:MOST_ROWS]
    return [row_of(booking) for booking in rows if booking.status in wanted]


def with_names(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bring along the names that a line shows."""
    return bookings.select_related("customer", "resource__staff_member", "service__category")


def row_of(booking: Booking) -> BookingRow:
    """Read one line; the booking comes from `with_names`."""
    return BookingRow(
        reference=booking.reference,
        status=booking.status,
        revision=booking.revision,
        customer_name=customer_name(booking),
        service_name=full_title(booking),
        resource_id=booking.resource_id,
        staff_name=staff_name(booking.resource),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        answer_by=booking.answer_by,
        double_booked=booking.double_booked,
        price=booking.price,
        hue=booking.service.hue,
        category=booking.service.category.name if booking.service.category else "",
    )


def customer_name(booking: Booking) -> str:
    """The name given with this booking, else the contact's."""
    contact = booking.customer.name if booking.customer else ""
    return booking.contact_name or contact


def staff_name(resource: Resource | None) -> str:
    """The short name of the person, or the name of the room."""
    if resource is None:
        return ""
    person = getattr(resource, "staff_member", None)
    return person.short_name if person is not None else resource.name


def name_of(user: AbstractBaseUser | None) -> str:
    """What to call somebody of the team: their name, else the address they sign in with."""
    if user is None:
        return ""
    full_name = getattr(user, "get_full_name", str)()
    return full_name or str(getattr(user, "email", "") or user.get_username())


def local_date_of(at: datetime, zone: ZoneInfo) -> date:
    """The date of an instant on the business's clock (time rule T8)."""
    return at.astimezone(zone).date()


def instant(seconds: int) -> datetime:
    """Unix seconds as an aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)
