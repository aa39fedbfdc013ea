"""Clients that do anything at random on a few hot hours, and write down what they were told.

A line is written after the answer, so whatever a line says must be true for ever, however the
process ends. What a killed client was doing stays unknown: both is right, but never half of it.
"""

import json
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connections

from apps.availability.operations import BusyTryAgain, sweep_expired_holds
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from tests.factories import NOW, make_draft

SPEED = 100  # the players' clock: ten seconds are a quarter of an hour, so that holds run out
REFUSALS = (
    bookings.AtTheTill,
    bookings.DraftGone,
    bookings.NotAllowed,
    bookings.NotBookable,
    bookings.PriceChanged,
    bookings.SlotGone,  # DoesNotFit is one of them
    bookings.StaleRevision,
    bookings.TooLateToUndo,
    BusyTryAgain,
)

Line = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """What the players need to know; plain values that survive a fork."""

    starts: tuple[datetime, ...]
    services: tuple[int, ...]
    owner_id: int
    began: float

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=SPEED * (time.monotonic() - self.began))


class Player:
    """One client in a process of its own, until it is killed."""

    def __init__(self, stage: Stage, *, name: str, log: Path) -> None:
        self.stage = stage
        self.name = name
        self.log = log
        self.moves = 0
        self.dice = random.Random(name)  # noqa: S311  chance that can be repeated

    def play(self) -> None:
        """Do one thing after the other, for ever."""
        connections.close_all()
        self.owner = TeamMember.objects.get(pk=self.stage.owner_id)
        verbs = [*3 * [self.hold], *3 * [self.submit], self.confirm, self.decline, self.cancel]
        while True:
            self.moves += 1
            self.take_turn(self.dice.choice([*verbs, self.undo, self.sweep]))

    def take_turn(self, verb: Callable[[], Line | None]) -> None:
        """Do one thing, then write down what was told."""
        self.tell(verb.__name__, self.answer_of(verb))

    def answer_of(self, verb: Callable[[], Line | None]) -> Line | None:
        try:
            return verb()
        except REFUSALS as refusal:
            return {"told": "refused", "why": type(refusal).__name__}
        except Exception:  # noqa: BLE001  whatever it is, the checker has to see it
            return {"told": "error", "why": traceback.format_exc()}

    def tell(self, verb: str, answer: Line | None) -> None:
        if answer is not None:
            line = {"verb": verb, "tag": self.tag, **answer}
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    @property
    def tag(self) -> str:
        return f"{self.name}-{self.moves}"

    def hold(self) -> Line:
        service = Service.objects.select_related("business", "policy").get(
            pk=self.dice.choice(self.stage.services)
        )
        draft = make_draft(
            service=service,
            starts_at=self.dice.choice(self.stage.starts),
            now=self.stage.now,
            visitor=self.tag,
        )
        return _kept(draft)

    def submit(self) -> Line | None:
        draft = self.pick(Booking.Status.CREATED)
        if draft is None:
            return None
        booked = bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl", email=f"{draft.pk}@example.com", note=self.tag),
            seen_price=draft.price,
            now=self.stage.now,
        )
        return _kept(booked)

    def confirm(self) -> Line | None:
        request = self.pick(Booking.Status.PENDING)
        if request is None:
            return None
        return _kept(bookings.confirm_request(**self.by_owner(request)))

    def decline(self) -> Line | None:
        request = self.pick(Booking.Status.PENDING)
        if request is None:
            return None
        return _kept(bookings.decline_request(reason=self.tag, **self.by_owner(request)))

    def undo(self) -> Line | None:
        request = self.pick(Booking.Status.PENDING)
        if request is None:
            return None
        decided = bookings.decline_request(reason=self.tag, **self.by_owner(request))
        self.tell("decline", _kept(decided))
        return _kept(bookings.undo_decision(**self.by_owner(decided)))

    def cancel(self) -> Line | None:
        booking = self.pick(Booking.Status.CONFIRMED)
        if booking is None:
            return None
        of = booking.business_id
        done = bookings.cancel_booking(business_id=of, reason=self.tag, **self.by_owner(booking))
        return _kept(done)

    def sweep(self) -> None:
        sweep_expired_holds(now=self.stage.now)

    def pick(self, status: Booking.Status) -> Booking | None:
        found = list(Booking.objects.filter(status=status).order_by("-pk")[:8])
        return self.dice.choice(found) if found else None

    def by_owner(self, booking: Booking) -> dict[str, Any]:
        """What every decision takes; the revision is the one this client saw."""
        return {
            "booking_id": booking.pk,
            "revision": booking.revision,
            "by": self.owner,
            "now": self.stage.now,
        }


def _kept(booking: Booking) -> Line:
    return {
        "told": "kept",
        "booking": booking.pk,
        "revision": booking.revision,
        "status": str(booking.status),
    }
