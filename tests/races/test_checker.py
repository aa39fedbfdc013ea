"""Anything at random, with kill -9 in between: nothing is sold twice, lost, or half done
(rules C2, B6, C9).

Every deliberate fault below is found by the same checker, so that its silence means something.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from apps.availability import operations as availability
from apps.availability import triggers
from apps.availability.models import Occupancy
from apps.availability.operations import Claim
from apps.availability.queries import search
from tests.factories import Salon, make_salon
from tests.races.checker import count_by_verb, find_violations, play, read_logs
from tests.races.players import Line, Player, Stage

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.detail,
]

PLAYERS = 4
CRASHES = 0.1  # of the hasty ones, between the word and the commit
LONG_RUN = float(os.environ.get("CHECKER_SECONDS", "120"))


@pytest.fixture
def stage() -> Stage:
    salon = make_salon()
    return Stage(
        starts=tuple(hot_hours(salon)),
        services=(salon.cut.pk, salon.colour.pk, salon.bridal.pk),
        owner_id=salon.olga.pk,
        began=time.monotonic(),
    )


def hot_hours(salon: Salon) -> Iterator[Any]:
    """One day, every half hour: two people, one wash station, and many who want them."""
    for half_hours in range(18, 34):
        yield salon.at(26, half_hours // 2, half_hours % 2 * 30)


def player(stage: Stage, name: str, log: Path) -> Player:
    return Player(stage, name=name, log=log)


def test_a_storm_of_everything_with_kills_leaves_the_books_right(
    stage: Stage, tmp_path: Path
) -> None:
    killed = play(player, stage, folder=tmp_path, players=PLAYERS, seconds=5)
    lines = read_logs(tmp_path)

    assert find_violations(lines, now=stage.now) == []
    assert killed > PLAYERS
    assert {"hold", "submit", "decline", "cancel"} <= set(count_by_verb(lines))


@pytest.mark.slow
@pytest.mark.gameday
@pytest.mark.skipif("CHECKER_SECONDS" not in os.environ, reason="minutes: set CHECKER_SECONDS")
def test_the_same_storm_for_minutes(stage: Stage, tmp_path: Path) -> None:
    play(player, stage, folder=tmp_path, players=PLAYERS, seconds=LONG_RUN)

    assert find_violations(read_logs(tmp_path), now=stage.now) == []


@pytest.fixture
def without_the_guard() -> Iterator[None]:
    """The database no longer refuses an overlap."""
    rule = next(it for it in Occupancy._meta.constraints if it.name == "resource_occupied_once")
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.remove_constraint(Occupancy, rule)
    else:
        with connection.cursor() as cursor:
            for name in triggers.TRIGGERS:
                cursor.execute(f"DROP TRIGGER {name}")
    yield
    Occupancy.objects.all().delete()
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.add_constraint(Occupancy, rule)
    triggers.write_triggers()


@pytest.mark.long
def test_the_checker_sees_two_in_one_chair(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_the_guard: None
) -> None:
    """No look before the lock, none under it, and no guard behind it."""
    monkeypatch.setattr(search, "read_busy_spans", lambda **_named: [])
    monkeypatch.setattr(Claim, "check_under_lock", lambda *_args, **_named: None)
    play(player, stage, folder=tmp_path, players=PLAYERS, seconds=2.5)

    assert "resource_occupied_once" in rules(find_violations(read_logs(tmp_path), now=stage.now))


class Hasty(Player):
    """Tells before it is kept."""

    def take_turn(self, verb: Callable[[], Line | None]) -> None:
        with transaction.atomic():
            answer = self.answer_of(verb)
            self.tell(verb.__name__, answer)
            if answer and answer["told"] == "kept" and self.dice.random() < CRASHES:
                os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.long
def test_the_checker_sees_what_was_told_too_early(stage: Stage, tmp_path: Path) -> None:
    def hasty(stage: Stage, name: str, log: Path) -> Player:
        return Hasty(stage, name=name, log=log)

    play(hasty, stage, folder=tmp_path, players=PLAYERS, seconds=2)

    found = rules(find_violations(read_logs(tmp_path), now=stage.now))
    assert found & {"acknowledged hold is lost", "acknowledged move is lost"}


@pytest.mark.long
def test_the_checker_sees_time_that_a_cancellation_kept(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "release_time", lambda **_named: None)
    play(player, stage, folder=tmp_path, players=PLAYERS, seconds=2)

    assert "seats_taken" in rules(find_violations(read_logs(tmp_path), now=stage.now))


def rules(violations: list[str]) -> set[str]:
    """The rule each violation begins with."""
    return {violation.partition(":")[0] for violation in violations}
