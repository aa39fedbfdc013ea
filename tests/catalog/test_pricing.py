"""The base price (rule M1): people times the variant, extras once, no unit lost."""

from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.pricing import Price, PriceLine, quote

amounts = st.integers(min_value=0, max_value=10**9)
lines = st.builds(PriceLine, name=st.text(max_size=5), amount=amounts, quantity=st.integers(1, 50))


@given(base=lines, extras=st.lists(lines, max_size=7))
def test_the_total_is_the_sum_of_the_lines(base: PriceLine, extras: list[PriceLine]) -> None:
    price = quote(base=[base], extras=extras, currency="EUR")

    assert price.total == sum(line.amount * line.quantity for line in [base, *extras])
    assert price.lines == (base, *extras)


@given(base=lines, extras=st.lists(lines, max_size=3))
def test_a_price_on_request_has_words_and_no_number(
    base: PriceLine, extras: list[PriceLine]
) -> None:
    price = quote(base=[base], extras=extras, currency="GBP", custom_text="Price on request")

    assert price == Price(lines=(), total=None, currency="GBP", text="Price on request")
    assert not price.is_free


def test_two_adults_with_one_extra() -> None:
    price = quote(
        base=[PriceLine("Lesson", 4500, 2)], extras=[PriceLine("Mat", 300, 1)], currency="USD"
    )

    assert price.total == 9300


def test_nothing_to_pay_is_free() -> None:
    assert quote(base=[PriceLine("Talk", 0, 1)], extras=[], currency="EUR").is_free


def test_two_adults_and_a_child_each_at_their_own_price() -> None:
    price = quote(
        base=[PriceLine("Adult", 1800, 2), PriceLine("Child", 900, 1)], extras=[], currency="USD"
    )

    assert price.total == 4500
    assert [line.total for line in price.lines] == [3600, 900]
