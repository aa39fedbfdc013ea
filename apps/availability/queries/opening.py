"""Is the business open now, and until when: for the line under its name."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.availability.engine.hours import OpeningHours
from apps.availability.engine.inputs import Search, Shape
from apps.availability.queries.hours import load_hours
from apps.businesses.models import Business

AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Opening:
    """until is the closing time when open, else the next opening; None when there is none soon."""

    is_open: bool
    until: datetime | None


def find_opening(*, business: Business, now: datetime) -> Opening:
    """Read the business's own hours around now and say where now falls, in two queries."""
    today = now.astimezone(business.zone).date()
    day = timedelta(days=1)
    hours = load_hours(business=business, first=today - day, last=today + AHEAD)
    search = Search(
        zone=business.zone,
        business_hours=hours.business,
        resources={},
        requirements=(),
        shape=Shape(duration=60, step=60),
    )
    at = int(now.timestamp())
    spans = OpeningHours(search, at, at + int(AHEAD.total_seconds())).of(None).spans
    for start, end in spans:
        if start <= at < end:
            return Opening(is_open=True, until=datetime.fromtimestamp(end, UTC))
    ahead = [start for start, _end in spans if start > at]
    return Opening(is_open=False, until=datetime.fromtimestamp(ahead[0], UTC) if ahead else None)
