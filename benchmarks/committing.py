"""Booking in the process itself, beside bare inserts under the same constraint."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from django.db import connection

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, Visitor
from apps.businesses.queries import get_public_business
from apps.catalog.queries import choose, get_service
from benchmarks.clients import Load, Phase, run_clients
from benchmarks.stage import Troupe

FREE_HOURS = (10, 13, 15)  # UTC: open in Berlin, and left free by ``filling``
FIRST_DAY, LAST_DAY = 3, 42
PRICE = 4800
FAR = timedelta(days=2000)  # beyond every booking there is
NOTE = "bench floor"


class Starts:
    """The free starts of a troupe, dealt out so that no two users ever get the same."""

    def __init__(self, troupe: Troupe, *, now: datetime, users: int) -> None:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        days = range(FIRST_DAY, LAST_DAY)
        # People first: neighbours in the list lie with different people, as bookings do.
        self.all = [
            (pk, midnight + timedelta(days=day, hours=hour))
            for day, hour, pk in product(days, FREE_HOURS, troupe.resource_ids)
        ]
        self.users = users
        self.next_user = 0

    def deal(self, clients: int) -> Callable[[int], Iterator[tuple[int, datetime]]]:
        """Return what gives client ``number`` its own people and its own times."""
        mine = self.all[self.next_user :: self.users]
        self.next_user += 1

        def of(number: int) -> Iterator[tuple[int, datetime]]:
            return iter([(pk, at) for pk, at in mine if pk % clients == number])

        return of


@dataclass(frozen=True, slots=True)
class Committing:
    """Holds, submissions and the floor with one number of clients."""

    clients: int
    hold: Load
    submit: Load
    floor: Load


def measure_committing(
    troupe: Troupe, *, starts: Starts, clients: int, now: datetime, seconds: float
) -> Committing:
    """Hold and submit by the operations of the portal, then insert barely; every client with
    its own people, so that nobody waits for anybody's slot."""
    deal = starts.deal(clients)
    hold, submit = run_clients(
        lambda number: _booker(troupe, deal(number), number, now=now),
        clients=clients,
        seconds=seconds,
    )
    (floor,) = run_clients(
        lambda number: [_inserter(troupe, number, clients=clients, now=now)],
        clients=clients,
        seconds=seconds / 2,
    )
    _clear_floor()
    return Committing(clients=clients, hold=hold, submit=submit, floor=floor)


def _booker(
    troupe: Troupe, starts: Iterator[tuple[int, datetime]], number: int, *, now: datetime
) -> list[Phase]:
    drafts: list[Booking] = []

    def hold() -> None:
        resource_id, starts_at = next(starts)
        business = get_public_business(slug=troupe.business.slug)
        service = get_service(business=business, slug=troupe.service.slug)
        who = Visitor(f"bench-{number}-{len(drafts)}", f"bench-{number}", "Europe/Berlin")
        choice = choose(service=service, resource_id=resource_id)
        drafts.append(bookings.place_hold(choice=choice, starts_at=starts_at, visitor=who, now=now))

    def submit() -> None:
        if not drafts:
            raise StopIteration
        draft = drafts.pop()
        details = Details(name="Carl Vogt", email=f"carl{draft.pk}@example.com")
        bookings.submit_draft(draft_id=draft.draft_id, details=details, seen_price=PRICE, now=now)

    return [hold, submit]


INSERT_SESSION = """
    INSERT INTO availability_session (business_id, service_id, kind, state, starts_at, ends_at,
        capacity, seats_taken, seats_offered, overridden, override_reason, canceled_reason,
        revision, note)
    VALUES (%s, %s, 'APPOINTMENT', 'SCHEDULED', %s, %s, 1, 1, 0, FALSE, '', '', 1, %s) RETURNING id
"""
INSERT_OCCUPANCY = """
    INSERT INTO availability_occupancy (business_id, resource_id, session_id, starts_at, ends_at,
        enforced) VALUES (%s, %s, %s, %s, %s, TRUE)
"""


def _inserter(troupe: Troupe, number: int, *, clients: int, now: datetime) -> Phase:
    """One transaction with two inserts by the driver alone: the same rows, the same constraint."""
    people = [pk for pk in troupe.resource_ids if pk % clients == number]
    hours = iter(product(range(1_000_000), people))
    business_id, service_id = troupe.business.pk, troupe.service.pk
    first = now.replace(minute=0, second=0, microsecond=0) + FAR
    connection.ensure_connection()
    driver: Any = connection.connection
    marks = "?" if connection.vendor == "sqlite" else "%s"
    session_sql = INSERT_SESSION.replace("%s", marks)
    occupancy_sql = INSERT_OCCUPANCY.replace("%s", marks)
    adapt = connection.ops.adapt_datetimefield_value

    def insert() -> None:
        hour, resource_id = next(hours)
        starts_at = first + timedelta(hours=hour)
        span = (adapt(starts_at), adapt(starts_at + timedelta(minutes=45)))
        driver.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        row = driver.execute(session_sql, (business_id, service_id, *span, NOTE)).fetchone()
        driver.execute(occupancy_sql, (business_id, resource_id, row[0], *span))
        driver.execute("COMMIT")

    return insert


def _clear_floor() -> None:
    rows = Session.objects.filter(note=NOTE)
    Occupancy.objects.filter(session__in=rows.values("pk")).delete()
    rows.delete()
