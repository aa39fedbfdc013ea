"""What an order costs: no minor unit is lost, whatever the rates (rule M4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.pricing import tax_in, tax_on
from apps.checkout.pricing import Item, Way, quote, ways_to_pay

ITEMS = st.lists(
    st.builds(Item, st.just("Cut"), st.integers(0, 1_000_000), st.integers(1, 9)), max_size=8
)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [(9180, 1900, 1466), (4800, 1900, 766), (0, 1900, 0), (100, 0, 0), (1, 1900, 0), (4, 1900, 1)],
)
def test_tax_that_is_in_a_price(gross: int, rate: int, tax: int) -> None:
    assert tax_in(gross, rate=rate) == tax


@pytest.mark.parametrize(
    ("net", "rate", "tax"), [(1000, 800, 80), (1, 5000, 1), (1, 4999, 0), (333, 1000, 33)]
)
def test_tax_that_comes_on_top(net: int, rate: int, tax: int) -> None:
    assert tax_on(net, rate=rate) == tax


@given(
    items=ITEMS,
    rate=st.integers(0, 5000),
    included=st.booleans(),
    way=st.sampled_from(Way),
    deposit=st.integers(1, 2_000_000),
)
def test_no_minor_unit_is_lost(
    items: list[Item], rate: int, way: Way, deposit: int, *, included: bool
) -> None:
    found = quote(
        items=items,
        currency="EUR",
        tax_rate=rate,
        tax_included=included,
        way=way,
        deposit=deposit,
    )

    plain = sum(item.amount * item.quantity for item in items)
    assert found.total == plain + (0 if included else found.tax)
    assert found.total == sum(line.total for line in found.lines)
    assert found.due_now + found.due_later == found.total
    assert 0 <= found.due_now <= found.total
    assert 0 <= found.tax <= found.total


@pytest.mark.parametrize(
    ("online", "in_person", "deposit", "full", "ways"),
    [
        (True, True, None, True, (Way.IN_PERSON, Way.FULL)),
        (True, False, None, True, (Way.FULL,)),
        (False, True, None, True, (Way.IN_PERSON,)),
        (True, True, 2000, True, (Way.DEPOSIT, Way.FULL)),
        (True, True, 2000, False, (Way.DEPOSIT,)),
        (True, True, 4800, True, (Way.IN_PERSON, Way.FULL)),
        (False, True, 2000, True, (Way.IN_PERSON,)),
        (False, False, None, True, ()),
    ],
)
def test_what_may_be_chosen_between(
    deposit: int | None, ways: tuple[Way, ...], *, online: bool, in_person: bool, full: bool
) -> None:
    found = ways_to_pay(
        total=4800, online=online, in_person=in_person, deposit=deposit, full_upfront=full
    )

    assert found == ways


def test_what_is_free_is_not_paid_for() -> None:
    assert ways_to_pay(total=0, online=True, in_person=True, deposit=None, full_upfront=True) == ()


def test_a_deposit_cannot_be_chosen_where_there_is_none() -> None:
    with pytest.raises(ValueError, match="no deposit"):
        quote(
            items=[Item("Cut", 4800)],
            currency="EUR",
            tax_rate=0,
            tax_included=True,
            way=Way.DEPOSIT,
            deposit=None,
        )
