"""Is every occupied minute occupied once, and by somebody? Each rule is one statement, so it is
right beside live traffic too, and one pass over the table, so it is quick on a million rows."""

from collections.abc import Iterator

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, RowRange, Sum, Window
from django.db.models.functions import Coalesce

from apps.availability.models import CourseRun, Occupancy, Session
from apps.availability.queries.timeline import EpochSeconds
from apps.ledger.finding import Finding


def find_overlaps(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield enforced occupancies that begin before an earlier one of their resource has ended.

    Expired holds count: the database refuses to store a row over them, too (rule C3).
    """
    earlier_end = Window(
        Max("ends_at"),
        partition_by="resource_id",
        order_by=["starts_at", "pk"],
        frame=RowRange(start=None, end=-1),
    )
    rows = _occupancies(business_id).filter(enforced=True).annotate(earlier_end=earlier_end)
    overlapping = rows.filter(earlier_end__gt=F("starts_at"))
    for pk, of, resource_id, starts_at in overlapping.values_list(
        "pk", "business_id", "resource_id", "starts_at"
    ):
        yield Finding(
            "resource_occupied_once",
            of,
            f"occupancy {pk}",
            f"resource {resource_id} is taken twice at {starts_at:%Y-%m-%d %H:%M}Z",
        )


def find_ownerless_time(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield occupancies without a session, or of a session that occupies nothing."""
    keeps = Q(state=Session.State.SCHEDULED) | Q(state=Session.State.HELD)
    session = Session.objects.filter(keeps, pk=OuterRef("session_id"))
    rows = _occupancies(business_id).filter(~Exists(session))
    for pk, of, session_id in rows.values_list("pk", "business_id", "session_id"):
        yield Finding(
            "time_has_an_owner",
            of,
            f"occupancy {pk}",
            f"session {session_id} is not scheduled nor held",
        )


def find_holds_for_ever(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield held sessions whose occupancies would not expire with them, and the reverse."""
    rows = _occupancies(business_id).exclude(expires_at=F("session__expires_at"))
    rows = rows.exclude(expires_at=None, session__expires_at=None)
    for pk, of, session_id in rows.values_list("pk", "business_id", "session_id"):
        yield Finding(
            "hold_expires_as_one",
            of,
            f"occupancy {pk}",
            f"does not expire together with its session {session_id}",
        )


def find_wrong_footprints(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield occupancies that are not their session with the clean-up before and after it.

    The clean-up is what the session was taken with: a service that has another one since changes
    nothing that is booked. Sessions that have none written down were taken before it was kept.
    """
    kept = _occupancies(business_id).filter(
        session__buffer_before_minutes__isnull=False, session__buffer_after_minutes__isnull=False
    )
    found = kept.annotate(
        before=EpochSeconds("session__starts_at") - EpochSeconds("starts_at"),
        after=EpochSeconds("ends_at") - EpochSeconds("session__ends_at"),
    ).exclude(
        before=F("session__buffer_before_minutes") * 60,
        after=F("session__buffer_after_minutes") * 60,
    )
    for pk, of, session_id in found.values_list("pk", "business_id", "session_id"):
        yield Finding(
            "footprint_is_visit_and_buffers",
            of,
            f"occupancy {pk}",
            f"is not session {session_id} with its clean-up",
        )


def find_idle_overrides(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield sessions and course runs outside the guard of their places that have enough of them."""
    of_one = {} if business_id is None else {"business_id": business_id}
    enough = Q(capacity__gte=F("seats_taken") + F("seats_offered"))
    for rows in (Session.objects.order_by(), CourseRun.objects.order_by()):
        idle = rows.filter(enough, **of_one, overridden=True)
        for pk, of in idle.values_list("pk", "business_id"):
            yield Finding(
                "override_overrides_something",
                of,
                f"{rows.model._meta.verbose_name} {pk}",
                "has places enough and no need of its override",
            )


def find_miscounted_seatings(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield classes and course runs whose seats_taken is not what their seatings take (rule C6)."""
    live = Q(seatings__released_at=None)
    of_one = {} if business_id is None else {"business_id": business_id}
    for rows in (Session.objects.filter(kind=Session.Kind.CLASS), CourseRun.objects.all()):
        counted = (
            rows.filter(**of_one)
            .order_by()
            .annotate(live=Coalesce(Sum("seatings__seats", filter=live), 0))
        )
        wrong = counted.exclude(live=F("seats_taken"))
        for pk, of, taken, seats in wrong.values_list("pk", "business_id", "seats_taken", "live"):
            yield Finding(
                "seats_are_counted",
                of,
                f"{rows.model._meta.verbose_name} {pk}",
                f"says {taken} taken, its seatings take {seats}",
            )


def find_courses_of_other_days(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield open runs of a course that do not last from the first to the last date that takes
    place, or that have none (rule B15)."""
    runs = CourseRun.objects.filter(state=CourseRun.State.OPEN).order_by()
    if business_id is not None:
        runs = runs.filter(business_id=business_id)
    takes_place = Q(sessions__state=Session.State.SCHEDULED)
    counted = runs.annotate(
        first=Min("sessions__starts_at", filter=takes_place),
        last=Max("sessions__ends_at", filter=takes_place),
    )
    wrong = counted.exclude(
        starts_at=F("first"), ends_at=F("last"), first__isnull=False, last__isnull=False
    )
    for pk, of in wrong.values_list("pk", "business_id"):
        yield Finding("course_spans_its_dates", of, f"course run {pk}", "lasts unlike its dates")


def _occupancies(business_id: int | None) -> QuerySet[Occupancy]:
    rows = Occupancy.objects.order_by()
    return rows if business_id is None else rows.filter(business_id=business_id)
