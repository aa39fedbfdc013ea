"""One cell of the matrix after the other: what a page shows, what each POST answers, and whether
anything was changed by it."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.test import Client

from apps.bookings.models import Booking
from tests.pages import text_of
from tests.self_service.matrix.doors import TYPED, Body, Door, shown, ticked

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
LOGS = {"django_session", "web_ratecounter", "bookings_linkuse", "django_admin_log"}
"""What may be written by looking, or by trying."""
Check = Callable[[], object]


@dataclass
class Played:
    """Which doors the page of a browser shows, which of those that were tried it may go through,
    and what the others answer; stale: what those answer to a page that is older than the booking.
    """

    seen: Set[str]
    done: Set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    stale: dict[str, str] = field(default_factory=dict)


def play(
    browser: Client,
    home: str,
    doors: Sequence[Door],
    booking: Booking,
    *,
    tries: Collection[str] = (),
    check: Check = lambda: None,
    asks_stale: bool = False,
) -> Played:
    """Look at the page, and try all doors, or those that are named. check is done where one was
    gone through, before that is taken back; with asks_stale it is then tried by a page that knows
    another revision of the booking."""
    booking.refresh_from_db()
    text = text_of(browser.get(home))
    leads, tail = shown(text), "/" if home.startswith("/own/") else ""
    for page in [it for it in leads if it.endswith("/move/check/")]:
        leads |= shown(text_of(browser.get(page, leads[page] or {})))
    played = Played({it.name for it in doors if f"{home}{it.tail}{tail}" in leads})
    for door in doors:
        if tries and door.name not in tries:
            continue
        path = f"{home}{door.tail}{tail}"
        body = leads.get(path)
        if body is None:
            body = {"revision": booking.revision, **door.typed(booking)}
        if door.name == "suggest" and path in leads:
            body |= ticked(text_of(browser.get(path)))
        body = body | TYPED.get(door.name, {})
        answer = _outcome(browser, path, body, check)
        if answer != "done":
            played.refused[door.name] = answer
            continue
        played.done |= {door.name}
        if asks_stale and "revision" in body:
            old = {**body, "revision": booking.revision + 7}
            played.stale[door.name] = _outcome(browser, path, old, check)
    return played


def _outcome(browser: Client, path: str, body: Body, check: Check) -> str:
    """The status of the answer, with "done" for a change and "same" for a way on without one; any
    other change is told, for it is a fault. Whatever it did is taken back."""
    watch = _Watch()
    with _taken_back():
        with connection.execute_wrapper(watch):
            answer = browser.post(path, body)
        has_changed = watch.has_changed
        if has_changed:
            check()
    if answer.status_code != 303:
        word = str(answer.status_code)
    elif "/sign-in/" in answer["Location"]:
        word = "sign-in"
    else:
        return "done" if has_changed else "same"
    return f"{word}-but-changed" if has_changed else word


class _Watch:
    """The rows of every table that a statement writes to, as they were just before the first."""

    def __init__(self) -> None:
        self.before: dict[str, list[str]] = {}

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  as Django calls it
        found = WRITES.match(sql)
        if found and (table := found.group(1).lower()) not in {*self.before, *LOGS}:
            self.before[table] = _rows_of(table)
        return execute(sql, params, many, context)

    @property
    def has_changed(self) -> bool:
        return any(_rows_of(table) != rows for table, rows in self.before.items())


def _rows_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a name that Django wrote
        return sorted(map(repr, cursor.fetchall()))


@contextmanager
def _taken_back() -> Iterator[None]:
    """Whatever is done inside never was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
