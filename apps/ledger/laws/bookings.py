"""Do bookings and the time they hold agree? Each rule is one statement over live rows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from apps.availability.models import CourseRun, Occupancy, Seating, Session
from apps.bookings.models import Booking, MoveRequest
from apps.catalog.models import Service
from apps.ledger.finding import Finding
from apps.ledger.laws.of_bookings import bookings_of, findings_of

LONGEST_HOLD = timedelta(minutes=60)
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
FOR_A_WHILE = (Booking.Status.CREATED, Booking.Status.WAITING_LIST)
EXPLAINED = Q(double_booked=True) | Q(skip_availability_validation=True) & ~Q(override_reason="")
APPOINTMENTS = Q(kind=Service.Kind.APPOINTMENT)

Row = tuple[int, int, str]


def find_miscounted_seats(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield sessions of appointments whose seats_taken is not what their bookings take.

    Of appointments: one takes its one seat whatever the party; a draft takes it while it is held,
    and what was cancelled until that is final (rule B34); a request for a time that several may
    want takes none (rule B9).
    """
    seats = Case(
        When(bookings__status=Booking.Status.CONFIRMED, then=Value(1)),
        When(
            ~Q(state=Session.State.REQUESTED),
            bookings__status=Booking.Status.PENDING,
            then=Value(1),
        ),
        When(state=Session.State.HELD, bookings__status=Booking.Status.CREATED, then=Value(1)),
        When(
            state=Session.State.HELD,
            bookings__status=Booking.Status.CANCELED,
            bookings__hold_expires_at__isnull=False,
            then=Value(1),
        ),
        default=Value(0),
        output_field=IntegerField(),
    )
    sessions = Session.objects.order_by().filter(kind=Session.Kind.APPOINTMENT)
    if business_id is not None:
        sessions = sessions.filter(business_id=business_id)
    wrong = sessions.annotate(live=Coalesce(Sum(seats), 0)).exclude(live=F("seats_taken"))
    for pk, of, taken, live in wrong.values_list("pk", "business_id", "seats_taken", "live"):
        yield Finding(
            "seats_taken", of, f"session {pk}", f"says {taken} taken, its bookings take {live}"
        )


