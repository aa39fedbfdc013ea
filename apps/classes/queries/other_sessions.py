"""Where a booking of a class or a course could go instead (rule B18)."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.bookings.plan_uses import PlanLimits, plan_limits_of
from apps.bookings.queries.joinables import join_rules_of
from apps.bookings.queries.minimum import enough_with
from apps.bookings.queries.requests import may_leave
from apps.catalog.models import Service
from apps.catalog.queries import is_offered, policy_of

MAX_LISTED = 12
ALL = Q()
Target = Session | CourseRun
T = TypeVar("T", Session, CourseRun)


def list_other_sessions(*, booking: Booking, now: datetime) -> list[Target]:
    """The coming sessions of the same class with room for the whole party, or the other open runs
    of the same course, soonest first. What is confirmed goes only where it is decided that it takes
    place, or is with these people (rule B31); what a plan for one person pays, only where that one
    is not already (rule M16). One query, and at most three more with a plan."""
    return _soonest(booking, _apart_from(booking, plan_limits_of(booking), now=now), now=now)


def _soonest(booking: Booking, within: Q = ALL, *, now: datetime) -> list[Target]:
    """The first of those that begin within, whatever else there is."""
    room = F("seats_taken") + F("seats_offered") + booking.party_size
    if booking.kind == Service.Kind.CLASS:
        sessions = Session.objects.filter(
            service_id=booking.service_id,
            state=Session.State.SCHEDULED,
            starts_at__gt=now,
            capacity__gte=room,
        ).exclude(pk=booking.session_id or 0)
        told = _decided(sessions.filter(within), booking, now=now).select_related(
            "business", "location"
        )
        return list(told.order_by("starts_at", "pk")[:MAX_LISTED])
    if booking.kind == Service.Kind.COURSE:
        runs = CourseRun.objects.filter(
            service_id=booking.service_id,
            state=CourseRun.State.OPEN,
            ends_at__gt=now,
            capacity__gte=room,
        ).exclude(pk=booking.course_run_id or 0)
        told_runs = _decided(runs.filter(within), booking, now=now).select_related(
            "business", "location"
        )
        return list(told_runs.order_by("starts_at", "pk")[:MAX_LISTED])
    return []


def _decided(rows: QuerySet[T], booking: Booking, *, now: datetime) -> QuerySet[T]:
    if booking.status != Booking.Status.CONFIRMED:
        return rows
    return enough_with(rows, booking.service, people=booking.party_size, now=now)


def list_open_to(*, booking: Booking, asks: bool = False, now: datetime) -> list[Target]:
    """Those of the other sessions to which customers may take their booking themselves, or with the
    yes of the team (asks), by the same rules as their tap (rules B4, B31, B38); none where it is
    not booked online now. At most two more queries with a plan."""
    if not (asks or may_leave(booking)) or not is_offered(service=booking.service):
        return []
    limits = plan_limits_of(booking)
    rules = join_rules_of(policy_of(service=booking.service))
    within = _apart_from(booking, limits, now=now)
    if limits.ends_at is not None:
        within &= Q(starts_at__lt=limits.ends_at)
    if rules.min_notice_minutes:
        within &= Q(starts_at__gte=now + timedelta(minutes=rules.min_notice_minutes))
    if rules.max_advance_minutes is not None:
        within &= Q(starts_at__lte=now + timedelta(minutes=rules.max_advance_minutes))
    return _soonest(booking, within, now=now)


def _apart_from(booking: Booking, limits: PlanLimits, *, now: datetime) -> Q:
    """Not while the plan pays another visit of its one person: a session, or any date of a run."""
    meanwhile = Q(pk__in=())
    for start, end in limits.taken:
        if end > now:
            meanwhile |= Q(starts_at__lt=end, ends_at__gt=start)
    if booking.kind == Service.Kind.CLASS:
        return ~meanwhile
    dates = Session.objects.filter(meanwhile, state=Session.State.SCHEDULED)
    return Q(~Exists(dates.filter(course_run=OuterRef("pk"))))


def find_other_session(*, booking: Booking, target_id: int) -> Target | None:
    """Return a session of the same class, or a run of the same course; nothing for any other."""
    if booking.kind == Service.Kind.COURSE:
        runs = CourseRun.objects.filter(service_id=booking.service_id)
        return runs.filter(pk=target_id, business_id=booking.business_id).first()
    sessions = Session.objects.filter(service_id=booking.service_id, kind=Session.Kind.CLASS)
    return sessions.filter(pk=target_id, business_id=booking.business_id).first()
