"""Codes and gift cards where the team sells a plan."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.gifts import spell_code
from apps.checkout.models import Coupon, CouponUse, GiftCard, Order, Payment, PlanPurchase, Receipt
from apps.checkout.operations import CouponRefused, GiftRefused, NotOwed, SeenGift, UsedCode
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, PlanChanged
from tests.factories import NOW, Salon, make_salon
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import make_gift_card, make_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def sell(salon: Salon, plan: PricingPlan, **more: Any) -> PlanPurchase:
    said = {"seen_price": plan.price, "form_key": "a-form-of-the-desk", **more}
    carl = Buyer("Carl Vogt", "carl@example.com")
    return prepaid.sell_plan(plan_id=plan.pk, buyer=carl, by=salon.olga, now=NOW, **said)


def money_of(purchase: PlanPurchase) -> list[tuple[str, str, int]]:
    payments = Payment.objects.filter(order__purchase=purchase).order_by("pk")
    return [(it.kind, it.status, it.captured) for it in payments]


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


def test_a_code_makes_it_cheaper_and_is_used(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    purchase = sell(salon, ten_visits, seen_price=14400, code="winter10")

    order = Order.objects.get(purchase=purchase)
    line = order.lines.get()
    assert (order.total, order.discount, order.coupon_code) == (14400, 1600, "WINTER10")
    assert (line.amount, line.discount, line.total) == (16000, 1600, 14400)
    assert (order.status, order.payment_status, order.way) == ("APPROVED", "PAID", "IN_PERSON")
    assert money_of(purchase) == [("IN_PERSON", "PAID", 14400)]
    assert CouponUse.objects.get().amount == 1600
    assert (purchase.price, purchase.status, purchase.balance) == (16000, "ACTIVE", 10)
    assert clean()


def test_a_gift_card_pays_a_part_and_the_rest_is_paid_in_person(
    salon: Salon, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    purchase = sell(salon, ten_visits, gift=SeenGift(gift_card.pk, 5000))

    order = Order.objects.get(purchase=purchase)
    gift_card.refresh_from_db()
    assert money_of(purchase) == [("GIFT", "PAID", 5000), ("IN_PERSON", "PAID", 11000)]
    assert (order.payment_status, gift_card.balance) == ("PAID", 0)
    assert Receipt.objects.filter(order=order).count() == 1
    assert clean()


def test_a_gift_card_pays_a_part_and_the_rest_is_paid_later(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    both = {"seen_price": 14400, "code": "WINTER10", "gift": SeenGift(gift_card.pk, 5000)}
    purchase = sell(salon, ten_visits, **both, is_paid=False)

    order = Order.objects.get(purchase=purchase)
    assert money_of(purchase) == [("GIFT", "PAID", 5000)]
    assert (order.payment_status, purchase.status) == ("PARTIALLY_PAID", "ACTIVE")
    assert Receipt.objects.filter(order=order).count() == 1
    assert clean()

    rest = checkout.mark_plan_paid(
        purchase_id=purchase.pk, order_id=order.pk, by=salon.olga, now=LATER
    )

    order.refresh_from_db()
    assert (rest.captured, order.payment_status) == (9400, "PAID")
    assert Receipt.objects.filter(order=order).count() == 1
    assert clean()


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_gift_card_pays_all_of_it(
    salon: Salon, ten_visits: PricingPlan, *, is_paid: bool
) -> None:
    gift_card = make_gift_card(by=salon.olga, value=20000)

    purchase = sell(salon, ten_visits, gift=SeenGift(gift_card.pk, 16000), is_paid=is_paid)

    gift_card.refresh_from_db()
    order = Order.objects.get(purchase=purchase)
    assert money_of(purchase) == [("GIFT", "PAID", 16000)]
    assert (order.payment_status, gift_card.balance, purchase.balance) == ("PAID", 4000, 10)
    assert clean()


def test_a_code_that_makes_it_free_leaves_nothing_to_be_paid(
    salon: Salon, ten_visits: PricingPlan
) -> None:
    make_coupon(business=salon.business, code="ALL", value=10_000, covers_plans=True)

    purchase = sell(salon, ten_visits, seen_price=0, code="ALL")

    order = Order.objects.get(purchase=purchase)
    assert (order.total, order.payment_status, money_of(purchase)) == (0, "NOT_PAID", [])
    assert (purchase.status, purchase.balance) == ("ACTIVE", 10)
    assert clean()


def test_the_same_form_sent_again_sells_once(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    both = {"seen_price": 14400, "code": "WINTER10", "gift": SeenGift(gift_card.pk, 5000)}
    first = sell(salon, ten_visits, **both)

    assert sell(salon, ten_visits, **both) == first
    winter10.refresh_from_db()
    assert (winter10.used, PlanPurchase.objects.count()) == (1, 1)
    assert money_of(first) == [("GIFT", "PAID", 5000), ("IN_PERSON", "PAID", 9400)]


def test_another_price_than_was_seen_sells_nothing(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    with pytest.raises(PlanChanged) as changed:
        sell(salon, ten_visits, seen_price=16000, code="WINTER10")

    assert changed.value.price == 14400
    assert not PlanPurchase.objects.exists()


def test_a_code_that_this_customer_has_used_sells_nothing(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    sell(salon, ten_visits, seen_price=14400, code="WINTER10")

    with pytest.raises(CouponRefused):
        sell(salon, ten_visits, seen_price=14400, code="WINTER10", form_key="another-form-of-it")
    assert PlanPurchase.objects.count() == 1


def test_a_card_with_less_on_it_or_of_another_business_sells_nothing(
    salon: Salon, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    foreign = make_gift_card(by=make_salon(slug="other").olga, value=5000)

    for gift in (SeenGift(gift_card.pk, 5001), SeenGift(foreign.pk, 5000), SeenGift(0, 5000)):
        with pytest.raises(GiftRefused):
            sell(salon, ten_visits, gift=gift)
    assert not PlanPurchase.objects.exists()
    assert clean()


def test_the_next_period_sold_at_the_desk_costs_all_of_it(
    salon: Salon, gift_card: GiftCard
) -> None:
    plan = make_plan(services=[salon.cut], kind="CREDITS", credits=4, slug="four", price=5000)
    make_coupon(business=salon.business, code="HALF", value=5000, covers_plans=True)
    purchase = sell(salon, plan, seen_price=2500, code="HALF", gift=SeenGift(gift_card.pk, 2500))
    purchase.refresh_from_db()

    payment = prepaid.renew_in_person(
        purchase_id=purchase.pk, revision=purchase.revision, by=salon.olga, now=LATER
    )

    assert payment is not None
    assert payment.captured == 5000
    assert clean()


def use(salon: Salon, purchase: PlanPurchase, order: Order, code: str) -> UsedCode:
    return checkout.use_code_for_plan(
        purchase_id=purchase.pk,
        business_id=salon.business.pk,
        order_id=order.pk,
        code=code,
        by=salon.olga,
        now=LATER,
    )


def test_a_code_makes_a_plan_that_was_sold_paid_later_cheaper(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    purchase, order = pay_later(salon, ten_visits)

    used = use(salon, purchase, order, "winter10")

    order.refresh_from_db()
    line = order.lines.get()
    assert (used, CouponUse.objects.get().amount) == (UsedCode(1600, by_card=False), 1600)
    assert (order.total, order.discount, order.coupon_code) == (14400, 1600, "WINTER10")
    assert (line.amount, line.discount, line.total) == (16000, 1600, 14400)
    assert clean()
    with pytest.raises(CouponRefused) as twice:
        use(salon, purchase, order, "WINTER10")
    assert twice.value.refused == "ONE_CODE"
    use(salon, purchase, order, gift_card.code)
    assert money_of(purchase) == [("GIFT", "PAID", 5000)]
    assert clean()


def test_a_code_counts_for_the_first_period_only(
    salon: Salon, winter10: Coupon, gift_card: GiftCard
) -> None:
    plan = make_plan(services=[salon.cut], kind="CREDITS", credits=4, slug="four", price=8000)
    purchase = sell(salon, plan)
    purchase.refresh_from_db()
    prepaid.renew_in_person(
        purchase_id=purchase.pk,
        revision=purchase.revision,
        by=salon.olga,
        now=LATER,
        gift=gift_card.code,
    )
    newest = Order.objects.filter(purchase=purchase).order_by("-pk")[0]

    with pytest.raises(CouponRefused) as refused:
        use(salon, purchase, newest, "WINTER10")

    assert (refused.value.refused, CouponUse.objects.count()) == ("FIRST_PERIOD", 0)


def test_a_code_takes_nothing_off_what_was_paid_already(
    salon: Salon, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    make_coupon(business=salon.business, code="MOST", value=9_000, covers_plans=True)
    purchase, order = pay_later(salon, ten_visits)
    use(salon, purchase, order, gift_card.code)

    with pytest.raises(CouponRefused) as refused:
        use(salon, purchase, order, "MOST")

    assert refused.value.refused == "PAID_ALREADY"
    assert clean()


def test_a_plan_that_is_over_takes_no_code(
    salon: Salon, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    purchase, order = pay_later(salon, ten_visits)
    purchase.refresh_from_db()
    prepaid.cancel_plan(
        purchase_id=purchase.pk,
        revision=purchase.revision,
        amount=0,
        seen_refunded=0,
        reason="Moved",
        by=salon.olga,
        now=NOW,
    )

    with pytest.raises(NotOwed):
        use(salon, purchase, order, gift_card.code)


def pay_later(salon: Salon, plan: PricingPlan) -> tuple[PlanPurchase, Order]:
    purchase = sell(salon, plan, is_paid=False)
    return purchase, Order.objects.get(purchase=purchase)


def test_a_gift_card_pays_a_plan_that_was_sold_paid_later(
    salon: Salon, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    """As far as there is something on it; the rest is paid in person, or by the next card."""
    purchase, order = pay_later(salon, ten_visits)
    pay = partial(use, salon, purchase, order)

    paid = pay(spell_code(gift_card.code).lower())

    order.refresh_from_db()
    gift_card.refresh_from_db()
    assert (paid, gift_card.balance) == (UsedCode(5000, by_card=True), 0)
    assert (order.payment_status, Receipt.objects.filter(order=order).count()) == (
        "PARTIALLY_PAID",
        1,
    )
    assert clean()

    rest = make_gift_card(by=salon.olga, value=20000)
    pay(rest.code)

    order.refresh_from_db()
    rest.refresh_from_db()
    assert (order.payment_status, rest.balance) == ("PAID", 9000)
    assert money_of(purchase) == [("GIFT", "PAID", 5000), ("GIFT", "PAID", 11000)]
    assert clean()
    with pytest.raises(NotOwed):
        pay(rest.code)


def test_a_number_that_is_no_card_with_anything_on_it_pays_nothing(
    salon: Salon, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    purchase, order = pay_later(salon, ten_visits)
    foreign = make_gift_card(by=make_salon(slug="other").olga, value=5000)
    prepaid.stop_gift_card(card_id=gift_card.pk, gives_back=False, by=salon.olga, now=NOW)

    for number in ("G-AAAA-BBBB-CCCC", foreign.code, gift_card.code, "WINTER11"):
        with pytest.raises(CouponRefused):
            use(salon, purchase, order, number)
    assert money_of(purchase) == []


@pytest.mark.parametrize(
    ("value", "money", "status"),
    [
        (5000, [("GIFT", "PAID", 5000)], "PAID"),
        (9000, [("GIFT", "PAID", 5000)], "PAID"),
        (2000, [("GIFT", "PAID", 2000)], "PARTIALLY_PAID"),
    ],
)
def test_a_gift_card_pays_the_next_period_at_the_desk(
    salon: Salon, value: int, money: list[tuple[str, str, int]], status: str
) -> None:
    """It begins as any period does; what the card does not pay is still to be paid."""
    plan = make_plan(services=[salon.cut], kind="CREDITS", credits=4, slug="four", price=5000)
    purchase = sell(salon, plan)
    purchase.refresh_from_db()
    gift_card = make_gift_card(by=salon.olga, value=value)

    prepaid.renew_in_person(
        purchase_id=purchase.pk,
        revision=purchase.revision,
        by=salon.olga,
        now=LATER,
        gift=gift_card.code,
    )

    purchase.refresh_from_db()
    newest = Order.objects.filter(purchase=purchase).order_by("-pk")[0]
    assert (newest.status, newest.payment_status, purchase.periods) == ("APPROVED", status, 2)
    assert money_of(purchase)[1:] == money
    assert clean()


def test_a_wrong_card_begins_no_period(salon: Salon) -> None:
    plan = make_plan(services=[salon.cut], kind="CREDITS", credits=4, slug="four", price=5000)
    purchase = sell(salon, plan)
    purchase.refresh_from_db()

    with pytest.raises(CouponRefused):
        prepaid.renew_in_person(
            purchase_id=purchase.pk,
            revision=purchase.revision,
            by=salon.olga,
            now=LATER,
            gift="G-AAAA-BBBB-CCCC",
        )

    purchase.refresh_from_db()
    assert (purchase.periods, Order.objects.filter(purchase=purchase).count()) == (1, 1)
