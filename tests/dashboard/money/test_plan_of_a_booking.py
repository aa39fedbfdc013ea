"""The page of a booking that is owed, and the plans of its customer (rules M16, B4, W1)."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, PlanPurchase
from apps.prepaid import operations as prepaid
from tests.dashboard.conftest import Sit
from tests.dashboard.test_query_counts import queries_of
from tests.factories import NOW, Salon, make_booking
from tests.factories.prepaid import make_plan, make_purchase
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up, fresh

pytestmark = pytest.mark.django_db
WORDS = "Pay with a plan"


@pytest.fixture
def owed(salon: Salon) -> Booking:
    """Carl has a cut on Thursday and pays €48.00 there."""
    return make_booking(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)


@pytest.fixture
def ten(salon: Salon) -> PlanPurchase:
    """Ten cuts that Carl has."""
    return make_purchase(plan=make_plan(services=[salon.cut], name="Ten cuts"), by=salon.olga)


def path_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/"


def cards_of(page: Any) -> list[tuple[str, str]]:
    """The plans that are shown, and what is said of each."""
    form = text_of(page).partition('id="use-plan"')[2].partition("</form>")[0]
    return re.findall(r"<b>(.*?)</b><small>(.*?)</small>", form)


def use(browser: Client, booking: Booking, plan: PlanPurchase, page: Any = None) -> Any:
    fields = fields_of(page or browser.get(path_of(booking)))
    said = {"revision": fields["revision"], "way": f"PLAN-{plan.pk}"}
    return browser.post(f"{path_of(booking)}plan/", said)


def test_the_plan_pays_with_one_button(
    olga: Client, salon: Salon, owed: Booking, ten: PlanPurchase
) -> None:
    assert cards_of(olga.get(path_of(owed))) == [("Ten cuts", "10 visits left, this uses 1")]

    done = use(olga, owed, ten)

    assert (done.status_code, done["Location"]) == (303, f"{path_of(owed)}#money")
    page = text_of(olga.get(path_of(owed)))
    assert "with a plan" in page
    assert "Paid with Ten cuts, 9 left" in page
    assert f"Plan used by {salon.olga.user.get_full_name() or salon.olga.user.email}" in page
    assert WORDS not in page
    assert (Order.objects.get(booking=owed).total, fresh(ten).balance) == (0, 9)
    assert_the_books_add_up()


def test_what_was_paid_is_not_paid_with_a_plan(
    olga: Client, salon: Salon, owed: Booking, ten: PlanPurchase
) -> None:
    page = olga.get(path_of(owed))
    checkout.mark_paid(booking_id=owed.pk, revision=owed.revision, by=salon.olga, now=NOW)

    assert WORDS not in text_of(olga.get(path_of(owed)))
    refused = use(olga, owed, ten, page)
    assert refused.status_code == 409
    assert fresh(ten).balance == 10


def test_a_page_from_before_changes_nothing(olga: Client, owed: Booking, ten: PlanPurchase) -> None:
    page = olga.get(path_of(owed))
    use(olga, owed, ten, page)

    again = use(olga, owed, ten, page)

    assert (again.status_code, fresh(ten).balance) == (409, 9)


def test_a_plan_that_does_not_pay_says_why(olga: Client, salon: Salon, owed: Booking) -> None:
    other = make_plan(services=[salon.colour], name="Ten colours")
    held = make_purchase(plan=other, by=salon.olga)
    page = olga.get(path_of(owed))

    assert cards_of(page) == [("Ten colours", "It does not cover this.")]
    assert "Use the plan" not in text_of(page)
    refused = use(olga, owed, held, page)
    assert refused.status_code == 409
    assert 'id="use-plan_error"' in text_of(refused)
    assert "It does not cover this." in text_of(refused).partition('id="use-plan_error"')[2]


def test_a_plan_that_was_used_up_meanwhile_says_so_beside_the_field(
    olga: Client, salon: Salon, owed: Booking, ten: PlanPurchase
) -> None:
    page = olga.get(path_of(owed))
    said: Any = {"revision": ten.revision, "reason": "By phone", "by": salon.olga, "now": NOW}
    prepaid.adjust_plan(purchase_id=ten.pk, visits=-10, **said)

    refused = use(olga, owed, ten, page)

    assert refused.status_code == 409
    told = text_of(refused).partition('id="use-plan_error"')[2].partition("</p>")[0]
    assert "Too few visits are left: 0 visits left." in told
    assert_the_books_add_up()


def test_nobody_pays_with_the_plan_of_another_customer(
    olga: Client, salon: Salon, owed: Booking
) -> None:
    plan = make_plan(services=[salon.cut])
    evas = make_purchase(plan=plan, by=salon.olga, name="Eva", email="eva@example.com")
    page = olga.get(path_of(owed))

    assert WORDS not in text_of(page)
    assert use(olga, owed, evas, page).status_code == 409
    assert fresh(evas).balance == 10


@pytest.mark.parametrize("way", ["", "PLAN-", "PLAN-x", "PLAN-99999999999999999999999", "FULL"])
def test_what_names_no_plan_changes_nothing(
    olga: Client, owed: Booking, ten: PlanPurchase, way: str
) -> None:
    answer = olga.post(f"{path_of(owed)}plan/", {"revision": "2", "way": way})

    assert answer.status_code == 409
    assert fresh(ten).balance == 10


def test_a_free_or_cancelled_booking_has_nothing_to_pay(
    olga: Client, salon: Salon, owed: Booking, ten: PlanPurchase
) -> None:
    checkout.cancel_and_refund(
        booking_id=owed.pk, business_id=owed.business_id, reason="", by=salon.olga, now=NOW
    )

    assert WORDS not in text_of(olga.get(path_of(owed)))


def test_who_may_not_take_money_is_not_asked(seat: Sit, owed: Booking, ten: PlanPurchase) -> None:
    shown = {
        role: WORDS in text_of(seat(role).get(path_of(owed)))
        for role in ("FRONT_DESK", "ACCOUNTANT")
    }

    assert shown == {"FRONT_DESK": True, "ACCOUNTANT": False}


def test_more_plans_cost_no_more_queries(
    olga: Client, salon: Salon, owed: Booking, ten: PlanPurchase
) -> None:
    one = queries_of(olga, path_of(owed))
    for number in range(2):
        more = make_plan(services=[salon.cut], name=f"P{number}", slug=f"p{number}")
        make_purchase(plan=more, by=salon.olga)

    assert queries_of(olga, path_of(owed)) == one
