"""Which classes are wanted, and when the next of them begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.availability.models import Session
from apps.availability.queries.crew import Crew, find_crews
from apps.businesses.models import Business, Clock
from apps.kernel.spans import week_start
from apps.web.formatting import week_starts_of

NOON, EVENING = 12, 17
MAX_SCANNED = 300


class Part(StrEnum):
    """A part of the day to filter by, on the clock of the place."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the week is wanted: one class, one teacher (the id of their resource), one part of
    the day, room for so many people."""

    service: str = ""
    teacher: int | None = None
    part: Part | None = None
    people: int = 1


@dataclass(frozen=True, slots=True)
class Coming:
    """The next class: its start (UTC), to be told on the clock of zone."""

    starts_at: datetime
    zone: ZoneInfo

    @property
    def on(self) -> date:
        return self.starts_at.astimezone(self.zone).date()


def public_classes(business: Business) -> QuerySet[Session]:
    """The sessions of classes that the public may see, cancelled ones too."""
    return Session.objects.filter(
        business=business,
        kind=Session.Kind.CLASS,
        service__hidden=False,
        service__retired_at=None,
    )


def is_wanted(
    session: Session, crews: Mapping[int, Crew], filters: Filters, business: Business
) -> bool:
    """Whether a session is one of those that the filters ask for."""
    hour = session.starts_at.astimezone(Clock(business, session.location).zone).hour
    part = Part.MORNING if hour < NOON else Part.AFTERNOON if hour < EVENING else Part.EVENING
    return (
        filters.service in {"", session.service.slug if session.service else ""}
        and filters.part in {None, part}
        and filters.teacher in {None, crews.get(session.pk, Crew()).lead_id}
        and (filters.people <= 1 or session.seats_left >= filters.people)
    )


def find_opening_week(*, business: Business, filters: Filters, now: datetime) -> date | None:
    """Return the first day of the week of the next class that is wanted, None without one."""
    coming = find_next_class(business, filters, after=now)
    if coming is None:
        return None
    return week_start(coming.on, week_starts=week_starts_of(business.locale))


def find_next_class(business: Business, filters: Filters, *, after: datetime) -> Coming | None:
    """The next class with these filters, within the sessions that are looked at."""
    coming = public_classes(business).filter(state=Session.State.SCHEDULED, starts_at__gt=after)
    if filters.service:
        coming = coming.filter(service__slug=filters.service)
    if filters.teacher is not None:
        coming = coming.filter(occupancies__resource_id=filters.teacher)
    if filters == Filters(service=filters.service):
        first = coming.select_related("location").order_by("starts_at").first()
        return _coming(first, business) if first else None
    told = coming.select_related("service", "location")
    rows = list(told.order_by("starts_at", "pk")[:MAX_SCANNED])
    crews = find_crews(session_ids=[it.pk for it in rows])
    wanted = (it for it in rows if is_wanted(it, crews, filters, business))
    return next((_coming(it, business) for it in wanted), None)


def _coming(session: Session, business: Business) -> Coming:
    return Coming(session.starts_at, Clock(business, session.location).zone)


def last_class_on(*, business: Business, now: datetime) -> date | None:
    """The date of the last class that is scheduled, for how far the weeks can be turned."""
    coming = public_classes(business).filter(state=Session.State.SCHEDULED, starts_at__gte=now)
    last = coming.select_related("location").order_by("-starts_at").first()
    return _coming(last, business).on if last else None


def get_class_session(*, business: Business, session_id: int) -> Session:
    """Return a session of a class of this business that the public may see, cancelled ones too.

    Raises:
        Session.DoesNotExist: there is none.
    """
    found = public_classes(business).select_related("location").get(pk=session_id)
    found.business = business
    return found
