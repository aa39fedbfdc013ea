"""Plans that are sold at the desk, paid now or later (rule M16)."""

from typing import Any

import pytest
from django.test import Client

from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, PlanPurchase
from apps.prepaid import operations as prepaid
from tests.dashboard.prepaid.test_held_plans import page_of
from tests.factories import NOW, Salon
from tests.factories.prepaid import make_plan, make_purchase
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up, fresh

pytestmark = pytest.mark.django_db
PLANS = "/own/juniper/plans/"
CARL = {"name": "Carl Vogt", "email": "Carl@Example.com"}


@pytest.fixture
def purchase(salon: Salon) -> PlanPurchase:
    """Carl's ten classes for 160.00, paid at the desk."""
    return make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)


def sell(olga: Client, address: str, **changes: str) -> Any:
    said = {**fields_of(olga.get(address)), **CARL, "is_paid": "on", **changes}
    return olga.post(address, {name: it for name, it in said.items() if it != "-"})


def test_a_plan_is_sold_at_the_desk_and_begins_at_once(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])

    answer = sell(olga, f"{PLANS}{plan.pk}/sell/")

    purchase = PlanPurchase.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"{page_of(purchase)}?done=sold"
    assert (purchase.status, purchase.balance) == ("ACTIVE", 10)
    assert (purchase.customer.name, purchase.customer.email) == ("Carl Vogt", "carl@example.com")
    payment = Payment.objects.get()
    assert (payment.kind, payment.captured, payment.taken_by) == (
        "IN_PERSON",
        16000,
        salon.olga.user,
    )
    assert "Sold. The link goes to carl@example.com." in text_of(olga.get(answer["Location"]))
    assert_the_books_add_up()


def test_a_plan_may_be_paid_later_and_its_page_says_what_is_owed(
    olga: Client, salon: Salon
) -> None:
    plan = make_plan(services=[salon.cut])
    sell(olga, f"{PLANS}{plan.pk}/sell/", is_paid="-")
    purchase, order = PlanPurchase.objects.get(), Order.objects.get()
    assert (purchase.status, order.payment_status) == ("ACTIVE", "NOT_PAID")
    assert "Take €160.00" in text_of(olga.get(page_of(purchase)))
    assert_the_books_add_up()

    answers = [olga.post(page_of(purchase, "paid"), {"order": order.pk}) for _time in range(2)]

    assert [it.status_code for it in answers] == [303, 409]
    assert list(Payment.objects.values_list("captured", flat=True)) == [16000]
    order.refresh_from_db()
    assert order.payment_status == "PAID"
    assert_the_books_add_up()


def test_a_payment_recorded_by_mistake_is_taken_back_and_the_plan_goes_on(
    olga: Client, purchase: PlanPurchase
) -> None:
    order, payment = Order.objects.get(), Payment.objects.get()
    body = {"order": order.pk, "payment": payment.pk}

    answers = [olga.post(page_of(purchase, "undo-paid"), body) for _time in range(2)]

    assert [it.status_code for it in answers] == [303, 303]
    captured = Payment.objects.order_by("pk").values_list("captured", flat=True)
    assert list(captured) == [16000, -16000]
    order.refresh_from_db()
    assert (order.payment_status, fresh(purchase).status) == ("NOT_PAID", "ACTIVE")
    assert_the_books_add_up()


def test_money_of_another_plan_is_not_taken_back_here(
    olga: Client, salon: Salon, purchase: PlanPurchase
) -> None:
    other = make_purchase(plan=purchase.plan, by=salon.olga, email="ida@example.com")
    order, payment = Order.objects.get(purchase=other), Payment.objects.get(order__purchase=other)

    bodies: list[dict[str, Any]] = [{"order": order.pk}, {"order": order.pk, "payment": payment.pk}]
    answers = [
        olga.post(page_of(purchase, act), body)
        for act, body in zip(("paid", "undo-paid"), bodies, strict=True)
    ]

    assert [it.status_code for it in answers] == [409, 409]
    assert Payment.objects.count() == 2


def test_a_form_that_is_sent_twice_sells_once(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    address = f"{PLANS}{plan.pk}/sell/"
    body = {**fields_of(olga.get(address)), **CARL, "is_paid": "on"}

    answers = [olga.post(address, body) for _time in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert (PlanPurchase.objects.count(), Payment.objects.count()) == (1, 1)


def test_a_new_price_is_shown_before_it_is_sold(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    address = f"{PLANS}{plan.pk}/sell/"
    body = {**fields_of(olga.get(address)), **CARL}
    plan.price = 18000
    plan.save()

    page = olga.post(address, body)

    assert page.status_code == 409
    assert "It now costs €180.00." in text_of(page)
    kept = fields_of(page)
    assert (kept["name"], kept["seen_price"]) == ("Carl Vogt", "18000")
    assert not PlanPurchase.objects.exists()
    assert olga.post(address, kept).status_code == 303


def test_a_plan_that_is_no_longer_sold_is_not_sold_at_the_desk(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    address = f"{PLANS}{plan.pk}/sell/"
    body = {**fields_of(olga.get(address)), **CARL}
    plan.retired_at = NOW
    plan.save()

    page = olga.post(address, body)

    assert page.status_code == 409
    assert "This plan is no longer sold." in text_of(page)
    assert not PlanPurchase.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter a name."),
        ({"email": ""}, "Enter an e-mail address."),
        ({"email": "carl"}, "Enter an e-mail address like name@example.com."),
        ({"key": "short"}, "Please press the button again."),
    ],
)
def test_mistakes_of_a_sale_are_named(
    olga: Client, salon: Salon, changes: dict[str, str], words: str
) -> None:
    plan = make_plan(services=[salon.cut])

    page = sell(olga, f"{PLANS}{plan.pk}/sell/", **changes)

    assert page.status_code == 422
    assert words in text_of(page)
    assert not PlanPurchase.objects.exists()


def test_a_free_plan_is_given_without_a_payment(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut], price=0)
    address = f"{PLANS}{plan.pk}/sell/"
    assert "Paid now, in person" not in text_of(olga.get(address))

    assert sell(olga, address).status_code == 303

    assert PlanPurchase.objects.get().status == "ACTIVE"
    assert not Payment.objects.exists()
    assert_the_books_add_up()


def test_a_plan_is_paid_once(salon: Salon) -> None:
    purchase = prepaid.sell_plan(
        plan_id=make_plan(services=[salon.cut]).pk,
        buyer=prepaid.Buyer("Carl Vogt", "carl@example.com"),
        by=salon.olga,
        is_paid=False,
        now=NOW,
    )
    order = Order.objects.get()

    payment = checkout.mark_plan_paid(
        purchase_id=purchase.pk, order_id=order.pk, by=salon.olga, now=NOW
    )

    assert payment.captured == 16000
    with pytest.raises(checkout.NotOwed):
        checkout.mark_plan_paid(purchase_id=purchase.pk, order_id=order.pk, by=salon.olga, now=NOW)
