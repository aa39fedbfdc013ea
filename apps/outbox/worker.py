"""The loop that does the work: lease, do, settle; and the periodic work between.

Nothing here holds a lock or a transaction while a topic's work runs (rule C2).
The loop can die at any instruction: what was leased is leased again when its lease ends.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import randbelow

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from apps.outbox import operations, registry
from apps.outbox.models import OutboxItem

logger = logging.getLogger("apps.outbox")

Clock = Callable[[], datetime]
BATCH = 20
LONGEST_REST = 30.0


def new_worker_name() -> str:
    """Return a name that no other worker has: host, process and eight random characters."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def draw_jitter() -> float:
    """Draw a number from 0 up to 1 that spreads the next attempts."""
    return randbelow(1000) / 1000


@dataclass(slots=True)
class Worker:
    """One worker. ``clock`` is the only source of time; ``stop`` ends the loop after an item."""

    clock: Clock
    name: str = field(default_factory=new_worker_name)
    lease: timedelta = operations.LEASE
    batch: int = BATCH
    jitter: Callable[[], float] = draw_jitter
    stop: threading.Event = field(default_factory=threading.Event)
    _last_run: dict[str, datetime] = field(default_factory=dict)

    def run_batch(self) -> int:
        """Lease and do one batch of due items; return how many were leased."""
        items = operations.lease_due(
            worker=self.name, now=self.clock(), limit=self.batch, lease=self.lease
        )
        for item in items:
            if self.stop.is_set():
                operations.release(item=item, worker=self.name)
            elif self._still_ours(item):
                self._do(item)
        return len(items)

    def drain(self) -> int:
        """Do everything that is due, also what that work enqueues; return how many items."""
        done = 0
        while not self.stop.is_set() and (count := self.run_batch()):
            done += count
        return done

    def run_periodic(self) -> None:
        """Run all periodic work whose time has come; a failure is logged and tried next time."""
        operations.give_up_on_killers(now=self.clock())
        for work in registry.all_periodic():
            now = self.clock()
            last = self._last_run.get(work.name)
            if last is None or now - last >= work.every:
                self._last_run[work.name] = now
                self._run_one(work, now)

    def loop(self, *, poll: float) -> None:
        """Work until ``stop`` is set, resting ``poll`` seconds whenever nothing is due.

        A database that is away makes the rest longer, up to half a minute, and never ends the loop.
        """
        rest = poll
        while not self.stop.is_set():
            try:
                rest = self._work_or_wait(rest, poll=poll)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database is away: %s", type(error).__name__)
                connection.close()
                rest = min(rest * 2, LONGEST_REST)
            close_old_connections()
            self.stop.wait(rest)

    def _work_or_wait(self, rest: float, *, poll: float) -> float:
        """Do what is due, unless something hinders; return how long to rest then."""
        if hindrance := registry.what_hinders():
            logger.critical("not working: %s", hindrance)
            return min(rest * 2, LONGEST_REST)
        self.run_periodic()
        self.drain()
        return poll

    def _still_ours(self, item: OutboxItem) -> bool:
        """Renew the lease when half of it is gone: the items before this one took long."""
        now = self.clock()
        if item.leased_until is None or item.leased_until - now > self.lease / 2:
            return True
        return operations.renew_lease(item=item, worker=self.name, now=now, lease=self.lease)

    def _do(self, item: OutboxItem) -> None:
        """Do one item and settle it. Any error of the work is kept on the item, none is lost."""
        try:
            registry.work_of(item.topic)(item.payload, item)
        except registry.Postpone as pause:
            operations.postpone(item=item, worker=self.name, until=pause.until)
        except registry.GiveUp as error:
            logger.warning("%s given up: %s", item, error)
            operations.give_up(item=item, worker=self.name, error=str(error), now=self.clock())
        except Exception as error:  # noqa: BLE001 - the border: whatever breaks, the item stays
            self._retry(item, error)
        else:
            self._mark_done(item)

    def _mark_done(self, item: OutboxItem) -> None:
        if not operations.mark_done(item=item, worker=self.name, now=self.clock()):
            logger.warning("%s took longer than its lease; another worker has it", item)

    def _retry(self, item: OutboxItem, error: Exception) -> None:
        logger.warning("%s failed (attempt %d): %s", item, item.attempts, type(error).__name__)
        operations.retry_later(
            item=item,
            worker=self.name,
            error=f"{type(error).__name__}: {error}",
            now=self.clock(),
            jitter=self.jitter(),
        )

    def _run_one(self, work: registry.PeriodicWork, now: datetime) -> None:
        try:
            work.run(now)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # one broken sweep must not stop the mails
            logger.exception("periodic work %s failed", work.name)
