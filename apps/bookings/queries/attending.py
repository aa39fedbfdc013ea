from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from apps.availability.models import Session
from apps.bookings.models import Booking

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


def find_attending(*, business_id: int, session_id: int) -> QuerySet[Booking]:
    """The live bookings of a class session, or of the course run it belongs to, oldest first."""
    run = Session.objects.filter(pk=session_id, course_run__isnull=False).values("course_run_id")
    return (
        Booking.objects.filter(business_id=business_id, status__in=LIVE)
        .exclude(kind="APPOINTMENT")
        .filter(Q(session_id=session_id) | Q(course_run_id__in=run))
        .order_by("pk")
    )


class Scope(StrEnum):
    """How much of a series is meant."""

    THIS = "THIS"
    LATER = "LATER"
    ALL = "ALL"


def sessions_in(*, session: Session, scope: Scope, now: datetime) -> list[int]:
    """The ids of the sessions that are meant, in order of their keys; none that is over."""
    if scope is Scope.THIS or session.series_id is None:
        return [session.pk]
    ahead = Session.objects.filter(
        series_id=session.series_id, state=Session.State.SCHEDULED, ends_at__gt=now
    )
    if scope is Scope.LATER:
        ahead = ahead.filter(starts_at__gte=session.starts_at)
    return list(ahead.order_by("pk").values_list("pk", flat=True))
