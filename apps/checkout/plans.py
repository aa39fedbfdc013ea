"""May this plan pay for that, how many visits does it cost, until when is it good (rule M16). Pure.

Instants are aware UTC; days and months are those of the business's own calendar.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from apps.availability.engine.zones import day_bounds


class PlanKind(StrEnum):
    """A number of visits, a number of visits in each period, or unlimited visits."""

    PACKAGE = "PACKAGE"
    CREDITS = "CREDITS"
    UNLIMITED = "UNLIMITED"


class PlanProblem(StrEnum):
    """Why a plan does not pay for a booking, the most lasting reason first."""

    NOT_BY_PLAN = "NOT_BY_PLAN"
    PAID_ALREADY = "PAID_ALREADY"
    OTHER_SERVICE = "OTHER_SERVICE"
    OVER = "OVER"
    PAUSED = "PAUSED"
    ENDS_BEFORE = "ENDS_BEFORE"
    ONE_PERSON = "ONE_PERSON"
    THERE_ALREADY = "THERE_ALREADY"
    TOO_FEW = "TOO_FEW"


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A plan as it stands: left is how many visits there are, None where nobody counts. is_taken:
    its holder has another visit with it at the time that is asked for."""

    kind: PlanKind
    is_active: bool
    is_paused: bool
    left: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    service_ids: frozenset[int]
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What it should pay for."""

    service_id: int
    needs_approval: bool
    people: int
    starts_at: datetime


def refusal(terms: PlanTerms, wanted: Wanted) -> PlanProblem | None:
    """Why the plan cannot pay for it; None when it can.

    What the team has to approve is never paid by plan. Who pays as many visits as they like comes
    alone, and to one of them at a time. The visit has to begin before the plan ends.
    """
    if wanted.needs_approval:
        return PlanProblem.NOT_BY_PLAN
    if wanted.service_id not in terms.service_ids:
        return PlanProblem.OTHER_SERVICE
    if terms.is_paused:
        return PlanProblem.PAUSED
    if not terms.is_active:
        return PlanProblem.OVER
    if terms.ends_at is not None and wanted.starts_at >= terms.ends_at:
        return PlanProblem.ENDS_BEFORE
    return _too_many_at_once(terms, wanted)


def _too_many_at_once(terms: PlanTerms, wanted: Wanted) -> PlanProblem | None:
    if terms.kind is PlanKind.UNLIMITED and wanted.people > 1:
        return PlanProblem.ONE_PERSON
    if terms.kind is PlanKind.UNLIMITED and terms.is_taken:
        return PlanProblem.THERE_ALREADY
    if terms.left is not None and terms.left < wanted.people:
        return PlanProblem.TOO_FEW
    return None


def visits_for(terms: PlanTerms, *, people: int) -> int:
    """How many visits a booking uses: one for each person, none where nobody counts."""
    return 0 if terms.kind is PlanKind.UNLIMITED else people


def good_until(
    *,
    kind: PlanKind,
    begins_on: date,
    valid_days: int | None,
    period_months: int | None,
    periods: int,
    zone: ZoneInfo,
) -> datetime | None:
    """The instant at which a plan ends: midnight of the business, so that its last day is whole.

    Periods are counted from the first day, so that a membership of the 31st is back on the 31st
    after a short month. None: it never ends.
    """
    if kind is PlanKind.PACKAGE:
        if valid_days is None:
            return None
        last = begins_on + timedelta(days=valid_days)
        return datetime.fromtimestamp(day_bounds(zone, last)[1], UTC)
    first_day_after = begins_on + relativedelta(months=(period_months or 1) * periods)
    return datetime.fromtimestamp(day_bounds(zone, first_day_after)[0], UTC)
