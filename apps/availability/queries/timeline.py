"""What is open and what is taken, as numbers the engine can sweep: weekly hours and exceptions of a
business, its services and its resources, which are remembered, and what occupies resources."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import BigIntegerField, Func

from apps.availability.engine.free import OpeningHours
from apps.availability.engine.inputs import DateRule, Hours, Search, Shape, WeeklyRange
from apps.availability.engine.zones import day_bounds
from apps.availability.models import Occupancy
from apps.availability.models.occupancy import Occupancies
from apps.businesses.models import Business
from apps.businesses.queries import Remembered
from apps.kernel.spans import Span, Spans, month_end

# Plain SQL: composing it anew takes longer than the answer. Read rarely, as the book is remembered.
WEEKLY = """
    SELECT schedule.id, schedule.resource_id, schedule.service_id,
           schedule.follows_business, week.weekday,
           week.starts_minute, week.ends_minute, week.valid_from, week.valid_to, week.location_id
    FROM availability_schedule AS schedule
    LEFT JOIN availability_weeklyhours AS week ON week.schedule_id = schedule.id
    WHERE schedule.business_id = %s
    ORDER BY schedule.id, week.weekday, week.starts_minute
"""
SPECIAL = """
    SELECT special.schedule_id, special."on", special.location_id, special.starts_minute,
           special.ends_minute
    FROM availability_dateexception AS special
    JOIN availability_schedule AS schedule ON schedule.id = special.schedule_id
    WHERE schedule.business_id = %s AND special."on" BETWEEN %s AND %s
"""
AHEAD = timedelta(days=8)


class Owner(NamedTuple):
    """Whose schedule it is; without resource and service it is the business itself."""

    resource_id: int | None
    service_id: int | None
    follows: bool


@dataclass(frozen=True, slots=True)
class HoursBook:
    """All hours of a business by owner; who is missing follows the business, or adds no limit."""

    business: Hours
    services: dict[int, Hours]
    resources: dict[int, Hours]


_books: Remembered[HoursBook] = Remembered(most=300)


def load_hours(
    *,
    business: Business,
    service_ids: Collection[int] = (),
    resource_ids: Collection[int] = (),
    first: date,
    last: date,
) -> HoursBook:
    """Return the hours of the business and of these services and resources.

    Dates are local, first and last included. The weeks and the exceptions of whole months are
    remembered for as long as the business's setup stays as it is; else it takes two queries.
    """
    book = load_hours_book(business=business, first=first, last=last)
    return HoursBook(
        business=book.business,
        services={pk: book.services[pk] for pk in service_ids if pk in book.services},
        resources={pk: book.resources[pk] for pk in resource_ids if pk in book.resources},
    )


def load_hours_book(*, business: Business, first: date, last: date) -> HoursBook:
    """Return every owner's hours for the local dates first..last (inclusive); see load_hours."""
    months = (first.replace(day=1), month_end(last))

    def read() -> HoursBook:
        return _read(business.pk, first=months[0], last=months[1])

    return _books.get(business, months, read)


def _read(business_id: int, *, first: date, last: date) -> HoursBook:
    owners, weekly = _load_weekly(business_id)
    rules = _load_rules(business_id, first=first, last=last)
    whole, services, resources = Hours(), dict[int, Hours](), dict[int, Hours]()
    for pk, owner in owners.items():
        hours = Hours(weekly=_weekly_of(weekly[pk], owner=owner), exceptions=rules.get(pk, ()))
        if owner.resource_id is not None:
            resources[owner.resource_id] = hours
        elif owner.service_id is not None:
            services[owner.service_id] = hours
        else:
            whole = hours
    return HoursBook(whole, services, resources)


def _weekly_of(ranges: list[WeeklyRange], *, owner: Owner) -> tuple[WeeklyRange, ...] | None:
    """None follows the business's week, as the owner asked; no hours are no hours."""
    return None if owner.follows else tuple(ranges)


def _load_weekly(
    business_id: int,
) -> tuple[dict[int, Owner], dict[int, list[WeeklyRange]]]:
    owners: dict[int, Owner] = {}
    weekly: dict[int, list[WeeklyRange]] = defaultdict(list)
    for pk, resource_id, service_id, follows, weekday, *values in _fetch(WEEKLY, [business_id]):
        owners[pk] = Owner(resource_id, service_id, bool(follows))
        if weekday is not None:
            starts, ends, valid_from, valid_to, location_id = values
            dates = (_date_of(valid_from), _date_of(valid_to))
            weekly[pk].append(WeeklyRange(weekday, starts, ends, *dates, location_id))
    return owners, weekly


