"""Who and what can be booked in a business, by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.catalog.models import Resource


@dataclass(frozen=True, slots=True)
class TeamResource:
    """A person, room or machine; name is the short one people are called by."""

    resource_id: int
    type_id: int
    name: str
    full_name: str
    rank: int
    is_staff: bool


Team = Mapping[int, TeamResource]


def load_team(*, business_id: int) -> Team:
    """Return every active resource of the business by id, in the owner's order; one query."""
    rows = (
        Resource.objects.filter(business_id=business_id, active=True)
        .order_by("rank", "pk")
        .values_list(
            "pk", "type_id", "name", "rank", "staff_member__name", "staff_member__short_name"
        )
    )
    return {
        pk: TeamResource(
            resource_id=pk,
            type_id=type_id,
            name=short_name or name,
            full_name=full_name or name,
            rank=rank,
            is_staff=full_name is not None,
        )
        for pk, type_id, name, rank, full_name, short_name in rows
    }
