"""A plan that was begun and not paid: going back, going on, changing it, its code and card."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.gifts import spell_code
from apps.checkout.models import Coupon, CouponUse, GiftCard, Order, Payment, PlanPurchase
from apps.checkout.operations import Act, SeenGift
from apps.checkout.providers import ProviderPayment
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, PlanChanged
from tests.factories import NOW
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.factories.studio import Studio
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = pytest.mark.django_db
TYPED = NOW + timedelta(seconds=30)
LATER = NOW + timedelta(minutes=1)
OVER = NOW + timedelta(minutes=36)
PATH = "/harbor/plans/ten-classes/"
CARL = {"name": "Carl Vogt", "email": "carl@example.com"}


@pytest.fixture
def code(studio: Studio, ten: PricingPlan) -> Coupon:
    """Ten per cent off plans too, once for each customer: US$144.00 in place of US$160.00."""
    return make_coupon(business=studio.business, code="WINTER10", covers_plans=True)


@pytest.fixture
def card(studio: Studio, ten: PricingPlan) -> GiftCard:
    return make_gift_card(by=studio.olga, value=5000)


def post(client: Client, path: str = PATH, *, page: Any = None, **said: str) -> Any:
    """Read the page, take half a minute to type, press a button."""
    fields = fields_of(page or client.get(path))
    with time_machine.travel(TYPED, tick=False):
        return client.post(path, {**fields, **said})


def begin(client: Client, *codes: str) -> str:
    """Use the codes, go to the bank, and return where the plan's page is."""
    for typed in codes:
        post(client, **CARL, code=typed, update="1")
    assert post(client, **CARL)["Location"].startswith("/practice/")
    return f"/plans/{PlanPurchase.objects.get().reference}/"


def buy(plan: PricingPlan, **more: Any) -> PlanPurchase:
    said = {"seen_price": plan.price, "form_key": "a-form-that-was-shown-once", **more}
    carl = Buyer("Carl Vogt", "carl@example.com")
    return prepaid.buy_plan(
        plan=plan, buyer=carl, visitor_hash="carl", origin=ORIGIN, now=NOW, **said
    ).purchase


def run_out() -> None:
    """Nobody pays, and the time for it passes."""
    checkout.settle_open_payments(now=OVER)
    work(OVER)
    checkout.release_held(now=OVER)


def state(code: Coupon, card: GiftCard) -> tuple[int, int]:
    code.refresh_from_db()
    card.refresh_from_db()
    return code.used, card.balance


# Going back from the bank


def test_going_back_from_the_bank_leads_to_the_bill_as_it_was_agreed(
    client: Client, code: Coupon, card: GiftCard
) -> None:
    plan = begin(client, "WINTER10", card.code)

    back = client.get(PATH)

    assert (back.status_code, back["Location"]) == (303, f"{plan}?begun=1")
    page = text_of(client.get(back["Location"]))
    for words in ("Code WINTER10", "US$16.00", "US$50.00", "Continue paying US$94.00"):
        assert words in page
    assert spell_code(card.code) in page
    assert "We are confirming your payment" not in page


def test_going_on_leads_to_the_same_payment(client: Client, code: Coupon, card: GiftCard) -> None:
    plan = begin(client, "WINTER10", card.code)

    there = post(client, f"{plan}pay", page=client.get(f"{plan}?begun=1"))

    payment = Payment.objects.get(kind="ONLINE")
    assert (there.status_code, there["Location"]) == (303, payment.url)
    assert (payment.amount, state(code, card)) == (9400, (1, 0))


def test_whoever_changes_it_finds_all_as_it_was_typed_and_code_and_card_are_free(
    client: Client, code: Coupon, card: GiftCard
) -> None:
    plan = begin(client, "WINTER10", card.code)

    form = client.post(f"{plan}change")

    assert (form.status_code, form["Location"]) == (303, PATH)
    assert state(code, card) == (0, 5000)
    page = text_of(client.get(PATH))
    for words in ('value="Carl Vogt"', 'value="carl@example.com"', "Code WINTER10"):
        assert words in page
    assert "Pay US$94.00" in page
    assert Payment.objects.get(kind="ONLINE").status == "CANCELED"
    dropped = post(client, drop="code")
    assert dropped.status_code == 303
    assert post(client)["Location"].startswith("/practice/")
    newest = PlanPurchase.objects.order_by("-pk").first()
    assert Order.objects.get(purchase=newest).total == 16000
    assert_the_books_add_up(OVER)


