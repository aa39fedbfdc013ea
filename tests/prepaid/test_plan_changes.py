"""What becomes of a plan that somebody has: it rests, it is corrected, it ends (rule M17)."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.bookings.operations import StaleRevision
from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase, SandboxSession
from apps.checkout.operations import Act, PlanRefused
from apps.checkout.plans import PlanProblem
from apps.prepaid import operations as prepaid
from tests.factories import NOW
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.prepaid import book_with_plan, buy_online, make_plan, make_purchase
from tests.factories.studio import Studio, make_session, make_studio
from tests.prepaid.books import assert_the_books_add_up, fresh, lines_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
Kind = CreditEntry.Kind


def change(verb: object, purchase: PlanPurchase, studio: Studio, **more: object) -> None:
    verb(  # type: ignore[operator]
        purchase_id=purchase.pk,
        revision=fresh(purchase).revision,
        by=studio.olga,
        **{"now": NOW, **more},
    )


def test_its_days_do_not_run_while_it_rests(purchase: PlanPurchase, studio: Studio) -> None:
    end = fresh(purchase).ends_at
    session = make_session(studio, starts_at=studio.at(27, 18))
    change(prepaid.pause_plan, purchase, studio)

    with pytest.raises(PlanRefused) as refused:
        book_with_plan(session, purchase)
    change(prepaid.resume_plan, purchase, studio, now=NOW + timedelta(days=5))

    assert refused.value.refused is PlanProblem.PAUSED
    assert end is not None
    assert fresh(purchase).ends_at == end + timedelta(days=5)
    book_with_plan(session, purchase)
    with pytest.raises(prepaid.PlanIsOver):
        change(prepaid.resume_plan, purchase, studio)


def test_a_page_that_grew_old_changes_nothing(purchase: PlanPurchase, studio: Studio) -> None:
    seen = fresh(purchase).revision
    change(prepaid.pause_plan, purchase, studio)

    with pytest.raises(StaleRevision):
        prepaid.resume_plan(purchase_id=purchase.pk, revision=seen, by=studio.olga, now=NOW)

    assert fresh(purchase).status == "PAUSED"


def test_visits_are_added_and_taken_off_with_a_reason(
    purchase: PlanPurchase, studio: Studio
) -> None:
    change(prepaid.adjust_plan, purchase, studio, visits=2, reason="Was ill")
    change(prepaid.adjust_plan, purchase, studio, visits=-12, reason="Counted anew")
    with pytest.raises(prepaid.TooFewVisits) as too_few:
        change(prepaid.adjust_plan, purchase, studio, visits=-1, reason="Once more")

    assert too_few.value.left == 0
    assert [(it.kind, it.amount, it.reason, it.by) for it in purchase.entries.all()[1:]] == [
        (Kind.ADJUSTED, 2, "Was ill", studio.olga.user),
        (Kind.ADJUSTED, -12, "Counted anew", studio.olga.user),
    ]
    assert_the_books_add_up()


def test_nobody_adjusts_what_counts_nothing(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="UNLIMITED", slug="unlimited")
    purchase = make_purchase(plan=plan, by=studio.olga)

    with pytest.raises(prepaid.PlanIsOver):
        change(prepaid.adjust_plan, purchase, studio, visits=1, reason="")


def test_a_membership_ends_with_the_period_that_is_paid(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="CREDITS", credits=4, slug="four")
    purchase = make_purchase(plan=plan, by=studio.olga)
    PlanPurchase.objects.filter(pk=purchase.pk).update(renews=True)
    end = datetime(2026, 12, 24, 5, tzinfo=UTC)
    assert fresh(purchase).ends_at == end

    prepaid.stop_renewal(purchase_id=purchase.pk, business_id=studio.business.pk, now=NOW)
    prepaid.stop_renewal(purchase_id=purchase.pk, business_id=studio.business.pk, now=NOW)
    booked = book_with_plan(make_session(studio, starts_at=studio.at(30, 18)), purchase)

    assert prepaid.end_plans(now=end - timedelta(seconds=1)) == 0
    assert prepaid.end_plans(now=end) == 1
    over = fresh(purchase)
    assert (over.status, over.over_at, over.renews, over.balance) == ("ENDED", end, False, 0)
    assert lines_of(purchase)[-1] == (Kind.EXPIRED, -3, 0)
    booked.refresh_from_db()
    assert booked.status == "CONFIRMED"
    with pytest.raises(prepaid.PlanIsOver):
        prepaid.stop_renewal(purchase_id=purchase.pk, business_id=studio.business.pk, now=NOW)


def test_one_that_renews_waits_three_days_for_its_money(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="CREDITS", credits=4, slug="four")
    purchase = make_purchase(plan=plan, by=studio.olga)
    PlanPurchase.objects.filter(pk=purchase.pk).update(renews=True)
    end = datetime(2026, 12, 24, 5, tzinfo=UTC)

    assert prepaid.end_plans(now=end + timedelta(days=3, seconds=-1)) == 0
    assert prepaid.end_plans(now=end + timedelta(days=3)) == 1


def test_ended_now_with_a_part_of_its_money_back(ten: PricingPlan, studio: Studio) -> None:
    bought = buy_online(ten).purchase
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(LATER)
    cancel = {"amount": 9000, "seen_refunded": 0, "reason": "Moves away"}

    change(prepaid.cancel_plan, bought, studio, now=LATER, **cancel)
    work(LATER + timedelta(minutes=1))

    over = fresh(bought)
    assert (over.status, over.balance, over.over_at) == ("CANCELED", 0, LATER)
    assert (Payment.objects.get().refunded, Order.objects.get().payment_status) == (
        *(9000, "PARTIALLY_REFUNDED"),
    )
    with pytest.raises(prepaid.PlanIsOver):
        change(prepaid.cancel_plan, bought, studio, now=LATER, **cancel)
    assert_the_books_add_up(LATER)


def test_more_back_than_came_ends_nothing(purchase: PlanPurchase, studio: Studio) -> None:
    cancel = {"amount": 16001, "seen_refunded": 0, "reason": ""}

    with pytest.raises(checkout.TooMuchToRefund):
        change(prepaid.cancel_plan, purchase, studio, **cancel)

    assert (fresh(purchase).status, fresh(purchase).balance) == ("ACTIVE", 10)


def test_nobody_of_another_business_touches_it(purchase: PlanPurchase) -> None:
    sam = make_studio(slug="sams").olga
    verbs = [
        (prepaid.pause_plan, {}),
        (prepaid.resume_plan, {}),
        (prepaid.adjust_plan, {"visits": 1, "reason": ""}),
        (prepaid.cancel_plan, {"amount": 0, "seen_refunded": 0, "reason": ""}),
    ]

    for verb, more in verbs:
        with pytest.raises(PlanPurchase.DoesNotExist):
            verb(  # type: ignore[operator]
                purchase_id=purchase.pk, revision=1, by=sam, now=NOW, **more
            )
    with pytest.raises(PlanPurchase.DoesNotExist):
        prepaid.stop_renewal(purchase_id=purchase.pk, business_id=sam.business_id, now=NOW)

    assert fresh(purchase).status == "ACTIVE"


@pytest.mark.parametrize(("back", "status"), [(16000, "CANCELED"), (9000, "ACTIVE")])
def test_money_that_goes_back_at_the_provider_ends_the_plan_when_it_is_all(
    ten: PricingPlan, back: int, status: str
) -> None:
    bought = buy_online(ten).purchase
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(LATER)
    SandboxSession.objects.update(refunded=back)

    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)

    over = fresh(bought)
    assert (over.status, over.balance) == (status, 0 if status == "CANCELED" else 10)
    assert_the_books_add_up(LATER)


def test_a_plan_that_is_paid_twice_begins_once_and_gets_the_second_money_back(
    ten: PricingPlan,
) -> None:
    bought = buy_online(ten).purchase
    first = Payment.objects.get()
    Payment.objects.update(expires_at=NOW)  # so that the next look opens another one
    prepaid.pay_for_plan(purchase_id=bought.pk, origin=ORIGIN, now=LATER)
    second = Payment.objects.latest("pk")
    for payment in (first, second):
        pay_in_sandbox(payment, Act.PAY_SILENTLY, now=LATER)
        checkout.settle_payment(payment_id=payment.pk, now=LATER)
    work(LATER + timedelta(minutes=1))

    assert lines_of(bought) == [(Kind.BOUGHT, 10, 10)]
    assert sum(SandboxSession.objects.values_list("refunded", flat=True)) == 16000
    assert fresh(bought).status == "ACTIVE"
    assert_the_books_add_up(LATER)
