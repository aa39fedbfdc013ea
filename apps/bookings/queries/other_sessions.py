"""Where a booking of a class or a course could go instead (rule B18)."""

from datetime import datetime

from django.db.models import F

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.catalog.models import Service

MOST = 12
Target = Session | CourseRun


def list_other_sessions(*, booking: Booking, now: datetime) -> list[Target]:
    """The coming sessions of the same class with room for the whole party, or the other open runs
    of the same course, soonest first; one query."""
    room = F("seats_taken") + F("seats_offered") + booking.party_size
    if booking.kind == Service.Kind.CLASS:
        sessions = Session.objects.filter(
            service_id=booking.service_id,
            state=Session.State.SCHEDULED,
            starts_at__gt=now,
            capacity__gte=room,
        ).exclude(pk=booking.session_id or 0)
        told = sessions.select_related("business", "location")
        return list(told.order_by("starts_at", "pk")[:MOST])
    if booking.kind == Service.Kind.COURSE:
        runs = CourseRun.objects.filter(
            service_id=booking.service_id,
            state=CourseRun.State.OPEN,
            ends_at__gt=now,
            capacity__gte=room,
        ).exclude(pk=booking.course_run_id or 0)
        told_runs = runs.select_related("business", "location")
        return list(told_runs.order_by("starts_at", "pk")[:MOST])
    return []


def find_other_session(*, booking: Booking, target_id: int) -> Target | None:
    """Return a session of the same class, or a run of the same course; nothing for any other."""
    if booking.kind == Service.Kind.COURSE:
        runs = CourseRun.objects.filter(service_id=booking.service_id)
        return runs.filter(pk=target_id, business_id=booking.business_id).first()
    sessions = Session.objects.filter(service_id=booking.service_id, kind=Session.Kind.CLASS)
    return sessions.filter(pk=target_id, business_id=booking.business_id).first()
