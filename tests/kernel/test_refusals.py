"""A refusal carries its code and its status."""

from collections import Counter
from http import HTTPStatus

from apps.kernel.refusals import Refusal
from tests.architecture.raising import every_refusal

SAID = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.GONE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}


class SeatIsTaken(Refusal):
    """Its code comes from its name."""


class RowIsTaken(SeatIsTaken):
    """A name of its own, and a status."""

    status = HTTPStatus.GONE


class FloorIsTaken(SeatIsTaken):
    """For a machine the same as the other."""

    code = "SEAT_IS_TAKEN"


def test_a_refusal_is_known_to_machines_by_its_name() -> None:
    known = [(it.code, it.status) for it in (SeatIsTaken, RowIsTaken, FloorIsTaken)]

    assert known == [("SEAT_IS_TAKEN", 409), ("ROW_IS_TAKEN", 410), ("SEAT_IS_TAKEN", 409)]


def test_no_two_refusals_of_different_rooms_have_one_code() -> None:
    codes = Counter(it.code for it in every_refusal())

    assert {code for code, times in codes.items() if times > 1} == {"BUSY"}


def test_every_refusal_has_a_status_that_says_whose_turn_it_is() -> None:
    assert {it.status for it in every_refusal()} <= SAID
