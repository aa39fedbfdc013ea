"""Three people wait for a time at Juniper Hair, on days that are full for what they want."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

from apps.bookings.operations import Visitor
from apps.bookings.wishes import DAY_MINUTES, Wish
from apps.catalog.models import Service
from apps.catalog.queries import Choice, choose
from apps.demo.build import Shop
from apps.demo.visits import address_of
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails

WAITING = ("Lotte Brandes", "Oskar Thiel", "Frida Lang")
WANTED = ("root-touch-up", "root-touch-up", "long-hair-cut")
PARTS = (
    *((0, DAY_MINUTES), (0, 12 * 60), (12 * 60, 17 * 60)),
    *((hour * 60, hour * 60 + 60) for hour in range(9, 17)),
)
DAYS = range(1, 8)
NO_LINE = (waitlists.TimesAreFree, waitlists.WishIsClosed, waitlists.AlreadyInLine)


def let_people_wait(shop: Shop, *, now: datetime) -> None:
    """Put each of them in the line of the first day that has nothing free for them."""
    for name, slug in zip(WAITING, WANTED, strict=True):
        service = shop.services[slug]
        for choice, wish in _wishes(shop, service, now=now):
            if _waits(choice, wish, name, now=now):
                break


def _wishes(shop: Shop, service: Service, *, now: datetime) -> Iterator[tuple[Choice, Wish]]:
    today = now.astimezone(shop.business.zone).date()
    for part, day, staff in product(PARTS, DAYS, choose(service=service).staff):
        on = today + timedelta(days=day)
        yield choose(service=service, resource_id=staff.resource_id), Wish(on, on, *part)


def _waits(choice: Choice, wish: Wish, name: str, *, now: datetime) -> bool:
    try:
        waitlists.wait_for_time(
            choice=choice,
            wish=wish,
            details=WaitingDetails(name=name, email=address_of(name)),
            visitor=Visitor("", "", choice.service.business.time_zone),
            now=now - timedelta(hours=2),
        )
    except NO_LINE:
        return False
    return True
