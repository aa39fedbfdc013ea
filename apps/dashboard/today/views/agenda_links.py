"""Addresses of the agenda: the same filters, one thing changed."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.urls import reverse
from django.utils.http import urlencode

from apps.dashboard.forms import EARLIEST, LATEST


@dataclass(frozen=True, slots=True)
class AgendaLinks:
    earlier: str
    today: str
    later: str
    day: str
    week: str
    everybody: str
    any_status: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says now; a default is left out of an address."""

    slug: str
    view: str
    on: date
    staff: int | None
    status: str
    today: date

    @property
    def url(self) -> str:
        query = urlencode(
            {
                name: value
                for name, value, plain in (
                    ("view", self.view, "day"),
                    ("on", self.on.isoformat(), self.today.isoformat()),
                    ("staff", self.staff or 0, 0),
                    ("status", self.status, ""),
                )
                if value != plain
            }
        )
        base = reverse("dashboard:agenda", args=[self.slug])
        return f"{base}?{query}" if query else base


def links_of(asked: Asked) -> AgendaLinks:
    """Build the addresses around what is shown now, each with one thing changed."""
    step = timedelta(days=7 if asked.view == "week" else 1)
    return AgendaLinks(
        earlier=replace(asked, on=_shift(asked.on, -step)).url,
        today=replace(asked, on=asked.today).url,
        later=replace(asked, on=_shift(asked.on, step)).url,
        day=replace(asked, view="day").url,
        week=replace(asked, view="week").url,
        everybody=replace(asked, staff=None).url,
        any_status=replace(asked, status="").url,
    )


def _shift(on: date, step: timedelta) -> date:
    """The page before or after; the ends of the calendar stay where they are."""
    shifted = on + step
    return shifted if EARLIEST <= shifted <= LATEST else on
