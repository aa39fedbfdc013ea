"""How many come on a booking, and what changes if fewer or more do: the page that shows it and the
operation that does it ask here (rules B4, B42)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from apps.availability.operations import NoSeats
from apps.bookings.joining import Joining, may_join, price_to_join
from apps.bookings.joining import Obstacle as TimeObstacle
from apps.bookings.models import Booking
from apps.bookings.operations.errors import CannotJoin, NotBookable, TooManyPeople
from apps.bookings.policy import is_free_now, may_cancel
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.joinables import (
    has_places,
    has_room_for,
    has_time_for_more,
    join_rules_of,
    joinable_of,
)
from apps.bookings.states import Status
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice, UnknownChoice, choose, is_offered, policy_of
from apps.classes.party import Kind, taken_off, without
from apps.kernel.refusals import Refusal


class Obstacle(StrEnum):
    """Why nobody can be taken off or added here."""

    FIXED = "FIXED"
    NOT_FREE = "NOT_FREE"
    NOBODY = "NOBODY"
    MONEY = "MONEY"
    PLAN = "PLAN"
    OVER = "OVER"
    MARKED = "MARKED"


class PartyFixed(Refusal):
    """It stays as it is, for this reason."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class NobodyLeft(PartyFixed):
    """Nobody at all would come: a mistake of whoever typed it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(Obstacle.NOBODY)


class NamesMissing(Refusal):
    """Not said who of those on the booking stays away, or what those are called who are added."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Party:
    """Who comes now, and of which other kinds people could come."""

    kinds: tuple[Kind, ...]
    others: tuple[tuple[int, str], ...] = ()

    @property
    def counts(self) -> Counter[int]:
        """How many come, by key."""
        counted: Counter[int] = Counter()
        for kind in self.kinds:
            counted[kind.key] += kind.people
        return counted

    @property
    def names(self) -> dict[int, str]:
        """Every key that can be asked for, in order, with its name."""
        return {it.key: it.name for it in self.kinds} | dict(self.others)


def may_change_party(*, booking: Booking, is_team: bool = False) -> bool:
    """Whether its page asks how many come: it has places, or is an appointment for several, nobody
    has to say yes to others but the team, and no kind of its people is gone. Its service comes
    joined; one query."""
    if booking.kind == Service.Kind.APPOINTMENT:
        is_open = has_time_for_more(booking, is_team=is_team) and may_bring_several(booking)
    else:
        is_open = has_places(booking, is_team=is_team)
    if not is_open:
        return False
    return not booking.mix.filter(variant=None).exists()


def may_bring_several(booking: Booking) -> bool:
    """Whether it is for more people than one, or could be; no query."""
    return booking.party_size > 1 or has_room_for(booking, more=1)


def offers_party_change(*, booking: Booking, now: datetime) -> bool:
    """Whether its page leads there: it may be for several, and has not begun; of a course that has,
    as long as one may still join it. Its service comes joined; one query, and three more of a
    course that has begun."""
    if not may_bring_several(booking) or not may_change_party(booking=booking):
        return False
    if now < booking.starts_at:
        return True
    run = booking.course_run
    if run is None:
        return False
    rules = join_rules_of(policy_of(service=booking.service))
    return may_join(joinable_of(run, besides=None, now=now), rules=rules, seats=1, now=now).is_open


def party_of(booking: Booking) -> Party:
    """Who comes on a booking, by priced kinds where it was booked so. Two queries."""
    rows = list(booking.mix.exclude(variant=None).order_by("pk"))
    if not rows:
        return Party((Kind(0, "", booking.party_size, 0),))
    kinds = tuple(Kind(it.variant_id or 0, it.name, it.people, it.price) for it in rows)
    known = {it.key for it in kinds}
    others = [(it.pk, it.name) for it in booking.service.all_variants if it.pk not in known]
    return Party(kinds, tuple(others))


@dataclass(frozen=True, slots=True)
class PartyChange:
    """Who comes then; what goes off the price and what comes on top of it (minor units), both None
    where the price is agreed later. fewer names the kinds of those who are taken off, gone is how
    many they are, more is how many are added."""

    kinds: tuple[Kind, ...]
    less: int | None
    plus: int | None
    fewer: frozenset[str]
    gone: int
    more: int

    @property
    def people(self) -> int:
        return sum(it.people for it in self.kinds)

    def price(self, before: int | None) -> int | None:
        """What all of it costs then."""
        if before is None or self.less is None or self.plus is None:
            return None
        return before - self.less + self.plus


