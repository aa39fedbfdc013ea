"""Is every place that is kept for an offer kept for somebody, and the reverse? (rule C6) Does
whoever would take a better time still have one? (rule B37)"""

from collections.abc import Iterator

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from apps.availability.models import CourseRun, Session
from apps.bookings.models import LIVE_WISHES, Booking, MoveWish, WaitlistEntry
from apps.ledger.finding import Finding
from apps.ledger.laws.of_bookings import bookings_of, findings_of


def find_miscounted_offers(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield sessions and runs whose seats_offered is not what their open offers keep."""
    of_one = {} if business_id is None else {"business_id": business_id}
    offered = Q(waitlist__state=WaitlistEntry.State.OFFERED)
    for rows in (Session.objects.filter(kind=Session.Kind.CLASS), CourseRun.objects.all()):
        counted = rows.filter(**of_one).annotate(
            kept=Coalesce(Sum("waitlist__people", filter=offered), 0)
        )
        wrong = counted.order_by().exclude(seats_offered=F("kept"))
        for pk, of, said, kept in wrong.values_list("pk", "business_id", "seats_offered", "kept"):
            where = f"{rows.model._meta.verbose_name} {pk}"
            yield Finding("offers_are_counted", of, where, f"keeps {said} places, offers {kept}")


def find_offers_past_the_start(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield offers of places in a class that go on after it has begun (rule B19)."""
    entries = WaitlistEntry.objects.filter(
        state=WaitlistEntry.State.OFFERED,
        session__kind=Session.Kind.CLASS,
        offer_ends_at__gt=F("session__starts_at"),
    )
    if business_id is not None:
        entries = entries.filter(business_id=business_id)
    for pk, of in entries.order_by("pk").values_list("pk", "business_id"):
        yield Finding("offers_end_in_time", of, f"place in line {pk}", "is offered past the start")


def find_lost_in_line(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings that wait without a place in line, and places in line of bookings that do
    not wait."""
    in_line = (WaitlistEntry.State.WAITING, WaitlistEntry.State.OFFERED)
    waits = Q(status=Booking.Status.WAITING_LIST)
    has_place = Q(waiting__state__in=in_line)
    lost = bookings_of(business_id).filter((waits & ~has_place) | (~waits & has_place))
    yield from findings_of(lost, "waiting_has_a_place", "status and place in line differ")


def find_wishes_without_a_booking(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield wishes for a better time that outlive their booking (rule B37)."""
    wishes = MoveWish.objects.filter(state__in=LIVE_WISHES)
    if business_id is not None:
        wishes = wishes.filter(business_id=business_id)
    lost = wishes.exclude(booking__status=Booking.Status.CONFIRMED, booking__kind="APPOINTMENT")
    for pk, of, reference in lost.order_by("pk").values_list(
        "pk", "business_id", "booking__reference"
    ):
        yield Finding("a_wish_has_a_booking", of, f"booking {reference}", f"wish {pk} lives on")
