"""How a demo business is written down: plain values, turned into rows by build.py.

Times are wall-clock "HH:MM" of the business, prices minor units, lengths minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.catalog.models import Question, Service

Ranges = tuple[tuple[str, str], ...]
Week = Mapping[int, Ranges]
"""Weekday (0 is Monday) to opening ranges; a weekday that is missing is closed."""

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def on_days(weekdays: range | tuple[int, ...], *ranges: tuple[str, str]) -> dict[int, Ranges]:
    """Return a week with the same ranges on each of the weekdays."""
    return dict.fromkeys(weekdays, ranges)


def minutes_of(clock: str) -> int:
    """Return minutes after midnight of "HH:MM"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    name: str
    week: Week
    about: str = ""

    @property
    def short_name(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantPlan:
    name: str
    price: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOnPlan:
    name: str
    price: int
    minutes: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """who: short names of those who do it, empty for the whole team; needs: a resource type."""

    slug: str
    name: str
    category: str
    minutes: int
    price: int = 0
    price_kind: str = Service.PriceKind.FIXED
    who: tuple[str, ...] = ()
    needs: str = ""
    at_the_place: bool = True
    variants: tuple[VariantPlan, ...] = ()
    add_ons: tuple[AddOnPlan, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPlan:
    """shown_if names the key of an earlier question and the answer that opens this one."""

    key: str
    kind: Question.Kind
    label: str
    shown_if: tuple[str, str] | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessPlan:
    """resources: type name to the names of the rooms, stations or machines of that type."""

    slug: str
    columns: Mapping[str, Any]
    place: Mapping[str, str]
    week: Week
    people: tuple[PersonPlan, ...]
    categories: tuple[tuple[str, str], ...]
    services: tuple[ServicePlan, ...]
    policy: Mapping[str, Any]
    form: Mapping[str, Any]
    questions: tuple[QuestionPlan, ...] = ()
    resources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
