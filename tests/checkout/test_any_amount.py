"""Any amount from the deposit up: chosen by the customer, bounded by what was sealed (rule M5)."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import AmountRefused, Item, Way, choose_amount, choose_part, quote
from apps.ledger.check import find_all
from tests.checkout.test_balance import LATER, carl, page_of
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon, make_booking
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.pages import fields_of, text_of


@given(total=st.integers(1, 10_000), deposit=st.integers(1, 10_000), amount=st.integers(0, 11_000))
def test_an_amount_may_be_chosen_between_deposit_and_total(
    total: int, deposit: int, amount: int
) -> None:
    priced = quote(
        items=[Item("Cut", total)],
        currency="EUR",
        tax_rate=0,
        tax_included=True,
        way=Way.DEPOSIT,
        deposit=deposit,
        any_amount=True,
    )

    if min(deposit, total) <= amount <= total:
        chosen = choose_amount(priced, amount)
        assert (chosen.due_now, chosen.due_later) == (amount, total - amount)
    else:
        with pytest.raises(AmountRefused):
            choose_amount(priced, amount)


@pytest.mark.parametrize(
    ("owed", "any_amount", "amount", "paid"),
    [
        (2800, False, None, 2800),
        (2800, False, 2800, 2800),
        (2800, False, 2799, None),
        (2800, True, 100, 100),
        (2800, True, 99, None),
        (2800, True, 2801, None),
        (50, True, 50, 50),
        (50, True, 49, None),
    ],
)
def test_a_part_of_the_rest(
    owed: int, amount: int | None, paid: int | None, *, any_amount: bool
) -> None:
    def choose() -> int:
        return choose_part(owed=owed, unit=100, amount=amount, any_amount=any_amount)

    if paid is None:
        with pytest.raises(AmountRefused):
            choose()
    else:
        assert choose() == paid


@pytest.fixture
def free_choice(salon: Salon) -> Salon:
    """Any amount from €20.00 to €48.00."""
    Service.objects.filter(pk=salon.cut.pk).update(any_amount=True)
    salon.cut.refresh_from_db()
    return salon


def part_of(client: Client, path: str, **asked: str) -> str:
    return text_of(client.get(path, asked, headers={"HX-Request": "true"}))


@pytest.mark.django_db
def test_the_page_asks_how_much_and_the_button_says_it(client: Client, free_choice: Salon) -> None:
    path = to_pay_page(client, free_choice)
    page = text_of(client.get(path))
    part = part_of(client, path, way="DEPOSIT", amount="30")

    for words in (
        "Amount to pay now",
        "From €20.00 to €48.00",
        'value="20.00"',
        "At least this much",
    ):
        assert words in page
    assert "Pay €20.00 deposit" in page
    for words in ("Pay €30.00", "€18.00", 'value="30"', 'id="pay-any"'):
        assert words in part
    assert "Pay €48.00" in part_of(client, path, way="DEPOSIT", amount="48,00")


@pytest.mark.django_db
def test_without_scripts_the_total_is_updated_by_a_button(
    client: Client, free_choice: Salon
) -> None:
    pressed = press(
        client, to_pay_page(client, free_choice), way="DEPOSIT", update="1", amount="30.00"
    )

    assert pressed.status_code == 303
    assert "Pay €30.00" in text_of(client.get(pressed["Location"]))
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_an_amount_that_is_typed_stays_whatever_button_is_pressed(
    client: Client, free_choice: Salon
) -> None:
    """Without scripts: nothing has told the server of the amount before."""
    make_coupon(business=free_choice.business)
    card = make_gift_card(by=free_choice.olga, value=1000)
    path = to_pay_page(client, free_choice)
    page = text_of(client.get(path))
    for tag in ('name="new_code" form="pay"', 'form="pay" name="update"'):
        assert tag in page

    for typed, words in (("WINTER10", "Code WINTER10"), (card.code, "Gift card G-")):
        used = press(client, path, way="DEPOSIT", amount="30.00", new_code=typed, update="1")
        page = text_of(client.get(used["Location"]))
        assert used.status_code == 303
        assert words in page
        assert 'value="30.00"' in page
    assert "Pay €20.00" in page

    for drop, due in (("gift", "Pay €31.00"), ("code", "Pay €31.00")):
        press(client, path, way="DEPOSIT", amount="31.00", drop=drop)
        assert due in text_of(client.get(path))


@pytest.mark.django_db
@pytest.mark.parametrize("button", [{"update": "1"}, {}])
def test_a_code_that_is_typed_is_used_by_any_button_before_anything_is_paid(
    client: Client, free_choice: Salon, button: dict[str, str]
) -> None:
    make_coupon(business=free_choice.business)
    path = to_pay_page(client, free_choice)

    used = press(client, path, way="DEPOSIT", amount="30.00", new_code="winter10", **button)

    assert (used.status_code, Order.objects.count()) == (303, 0)
    page = text_of(client.get(path))
    assert "Code WINTER10" in page
    assert "Pay €30.00" in page


@pytest.mark.django_db
def test_a_wrong_code_keeps_the_amount_and_the_way(client: Client, free_choice: Salon) -> None:
    make_coupon(business=free_choice.business)
    path = to_pay_page(client, free_choice)

    page = press(client, path, way="DEPOSIT", amount="30.00", new_code="NOSUCH", update="1")

    assert page.status_code == 422
    for kept in ('value="NOSUCH"', 'value="30.00"', "We don’t recognise this code."):
        assert kept in text_of(page)


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["20.00", "30", "48,00"])
def test_what_was_chosen_is_what_is_paid(client: Client, free_choice: Salon, amount: str) -> None:
    there = press(client, to_pay_page(client, free_choice), way="DEPOSIT", amount=amount)
    chosen = int(float(amount.replace(",", ".")) * 100)
    payment = Payment.objects.get()
    pay_in_sandbox(payment, Act.PAY, now=LATER)
    work(LATER)

    booking = Booking.objects.get()
    assert there.status_code == 303
    assert (payment.amount, Order.objects.get().due_now, booking.paid) == (chosen,) * 3
    assert booking.payment_status == ("PAID" if chosen == 4800 else "PARTIALLY_PAID")
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["19.99", "48.01", "-30", "0", "", "thirty", "30.001", "1e400"])
def test_another_amount_is_a_422_that_keeps_the_text(
    client: Client, free_choice: Salon, amount: str
) -> None:
    page = press(client, to_pay_page(client, free_choice), way="DEPOSIT", amount=amount)

    assert page.status_code == 422
    assert 'id="pay-amount_error"' in text_of(page)
    assert f'name="amount" value="{amount}"' in text_of(page) or not amount
    assert not Order.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [1999, 4801, -1, 0])
def test_the_server_decides_whatever_a_page_sends(free_choice: Salon, amount: int) -> None:
    draft = make_prepared(service=free_choice.cut, starts_at=free_choice.at(26, 10), now=NOW)

    with pytest.raises(AmountRefused):
        checkout.check_out(
            draft_id=draft.draft_id,
            way=Way.DEPOSIT,
            seen=Seen(4800, 2000, most_now=4800),
            origin=ORIGIN,
            now=NOW,
            amount=amount,
        )

    assert not Order.objects.exists()


@pytest.mark.django_db
def test_a_seal_of_a_fixed_deposit_allows_no_other_amount(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    sealed = fields_of(client.get(path))
    fixed = client.post(path, {**sealed, "way": "DEPOSIT", "amount": "30.00"})
    assert Payment.objects.get().amount == 2000
    Payment.objects.all().delete()
    Service.objects.filter(pk=salon.cut.pk).update(any_amount=True)

    meanwhile = client.post(path, {**sealed, "way": "DEPOSIT", "amount": "30.00"})

    assert (fixed.status_code, meanwhile.status_code) == (303, 409)


@pytest.mark.django_db
def test_all_of_it_and_the_place_ask_for_no_amount(client: Client, free_choice: Salon) -> None:
    there = press(client, to_pay_page(client, free_choice), way="FULL", amount="nonsense")

    assert there.status_code == 303
    assert Payment.objects.get().amount == 4800


@pytest.fixture
def paid_in_part(free_choice: Salon) -> Booking:
    """€20.00 of €48.00 were paid."""
    draft = make_prepared(service=free_choice.cut, starts_at=free_choice.at(26, 10), now=NOW)
    seen = Seen(4800, 2000, most_now=4800)
    checkout.check_out(
        draft_id=draft.draft_id, way=Way.DEPOSIT, seen=seen, origin=ORIGIN, now=NOW, amount=2000
    )
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def pay(browser: Client, booking: Booking, amount: str) -> Any:
    return browser.post(f"/manage/{booking.reference}/pay", {"amount": amount})


@pytest.mark.django_db
def test_the_rest_is_paid_in_parts(paid_in_part: Booking) -> None:
    browser = carl(paid_in_part)
    for amount, left in (("10", "€18.00"), ("18.00", "")):
        there = pay(browser, paid_in_part, amount)
        browser.post(there["Location"], {"act": "PAY"})
        work(LATER)
        assert f"to {left}" in page_of(browser, paid_in_part) or not left

    paid_in_part.refresh_from_db()
    assert (paid_in_part.payment_status, paid_in_part.paid) == ("PAID", 4800)
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["0.99", "28.01", "", "x"])
def test_another_part_is_a_422_that_keeps_the_text(paid_in_part: Booking, amount: str) -> None:
    browser = carl(paid_in_part)

    page = pay(browser, paid_in_part, amount)

    assert page.status_code == 422
    assert 'id="pay-amount_error"' in text_of(page)
    assert f'value="{amount}"' in text_of(page) or not amount
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_where_no_part_is_taken_all_of_it_is_paid(salon: Salon) -> None:
    plain = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)

    there = pay(carl(plain), plain, "10.00")

    assert there.status_code == 303
    assert Payment.objects.get().amount == 7400
