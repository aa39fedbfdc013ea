"""What was paid in several ways is named by its parts."""

from dataclasses import replace

import pytest

from apps.bookings.money_words import Moved, PaidPart, came_words, moved_words, paid_parts

GIFT, CARD, CASH = (
    PaidPart("GIFT", 5000),
    PaidPart("ONLINE", 2000),
    PaidPart("IN_PERSON", 2400),
)
WHOLE = Moved(
    status="PAID",
    is_over=False,
    total=9400,
    paid=9400,
    returned=0,
    currency="EUR",
    locale="en-GB",
    where="at the salon",
    parts=(GIFT, CARD, CASH),
)
BY_THREE = "€50.00 by gift card, €20.00 online, €24.00 in person"


def words(amount: int, *parts: PaidPart) -> str:
    return paid_parts(amount, parts, currency="EUR", locale="en-GB")


def test_an_amount_is_named_by_its_parts() -> None:
    assert words(9400, GIFT, CARD, CASH) == BY_THREE


@pytest.mark.parametrize("parts", [(), (GIFT,), (GIFT, PaidPart("ONLINE", 2000, 2000))])
def test_one_way_is_no_part(parts: tuple[PaidPart, ...]) -> None:
    assert words(5000, *parts) == ""


def test_parts_that_do_not_make_up_the_amount_are_not_told() -> None:
    assert words(9300, GIFT, CARD, CASH) == ""


def test_what_went_back_is_taken_off_its_part_or_told_beside_the_whole() -> None:
    parts = (GIFT, PaidPart("ONLINE", 4400, 1000))

    assert words(8400, *parts) == "€50.00 by gift card, €34.00 online"
    assert words(9400, *parts) == "€50.00 by gift card, €44.00 online"


def test_what_came_at_one_moment_is_named_also_where_it_is_one_way() -> None:
    assert came_words([GIFT], currency="EUR", locale="en-GB") == "€50.00 by gift card"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, f"€94.00, paid ({BY_THREE})"),
        ({"parts": ()}, "€94.00, paid"),
        (
            {"returned": 1000, "paid": 8400, "parts": (GIFT, PaidPart("ONLINE", 4400, 1000))},
            "€94.00 paid (€50.00 by gift card, €44.00 online), €10.00 of it refunded",
        ),
        (
            {"status": "PARTIALLY_PAID", "paid": 7000, "parts": (GIFT, CARD)},
            "€70.00 paid (€50.00 by gift card, €20.00 online), €24.00 at the salon",
        ),
        (
            {"status": "PARTIALLY_PAID", "paid": 7000, "parts": (GIFT, CARD), "is_over": True},
            "€70.00 of €94.00 paid (€50.00 by gift card, €20.00 online)",
        ),
        ({"status": "NOT_PAID", "paid": 0, "parts": ()}, ""),
    ],
)
def test_every_sentence_that_says_paid_names_them(changed: dict[str, object], told: str) -> None:
    assert moved_words(replace(WHOLE, **changed)) == told  # type: ignore[arg-type]