def test_what_was_typed_and_not_used_is_there_again_as_well(
    client: Client, ten: PricingPlan
) -> None:
    plan = begin(client)

    client.post(f"{plan}change")

    for words in ('value="Carl Vogt"', 'value="carl@example.com"'):
        assert words in text_of(client.get(PATH))


def test_a_plan_that_was_paid_meanwhile_is_shown_in_place_of_a_change(
    client: Client, code: Coupon, card: GiftCard
) -> None:
    plan = begin(client, "WINTER10", card.code)
    pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.PAY, now=LATER)

    assert client.post(f"{plan}change")["Location"] == plan
    assert PlanPurchase.objects.get().status == "ACTIVE"
    assert state(code, card) == (1, 0)
    assert client.get(PATH).status_code == 200
    assert_the_books_add_up(OVER)


def test_an_old_form_of_the_same_browser_leads_to_what_was_begun(
    client: Client, code: Coupon
) -> None:
    first = client.get(PATH)
    plan = begin(client, "WINTER10")

    used = post(client, page=first, **CARL, code="WINTER10", update="1")

    assert (used.status_code, used["Location"]) == (303, f"{plan}?begun=1")


def test_another_browser_buys_as_if_nothing_was(client: Client, code: Coupon) -> None:
    begin(client, "WINTER10")

    assert Client().get(PATH).status_code == 200


def test_only_whoever_began_it_changes_it(client: Client, code: Coupon, card: GiftCard) -> None:
    plan = begin(client, "WINTER10", card.code)

    assert Client().post(f"{plan}change").status_code == 404
    assert state(code, card) == (1, 0)


# When the time to pay is over


def test_a_code_is_free_again_when_no_payment_can_come_any_more(
    ten: PricingPlan, code: Coupon, card: GiftCard
) -> None:
    buy(ten, seen_price=14400, code="WINTER10", gift=SeenGift(card.pk, 5000))
    checkout.release_held(now=NOW + timedelta(minutes=35) - timedelta(seconds=1))
    assert state(code, card) == (1, 0)

    run_out()

    assert state(code, card) == (0, 5000)
    assert PlanPurchase.objects.get().status == "DRAFT"
    assert_the_books_add_up(OVER)


def test_a_payment_that_may_still_come_keeps_the_code(
    ten: PricingPlan, code: Coupon, card: GiftCard
) -> None:
    buy(ten, seen_price=14400, code="WINTER10", gift=SeenGift(card.pk, 5000))

    assert checkout.release_held(now=NOW + timedelta(hours=3)) == 0
    assert state(code, card) == (1, 0)


def test_paying_after_all_uses_code_and_card_anew(
    client: Client, code: Coupon, card: GiftCard
) -> None:
    plan = begin(client, "WINTER10", card.code)
    run_out()
    with time_machine.travel(OVER, tick=False):
        page = client.get(plan)
        assert "Pay US$94.00" in text_of(page)

        there = client.post(f"{plan}pay", fields_of(page))

    assert there["Location"].startswith("/practice/")
    assert state(code, card) == (1, 0)
    payment = Payment.objects.get(kind="ONLINE", status="PENDING")
    assert payment.amount == 9400
    pay_in_sandbox(payment, Act.PAY, now=OVER)
    work(OVER)
    order = Order.objects.get(purchase__isnull=False)
    assert (order.payment_status, PlanPurchase.objects.get().status) == ("PAID", "ACTIVE")
    assert (order.total, CouponUse.objects.get().amount) == (14400, 1600)
    assert_the_books_add_up(OVER)


