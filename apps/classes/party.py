"""What a party costs once fewer of it come, and whose names go and come (rule B42). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Kind:
    """So many people come as this; key tells kinds apart (0: of no kind), price is for one of them,
    in minor units, as it was booked."""

    key: int
    name: str
    people: int
    price: int


def without(kinds: Sequence[Kind], fewer: Mapping[int, int]) -> list[Kind]:
    """The kinds once so many fewer of each key come: those that joined last go first."""
    left, rest = dict(fewer), []
    for kind in reversed(kinds):
        gone = min(kind.people, left.get(kind.key, 0))
        left[kind.key] = left.get(kind.key, 0) - gone
        if kind.people > gone:
            rest.append(replace(kind, people=kind.people - gone))
    return rest[::-1]


def taken_off(price: int, *, extras: int, before: Sequence[Kind], after: Sequence[Kind]) -> int:
    """What of a price (minor units) goes with those who do not come: their share of all but the
    extras; a fraction of a minor unit is the customer's. Where kinds have no price all weigh the
    same."""
    has_prices = any(it.price for it in before)

    def weight(kinds: Sequence[Kind]) -> int:
        return sum(it.people * (it.price if has_prices else 1) for it in kinds)

    whole = weight(before)
    return -(-max(0, price - extras) * (whole - weight(after)) // whole) if whole else 0


@dataclass(frozen=True, slots=True)
class Names:
    """Whose names go from a booking (keys of its participants), and which come, in order."""

    gone: frozenset[int] = frozenset()
    come: tuple[str, ...] = ()


NO_NAMES = Names()


def names_to_change(*, known: int, before: int, after: int) -> tuple[int, int]:
    """How many of the names on a booking go, and how many have to be told, when so many people come
    instead of so many; none where nobody was named."""
    if not known:
        return 0, 0
    return max(0, known - after), max(0, after - before)
