"""Who teaches a session and where it happens, read from what it occupies."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from apps.availability.models import Occupancy


@dataclass(frozen=True, slots=True)
class Crew:
    """Short names of the people and names of the other resources of one session.

    lead_id is the resource of the first person, None when nobody is needed.
    """

    people: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    lead_id: int | None = None
    resource_ids: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """ "Noor, Pier room"."""
        return ", ".join((*self.people, *self.rooms))


def find_crews(*, session_ids: Collection[int]) -> dict[int, Crew]:
    """Return the crew of each session that still occupies anything, in one query."""
    rows = Occupancy.objects.filter(session_id__in=session_ids).order_by(
        "session_id", "resource__type__is_staff", "resource__rank", "resource_id"
    )
    found: dict[int, list[tuple[int, str, bool]]] = defaultdict(list)
    for session_id, resource_id, name, short, is_staff in rows.values_list(
        "session_id",
        "resource_id",
        "resource__name",
        "resource__staff_member__short_name",
        "resource__type__is_staff",
    ):
        found[session_id].append((resource_id, short or name, is_staff))
    return {session_id: _crew(members) for session_id, members in found.items()}


def _crew(members: list[tuple[int, str, bool]]) -> Crew:
    people = [(pk, name) for pk, name, is_staff in members if is_staff]
    return Crew(
        people=tuple(name for _pk, name in people),
        rooms=tuple(name for _pk, name, is_staff in members if not is_staff),
        lead_id=people[0][0] if people else None,
        resource_ids=tuple(pk for pk, _name, _is_staff in members),
    )
