"""What a course costs in another run of it: the page that shows it and the operation that transfers
somebody ask here (rule B44)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.classes.transfer import Dates, price_there

BY_PLAN = Booking.PaymentOption.MEMBERSHIP


def prices_there(
    *, booking: Booking, runs: Sequence[CourseRun], now: datetime
) -> Mapping[int, int | None]:
    """What a booking of a course costs in each of these runs, by their ids: as it is, unless its
    customers pay for the dates that are left only. Three queries then, else none. Its service
    comes joined."""
    price, own = booking.price, booking.course_run_id
    depends = booking.service.prorates and booking.kind == Service.Kind.COURSE
    if not depends or price is None or own is None or booking.payment_option == BY_PLAN:
        return {it.pk: price for it in runs}
    starts = _starts([own, *(it.pk for it in runs)])
    extras = sum(it.price for it in booking.add_ons.all())
    booked_at = booking.history.order_by("pk").values_list("at", flat=True).first() or now
    here = starts.get(own, [])
    return {
        it.pk: price_there(
            price,
            extras=extras,
            booked=_dates(here, booked_at),
            here=_dates(here, now),
            there=_dates(starts.get(it.pk, []), now),
        )
        for it in runs
    }


def _starts(run_ids: Sequence[int]) -> Mapping[int, list[datetime]]:
    """The starts of the dates that take place, by run; one query."""
    found: dict[int, list[datetime]] = {}
    dates = Session.objects.filter(course_run__in=run_ids, state=Session.State.SCHEDULED)
    for run, at in dates.values_list("course_run_id", "starts_at"):
        if run is not None:
            found.setdefault(run, []).append(at)
    return found


def _dates(starts: Sequence[datetime], now: datetime) -> Dates:
    return Dates(sum(at > now for at in starts), len(starts))