def test_a_code_that_somebody_else_has_used_up_is_told_with_the_price_without_it(
    client: Client, ten: PricingPlan, code: Coupon, card: GiftCard
) -> None:
    Coupon.objects.update(max_uses=1)
    plan = begin(client, "WINTER10", card.code)
    shown = client.get(f"{plan}?begun=1")
    run_out()
    buy(ten, seen_price=14400, code="WINTER10", form_key="a-form-of-somebody-else")

    with time_machine.travel(OVER, tick=False):
        page = client.post(f"{plan}pay", fields_of(shown))

        assert page.status_code == 409
        words = "The price changed from US$94.00 to US$110.00. Nothing was paid."
        assert words in text_of(page)
        assert "Your code WINTER10 can no longer be used." in text_of(page)
        assert "This code has been used up." in text_of(page)
        assert state(code, card) == (1, 5000)

        there = client.post(f"{plan}pay", fields_of(page))

    assert there["Location"].startswith("/practice/")
    order = Order.objects.exclude(purchase=None).order_by("pk").first()
    assert order is not None
    line = order.lines.get()
    assert (order.total, order.discount, order.coupon_code) == (16000, 0, "")
    assert (line.discount, line.total) == (0, 16000)
    assert order.payments.get(kind="ONLINE", status="PENDING").amount == 11000
    assert_the_books_add_up(OVER)


def test_a_card_that_was_used_elsewhere_meanwhile_is_told_with_what_is_on_it(
    client: Client, studio: Studio, ten: PricingPlan, card: GiftCard
) -> None:
    plan = begin(client, card.code)
    run_out()
    prepaid.adjust_gift_card(
        card_id=card.pk, amount=-3000, seen_balance=5000, reason="Tea", by=studio.olga, now=OVER
    )

    with time_machine.travel(OVER, tick=False):
        page = client.get(plan)
        there = client.post(f"{plan}pay", fields_of(page))

    told = "The gift card has only US$20.00 on it now; it was going to pay US$50.00."
    assert told in text_of(page)
    assert "Pay US$140.00" in text_of(page)
    assert there["Location"].startswith("/practice/")
    assert Payment.objects.get(kind="ONLINE", status="PENDING").amount == 14000
    assert_the_books_add_up(OVER)


def test_a_card_that_pays_all_by_now_begins_the_plan(
    client: Client, studio: Studio, code: Coupon
) -> None:
    """Ten per cent off, and then everything."""
    card = make_gift_card(by=studio.olga, value=14400)
    prepaid.adjust_gift_card(
        card_id=card.pk, amount=-9400, seen_balance=14400, reason="Tea", by=studio.olga, now=NOW
    )
    plan = begin(client, "WINTER10", card.code)
    run_out()
    prepaid.adjust_gift_card(
        card_id=card.pk, amount=9400, seen_balance=5000, reason="No tea", by=studio.olga, now=OVER
    )

    with time_machine.travel(OVER, tick=False):
        page = client.get(plan)
        done = client.post(f"{plan}pay", fields_of(page))

    assert "Get this plan" in text_of(page)
    assert done["Location"] == plan
    assert PlanPurchase.objects.get().status == "ACTIVE"
    assert state(code, card) == (1, 0)
    assert_the_books_add_up(OVER)


def test_another_amount_than_was_seen_is_never_paid(
    ten: PricingPlan, code: Coupon, card: GiftCard
) -> None:
    purchase = buy(ten, seen_price=14400, code="WINTER10", gift=SeenGift(card.pk, 5000))
    run_out()
    Coupon.objects.update(ends_at=LATER)

    with pytest.raises(PlanChanged) as changed:
        prepaid.pay_for_plan(purchase_id=purchase.pk, origin=ORIGIN, now=OVER, seen_left=9400)

    assert changed.value.price == 11000
    assert not Payment.objects.filter(status="PENDING").exists()


def test_money_that_comes_late_counts_the_use_again(ten: PricingPlan, code: Coupon) -> None:
    buy(ten, seen_price=14400, code="WINTER10")
    payment = Payment.objects.get()
    run_out()
    code.refresh_from_db()
    assert code.used == 0
    came = payment.amount
    state = ProviderPayment(amount=came, currency="USD", captured=came, refunded=0, is_open=False)

    checkout.apply_provider_state(payment_id=payment.pk, state=state, now=OVER)

    code.refresh_from_db()
    assert (code.used, PlanPurchase.objects.get().status) == (1, "ACTIVE")
    assert_the_books_add_up(OVER)
