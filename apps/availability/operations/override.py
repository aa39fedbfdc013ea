"""An override: who acts against what is there, why, and how little of the guard it takes away."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.availability.models import Occupancy

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Override:
    """Why somebody schedules classes although something is in the way, and who: the key of a user.

    Whether that person's role allows it is asked before. Raises ValueError without a reason.
    """

    reason: str
    by_id: int | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an override has a reason")


def leave_out_of_the_guard(rows: Sequence[Occupancy], *, own_session_id: int | None = None) -> None:
    """Mark those new rows as not enforced that meet an enforced one of another session.

    All the others stay under ``resource_occupied_once``. Earlier new rows count as well. To be
    called under the lock of their resources, after the look has deleted expired holds.
    """
    taken = _enforced_around(rows, besides=own_session_id)
    for row in rows:
        spans = taken[row.resource_id]
        row.enforced = not any(start < row.ends_at and row.starts_at < end for start, end in spans)
        if row.enforced:
            spans.append((row.starts_at, row.ends_at))


def _enforced_around(rows: Sequence[Occupancy], *, besides: int | None) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    if not rows:
        return found
    near = Occupancy.objects.filter(
        resource_id__in={row.resource_id for row in rows},
        enforced=True,
        starts_at__lt=max(row.ends_at for row in rows),
        ends_at__gt=min(row.starts_at for row in rows),
    )
    others = near if besides is None else near.exclude(session_id=besides)
    for resource_id, start, end in others.values_list("resource_id", "starts_at", "ends_at"):
        found[resource_id].append((start, end))
    return found
