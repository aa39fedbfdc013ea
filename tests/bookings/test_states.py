"""The table of transitions, and nothing beside it (rule B1)."""

from itertools import product

import pytest

from apps.bookings.states import (
    FINAL,
    TRANSITIONS,
    IllegalTransition,
    Status,
    require_transition,
    require_undo,
)

LAWFUL = {
    ("CREATED", "PENDING"),
    ("CREATED", "CONFIRMED"),
    ("CREATED", "DECLINED"),
    ("PENDING", "CONFIRMED"),
    ("PENDING", "DECLINED"),
    ("PENDING", "CANCELED"),
    ("CONFIRMED", "CANCELED"),
    ("WAITING_LIST", "PENDING"),
    ("WAITING_LIST", "CONFIRMED"),
    ("WAITING_LIST", "DECLINED"),
    ("WAITING_LIST", "CANCELED"),
}

UNDOES = {
    *(("CONFIRMED", "PENDING"), ("DECLINED", "PENDING")),
    *(("CANCELED", "PENDING"), ("CANCELED", "CONFIRMED")),
}


def is_refused(check: object, current: str, target: str) -> bool:
    try:
        check(current, target)  # type: ignore[operator]
    except IllegalTransition:
        return True
    return False


@pytest.mark.parametrize(("current", "target"), list(product(Status, Status)))
def test_transitions_are_lawful_exactly_when_the_table_has_them(
    current: Status, target: Status
) -> None:
    assert is_refused(require_transition, current, target) == ((current, target) not in LAWFUL)


@pytest.mark.parametrize(("current", "target"), list(product(Status, Status)))
def test_only_answers_and_cancellations_are_taken_back(current: Status, target: Status) -> None:
    assert is_refused(require_undo, current, target) == ((current, target) not in UNDOES)


def test_declined_and_canceled_are_final() -> None:
    assert {Status.DECLINED, Status.CANCELED} == FINAL


def test_every_status_has_its_line() -> None:
    assert set(TRANSITIONS) == set(Status)


def test_an_unknown_status_is_loud() -> None:
    with pytest.raises(ValueError, match="REFUNDED"):
        require_transition("REFUNDED", "CONFIRMED")
