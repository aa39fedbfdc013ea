"""Codes and gift cards where a plan is bought."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, CouponUse, GiftCard, Order, Payment, PlanPurchase
from apps.checkout.operations import Act, CouponRefused, GiftRefused, SeenGift
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer
from tests.factories import NOW
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card, make_plan
from tests.factories.studio import Studio
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db
TYPED = NOW + timedelta(seconds=30)
LATER = NOW + timedelta(minutes=1)
PATH = "/harbor/plans/ten-classes/"
CARL = {"name": "Carl Vogt", "email": "carl@example.com"}


@pytest.fixture
def code(studio: Studio, ten: PricingPlan) -> Coupon:
    """Ten per cent off plans too: US$144.00 in place of US$160.00."""
    return make_coupon(business=studio.business, code="WINTER10", covers_plans=True)


@pytest.fixture
def card(studio: Studio, ten: PricingPlan) -> GiftCard:
    return make_gift_card(by=studio.olga, value=5000)


def post(client: Client, **said: str) -> Any:
    """Read the form, take half a minute to type, send it."""
    fields = fields_of(client.get(PATH))
    with time_machine.travel(TYPED, tick=False):
        return client.post(PATH, {**fields, **said})


def buy(plan: PricingPlan, *, email: str = "carl@example.com", **more: Any) -> PlanPurchase:
    bought = prepaid.buy_plan(
        plan=plan,
        buyer=Buyer("Carl Vogt", email),
        visitor_hash="carl",
        origin=ORIGIN,
        now=NOW,
        **{"seen_price": plan.price, "form_key": f"form-of-{email}", **more},
    )
    return bought.purchase


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


def test_a_code_makes_a_plan_cheaper(client: Client, code: Coupon) -> None:
    used = post(client, **CARL, code="winter10", update="1")
    assert (used.status_code, used["Location"]) == (303, PATH)
    page = client.get(PATH)
    for words in ("Code WINTER10", "US$16.00", "Pay US$144.00", 'value="Carl Vogt"'):
        assert words in text_of(page)

    to_bank = post(client)

    assert to_bank["Location"].startswith("/practice/")
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    order, purchase = Order.objects.get(), PlanPurchase.objects.get()
    assert (order.total, order.discount, order.coupon_code) == (14400, 1600, "WINTER10")
    assert (order.payment_status, purchase.status, purchase.price) == ("PAID", "ACTIVE", 16000)
    assert CouponUse.objects.get().amount == 1600
    assert clean()


def test_a_gift_card_pays_a_part_and_the_bank_the_rest(client: Client, card: GiftCard) -> None:
    post(client, **CARL, code=card.code, update="1")
    page = client.get(PATH)
    assert "Pay US$110.00" in text_of(page)

    post(client)
    payment = Payment.objects.get(kind="ONLINE")
    card.refresh_from_db()
    assert (payment.amount, card.balance) == (11000, 0)
    pay_in_sandbox(payment, Act.PAY, now=LATER)
    work(LATER)

    order = Order.objects.get(purchase__isnull=False)
    assert (order.payment_status, PlanPurchase.objects.get().status) == ("PAID", "ACTIVE")
    assert clean()


def test_a_gift_card_pays_all_of_it_and_the_plan_begins(
    client: Client, studio: Studio, ten: PricingPlan
) -> None:
    card = make_gift_card(by=studio.olga, value=20000)
    post(client, **CARL, code=card.code, update="1")

    done = post(client)

    purchase = PlanPurchase.objects.get()
    assert done["Location"] == f"/plans/{purchase.reference}/"
    assert (purchase.status, purchase.balance) == ("ACTIVE", 10)
    card.refresh_from_db()
    assert card.balance == 4000
    assert "10 visits left" in text_of(client.get(done["Location"]))
    assert clean()


def test_a_second_tap_when_the_card_has_paid_all_is_not_refused(
    client: Client, studio: Studio, ten: PricingPlan
) -> None:
    card = make_gift_card(by=studio.olga, value=16000)
    post(client, **CARL, code=card.code, update="1")
    fields = fields_of(client.get(PATH))

    with time_machine.travel(TYPED, tick=False):
        taps = [client.post(PATH, fields) for _time in range(2)]

    assert [it.status_code for it in taps] == [303, 303]
    assert PlanPurchase.objects.count() == 1
    assert clean()


def test_the_sum_of_a_plan_adds_up_where_tax_comes_on_top(
    client: Client, ten: PricingPlan, code: Coupon
) -> None:
    Business.objects.update(prices_include_tax=False)
    PricingPlan.objects.update(tax_rate=1900)

    post(client, **CARL, code="WINTER10", update="1")

    page = text_of(client.get(PATH))
    for words in ("US$190.40", "− US$19.04", "Pay US$171.36"):
        assert words in page


def test_both_together_and_dropping_one(client: Client, code: Coupon, card: GiftCard) -> None:
    post(client, **CARL, code="WINTER10", update="1")
    post(client, code=card.code, update="1")
    assert "Pay US$94.00" in text_of(client.get(PATH))

    dropped = post(client, drop="code")

    assert dropped.status_code == 303
    assert "Pay US$110.00" in text_of(client.get(PATH))


def test_a_code_that_is_typed_and_not_used_yet_buys_nothing(client: Client, code: Coupon) -> None:
    answer = post(client, **CARL, code="WINTER10")

    assert answer["Location"] == PATH
    assert not PlanPurchase.objects.exists()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"covers_plans": False}, "This code does not apply here."),
        ({"covers_plans": True, "ends_at": NOW}, "This code ended on Tue 24 Nov."),
        ({"covers_plans": True, "min_subtotal": 16001}, "This code needs a higher total."),
    ],
)
def test_a_code_that_cannot_be_used_says_why_and_stays_in_its_field(
    client: Client, studio: Studio, card: GiftCard, columns: dict[str, Any], words: str
) -> None:
    make_coupon(business=studio.business, code="OTHER", **columns)

    page = post(client, **CARL, code="OTHER", update="1")

    assert (page.status_code, page.context["till"].error) == (422, words)
    for kept in ('value="OTHER"', 'value="Carl Vogt"', "Pay US$160.00"):
        assert kept in text_of(page)


def test_wrong_codes_are_tried_ten_times_an_hour(client: Client, card: GiftCard) -> None:
    told = [post(client, code=f"GUESS{n}", update="1").status_code for n in range(11)]

    assert told == [*10 * [422], 429]


def test_a_code_for_one_service_does_not_discount_plans(studio: Studio, ten: PricingPlan) -> None:
    coupon = make_coupon(business=studio.business)
    coupon.services.add(studio.flow)

    with pytest.raises(CouponRefused):
        buy(ten, seen_price=14400, code="WINTER10")
    assert not PlanPurchase.objects.exists()


def test_a_code_is_used_once_by_a_customer_for_bookings_and_plans_together(
    ten: PricingPlan, code: Coupon
) -> None:
    buy(ten, seen_price=14400, code="WINTER10")

    with pytest.raises(CouponRefused):
        buy(ten, seen_price=14400, code="WINTER10", form_key="another-form-of-carl")
    code.refresh_from_db()
    assert code.used == 1


def test_what_is_not_paid_for_gives_code_and_card_back(
    ten: PricingPlan, code: Coupon, card: GiftCard
) -> None:
    buy(ten, seen_price=14400, code="WINTER10", gift=SeenGift(card.pk, 5000))
    payment = Payment.objects.get(kind="ONLINE")
    pay_in_sandbox(payment, Act.CANCEL, now=LATER)
    work(LATER)

    much_later = NOW + timedelta(hours=25)
    checkout.release_held(now=much_later)
    assert prepaid.forget_unpaid_plans(now=much_later) == 1

    code.refresh_from_db()
    card.refresh_from_db()
    assert (code.used, card.balance, PlanPurchase.objects.count()) == (0, 5000, 0)
    assert clean()


def test_a_card_with_less_on_it_than_was_shown_buys_nothing(
    ten: PricingPlan, card: GiftCard
) -> None:
    with pytest.raises(GiftRefused):
        buy(ten, gift=SeenGift(card.pk, 5001))

    assert not PlanPurchase.objects.exists()


@pytest.mark.parametrize("amount", [16001, 20000])
def test_a_card_never_pays_more_than_the_plan_costs(
    client: Client, studio: Studio, ten: PricingPlan, amount: int
) -> None:
    full = make_gift_card(by=studio.olga, value=20000)
    post(client, **CARL, code=full.code, update="1")

    answer = post(client, seen_gift_amount=str(amount))

    full.refresh_from_db()
    assert (answer.status_code, full.balance, PlanPurchase.objects.count()) == (409, 20000, 0)
    assert clean()


def test_the_next_period_of_a_membership_costs_all_of_it(studio: Studio, card: GiftCard) -> None:
    plan = make_plan(services=[studio.flow], kind="CREDITS", credits=4, slug="four", price=5000)
    code = make_coupon(business=studio.business, code="HALF", value=5000, covers_plans=True)
    purchase = buy(plan, seen_price=2500, code="HALF", gift=SeenGift(card.pk, 2500))
    purchase.refresh_from_db()
    assert (purchase.status, purchase.renews, purchase.saved_card) == ("ACTIVE", True, "")

    assert purchase.renew_at is not None
    prepaid.renew_plans(now=purchase.renew_at)

    first, following = Order.objects.filter(purchase=purchase).order_by("pk")
    assert (first.total, first.payment_status) == (2500, "PAID")
    assert (following.total, following.discount, following.coupon_code) == (5000, 0, "")
    code.refresh_from_db()
    assert code.used == 1


@pytest.mark.parametrize("name", ["code", "used_code", "used_gift"])
def test_what_cannot_be_printed_is_no_code(client: Client, code: Coupon, name: str) -> None:
    answer = post(client, **{**CARL, "update": "1", name: "\x00"})

    assert (answer.status_code, answer["Location"]) == (303, PATH)
