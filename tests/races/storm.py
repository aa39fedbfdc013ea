"""Many clients at once: processes with threads, each with its own connection to the database.

The processes are forked from the test, so they work on the test's own database; all clients of a
round begin behind one barrier, and it ends when every one has told its outcome. An exception that
nobody expected is an outcome too.
"""

import multiprocessing
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from django.db import connections

Attempt = Callable[[int, dict[str, Any]], str]

PROCESSES = 8


class Storm:
    """Runs an attempt by many clients at the same moment and counts what they were told."""

    def __init__(self, pipes: Sequence[Connection], *, threads: int) -> None:
        self.pipes = pipes
        self.clients = len(pipes) * threads

    def round(self, **facts: Any) -> Counter[str]:
        for pipe in self.pipes:
            pipe.send(facts)
        told: Counter[str] = Counter()
        for pipe in self.pipes:
            told.update(pipe.recv())
        return told


@contextmanager
def storm_of(attempt: Attempt, *, clients: int, processes: int = PROCESSES) -> Iterator[Storm]:
    """Start the clients, and end them when the test leaves."""
    threads = clients // processes
    connections.close_all()
    context = multiprocessing.get_context("fork")
    together = context.Barrier(processes * threads)
    pipes, children = [], []
    for number in range(processes):
        ours, theirs = context.Pipe()
        child = context.Process(
            target=_serve,
            args=(theirs, attempt, range(number * threads, (number + 1) * threads), together),
            daemon=True,
        )
        child.start()
        pipes.append(ours)
        children.append(child)
    try:
        yield Storm(pipes, threads=threads)
    finally:
        for pipe in pipes:
            pipe.send(None)
        for child in children:
            child.join(timeout=120)
            child.kill()


def _serve(pipe: Connection, attempt: Attempt, clients: range, together: Barrier) -> None:
    """Every client keeps its thread, and so its connection, from round to round."""
    with ThreadPoolExecutor(max_workers=len(clients)) as pool:
        while (facts := pipe.recv()) is not None:
            told = [pool.submit(_try, attempt, client, facts, together) for client in clients]
            pipe.send([outcome.result() for outcome in told])


def _try(attempt: Attempt, client: int, facts: dict[str, Any], together: Barrier) -> str:
    """Begin when every other client of all processes is ready to."""
    together.wait(timeout=120)
    try:
        return attempt(client, facts)
    except Exception:  # noqa: BLE001 - whatever it is, the test has to see it
        return traceback.format_exc()
