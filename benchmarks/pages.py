"""Server time of whole pages, by Django's test client: every middleware, no network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from benchmarks.figures import Timing
from benchmarks.picker import count_queries, repeat, repeat_in_turn
from benchmarks.stage import Troupe

WEEK = timedelta(days=7)
FRAGMENT = {"HX-Request": "true"}


@dataclass(frozen=True, slots=True)
class Page:
    """One address measured, and the bare read of the rows it shows."""

    name: str
    timing: Timing
    floor: Timing
    queries: int
    status: int


def measure_picker_and_move(
    troupe: Troupe, *, query: str, on: date, seconds: float
) -> tuple[Page, Page]:
    """The picker's fragment as htmx asks for it, with this query string, and in turn with it the
    same fragment on the page that moves a booking of a week later: nobody is too late, and anybody
    will do, as around the service."""
    picker = _Asking(_client(), f"/{troupe.business.slug}/s/cut/times?{query}")
    move = _asking_to_move(troupe, query=query, on=on)
    statuses = [int(it().status_code) for it in (picker, move)]
    timings = repeat_in_turn(picker, move, seconds=seconds)
    nothing = Timing.of([0.0])
    pages = [
        Page(it.path, timing, floor=nothing, queries=count_queries(it), status=status)
        for it, timing, status in zip((picker, move), timings, statuses, strict=True)
    ]
    return pages[0], pages[1]


@dataclass(frozen=True, slots=True)
class _Asking:
    """One browser that asks for one fragment."""

    client: Client
    path: str

    def __call__(self) -> Any:
        return self.client.get(self.path, headers=FRAGMENT)


def _asking_to_move(troupe: Troupe, *, query: str, on: date) -> _Asking:
    rows = Booking.objects.filter(business=troupe.business, starts_at__date=on + WEEK)
    booking = rows.filter(status=Booking.Status.CONFIRMED).earliest("starts_at", "pk")
    client, now = _client(), timezone.now()
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=now)}")
    return _Asking(client, f"/manage/{booking.reference}/move?{query}&staff=any")


def measure_page(path: str, *, statement: str, parameters: list[Any], seconds: float) -> Page:
    """Any fragment of a public page, beside a bare read of its rows."""
    return _measure(
        _client(),
        path,
        seconds=seconds,
        headers=FRAGMENT,
        floor=lambda: _read(statement, parameters),
    )


def measure_today(troupe: Troupe, *, today: date, seconds: float) -> Page:
    """The owner's first page."""
    client = _client()
    client.force_login(troupe.owner.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    statement = (
        "SELECT * FROM bookings_booking WHERE business_id = %s AND starts_at >= %s "
        "AND starts_at < %s ORDER BY starts_at"
    )
    day = [troupe.business.pk, f"{today} 00:00:00+00:00", f"{today} 23:59:59+00:00"]
    return _measure(
        client,
        f"/own/{troupe.business.slug}/",
        seconds=seconds,
        floor=lambda: _read(statement, day),
    )


def measure_admin_list(*, seconds: float) -> Page:
    """The operators' list of all bookings, newest first."""
    users = get_user_model()
    operator = users.objects.filter(username="bench-operator").first()
    if operator is None:
        operator = users.objects.create_superuser(username="bench-operator", email="op@bench.test")
    client = _client()
    client.force_login(operator, backend=settings.AUTHENTICATION_BACKENDS[0])
    statement = "SELECT * FROM bookings_booking ORDER BY id DESC LIMIT 100"
    return _measure(
        client,
        f"/{settings.OPERATOR_PATH}bookings/booking/",
        seconds=seconds,
        floor=lambda: _read(statement, []),
    )


def _client() -> Client:
    return Client(headers={"host": settings.PORTAL_ORIGIN.partition("//")[2]})


def _measure(
    client: Client,
    path: str,
    *,
    seconds: float,
    floor: Callable[[], object],
    headers: dict[str, str] | None = None,
) -> Page:
    def ask() -> Any:
        return client.get(path, headers=headers or {})

    status = int(ask().status_code)
    return Page(
        name=path,
        timing=repeat(ask, seconds=seconds),
        floor=repeat(floor, seconds=seconds / 4),
        queries=count_queries(ask),
        status=status,
    )


def _read(statement: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
