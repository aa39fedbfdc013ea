"""Who does the work of a topic, and what has to be done from time to time.

Apps register in their ``AppConfig.ready``; the worker asks here. The outbox itself knows no topic.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.outbox.models import OutboxItem

Work = Callable[[Mapping[str, Any], OutboxItem], None]


class GiveUp(Exception):
    """Raised by the work of a topic: trying again cannot help. The item is marked as failed."""


class Postpone(Exception):
    """Raised by the work of a topic: nothing is wrong, but it may not happen before ``until``.

    The attempt is not counted and no error is kept.
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


@dataclass(frozen=True, slots=True)
class PeriodicWork:
    """Something a worker does again and again. It has to bear running in two workers at once."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


_work: dict[str, Work] = {}
_periodic: dict[str, PeriodicWork] = {}
_hindrances: list[Callable[[], str]] = []


def register(topic: str, work: Work) -> None:
    """Let ``work(payload, item)`` do every item of ``topic``; it runs outside any transaction.

    It has to bear running twice for one item: a worker may die after the deed and before the mark.

    Raises:
        ValueError: somebody else has this topic already.
    """
    if _work.setdefault(topic, work) is not work:
        raise ValueError(f"topic {topic} is registered twice")


def work_of(topic: str) -> Work:
    """Return who does this topic.

    Raises:
        LookupError: nobody registered for it, as when an older worker meets a newer web process.
    """
    try:
        return _work[topic]
    except KeyError:
        raise LookupError(f"nobody does the topic {topic}") from None


def register_periodic(name: str, every: timedelta, run: Callable[[datetime], object]) -> None:
    """Let every worker call ``run(now)`` at its start and then each ``every``.

    Due reminders, sweeps and reconciliation come from here: they are computed from live rows, not
    from stored timers (rule C8).

    Raises:
        ValueError: the name is taken by something else.
    """
    work = PeriodicWork(name=name, every=every, run=run)
    if _periodic.setdefault(name, work) != work:
        raise ValueError(f"periodic work {name} is registered twice")


def register_hindrance(hindrance: Callable[[], str]) -> None:
    """Let no worker begin anything while ``hindrance()`` says a sentence; "" means go on."""
    if hindrance not in _hindrances:
        _hindrances.append(hindrance)


def what_hinders() -> str:
    """The first sentence that says why nothing may be done now, "" when there is none."""
    return next((words for it in _hindrances if (words := it())), "")


def all_periodic() -> tuple[PeriodicWork, ...]:
    """Return all periodic work in the order of registration."""
    return tuple(_periodic.values())
