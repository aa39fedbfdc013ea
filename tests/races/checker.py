"""After a storm: is everything true that anybody was told, and does everything add up?

What adds up is judged by the rules of `check_ledger`; what was told by
the clients' own logs.
"""

import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from multiprocessing.context import ForkProcess
from pathlib import Path

from django.db import connections

from apps.bookings.models import Booking, BookingEvent
from apps.ledger.check import find_all
from tests.races.players import Line, Player, Stage

MakePlayer = Callable[[Stage, str, Path], Player]

FIRST = 2  # the revision of a booking when it was sent
ACTIONS = {
    "submit": (BookingEvent.Action.BOOKED, BookingEvent.Action.REQUESTED),
    "confirm": (BookingEvent.Action.CONFIRMED,),
    "decline": (BookingEvent.Action.DECLINED,),
    "undo": (BookingEvent.Action.UNDONE,),
    "cancel": (BookingEvent.Action.CANCELED,),
}


PAUSE = 0.4  # seconds between two kills, and
TURNS = 30  # what is done between them at the least, however busy the machine is
PATIENCE = 120  # seconds; how long a busy machine may take for that


def play(make: MakePlayer, stage: Stage, *, folder: Path, players: int, seconds: float) -> int:
    """Let players play for some seconds, killing one now and then, and all of them at the end.

    On a busy machine it takes longer: nobody is killed before something was done again.
    Returns how many were killed with kill -9.
    """
    connections.close_all()
    names = (f"p{number}" for number in count())
    dice = random.Random(1)  # noqa: S311  who dies is no secret
    living = [_start(make, stage, name=next(names), folder=folder) for _ in range(players)]
    killed = 0
    for _ in range(round(seconds / PAUSE)):
        time.sleep(PAUSE)
        _wait_for_turns(folder, (killed + 1) * TURNS, living)
        _kill(living.pop(dice.randrange(len(living))))
        living.append(_start(make, stage, name=next(names), folder=folder))
        killed += 1
    for player in living:
        _kill(player)
    return killed + len(living)


def _wait_for_turns(folder: Path, turns: int, living: list[ForkProcess]) -> None:
    """Hasty ones end by themselves: when nobody is left, nothing more is to come."""
    until = time.monotonic() + PATIENCE
    while len(read_logs(folder)) < turns and any(it.is_alive() for it in living):
        assert time.monotonic() < until, "the players stand still"
        time.sleep(0.05)


def _start(make: MakePlayer, stage: Stage, *, name: str, folder: Path) -> ForkProcess:
    context = multiprocessing.get_context("fork")
    player = make(stage, name, folder / f"{name}.log")
    child = context.Process(target=player.play, daemon=True)
    child.start()
    return child


def _kill(child: ForkProcess) -> None:
    child.kill()
    child.join(20)


def read_logs(folder: Path) -> list[Line]:
    """Every whole line; the last one of a killed client may be torn."""
    lines = []
    for log in folder.glob("*.log"):
        for text in log.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:
                continue
    return lines


def find_violations(lines: list[Line], *, now: datetime) -> list[str]:
    """Everything that is wrong, each as a line that begins with its rule."""
    return [
        *(str(finding) for finding in find_all(business_id=None, now=now)),
        *_lost(lines),
        *_traces(lines),
        *(f"error: {line['why']}" for line in lines if line["told"] == "error"),
    ]


def count_by_verb(lines: list[Line]) -> Counter[str]:
    """How often each verb was kept."""
    return Counter(line["verb"] for line in lines if line["told"] == "kept")


def _lost(lines: list[Line]) -> Iterator[str]:
    """What somebody was told and is not there."""
    visitors = dict(Booking.objects.values_list("pk", "visitor_hash"))
    history = {
        (booking, revision): action
        for booking, revision, action in BookingEvent.objects.values_list(
            "booking_id", "revision", "action"
        )
    }
    for line in lines:
        if line["told"] != "kept":
            continue
        if line["verb"] == "hold":
            if visitors.get(line["booking"]) != f"visitor-{line['tag']}":
                yield f"acknowledged hold is lost: {line}"
        elif history.get((line["booking"], _revision(line))) not in ACTIONS[line["verb"]]:
            yield f"acknowledged move is lost: {line}"


def _revision(line: Line) -> int:
    """A draft that is sent again answers with what the booking has become meanwhile."""
    return FIRST if line["verb"] == "submit" else int(line["revision"])


def _traces(lines: list[Line]) -> Iterator[str]:
    """What somebody was refused and happened all the same."""
    holds = set(Booking.objects.values_list("visitor_hash", flat=True))
    notes = set(Booking.objects.values_list("customer_note", flat=True))
    reasons = set(BookingEvent.objects.values_list("reason", flat=True))
    left = {"hold": holds, "submit": notes, "decline": reasons, "cancel": reasons}
    for line in lines:
        if line["told"] != "refused" or line["verb"] not in left:
            continue
        mark = f"visitor-{line['tag']}" if line["verb"] == "hold" else line["tag"]
        if mark in left[line["verb"]]:
            yield f"refusal left a trace: {line}"
