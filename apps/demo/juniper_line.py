"""Three people wait for a time at Juniper Hair, on days that are full for what they want."""

from datetime import datetime, timedelta

from apps.bookings.operations import Visitor
from apps.bookings.wishes import DAY_MINUTES, Wish
from apps.catalog.models import Service
from apps.catalog.queries import Choice, choose
from apps.demo.build import Shop
from apps.demo.visits import address_of
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from apps.waitlists.queries.times import find_worth_waiting

WAITING = ("Lotte Brandes", "Oskar Thiel", "Frida Lang")
WANTED = ("root-touch-up", "root-touch-up", "long-hair-cut")
PARTS = (
    *((0, DAY_MINUTES), (0, 12 * 60), (12 * 60, 17 * 60)),
    *((hour * 60, hour * 60 + 60) for hour in range(9, 17)),
)
DAYS = range(1, 8)


def let_people_wait(shop: Shop, *, now: datetime) -> None:
    """Put each of them in the line of the first day that has nothing free for them."""
    asked_at = now - timedelta(hours=2)
    for name, slug in zip(WAITING, WANTED, strict=True):
        if found := _first_full(shop, shop.services[slug], now=asked_at):
            choice, wish = found
            waitlists.wait_for_time(
                choice=choice,
                wish=wish,
                details=WaitingDetails(name=name, email=address_of(name)),
                visitor=Visitor("", "", shop.business.time_zone),
                now=asked_at,
            )


def _first_full(shop: Shop, service: Service, *, now: datetime) -> tuple[Choice, Wish] | None:
    """A whole day if there is one, or a part of one; each person is asked about once."""
    today = now.astimezone(shop.business.zone).date()
    wishes = {
        (part, day): Wish(on, on, *hours)
        for part, hours in enumerate(PARTS)
        for day in DAYS
        for on in [today + timedelta(days=day)]
    }
    asked = [
        (choice, find_worth_waiting(choice=choice, wishes=wishes, now=now))
        for staff in choose(service=service).staff
        for choice in [choose(service=service, resource_id=staff.resource_id)]
    ]
    worth = ((choice, wishes[key]) for key in wishes for choice, keys in asked if key in keys)
    return next(worth, None)
