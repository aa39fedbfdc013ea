"""Bookings as lines of a list, so that templates never reach a lazy relation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from apps.availability.engine.zones import day_bounds
from apps.bookings.models import Booking, reading_of
from apps.bookings.queries.stub import full_title
from apps.businesses.models import Location
from apps.catalog.models import Resource, Service
from apps.dashboard.access import Access

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
MAX_ROWS = 1000
LONGEST = timedelta(days=2)
"""Of a visit or a class that is looked for on the days after its first."""


@dataclass(frozen=True, slots=True)
class BookingRow:
    """Instants are UTC, price is minor units (None: on request); hue is the service's. With a
    session_id it is a class for many: its name stands for the customer's, its places below. On a
    later day than its first, since_at is its start and starts_at the beginning of that day.
    there is the zone of a place with a clock of its own."""

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
    since_at: datetime | None = None
    there: str = ""

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def list_bookings_on(
    *, access: Access, first: date, last: date, statuses: Iterable[str] = LIVE
) -> list[BookingRow]:
    """List live appointments of the dates first..last (inclusive) here: those that start on them,
    and those that go on from the day before.

    One query by the index booking_by_business_start, whatever the statuses asked for.
    """
    zone = access.business.zone
    bookings = access.bookings().filter(
        kind=Service.Kind.APPOINTMENT,
        status__in=LIVE,
        **touching(day_bounds(zone, first)[0], day_bounds(zone, last)[1]),
    )
    wanted = set(statuses)
    rows = with_names(bookings).order_by("starts_at", "pk")[:MAX_ROWS]
    return [row_of(booking) for booking in rows if booking.status in wanted]


def touching(low: int, high: int) -> dict[str, datetime]:
    """The filter for what lies in [low, high) Unix seconds, also when it began some hours before:
    bounded by its start, which the index knows."""
    return {
        "starts_at__gte": instant(low) - LONGEST,
        "starts_at__lt": instant(high),
        "ends_at__gt": instant(low),
    }


def rows_of_day(rows: Iterable[BookingRow], *, on: date, zone: ZoneInfo) -> tuple[BookingRow, ...]:
    """What starts on a date by this clock, behind what goes on from an earlier day."""
    low, high = (instant(edge) for edge in day_bounds(zone, on))
    return tuple(
        row if row.starts_at >= low else replace(row, starts_at=low, since_at=row.starts_at)
        for row in rows
        if row.starts_at < high and row.ends_at > low
    )


def with_names(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bring along the names that a line shows."""
    related = ("customer", "resource__staff_member", "service__category", "location")
    return bookings.select_related(*related)


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
        there=zone_told(booking),
    )


def zone_there(location: Location | None) -> str:
    """The zone of a place with a clock of its own, "" for one that follows the business."""
    return location.time_zone if location is not None else ""


def zone_told(booking: Booking) -> str:
    """The same for a booking. A visit that was over when the clock of its place was changed stays
    by the clock it was told by."""
    own = zone_there(booking.location)
    if not own or booking.wall_time == reading_of(booking.starts_at, ZoneInfo(own)):
        return own
    kept = booking.time_zone
    return kept if booking.wall_time == reading_of(booking.starts_at, booking.zone) else ""


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
    """The date of an instant on the business's clock."""
    return at.astimezone(zone).date()


def instant(seconds: int) -> datetime:
    """Unix seconds as an aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)


def dates_of(bookings: Sequence[Booking], access: Access) -> set[date]:
    """The dates on the business's clock that these bookings touch."""
    zone = access.business.zone
    return {local_date_of(at, zone) for it in bookings for at in (it.starts_at, it.ends_at)}
