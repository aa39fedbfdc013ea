"""Codes and gift cards on the page of whoever has a plan: what is still to be paid of it, and its
next period."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.gifts import spell_code
from apps.checkout.models import Coupon, CouponUse, GiftCard, Order, Payment, PlanPurchase, Receipt
from apps.checkout.operations import Act
from apps.prepaid import operations as prepaid
from apps.prepaid.links import plan_token
from apps.prepaid.operations import Buyer
from tests.factories import NOW, Salon
from tests.factories.money import pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.factories.renewals import (
    DUE,
    day_passes,
    make_member_of,
    make_membership_plan,
    take_card_away,
)
from tests.pages import text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = pytest.mark.django_db
SOON = DUE + timedelta(minutes=1)
OVER = DUE + timedelta(minutes=36)
NO_CARD = "We don’t recognise this gift card, or nothing is left on it."


@pytest.fixture
def later(salon: Salon, ten_visits: PricingPlan) -> PlanPurchase:
    """Ten visits for €160.00, sold at the desk and still to be paid."""
    return prepaid.sell_plan(
        plan_id=ten_visits.pk,
        buyer=Buyer("Carl Vogt", "carl@example.com"),
        by=salon.olga,
        now=NOW,
        is_paid=False,
    )


@pytest.fixture
def due(salon: Salon) -> PlanPurchase:
    """A membership of €49.00 a month whose card was refused for the next period."""
    carl = make_member_of(make_membership_plan(service=salon.cut))
    take_card_away()
    day_passes(DUE)
    carl.refresh_from_db()
    return carl


def look(browser: Client, plan: PlanPurchase, *, at: datetime = NOW) -> Any:
    with time_machine.travel(at, tick=False):
        browser.get(f"/p/{plan_token(plan)}")
        return browser.get(f"/plans/{plan.reference}/")


def press(
    browser: Client, plan: PlanPurchase, what: str, *, at: datetime = NOW, **said: str
) -> Any:
    """Press a button of the page as it is: the form of that address with its hidden fields."""
    path = f"/plans/{plan.reference}/{what}"
    page = text_of(look(browser, plan, at=at))
    form = next(it for it in page.split("<form")[1:] if f'action="{path}"' in it)
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.partition("</form>")[0])
    names = {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}
    with time_machine.travel(at, tick=False):
        return browser.post(path, {**names, **said})


def beside(page: Any) -> str:
    """The field of the code, with what is said beside it."""
    return text_of(page).partition('class="field"')[2].partition("</div>")[0]


def sum_of(page: Any) -> list[str]:
    return re.findall(r"<td>(?:− )?(€[0-9.]+|Nothing)</td>", text_of(page))


# Sold at the desk, to be paid later


def test_what_is_still_to_be_paid_is_shown_with_a_field_for_a_code(
    client: Client, later: PlanPurchase, winter10: Coupon
) -> None:
    page = look(client, later)

    assert sum_of(page) == ["€160.00"]
    for words in ("Still to be paid", "You pay this at the studio.", "Have a code?"):
        assert words in text_of(page)


def test_without_any_code_or_card_there_is_no_field(client: Client, later: PlanPurchase) -> None:
    assert "Have a code?" not in text_of(look(client, later))


def test_a_code_and_then_a_gift_card_take_their_part_of_it(
    client: Client, later: PlanPurchase, winter10: Coupon, gift_card: GiftCard
) -> None:
    used = press(client, later, "code", code="winter10")

    assert (used.status_code, used["Location"]) == (303, f"/plans/{later.reference}/")
    assert sum_of(look(client, later)) == ["€144.00"]
    press(client, later, "code", code=spell_code(gift_card.code))
    assert sum_of(look(client, later)) == ["€94.00"]
    order = Order.objects.get(purchase=later)
    gift_card.refresh_from_db()
    assert (order.total, order.payment_status, gift_card.balance) == (14400, "PARTIALLY_PAID", 0)
    assert CouponUse.objects.get().amount == 1600
    assert Receipt.objects.filter(order=order).count() == 1
    assert_the_books_add_up()


def test_what_is_paid_is_asked_for_no_more(
    client: Client, later: PlanPurchase, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=20000)
    press(client, later, "code", code=card.code)

    page = look(client, later)

    assert "Still to be paid" not in text_of(page)
    again = {"order": Order.objects.get(purchase=later).reference, "code": card.code}
    answer = client.post(f"/plans/{later.reference}/code", again)
    assert (answer.status_code, Order.objects.get(purchase=later).payment_status) == (409, "PAID")
    assert "There is nothing left to pay at the moment." in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("WINTER11", "We don’t recognise this code."),
        ("G-AAAA-BBBB-CCCC", NO_CARD),
        ("", "Enter a code."),
    ],
)
def test_a_wrong_one_is_named_beside_its_field_and_kept(
    client: Client, later: PlanPurchase, winter10: Coupon, typed: str, words: str
) -> None:
    page = press(client, later, "code", code=typed)

    assert page.status_code == 422
    assert words in beside(page)
    assert f'value="{typed}"' in beside(page)
    assert "<title>Error:" in " ".join(text_of(page).split())


def test_wrong_codes_are_counted_and_strangers_find_nothing(
    client: Client, later: PlanPurchase, winter10: Coupon
) -> None:
    sam, path = Client(), f"/plans/{later.reference}/code"
    assert (sam.post(path, {"code": "WINTER10"}).status_code, sam.get(path).status_code) == (
        404,
        405,
    )
    answers = [
        press(client, later, "code", code=f"GUESS{number}").status_code for number in range(11)
    ]

    assert answers == [*10 * [422], 429]


def test_the_order_of_another_plan_is_not_paid_here(
    client: Client, later: PlanPurchase, due: PlanPurchase, gift_card: GiftCard
) -> None:
    look(client, later)
    theirs = Order.objects.filter(purchase=due).latest("pk").reference

    answer = client.post(
        f"/plans/{later.reference}/code", {"order": theirs, "code": gift_card.code}
    )

    gift_card.refresh_from_db()
    assert (answer.status_code, gift_card.balance) == (409, 5000)


# The next period


def test_a_gift_card_pays_a_part_of_the_next_period_and_the_bank_the_rest(
    client: Client, due: PlanPurchase, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=2000)
    used = press(client, due, "code", at=DUE, code=card.code.lower())
    page = look(client, due, at=DUE)

    assert (used.status_code, sum_of(page)) == (303, ["€49.00", "€20.00", "€29.00"])
    assert spell_code(card.code) in text_of(page)
    card.refresh_from_db()
    assert card.balance == 2000  # nothing moves before the tap

    there = press(client, due, "pay", at=DUE)

    payment = Payment.objects.latest("pk")
    card.refresh_from_db()
    assert (there["Location"], payment.amount, card.balance) == (payment.url, 2900, 0)
    pay_in_sandbox(payment, Act.PAY, now=DUE)
    work(SOON)
    due.refresh_from_db()
    newest = Order.objects.filter(purchase=due).latest("pk")
    assert (due.periods, newest.payment_status) == (2, "PAID")
    assert "The next period is already paid." in text_of(look(client, due, at=DUE))
    told = str(mail.outbox[-1].body)
    assert "Paid: €49.00 (€20.00 by gift card, €29.00 online)" in told
    assert_the_books_add_up(SOON)


def test_a_gift_card_pays_all_of_it_and_nobody_is_sent_anywhere(
    client: Client, due: PlanPurchase, gift_card: GiftCard
) -> None:
    press(client, due, "code", at=DUE, code=gift_card.code)
    assert sum_of(look(client, due, at=DUE)) == ["€49.00", "€49.00", "Nothing"]

    done = press(client, due, "pay", at=DUE)

    due.refresh_from_db()
    gift_card.refresh_from_db()
    newest = Order.objects.filter(purchase=due).latest("pk")
    assert (done["Location"], due.periods) == (f"/plans/{due.reference}/", 2)
    assert (newest.payment_status, gift_card.balance) == ("PAID", 100)
    assert Receipt.objects.filter(order=newest).count() == 1
    assert_the_books_add_up(SOON)


def test_a_card_that_is_taken_out_again_pays_nothing(
    client: Client, due: PlanPurchase, gift_card: GiftCard
) -> None:
    press(client, due, "code", at=DUE, code=gift_card.code)

    press(client, due, "code", at=DUE, drop="gift")

    page = look(client, due, at=DUE)
    assert sum_of(page) == []
    assert "Pay €49.00</button>" in text_of(page)
    press(client, due, "pay", at=DUE)
    assert Payment.objects.latest("pk").amount == 4900


def test_going_back_from_the_bank_one_goes_on_or_changes_it_with_the_card_still_there(
    client: Client, due: PlanPurchase, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=2000)
    press(client, due, "code", at=DUE, code=card.code)
    there = press(client, due, "pay", at=DUE)["Location"]

    page = look(client, due, at=DUE)

    assert "Continue paying €29.00" in text_of(page)
    assert press(client, due, "pay", at=DUE)["Location"] == there
    taken = {"order": Order.objects.latest("pk").reference, "code": card.code}
    with time_machine.travel(DUE, tick=False):
        assert client.post(f"/plans/{due.reference}/code", taken).status_code == 409
    changed = press(client, due, "change", at=DUE)
    card.refresh_from_db()
    assert (changed["Location"], card.balance) == (f"/plans/{due.reference}/", 2000)
    assert Payment.objects.filter(kind="ONLINE").latest("pk").status == "CANCELED"
    page = look(client, due, at=DUE)
    assert sum_of(page) == ["€49.00", "€20.00", "€29.00"]
    press(client, due, "code", at=DUE, drop="gift")
    assert "Pay €49.00</button>" in text_of(look(client, due, at=DUE))


def test_what_the_card_held_goes_back_when_nobody_pays_and_when_the_plan_stops(
    client: Client, due: PlanPurchase, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=2000)
    press(client, due, "code", at=DUE, code=card.code)
    press(client, due, "pay", at=DUE)
    checkout.settle_open_payments(now=OVER)
    work(OVER)
    checkout.release_held(now=OVER)
    card.refresh_from_db()
    assert card.balance == 2000
    assert sum_of(look(client, due, at=OVER)) == ["€49.00", "€20.00", "€29.00"]

    press(client, due, "pay", at=OVER)
    card.refresh_from_db()
    assert card.balance == 0
    press(client, due, "stop", at=OVER)

    card.refresh_from_db()
    assert card.balance == 2000
    assert_the_books_add_up(OVER)


def test_a_plan_that_stops_after_the_bank_refused_the_rest_waits_for_no_payment(
    client: Client, due: PlanPurchase, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=2000)
    press(client, due, "code", at=DUE, code=card.code)
    press(client, due, "pay", at=DUE)
    pay_in_sandbox(Payment.objects.filter(kind="ONLINE").latest("pk"), Act.DECLINE, now=DUE)
    work(SOON)

    press(client, due, "stop", at=SOON)

    stopped = Order.objects.filter(purchase=due).latest("pk")
    assert (stopped.status, stopped.payment_status) == ("CANCELED", "NOT_PAID")
    assert_the_books_add_up(SOON)


def test_a_code_is_for_the_first_period_and_says_so(
    client: Client, due: PlanPurchase, winter10: Coupon, gift_card: GiftCard
) -> None:
    page = press(client, due, "code", at=DUE, code="WINTER10")

    assert (page.status_code, CouponUse.objects.count()) == (422, 0)
    assert "Promo codes apply to the first period only." in beside(page)


def test_less_on_the_card_than_was_shown_pays_nothing_and_says_so(
    client: Client, due: PlanPurchase, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=2000)
    press(client, due, "code", at=DUE, code=card.code)
    look(client, due, at=DUE)
    prepaid.adjust_gift_card(
        card_id=card.pk, amount=-500, seen_balance=2000, reason="x", by=salon.olga, now=DUE
    )

    with time_machine.travel(DUE, tick=False):
        page = client.post(f"/plans/{due.reference}/pay", {"seen_left": "2900"})

    assert page.status_code == 409
    assert "The price changed from €29.00 to €34.00. Nothing was paid." in text_of(page)
    assert not Payment.objects.filter(kind="GIFT").exists()
