"""What the page of a course shows: its runs with all their dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from apps.availability.models import CourseRun, Seating, Session, has_lapsed
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.joining import Joinable, Joining, may_join, price_to_join, sessions_left
from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.queries.drafts import own_hold
from apps.bookings.queries.joinables import (
    Browser,
    count_waiting_for_runs,
    has_line,
    join_rules_of,
    own_enrolments,
)
from apps.bookings.queries.minimum import Progress, progress_of_runs
from apps.bookings.queries.offered import policy_of
from apps.bookings.queries.service_page import Quote, quote_of_price
from apps.bookings.reductions import choice_words
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_offered, zone_of
from apps.classes.queries.session_page import VariantLine, lines_of

SHOWN_DATES = 4


@dataclass(frozen=True, slots=True)
class CourseDate:
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    is_canceled: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, told on the clock of zone, that of its place. joining says whether these people may
    enrol now; over counts sessions begun."""

    pk: int
    name: str
    starts_at: datetime
    zone: ZoneInfo
    crew: str
    dates: tuple[CourseDate, ...]
    over: int
    total: int
    joining: Joining
    quote: Quote
    is_reduced: bool
    own_reference: str
    waiting: int
    may_wait: bool
    progress: Progress | None

    @property
    def quote_id(self) -> str:
        """The id of its price on the page."""
        return f"quote-{self.pk}"

    @property
    def first_dates(self) -> tuple[CourseDate, ...]:
        return self.dates[:SHOWN_DATES]

    @property
    def more_dates(self) -> tuple[CourseDate, ...]:
        return self.dates[SHOWN_DATES:]


@dataclass(frozen=True, slots=True)
class CoursePage:
    service: Service
    runs: tuple[RunRow, ...]
    offered: bool
    lines: tuple[VariantLine, ...]
    people: int
    most: int
    policy: Policy
    discount_words: str


def get_course_page(*, choice: Choice, browser: Browser, now: datetime) -> CoursePage:
    """Read the open runs of a course that are not over, in eight queries however many they are, and
    one more for a browser that may hold places, which are free to it."""
    service = choice.service
    runs = list(
        CourseRun.objects.filter(service=service, state=CourseRun.State.OPEN, ends_at__gt=now)
        .select_related("location")
        .order_by("starts_at", "pk")
    )
    sessions = _sessions(runs)
    crews = find_crews(session_ids=[first.pk for first in map(_first, sessions.values()) if first])
    held = own_hold(browser=browser, business_id=service.business_id, now=now)
    free = _free_again(runs, held=held, now=now)
    own = own_enrolments(browser=browser, run_ids=[run.pk for run in runs])
    waiting = count_waiting_for_runs(run_ids=[run.pk for run in runs])
    progress = progress_of_runs(runs=runs, service=service, now=now)
    return CoursePage(
        service=service,
        runs=tuple(
            _row(
                run,
                sessions.get(run.pk, ()),
                crews,
                free=free,
                own=own,
                waiting=waiting,
                progress=progress,
                choice=choice,
                now=now,
            )
            for run in runs
        ),
        offered=is_offered(service=service),
        lines=lines_of(choice),
        people=choice.party_size,
        most=choice.policy.max_participants,
        policy=policy_of(choice.policy),
        discount_words=choice_words(choice, now=now),
    )


def shift_of(run: RunRow, *, zone: ZoneInfo) -> datetime | None:
    """The first date (UTC) that begins at another hour of this zone than the first one does.

    The clocks there and at the venue do not change together (golden case R04). None when all dates
    begin alike.
    """
    walls = [date.starts_at.astimezone(zone).time() for date in run.dates]
    return next(
        (date.starts_at for date, wall in zip(run.dates, walls, strict=True) if wall != walls[0]),
        None,
    )


def get_open_run(*, service: Service, run_id: int) -> CourseRun:
    """Return a run of this course, cancelled and past ones too.

    Raises:
        CourseRun.DoesNotExist: there is none.
    """
    return CourseRun.objects.select_related("location", "business").get(service=service, pk=run_id)


def _sessions(runs: Sequence[CourseRun]) -> dict[int, list[Session]]:
    found: dict[int, list[Session]] = {run.pk: [] for run in runs}
    for session in Session.objects.filter(course_run__in=runs).order_by("starts_at", "pk"):
        found[session.course_run_id or 0].append(session)
    return found


def _first(sessions: Sequence[Session]) -> Session | None:
    """The first date that takes place."""
    return next((it for it in sessions if it.state == Session.State.SCHEDULED), None)


def _free_again(
    runs: Sequence[CourseRun], *, held: Booking | None, now: datetime
) -> dict[int | None, int]:
    """Places that still count as taken: their hold has ended, or it is the visitor's own."""
    mine = held.seating_id if held is not None else None
    kept = Seating.objects.filter(course_run__in=runs, released_at=None)
    freed = kept.filter(has_lapsed(now) | Q(pk=mine or 0))
    counted = freed.values("course_run_id").annotate(places=Sum("seats"))
    return dict(counted.values_list("course_run_id", "places"))


def _row(
    run: CourseRun,
    sessions: Sequence[Session],
    crews: Mapping[int, Crew],
    *,
    free: Mapping[int | None, int],
    own: Mapping[int, str],
    waiting: Mapping[int, int],
    progress: Mapping[int, Progress],
    choice: Choice,
    now: datetime,
) -> RunRow:
    held = [it for it in sessions if it.state == Session.State.SCHEDULED]
    joinable = _joinable(run, held, free=free.get(run.pk, 0))
    rules = join_rules_of(choice.policy)
    price = price_to_join(choice.price, joinable, prorates=choice.service.prorates, now=now)
    first = _first(sessions)
    crew = crews.get(first.pk, Crew()) if first else Crew()
    return RunRow(
        pk=run.pk,
        name=run.name,
        starts_at=run.starts_at,
        zone=zone_of(service=choice.service, location=run.location),
        crew=crew.words,
        dates=tuple(_date(it, now=now) for it in sessions),
        over=len(held) - sessions_left(joinable, now=now),
        total=len(held),
        joining=may_join(joinable, rules=rules, seats=choice.party_size, now=now),
        quote=quote_of_price(price, minutes=choice.duration_minutes),
        is_reduced=price.total != choice.price.total,
        own_reference=own.get(run.pk, ""),
        waiting=waiting.get(run.pk, 0) if has_line(choice.service) else 0,
        may_wait=has_line(choice.service)
        and waiting.get(run.pk, 0) < choice.policy.waitlist_capacity,
        progress=progress.get(run.pk),
    )


def _joinable(run: CourseRun, held: Sequence[Session], *, free: int) -> Joinable:
    return Joinable(
        starts=tuple(it.starts_at for it in held),
        ends_at=run.ends_at,
        takes_place=True,
        seats_left=run.seats_left + free,
    )


def _date(session: Session, *, now: datetime) -> CourseDate:
    return CourseDate(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        is_over=session.starts_at <= now,
        is_canceled=session.state == Session.State.CANCELED,
    )
