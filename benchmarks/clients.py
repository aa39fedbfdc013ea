"""Several clients at once, each a process with its own connection to the database."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

from benchmarks.figures import Timing

Phase = Callable[[], object]
"""One piece of work; a text it returns is its outcome. It raises StopIteration when its client
has nothing left to do."""

START_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Load:
    """What all clients together did in one phase."""

    done: int
    seconds: float
    timing: Timing
    outcomes: dict[str, Timing]
    errors: Counter[str]

    @property
    def rate(self) -> float:
        """Done per second of the wall clock."""
        return self.done / self.seconds if self.seconds else 0.0


def run_clients(make: Callable[[int], list[Phase]], *, clients: int, seconds: float) -> list[Load]:
    """Let every client do its phases, all of them in step; return one load per phase.

    ``make(number)`` runs in the client's own process. A phase ends after the seconds given, or
    when nobody has anything left to do.

    Raises:
        RuntimeError: a client finished nothing at all.
    """
    connections.close_all()
    context = multiprocessing.get_context("fork")
    together = context.Barrier(clients)
    pipes, children = [], []
    for number in range(clients):
        ours, theirs = context.Pipe()
        child = context.Process(target=_live, args=(make, number, together, seconds, theirs))
        child.daemon = True
        child.start()
        pipes.append(ours)
        children.append(child)
    told = [_hear(pipe, seconds) for pipe in pipes]
    for child in children:
        child.join(START_PATIENCE)
        child.kill()
    return [_sum_up([client[phase] for client in told]) for phase in range(len(told[0]))]


def _hear(pipe: Connection, seconds: float) -> Any:
    if not pipe.poll(START_PATIENCE + 10 * seconds):
        raise RuntimeError("a client of the bench does not answer")
    return pipe.recv()


def _live(
    make: Callable[[int], list[Phase]],
    number: int,
    together: Any,
    seconds: float,
    pipe: Connection,
) -> None:
    phases = make(number)
    runs = []
    for phase in phases:
        together.wait(START_PATIENCE)
        runs.append(_run(phase, seconds=seconds))
    pipe.send(runs)


ClientRun = tuple[float, list[tuple[str, float]], Counter[str]]
"""How long a client was at it, the outcome and seconds of each piece, and what went wrong."""


def _run(phase: Phase, *, seconds: float) -> ClientRun:
    taken: list[tuple[str, float]] = []
    errors: Counter[str] = Counter()
    began = time.perf_counter()
    while (started := time.perf_counter()) < began + seconds:
        try:
            outcome = phase()
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001  whatever it is, the bench has to report it
            errors[type(error).__name__] += 1
        else:
            word = outcome if isinstance(outcome, str) else ""
            taken.append((word, time.perf_counter() - started))
    return time.perf_counter() - began, taken, errors


def _sum_up(clients: list[ClientRun]) -> Load:
    taken = [piece for _span, each, _errors in clients for piece in each]
    errors = sum((errors for _span, _each, errors in clients), Counter[str]())
    if not taken:
        raise RuntimeError(f"nothing was done: {dict(errors)}")
    words = {word for word, _seconds in taken}
    return Load(
        done=len(taken),
        seconds=max(span for span, _each, _errors in clients),
        timing=Timing.of([seconds for _word, seconds in taken]),
        outcomes={
            word: Timing.of([seconds for it, seconds in taken if it == word]) for word in words
        },
        errors=errors,
    )
