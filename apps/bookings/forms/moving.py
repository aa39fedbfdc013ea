"""The picker around an appointment that goes to another time, for its customer and for the team:
the day it opens on, where its links lead, and what its buttons send (rule B32)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from apps.bookings.forms.picks import ANYBODY, PickedSlot, Picks, read_picks, read_slot, slot_value
from apps.bookings.models import Booking
from apps.bookings.queries.moving import choice_to_move, find_days_to_move
from apps.bookings.queries.offered import choice_as_booked
from apps.bookings.queries.picker import laid_out
from apps.catalog.queries import Choice, zone_of
from apps.web.formatting import week_starts_of


@dataclass(frozen=True, slots=True)
class MovePicker:
    """Whose picker it is: the addresses of its times and of the page to check, the clock of its
    page, and whether the team asks, whom the rules of how far ahead customers book do not bind."""

    times_url: str
    check_url: str
    zone: ZoneInfo
    is_team: bool = False

    def address(self, choice: Choice) -> Callable[..., str]:
        """What makes addresses of this picker: the person is always named, for whoever had one may
        want anybody now."""
        staff = str(choice.chosen_id or ANYBODY)

        def address(**extra: str) -> str:
            return f"{self.times_url}?{urlencode({'staff': staff, **extra})}"

        return address

    def around(self, at: datetime, choice: Choice) -> str:
        """The address of the picker on the day of a start (UTC)."""
        return self.address(choice)(near=at.astimezone(self.zone).date().isoformat())

    def laid_out(
        self, booking: Booking, choice: Choice, picks: Picks, *, now: datetime
    ) -> dict[str, Any]:
        """What bookings/_picker.html takes. Without a wish it opens on the booking's own day."""
        ask, venue = picks.ask, zone_of(service=booking.service, location=booking.location)
        if ask.anchor is None and ask.gone is None:
            ask = replace(ask, near=booking.starts_at.astimezone(self.zone).date())
        locale = booking.business.locale
        days = find_days_to_move(
            booking=booking,
            choice=choice,
            ask=ask,
            zone=self.zone,
            week_starts=week_starts_of(locale),
            is_team=self.is_team,
            now=now,
        )

        def value(start: int) -> str:
            return slot_value(start=start, zone=venue, staff=choice.chosen_id, variant=None)

        told = laid_out(
            days,
            venue=venue,
            locale=locale,
            value=value,
            address=self.address(choice),
            gone=ask.gone,
            whole_month=picks.whole_month,
        )
        fields = [("revision", str(booking.revision))]
        return {**told, "hold_url": self.check_url, "hold_fields": fields}

    def moving(self, booking: Booking) -> dict[str, Any]:
        """What the picker tells of the time there is."""
        return {
            "on": booking.starts_at.astimezone(self.zone).date(),
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
            "by_team": self.is_team,
        }


def read_move(query: QueryDict, booking: Booking, *, now: datetime) -> tuple[Choice, Picks]:
    """Read the query of a picker: whoever was chosen when it was booked stays chosen until somebody
    else is.

    Raises:
        Unreadable, UnknownChoice: none of our pages made it.
    """
    picks = read_picks(query, now=now)
    if "staff" in query:
        return choice_to_move(booking=booking, resource_id=picks.staff), picks
    return choice_as_booked(booking=booking), picks


def around_what_is_gone(booking: Booking, slot: PickedSlot) -> tuple[Choice, Picks]:
    """The picker around a time that is gone, the nearest ones first.

    Raises:
        UnknownChoice: this person does not do it.
    """
    picks = Picks()
    choice = choice_to_move(booking=booking, resource_id=slot.staff)
    return choice, replace(picks, ask=replace(picks.ask, gone=slot.starts_at))


def slot_to_move(typed: QueryDict, booking: Booking) -> PickedSlot:
    """Read what a button of the picker sends.

    Raises:
        Unreadable: none of our pages made it.
    """
    venue = zone_of(service=booking.service, location=booking.location)
    return read_slot(typed.get("slot", ""), zone=venue)
