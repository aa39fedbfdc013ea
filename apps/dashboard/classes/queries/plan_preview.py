"""The dates of a series before it is written, each with what is in its way."""

from dataclasses import dataclass
from datetime import datetime

from apps.availability.engine.series import SeriesRule
from apps.availability.engine.zones import Resolution
from apps.availability.operations import SessionFacts
from apps.availability.queries.plans import plan_series, preview_sessions
from apps.dashboard.frame.queries.fits import Obstacle, in_names
from apps.dashboard.frame.queries.team import load_team


@dataclass(frozen=True, slots=True)
class PlanLine:
    """resolution: how the wall time was found on that date, where the clocks change (rule T5)."""

    starts_at: datetime
    ends_at: datetime
    resolution: Resolution
    obstacles: tuple[Obstacle, ...]

    @property
    def is_moved(self) -> bool:
        """Whether that date has no such time, or two of them."""
        return self.resolution is not Resolution.EXACT


def preview_series(
    *, rule: SeriesRule, facts: SessionFacts, skip_closed: bool, now: datetime
) -> list[PlanLine]:
    """Look at every date without a lock.

    Raises:
        NoEnd, TooManyDates, NoDates: see ``series_dates``.
    """
    service, location = facts.service, facts.location
    plans = plan_series(rule=rule, service=service, location=location, skip_closed=skip_closed)
    found = preview_sessions(
        service=service,
        location=location,
        resource_ids=facts.resource_ids,
        plans=plans,
        now=now,
    )
    team = load_team(business_id=service.business_id)
    return [
        PlanLine(
            starts_at=it.plan.starts_at,
            ends_at=it.plan.ends_at,
            resolution=it.plan.resolution,
            obstacles=in_names(it.reasons, team=team),
        )
        for it in found
    ]