def find_other_seats(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield live bookings of classes and courses without the seats they need, and firm seats
    that no live booking explains."""
    live = _live(business_id).exclude(APPOINTMENTS)
    wrong = (
        Q(seating__released_at__isnull=False)
        | Q(seating__expires_at__isnull=False)
        | ~Q(seating__seats=F("party_size"))
        | ~Q(kind=Service.Kind.CLASS, seating__session=F("session"))
        & ~Q(kind=Service.Kind.COURSE, seating__course_run=F("course_run"))
    )
    yield from findings_of(live.filter(wrong), "seats_are_kept", "does not keep the seats it needs")
    booking = Booking.objects.filter(seating=OuterRef("pk"), status__in=LIVE)
    firm = Seating.objects.order_by().filter(~Exists(booking), released_at=None, expires_at=None)
    if business_id is not None:
        firm = firm.filter(business_id=business_id)
    for pk, of, seats in firm.values_list("pk", "business_id", "seats"):
        yield Finding("seats_have_a_booking", of, f"seating {pk}", f"keeps {seats} for nobody")


def find_unexplained_overrides(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield occupancies outside the constraint, and sessions and course runs over their places,
    that no override or late payment explains."""
    explained = Booking.objects.filter(EXPLAINED)
    of_one = {} if business_id is None else {"business_id": business_id}
    loose = Occupancy.objects.order_by().filter(
        ~Exists(explained.filter(session_id=OuterRef("session_id"))),
        session__override_reason="",
        enforced=False,
    )
    sessions = Session.objects.order_by().filter(
        ~Exists(explained.filter(session_id=OuterRef("pk"))), overridden=True
    )
    runs = CourseRun.objects.order_by().filter(
        ~Exists(explained.filter(course_run_id=OuterRef("pk"))), overridden=True
    )
    for rows in (loose, sessions, runs):
        what = rows.model._meta.verbose_name
        for pk, of in rows.filter(**of_one).values_list("pk", "business_id"):
            yield Finding("override_has_a_reason", of, f"{what} {pk}", "nobody says why")


def find_time_not_kept(*, business_id: int | None = None, now: datetime) -> Iterator[Finding]:
    """Yield live appointments that do not occupy what they need.

    A coming visit occupies one resource for each requirement of its service; for a past one any
    resource will do, because the owner may have changed the requirements since, and for one that
    somebody had reasons to keep, because a resource may be gone. All of them for one and the same
    span, which covers the visit, and for good.
    """
    fleeting = _firm(business_id).filter(session__expires_at__isnull=False)
    yield from findings_of(fleeting, "time_is_firm", "its time is not kept for good")
    coming = _firm(business_id).annotate(
        kept=Count("session__occupancies"),
        first_start=Min("session__occupancies__starts_at"),
        last_start=Max("session__occupancies__starts_at"),
        first_end=Min("session__occupancies__ends_at"),
        last_end=Max("session__occupancies__ends_at"),
    )
    for needed, service_ids in _services_by_needs(business_id).items():
        rows = coming.filter(service_id__in=service_ids)
        enough = Q(kept=needed) | Q(kept__gt=0) & (Q(ends_at__lte=now) | EXPLAINED)
        yield from findings_of(
            rows.filter(~enough), "time_is_kept", f"does not occupy the {needed} resources it needs"
        )
    apart = (
        ~Q(first_start=F("last_start"))
        | ~Q(first_end=F("last_end"))
        | Q(first_start__gt=F("starts_at"))
        | Q(first_end__lt=F("ends_at"))
    )
    yield from findings_of(
        coming.filter(apart, kept__gt=0), "one_footprint", "its resources are kept differently"
    )


def find_time_for_nobody(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield time that appointments occupy without a live booking, or hold without a draft,
    somebody to whom it is offered, who may take a cancellation back, or who asks to move there."""
    mine = Booking.objects.filter(session_id=OuterRef("session_id"))
    rows = Occupancy.objects.order_by().filter(session__kind=Session.Kind.APPOINTMENT)
    if business_id is not None:
        rows = rows.filter(business_id=business_id)
    is_firm = Q(session__state=Session.State.SCHEDULED)
    is_held = Q(session__state=Session.State.HELD)
    for_nobody = Q(~Exists(mine.filter(status__in=LIVE)))
    just_now = Q(status=Booking.Status.CANCELED, hold_expires_at__isnull=False)
    asked = MoveRequest.objects.filter(session_id=OuterRef("session_id"), state="OPEN")
    for_no_draft = Q(~Exists(mine.filter(Q(status__in=FOR_A_WHILE) | just_now)), ~Exists(asked))
    lost = is_firm & for_nobody | is_held & for_no_draft
    for pk, of, session_id in rows.filter(lost).values_list("pk", "business_id", "session_id"):
        yield Finding(
            "time_has_a_booking", of, f"occupancy {pk}", f"no booking needs session {session_id}"
        )


def find_bookings_of_nothing(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield live bookings of classes and courses that do not take place."""
    goes_on = Q(kind=Service.Kind.CLASS, session__state=Session.State.SCHEDULED) | Q(
        kind=Service.Kind.COURSE, course_run__state=CourseRun.State.OPEN
    )
    rows = _live(business_id).exclude(APPOINTMENTS).filter(~goes_on)
    yield from findings_of(rows, "it_takes_place", "is booked for what does not take place")


def find_other_times(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield live bookings whose own start or end is not that of their session or course."""
    for target, what in (("session", "session"), ("course_run", "course")):
        same = Q(starts_at=F(f"{target}__starts_at"), ends_at=F(f"{target}__ends_at"))
        rows = _live(business_id).filter(~same, **{f"{target}__isnull": False})
        yield from findings_of(rows, f"{what}_time", f"starts or ends unlike its {what}")


def find_late_deadlines(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield requests that are to be answered after what they are for has begun (rule B29)."""
    late = Q(answer_by__gt=F("ends_at")) | Q(
        requested_at__lt=F("starts_at"), answer_by__gt=F("starts_at")
    )
    rows = bookings_of(business_id).filter(late, status=Booking.Status.PENDING)
    words = "is a request that outlives the time it is for"
    yield from findings_of(rows, "requests_end_in_time", words)


def find_long_holds(*, business_id: int | None = None, now: datetime) -> Iterator[Finding]:
    """Yield drafts that hold their time for more than 60 minutes in all; what had run
    out and is taken anew to be paid for is another hold."""
    drafts = bookings_of(business_id).filter(
        status=Booking.Status.CREATED,
        hold_expires_at__gt=F("created_at") + LONGEST_HOLD,
        hold_expires_at__gte=now + LONGEST_HOLD,
    )
    yield from findings_of(drafts, "hold_is_short", "is held longer than an hour")


def find_broken_promises(*, business_id: int | None = None, now: datetime) -> Iterator[Finding]:
    """Yield live bookings ahead that no longer start at the wall-clock time that was promised
    (rule T7): the zone of the venue or the zone database changed under them. What has begun was
    kept, by the clock that the place had then."""
    rows = (
        _live(business_id)
        .filter(starts_at__gt=now)
        .values_list(
            "pk",
            "business_id",
            "reference",
            "starts_at",
            "wall_time",
            Coalesce(NullIf("location__time_zone", Value("")), "business__time_zone"),
        )
    )
    for _pk, of, reference, starts_at, promised, zone in rows.iterator(chunk_size=5000):
        local = starts_at.astimezone(ZoneInfo(zone)).isoformat()[: len("2026-11-26T10:15")]
        if local != promised:
            yield Finding(
                "wall_time", of, f"booking {reference}", f"promised {promised}, is at {local}"
            )


def _services_by_needs(business_id: int | None) -> dict[int, list[int]]:
    services = Service.objects.order_by().annotate(needs=Count("requirements"))
    if business_id is not None:
        services = services.filter(business_id=business_id)
    found: dict[int, list[int]] = {}
    for pk, needs in services.values_list("pk", "needs"):
        found.setdefault(needs, []).append(pk)
    return found


def _live(business_id: int | None) -> QuerySet[Booking]:
    return bookings_of(business_id).filter(status__in=LIVE)


def _firm(business_id: int | None) -> QuerySet[Booking]:
    """Live appointments except requests for a time that several may ask for."""
    open_request = Q(status=Booking.Status.PENDING, session__state=Session.State.REQUESTED)
    return _live(business_id).filter(APPOINTMENTS & ~open_request)
