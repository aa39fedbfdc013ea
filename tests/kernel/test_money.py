"""Money: whole minor units, one currency, and no unit lost when it is shared."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.money import CurrencyMismatch, Money, exponent

WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any)


@pytest.mark.parametrize(
    ("currency", "decimals"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3)]
)
def test_each_currency_has_its_own_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize(
    ("value", "currency", "amount"),
    [("12.50", "EUR", 1250), ("12.5", "EUR", 1250), ("800", "JPY", 800), ("1.234", "KWD", 1234)],
)
def test_main_units_become_minor_units_and_back(value: str, currency: str, amount: int) -> None:
    money = Money.from_decimal(Decimal(value), currency)

    assert money == Money(amount, currency)
    assert money.to_decimal() == Decimal(value)


def test_showing_all_decimals_is_part_of_the_amount() -> None:
    assert str(Money(1250, "EUR").to_decimal()) == "12.50"


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    with pytest.raises(ValueError, match="more decimals"):
        Money.from_decimal(Decimal("8.5"), "JPY")


@pytest.mark.parametrize("amount", [1.5, True, Decimal(1)])
def test_only_whole_numbers_are_money(amount: int) -> None:
    with pytest.raises(TypeError, match="whole minor units"):
        Money(amount, "EUR")


@pytest.mark.parametrize("code", ["eur", "EURO", "E1R", "", "ÄÖÜ"])
def test_only_iso_codes_are_currencies(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, code)


def test_amounts_of_one_currency_add_subtract_and_compare() -> None:
    five, two = Money(500, "EUR"), Money(200, "EUR")

    assert [five + two, five - two, two * 3, -two] == [
        Money(700, "EUR"),
        Money(300, "EUR"),
        Money(600, "EUR"),
        Money(-200, "EUR"),
    ]
    assert [two < five, five <= two, bool(Money(0, "EUR"))] == [True, False, False]


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch, match="EUR and USD"):
        Money(1, "EUR") + Money(1, "USD")


def test_a_cent_that_does_not_divide_goes_to_the_first_of_equals() -> None:
    parts = Money(1000, "EUR").allocate([1, 1, 1])

    assert [part.amount for part in parts] == [334, 333, 333]


def test_the_largest_remainder_is_served_first() -> None:
    parts = Money(100, "EUR").allocate([50, 30, 20, 1])

    assert [part.amount for part in parts] == [49, 30, 20, 1]


@given(st.integers(-(10**9), 10**9), WEIGHTS)
def test_allocating_loses_nothing_and_stays_within_a_unit_of_fair(
    amount: int, weights: list[int]
) -> None:
    parts = Money(amount, "EUR").allocate(weights)

    assert sum(part.amount for part in parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount * sum(weights) - amount * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_nothing_can_be_shared_among_nobody(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "EUR").allocate(weights)