def _load_rules(business_id: int, *, first: date, last: date) -> dict[int, tuple[DateRule, ...]]:
    day = timedelta(days=1)
    adapt = connection.ops.adapt_datefield_value
    around = [adapt(first - day), adapt(last + day)]
    rows = _fetch(SPECIAL, [business_id, *around])
    found: dict[tuple[int, Any, Any], list[tuple[int, int] | None]] = defaultdict(list)
    for schedule_id, on, location_id, starts, ends in rows:
        closed = starts is None or ends is None
        found[(schedule_id, _date_of(on), location_id)].append(None if closed else (starts, ends))
    rules: dict[int, list[DateRule]] = defaultdict(list)
    for (schedule_id, on, location_id), listed in sorted(
        found.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0)
    ):
        ranges = [it for it in listed if it is not None]
        is_open = len(ranges) == len(listed)
        rules[schedule_id].append(
            DateRule(on, tuple(sorted(ranges)) if is_open else (), location_id)
        )
    return {pk: tuple(listed) for pk, listed in rules.items()}


def _fetch(statement: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def _date_of(value: date | str | None) -> date | None:
    """SQLite hands dates over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class EpochSeconds(Func):
    """The instant as whole Unix seconds; no zone takes part (rule T16)."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        # In half the time of EXTRACT, which is a numeric.
        template = "date_part('epoch', %(expressions)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **kwargs)

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **kwargs)


class BusyRow(NamedTuple):
    """One occupied span in Unix seconds; expires_at is None unless it is a hold."""

    resource_id: int
    starts_at: int
    ends_at: int
    session_id: int
    expires_at: int | None

    def blocks(self, *, now: int) -> bool:
        """Tell whether this row counts: an expired hold blocks nobody (rule C5)."""
        return self.expires_at is None or self.expires_at > now


def find_busy_rows(*, resource_ids: Collection[int], starts_at: int, ends_at: int) -> list[BusyRow]:
    """Return every occupancy that touches [starts_at, ends_at) in Unix seconds.

    Overridden rows and expired holds are among them; whoever asks decides what counts (rule C2:
    the look sees all rows).
    """
    rows = Occupancy.objects.filter(resource_id__in=resource_ids)
    return busy_rows_of(rows.touching(Span.from_seconds((starts_at, ends_at))))


def busy_rows_of(rows: Occupancies) -> list[BusyRow]:
    """Return these rows of occupied time in Unix seconds, in one query."""
    columns = rows.values_list("resource_id", "starts_at", "ends_at", "session_id", "expires_at")
    return [
        BusyRow(pk, _seconds(start), _seconds(end), session_id, _seconds(until) if until else None)
        for pk, start, end, session_id, until in columns
    ]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def read_busy_spans(
    *, resource_ids: Collection[int], span: Span, besides: int | None, now: datetime
) -> list[tuple[int, int, int]]:
    """Return (resource id, start, end) in Unix seconds of what counts now and touches a span, as
    bare tuples, for a month of many people; besides is a session that is in nobody's way."""
    rows = Occupancy.objects.filter(resource_id__in=resource_ids).touching(span).live(now)
    others = rows if besides is None else rows.exclude(session_id=besides)
    seconds = (EpochSeconds("starts_at"), EpochSeconds("ends_at"))
    return list(others.values_list("resource_id", *seconds))


@dataclass(frozen=True, slots=True)
class Opening:
    """until is the closing time when open, else the next opening; None when there is none soon."""

    is_open: bool
    until: datetime | None


def find_opening(*, business: Business, now: datetime) -> Opening:
    """Read the business's own hours around now and say where now falls, in two queries."""
    at = int(now.timestamp())
    today = now.astimezone(business.zone).date()
    spans = _open_spans(
        business,
        zone=business.zone,
        location_id=None,
        dates=(today - timedelta(days=1), today + AHEAD),
        seconds=(at, at + int(AHEAD.total_seconds())),
    )
    for start, end in spans:
        if start <= at < end:
            return Opening(is_open=True, until=datetime.fromtimestamp(end, UTC))
    ahead = [start for start, _end in spans if start > at]
    return Opening(is_open=False, until=datetime.fromtimestamp(ahead[0], UTC) if ahead else None)


def find_hours_on(
    *, business: Business, location_id: int | None, zone: ZoneInfo, on: date
) -> list[tuple[datetime, datetime]]:
    """When a place opens on a date of its clock (zone), as starts and ends in UTC, in order; []
    when it is closed. What began the evening before belongs to that day. Two queries, mostly none.
    """
    low, high = day_bounds(zone, on)
    spans = _open_spans(
        business,
        zone=zone,
        location_id=location_id,
        dates=(on - timedelta(days=1), on),
        seconds=(low, high),
    )
    return [
        (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in spans
        if low <= start < high
    ]


def _open_spans(
    business: Business,
    *,
    zone: ZoneInfo,
    location_id: int | None,
    dates: tuple[date, date],
    seconds: tuple[int, int],
) -> Spans:
    """The opening hours of a place, merged, around a span of seconds."""
    hours = load_hours(business=business, first=dates[0], last=dates[1])
    search = Search(
        zone=zone,
        business_hours=hours.business,
        resources={},
        requirements=(),
        shape=Shape(duration=60, step=60),
        location_id=location_id,
    )
    return OpeningHours(search, *seconds).of(None).spans
