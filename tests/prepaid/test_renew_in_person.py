"""The next period of a membership, taken at the desk (rule M18, ADR 18)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from apps.bookings.operations import StaleRevision
from apps.catalog.models import PricingPlan
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase, Receipt
from apps.checkout.operations import NotOwed
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import PlanIsOver
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, work
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.renewals import (
    DUE,
    ENDS,
    NEXT_END,
    day_passes,
    make_member_of,
    make_membership_plan,
    take_card_away,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
LAST_WEEK = ENDS - timedelta(days=5)


@pytest.fixture
def plan(salon: Salon) -> PricingPlan:
    return make_membership_plan(service=salon.cut)


@pytest.fixture
def sold(plan: PricingPlan, salon: Salon) -> PlanPurchase:
    """Carl's month, sold at the desk."""
    return make_purchase(plan=plan, by=salon.olga)


def renew(purchase: PlanPurchase, salon: Salon, *, at: datetime = LAST_WEEK) -> Payment | None:
    purchase.refresh_from_db()
    taken = prepaid.renew_in_person(
        purchase_id=purchase.pk, revision=purchase.revision, by=salon.olga, now=at
    )
    purchase.refresh_from_db()
    return taken


def clean(at: datetime) -> bool:
    work(at)
    return list(find_all(business_id=None, now=at)) == []


def test_a_month_from_the_desk_goes_on_for_another(sold: PlanPurchase, salon: Salon) -> None:
    taken = renew(sold, salon)

    assert taken is not None
    assert (taken.kind, taken.captured, taken.taken_by) == ("IN_PERSON", 4900, salon.olga.user)
    assert (sold.opens_at, sold.ends_at, sold.periods) == (ENDS, NEXT_END, 2)
    assert [str(it) for it in Receipt.objects.order_by("number")] == ["2026-00001", "2026-00002"]
    assert clean(LAST_WEEK)

    day_passes(ENDS)

    sold.refresh_from_db()
    assert (sold.opens_at, sold.balance) == (None, 8)
    assert clean(ENDS)


def test_what_the_card_did_not_pay_is_paid_at_the_desk(plan: PricingPlan, salon: Salon) -> None:
    carl = make_member_of(plan)
    take_card_away()
    day_passes(DUE)
    later = DUE + timedelta(hours=2)

    renew(carl, salon, at=later)
    day_passes(later + timedelta(hours=3))

    asked = Payment.objects.exclude(saved_card="").values_list("status", flat=True)
    assert (list(asked), Order.objects.count(), carl.ends_at) == (["FAILED"], 2, NEXT_END)
    assert clean(later + timedelta(hours=3))


def test_a_period_that_is_paid_late_begins_on_that_day(plan: PricingPlan, salon: Salon) -> None:
    carl = make_member_of(plan)
    take_card_away()
    day_passes(DUE)
    late = ENDS + timedelta(days=1)

    renew(carl, salon, at=late)

    assert (carl.starts_at, carl.opens_at, carl.balance) == (late, None, 8)
    kinds = CreditEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["BOUGHT", "EXPIRED", "RENEWED"]
    assert clean(late)


def test_a_page_that_was_sent_twice_takes_one_period(sold: PlanPurchase, salon: Salon) -> None:
    seen = PlanPurchase.objects.get().revision
    renew(sold, salon)

    with pytest.raises(StaleRevision):
        prepaid.renew_in_person(purchase_id=sold.pk, revision=seen, by=salon.olga, now=LAST_WEEK)

    assert Order.objects.count() == 2


def test_one_period_ahead_is_as_far_as_it_goes(sold: PlanPurchase, salon: Salon) -> None:
    renew(sold, salon)

    with pytest.raises(NotOwed):
        renew(sold, salon)

    assert (Order.objects.count(), sold.ends_at) == (2, NEXT_END)


def test_a_period_that_is_being_paid_online_is_not_sold_beside_it(
    plan: PricingPlan, salon: Salon
) -> None:
    carl = make_member_of(plan)
    take_card_away()
    day_passes(DUE)
    prepaid.pay_for_plan(purchase_id=carl.pk, origin=ORIGIN, now=DUE + timedelta(hours=1))

    with pytest.raises(NotOwed):
        renew(carl, salon, at=DUE + timedelta(hours=1))

    assert Payment.objects.filter(kind="IN_PERSON").count() == 0


def test_a_package_has_no_periods(salon: Salon) -> None:
    pack = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)

    with pytest.raises(PlanIsOver):
        renew(pack, salon)


def test_a_plan_that_is_over_is_sold_anew_instead(sold: PlanPurchase, salon: Salon) -> None:
    day_passes(ENDS + timedelta(hours=1))

    with pytest.raises(PlanIsOver):
        renew(sold, salon, at=ENDS + timedelta(hours=1))

    sold.refresh_from_db()
    assert sold.status == "ENDED"


def test_olga_takes_it_with_one_tap(client: Client, sold: PlanPurchase, salon: Salon) -> None:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/own/juniper/plans/held/{sold.reference}/"
    assert "Take €49.00 for the next period" in text_of(client.get(path))

    done = client.post(f"{path}next/", {"revision": sold.revision})
    again = client.post(f"{path}next/", {"revision": sold.revision})

    assert (done.status_code, again.status_code) == (303, 409)
    assert Payment.objects.filter(kind="IN_PERSON").count() == 2
    assert "Take €49.00 for the next period" not in text_of(client.get(path))
    assert clean(NOW)
