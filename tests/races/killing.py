"""A child process that stops at a chosen moment of its work, to be killed there with kill -9, or
that kills itself in the middle of it.

The breakpoint is set in the forked child only; no line of the portal knows about it.
"""

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from django.db import connection, connections

PATIENCE = 120


class Moment(Enum):
    """Where the child stops: everything written and locked, or everything kept."""

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"


class Stopped:
    """A process that waits at its breakpoint."""

    def __init__(self, process: "multiprocessing.context.ForkProcess") -> None:
        self.process = process

    def kill(self) -> None:
        """kill -9, and wait until the process is gone."""
        os.kill(self.process.pid or 0, signal.SIGKILL)
        self.process.join(PATIENCE)
        assert self.process.exitcode == -signal.SIGKILL

    def __enter__(self) -> "Stopped":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.join(PATIENCE)


@contextmanager
def stopped(work: Callable[[], Any], *, at: Moment) -> Iterator[Stopped]:
    """Run the work in a process of its own and hold it at its first commit."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(work, at, theirs), daemon=True)
    process.start()
    with Stopped(process) as held:
        assert ours.poll(PATIENCE), "the child never came to its breakpoint"
        assert ours.recv() == at.value
        yield held


def _work(work: Callable[[], Any], at: Moment, pipe: Connection) -> None:
    """In a thread of its own: the main thread may remember a connection from before a browser's
    event loop ran in the test's process, and the fork brings that one back to life."""
    thread = threading.Thread(target=_work_until_commit, args=(work, at, pipe))
    thread.start()
    thread.join()


def _work_until_commit(work: Callable[[], Any], at: Moment, pipe: Connection) -> None:
    database: Any = connection
    commit = database._commit

    def commit_and_wait() -> None:
        if at is Moment.AFTER_COMMIT:
            commit()
        pipe.send(at.value)
        time.sleep(2 * PATIENCE)

    database._commit = commit_and_wait
    try:
        work()
    except Exception:  # noqa: BLE001 - whatever it is, the test has to see it
        pipe.send(traceback.format_exc())
    else:
        pipe.send("finished without a commit")


def dies(work: Callable[[], Any]) -> None:
    """Run something in a process of its own that ends itself with kill -9 on the way (``die``)."""
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(
        target=_work_in_a_thread, args=(work,), daemon=True
    )
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL


def _work_in_a_thread(work: Callable[[], Any]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def die(*_args: Any, **_named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(verb: Callable[..., Any]) -> Callable[..., None]:
    """Do it, then die before anybody can write down that it was done."""

    def wrapped(*args: Any, **named: Any) -> None:
        verb(*args, **named)
        die()

    return wrapped