def plan_change(
    *, booking: Booking, wanted: Mapping[int, int], now: datetime, is_team: bool = False
) -> PartyChange:
    """Work out what a booking becomes if so many of each key come; a key that is not named stays.
    The team is bound by the places there are, and not by the policy: it takes people off and adds
    some until the end, but nobody off once somebody was marked at the door.

    Raises:
        PartyFixed: nothing can be changed here, or taking people off costs its customer something
            by now (rule B33).
        NobodyLeft: as its name says.
        UnknownChoice: a key is of no kind that can be asked for.
        NotBookable, TooManyPeople, CannotJoin: of those who are added.
    """
    if not may_change_party(booking=booking, is_team=is_team):
        raise PartyFixed(Obstacle.FIXED)
    if is_team and now >= booking.ends_at:
        raise PartyFixed(Obstacle.OVER)
    party = party_of(booking)
    if not wanted.keys() <= party.names.keys():
        raise UnknownChoice("people")
    counts = party.counts
    asked = {key: wanted.get(key, counts[key]) for key in party.names}
    if sum(asked.values()) < 1:
        raise NobodyLeft
    fewer = {key: counts[key] - n for key, n in asked.items() if n < counts[key]}
    more = {key: n - counts[key] for key, n in asked.items() if n > counts[key]}
    if fewer and is_team:
        _require_unmarked(booking)
    elif fewer:
        _require_free(booking, now=now)
    left = without(party.kinds, fewer)
    extras = sum(it.price for it in booking.add_ons.all())
    less = None
    if booking.price is not None:
        less = taken_off(booking.price, extras=extras, before=party.kinds, after=left)
    grows = sum(asked.values()) - booking.party_size
    joined, plus = _added(booking, more, grows=grows, is_team=is_team, now=now)
    return PartyChange(
        kinds=(*left, *joined),
        less=less,
        plus=plus,
        fewer=frozenset(party.names[key] for key in fewer),
        gone=sum(fewer.values()),
        more=sum(more.values()),
    )


def _require_free(booking: Booking, *, now: datetime) -> None:
    """Whoever came with five and goes with one would else pay the fee of one."""
    policy, status = policy_of_customer(booking=booking), Status(booking.status)
    may = may_cancel(
        policy=policy, status=status, starts_at=booking.starts_at, now=now, is_team=False
    )
    is_free = status is Status.PENDING or is_free_now(
        policy=policy, starts_at=booking.starts_at, now=now
    )
    if not (may.allowed and is_free):
        raise PartyFixed(Obstacle.NOT_FREE)


def _require_unmarked(booking: Booking) -> None:
    """Marks count the people of a party: with one of them gone they would be somebody else's."""
    if booking.cancellation_fee or booking.attendance.exists():
        raise PartyFixed(Obstacle.MARKED)


def _added(
    booking: Booking, more: Mapping[int, int], *, grows: int, is_team: bool, now: datetime
) -> tuple[list[Kind], int | None]:
    """Who comes besides, and what they cost at the prices of today."""
    if not more:
        return [], 0
    if not is_team and not is_offered(service=booking.service):
        raise NotBookable
    has_limit = not is_team or booking.kind == Service.Kind.APPOINTMENT
    if has_limit and not has_room_for(booking, more=grows):
        raise TooManyPeople
    choice = _choice(booking, more, is_team=is_team)
    price = _price(booking, choice, grows=grows, is_team=is_team, now=now)
    return _kinds_of(choice, price), price.total


def _price(booking: Booking, choice: Choice, *, grows: int, is_team: bool, now: datetime) -> Price:
    """What those cost who come besides; to an appointment they come until it begins. The team is
    too late for nothing: whoever stands at the door is there."""
    if booking.kind == Service.Kind.APPOINTMENT:
        if not is_team and now >= booking.starts_at:
            raise CannotJoin(Joining(TimeObstacle.STARTED))
        return choice.price
    target = booking.course_run or booking.session
    if target is None:
        raise PartyFixed(Obstacle.FIXED)
    joinable = joinable_of(target, besides=None, now=now)
    joining = may_join(joinable, rules=join_rules_of(choice.policy), seats=max(1, grows), now=now)
    if grows > 0 and not is_team and not joining.is_open:
        raise CannotJoin(joining)
    if is_team and grows > joinable.seats_left:
        raise NoSeats(joinable.seats_left)
    return price_to_join(choice.price, joinable, prorates=choice.service.prorates, now=now)


def _choice(booking: Booking, more: Mapping[int, int], *, is_team: bool) -> Choice:
    named: dict[str, Any] = {"mix": dict(more)}
    if 0 in more:
        named = {"variant_id": booking.variant_id, "party_size": sum(more.values())}
    try:
        return choose(service=booking.service, is_for_team=is_team, **named)
    except UnknownChoice as wrong:
        raise TooManyPeople from wrong


def _kinds_of(choice: Choice, price: Price) -> list[Kind]:
    if not choice.mix:
        return [Kind(0, "", choice.party_size, 0)]
    return [
        Kind(variant.pk, variant.name, people, choice.service.with_tax(line.amount))
        for (variant, people), line in zip(choice.mix, price.lines, strict=True)
    ]
