"""Sessions of classes and courses as lines of the day and the week: one for all who come."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from apps.availability.engine.zones import day_bounds
from apps.availability.models import Session
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.models import Booking
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import BookingRow, touching, zone_there

TOGETHER = (Session.Kind.CLASS, Session.Kind.COURSE)
MOST_ROWS = 1000


def list_sessions_on(*, access: Access, first: date, last: date) -> list[Session]:
    """List the sessions that take place on the dates first..last (inclusive): those that start on
    them, and those that go on from the day before."""
    zone = access.business.zone
    sessions = Session.objects.filter(
        business_id=access.business.pk,
        kind__in=TOGETHER,
        state=Session.State.SCHEDULED,
        **touching(day_bounds(zone, first)[0], day_bounds(zone, last)[1]),
    )
    if access.own_resource_ids is not None:
        sessions = sessions.filter(occupancies__resource_id__in=access.own_resource_ids).distinct()
    found = sessions.select_related("service__category", "course_run", "location")
    return list(found.order_by("starts_at", "pk")[:MOST_ROWS])


def list_session_rows_on(*, access: Access, first: date, last: date) -> list[BookingRow]:
    """The same as lines, in two queries; the places are those of the run for a course."""
    sessions = list_sessions_on(access=access, first=first, last=last)
    crews = find_crews(session_ids=[it.pk for it in sessions])
    return [_row(it, crews.get(it.pk, Crew())) for it in sessions]


def merged(rows: Sequence[BookingRow], others: Sequence[BookingRow]) -> list[BookingRow]:
    """Both in order of their start."""
    return sorted((*rows, *others), key=lambda row: row.starts_at)


def places_words(*, taken: int, capacity: int) -> str:
    """ "7 of 12"."""
    return _("%(taken)s of %(capacity)s") % {"taken": taken, "capacity": capacity}


def _row(session: Session, crew: Crew) -> BookingRow:
    counted = session.course_run or session
    service = session.service
    return BookingRow(
        reference="",
        status=Booking.Status.CONFIRMED,
        revision=session.revision,
        customer_name=service.name if service else "",
        service_name=places_words(taken=counted.seats_taken, capacity=counted.capacity),
        resource_id=crew.lead_id,
        staff_name=crew.people[0] if crew.people else "",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        answer_by=None,
        double_booked=False,
        price=None,
        hue=service.hue if service else "",
        category=service.category.name if service and service.category else "",
        session_id=session.pk,
        there=zone_there(session.location),
    )
