"""Which plans an address has bought: known above this room, and asked here, where a browser says
what it may pay with."""

from collections.abc import Callable, Sequence

Held = Sequence[tuple[int, int]]
"""Plans and their businesses, by id."""

_finders: list[Callable[[str], Held]] = []


def register_finder(find: Callable[[str], Held]) -> None:
    """Let this one say what an address (lower case) has."""
    _finders.append(find)


def held_by_address(email: str) -> Held:
    """Return the plans of an address that was proven; none, and no query, for no address."""
    return [plan for find in _finders for plan in find(email)] if email else []
