"""Robots are recognised by haste, greed and forgery; people are not bothered."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.web.signed import SEAL, TRAP, Verdict, judge, new_guard

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def verdict(seal: str, *, after: timedelta, trap: str = "", purpose: str = "details") -> Verdict:
    return judge(post={SEAL: seal, TRAP: trap}, purpose=purpose, now=NOON + after)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(seconds=1), Verdict.TOO_FAST),
        (timedelta(seconds=2), Verdict.PERSON),
        (timedelta(hours=12, seconds=-1), Verdict.PERSON),
        (timedelta(hours=12), Verdict.STALE),
        (-timedelta(minutes=2), Verdict.FORGED),
    ],
)
def test_a_form_is_good_from_two_seconds_to_twelve_hours(
    after: timedelta, expected: Verdict
) -> None:
    assert verdict(new_guard(purpose="details", now=NOON).seal, after=after) is expected


def test_the_trap_is_for_robots() -> None:
    seal = new_guard(purpose="details", now=NOON).seal
    assert verdict(seal, after=timedelta(minutes=1), trap="http://evil") is Verdict.TRAPPED


def test_a_seal_works_for_its_purpose_only() -> None:
    seal = new_guard(purpose="waitlist", now=NOON).seal
    assert verdict(seal, after=timedelta(minutes=1)) is Verdict.FORGED


@pytest.mark.parametrize("seal", ["", "x", "x:y:z", "é" * 5000, "\x00", "ImEi:1:2"])
def test_a_forged_seal_is_never_an_error(seal: str) -> None:
    assert verdict(seal, after=timedelta(minutes=1)) is Verdict.FORGED


def test_one_changed_character_breaks_the_seal() -> None:
    seal = new_guard(purpose="details", now=NOON).seal
    changed = seal[:-1] + ("A" if seal[-1] != "A" else "B")
    assert verdict(changed, after=timedelta(minutes=1)) is Verdict.FORGED


def test_a_form_without_the_fields_is_forged() -> None:
    assert judge(post={}, purpose="details", now=NOON) is Verdict.FORGED
