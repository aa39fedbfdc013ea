"""The whole way of a booking by HTTP, and many people at one time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import link_time
from benchmarks.browser import Answer, Browser
from benchmarks.clients import Load, Phase, run_clients
from benchmarks.committing import Starts
from benchmarks.stage import Troupe

REST = 2.2  # a form that comes back sooner was not filled in by a person (apps.web.signed)
STORM_CLIENTS = 40
T = TypeVar("T")
BERLIN = ZoneInfo("Europe/Berlin")
STEPS = ("tap", "read details", "rest", "send details", "read booking")


class Unexpected(Exception):
    """The portal answered with another status than a booking needs."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Every step with one number of clients."""

    clients: int
    steps: dict[str, Load]

    @property
    def bookings_per_second(self) -> float:
        """Hold and details POST together: as if every client did one right after the other."""
        tap, send = self.steps["tap"], self.steps["send details"]
        return 1 / (1 / tap.rate + 1 / send.rate)

    @property
    def errors(self) -> int:
        return sum(load.errors.total() for load in self.steps.values())


def measure_journey(
    troupe: Troupe, *, port: int, starts: Starts, clients: int, seconds: float
) -> Journey:
    """Tap, read, fill in, send, read: each step by all clients at once, so that each has a rate."""
    deal = starts.deal(clients)
    loads = run_clients(
        lambda number: Visitors(troupe, port=port, starts=deal(number)).phases(),
        clients=clients,
        seconds=seconds,
    )
    return Journey(clients=clients, steps=dict(zip(STEPS, loads, strict=True)))


class Visitors:
    """One client: plays a new visitor for every booking, on one connection."""

    def __init__(
        self, troupe: Troupe, *, port: int, starts: Iterator[tuple[int, datetime]]
    ) -> None:
        self.slug = troupe.business.slug
        self.browser = Browser(port)
        self.starts = starts
        self.held: list[tuple[str, dict[str, str]]] = []
        self.read: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.booked: list[tuple[str, dict[str, str]]] = []
        self.rested = False
        self.browser.get(f"/{self.slug}/s/cut/times")

    def phases(self) -> list[Phase]:
        return [self.tap, self.read_details, self.rest, self.send_details, self.read_booking]

    def tap(self) -> None:
        self.browser.forget_visit()
        answer = self.browser.post(f"/{self.slug}/hold", slot_fields(*next(self.starts)))
        self.held.append((_led_to(answer, "/book/"), dict(self.browser.cookies)))

    def read_details(self) -> None:
        path, self.browser.cookies = _next(self.held)
        answer = self.browser.get(path)
        if answer.status != HTTPStatus.OK:
            raise Unexpected(answer.status)
        self.read.append((path, answer.hidden, dict(self.browser.cookies)))

    def rest(self) -> None:
        if self.rested:
            raise StopIteration
        self.rested = True
        time.sleep(REST)

    def send_details(self) -> None:
        path, hidden, self.browser.cookies = _next(self.read)
        name = path.strip("/").rpartition("/")[2]
        typed = {"name": "Carl Vogt", "email": f"{name.lower()}@example.com"}
        answer = self.browser.post(path, {**hidden, **typed})
        self.booked.append((_led_to(answer, "/done/"), dict(self.browser.cookies)))

    def read_booking(self) -> None:
        path, self.browser.cookies = _next(self.booked)
        if self.browser.get(path).status != HTTPStatus.OK:
            raise Unexpected(path)


def measure_empty_answers(*, port: int, clients: int, seconds: float) -> Load:
    """The floor of HTTP here: the same server and browser with nothing to do."""

    def make(_number: int) -> list[Phase]:
        browser = Browser(port)
        return [lambda: browser.get("/healthz")]

    return run_clients(make, clients=clients, seconds=seconds)[0]


def measure_storm(troupe: Troupe, *, port: int, starts: Starts, rounds: int) -> list[Load]:
    """Let forty people tap the same time at once; one load per round, by what they were told."""
    wanted = list(starts.deal(1)(0))[:rounds]

    def make(_number: int) -> list[Phase]:
        browser = Browser(port)
        browser.get(f"/{troupe.business.slug}/s/cut/times")
        return [_once(browser, troupe, slot_fields(*slot)) for slot in wanted]

    return run_clients(make, clients=STORM_CLIENTS, seconds=30)


def _once(browser: Browser, troupe: Troupe, fields: dict[str, str]) -> Phase:
    done = False

    def tap() -> str:
        nonlocal done
        if done:
            raise StopIteration
        done = True
        browser.forget_visit()
        answer = browser.post(f"/{troupe.business.slug}/hold", fields)
        return "won" if answer.location.startswith("/book/") else f"{answer.status}"

    return tap


def slot_fields(resource_id: int, starts_at: datetime) -> dict[str, str]:
    """What the button of a time with one person sends (apps.bookings.forms.picks)."""
    start = link_time(BERLIN, int(starts_at.timestamp()))
    return {"service": "cut", "slot": f"{start};{resource_id};"}


def _led_to(answer: Answer, prefix: str) -> str:
    if answer.status != HTTPStatus.SEE_OTHER or not answer.location.startswith(prefix):
        raise Unexpected(f"{answer.status} {answer.location}")
    return answer.location


def _next(items: list[T]) -> T:
    if not items:
        raise StopIteration
    return items.pop()
