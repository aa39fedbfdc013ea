"""What is on a gift card follows what is kept of its purchase (rule M31)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout import operations as checkout
from apps.checkout.gifts import Holding, uncovered
from apps.checkout.models import GiftCard, Order, Payment, Refund, SandboxSession
from apps.checkout.operations import Act
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.checkout.test_use_code import desk, use
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online, make_gift_card
from tests.pages import text_of

LATER = NOW + timedelta(minutes=1)
MINOR = st.integers(min_value=0, max_value=10_000)
HOLDINGS = st.builds(
    Holding,
    balance=MINOR,
    used=MINOR,
    kept=MINOR,
    put_on=st.integers(min_value=-10_000, max_value=10_000),
    written_off=MINOR,
)


@given(HOLDINGS)
def test_after_it_a_card_holds_and_has_used_no_more_than_is_covered_or_told(it: Holding) -> None:
    found = uncovered(it)
    given_on = max(0, it.put_on)
    left = it.balance - found.off

    assert 0 <= found.off <= it.balance
    assert left + it.used <= it.kept + given_on + it.written_off + found.owing
    if found.owing:
        assert left <= given_on
    if found.off:
        assert left + it.used == it.kept + given_on + it.written_off + found.owing


@given(HOLDINGS)
def test_it_is_the_same_when_it_is_asked_again(it: Holding) -> None:
    found = uncovered(it)
    again = uncovered(Holding(it.balance - found.off, it.used, it.kept, it.put_on, it.written_off))

    assert (again.off, again.owing) == (0, found.owing)


@pytest.fixture
def bought(salon: Salon) -> GiftCard:
    """€50.00 that Eva bought online."""
    Business.objects.update(sells_gift_cards=True)
    salon.business.refresh_from_db()
    card = buy_gift_online(salon.business).card
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    card.refresh_from_db()
    assert (card.status, card.balance) == ("ACTIVE", 5000)
    return card


def pay_a_cut(salon: Salon, card: GiftCard) -> Booking:
    """€48.00 of a cut are paid with the card."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    use(booking, card.code)
    return booking


def goes_back_elsewhere(card: GiftCard, refunded: int) -> None:
    """Somebody refunds it at the provider, or the bank takes it."""
    payment = Payment.objects.get(order__gift_card=card)
    SandboxSession.objects.filter(ref=payment.provider_ref).update(refunded=refunded)
    checkout.settle_payment(payment_id=payment.pk, now=LATER)
    card.refresh_from_db()


def lines(card: GiftCard) -> list[tuple[str, int]]:
    return list(card.entries.values_list("kind", "amount"))


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
def test_a_card_whose_purchase_went_back_is_empty_and_stopped(bought: GiftCard) -> None:
    goes_back_elsewhere(bought, 5000)

    assert (bought.status, bought.balance, bought.uncovered) == ("STOPPED", 0, 0)
    assert lines(bought) == [("BOUGHT", 5000), ("REFUNDED", -5000)]
    assert clean()


@pytest.mark.django_db
def test_a_part_that_went_back_goes_off_the_card(bought: GiftCard) -> None:
    goes_back_elsewhere(bought, 2000)

    assert (bought.status, bought.balance) == ("ACTIVE", 3000)
    assert clean()


@pytest.mark.django_db
def test_what_was_used_already_waits_for_the_team_until_it_is_settled(
    salon: Salon, bought: GiftCard
) -> None:
    pay_a_cut(salon, bought)
    goes_back_elsewhere(bought, 5000)
    olga = desk(salon)

    assert (bought.status, bought.balance, bought.uncovered) == ("STOPPED", 0, 4800)
    assert "€48.00 was spent and is no longer paid for." in text_of(
        olga.get("/own/juniper/conflicts/")
    )
    assert "1 problem to solve" in text_of(olga.get("/own/juniper/"))
    assert clean()

    address = f"/own/juniper/conflicts/cards/{bought.reference}/"
    stale = olga.post(address, {"seen": "4700"})
    bought.refresh_from_db()
    assert (stale.status_code, bought.uncovered) == (303, 4800)

    olga.post(address, {"seen": "4800"})
    bought.refresh_from_db()
    assert (bought.uncovered, bought.written_off) == (0, 4800)
    assert "no longer paid for" not in text_of(olga.get("/own/juniper/conflicts/"))
    assert lines(bought)[-1] == ("SETTLED", 0)
    assert clean()


@pytest.mark.django_db
def test_what_comes_back_to_a_card_afterwards_goes_off_it_at_once(
    salon: Salon, bought: GiftCard
) -> None:
    booking = pay_a_cut(salon, bought)
    goes_back_elsewhere(bought, 5000)

    checkout.cancel_and_refund(
        booking_id=booking.pk, business_id=booking.business_id, reason="", by=salon.olga, now=LATER
    )
    bought.refresh_from_db()
    assert (bought.balance, bought.uncovered) == (0, 0)
    assert lines(bought)[-2:] == [("RETURNED", 4800), ("REFUNDED", -4800)]
    assert clean()


@pytest.mark.django_db
def test_what_the_team_put_on_it_stays(salon: Salon, bought: GiftCard) -> None:
    pay_a_cut(salon, bought)
    bought.refresh_from_db()
    prepaid.adjust_gift_card(
        card_id=bought.pk, amount=1000, seen_balance=200, reason="Sorry", by=salon.olga, now=LATER
    )
    goes_back_elsewhere(bought, 5000)

    assert (bought.status, bought.balance, bought.uncovered) == ("ACTIVE", 1000, 4800)
    assert clean()


@pytest.mark.django_db
def test_a_card_that_was_sold_at_the_desk_is_covered_by_what_was_taken_there(
    salon: Salon,
) -> None:
    card = make_gift_card(by=salon.olga)
    pay_a_cut(salon, card)
    prepaid.stop_gift_card(card_id=card.pk, gives_back=True, by=salon.olga, now=LATER)
    card.refresh_from_db()

    assert (card.status, card.balance, card.uncovered) == ("STOPPED", 0, 0)
    assert lines(card)[-1] == ("REFUNDED", -200)
    assert clean()


@pytest.mark.django_db
def test_a_part_that_goes_back_elsewhere_takes_no_more_along(
    salon: Salon, bought: GiftCard
) -> None:
    """Also of a card that is over: what was used stays paid."""
    pay_a_cut(salon, bought)
    prepaid.stop_gift_card(card_id=bought.pk, gives_back=False, by=salon.olga, now=LATER)
    goes_back_elsewhere(bought, 100)

    assert list(Refund.objects.values_list("amount", "is_external")) == [(100, True)]
    assert Order.objects.get(gift_card=bought).payment_status == "PARTIALLY_REFUNDED"
    assert bought.balance == 100
    assert clean()


@pytest.mark.django_db
def test_the_ledger_finds_a_card_that_holds_more_than_is_covered(bought: GiftCard) -> None:
    payment = Payment.objects.get(order__gift_card=bought)
    Payment.objects.filter(pk=payment.pk).update(refunded=1000)

    rules = {it.rule for it in find_all(business_id=None, now=LATER)}
    assert "gift_cards_are_covered" in rules
