"""The chosen day of the picker in groups of slots (templates/bookings/_day.html)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.availability.engine.slots import Slot
from apps.bookings.queries.days import Days, starts_at
from apps.bookings.wording import no_times_words
from apps.web import formatting

NOON, EVENING = 12, 17
Value = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class SlotButton:
    """value is what the button sends; other_zone says the venue's time where its date differs."""

    value: str
    starts_at: datetime
    other_zone: str = ""


@dataclass(frozen=True, slots=True)
class SlotGroup:
    label: str
    slots: tuple[SlotButton, ...]


@dataclass(frozen=True, slots=True)
class NearDay:
    on: date
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    on: date | None
    groups: tuple[SlotGroup, ...]
    reason: str
    near: tuple[NearDay, ...]

    @property
    def count(self) -> int:
        return sum(len(group.slots) for group in self.groups)


def day_of(
    *, days: Days, venue: ZoneInfo, locale: str, value: Value, address: Callable[..., str]
) -> Day:
    """Word the chosen day. value(start) makes what a slot button sends."""
    on = days.chosen or (None if not days.slots else days.today)
    return Day(
        on=on,
        groups=_groups(
            buttons(days.slots, zone=days.zone, venue=venue, locale=locale, value=value)
            if on
            else (),
            days.zone,
        ),
        reason=no_times_words(days.reasons, zone=days.zone, locale=locale) if days.reasons else "",
        near=tuple(NearDay(it, address(date=it.isoformat()), days.count(it)) for it in days.near),
    )


def buttons(
    slots: Iterable[Slot], *, zone: ZoneInfo, venue: ZoneInfo, locale: str, value: Value
) -> tuple[SlotButton, ...]:
    """Make the buttons of some slots for a page whose clock is zone."""
    return tuple(
        SlotButton(
            value=value(slot.start),
            starts_at=starts_at(slot),
            other_zone=_elsewhere(starts_at(slot), zone, venue, locale),
        )
        for slot in slots
    )


def _elsewhere(at: datetime, zone: ZoneInfo, venue: ZoneInfo, locale: str) -> str:
    if zone.key == venue.key or at.astimezone(zone).date() == at.astimezone(venue).date():
        return ""
    return formatting.format_weekday_time(at, zone=venue, locale=locale)


def _groups(slots: Sequence[SlotButton], zone: ZoneInfo) -> tuple[SlotGroup, ...]:
    hours = [(slot, slot.starts_at.astimezone(zone).hour) for slot in slots]
    named = (
        (_("Morning"), range(NOON)),
        (_("Afternoon"), range(NOON, EVENING)),
        (_("Evening"), range(EVENING, 24)),
    )
    groups = (
        SlotGroup(name, tuple(it for it, hour in hours if hour in part)) for name, part in named
    )
    return tuple(group for group in groups if group.slots)


def words_for_ear(day: Day, *, locale: str) -> str:
    """ "12 times on Wednesday 9 December": what the live region says after a swap."""
    if day.on is None:
        return _("No times")
    return _("%(count)s times on %(day)s") % {
        "count": day.count,
        "day": formatting.format_day(day.on, locale=locale),
    }
