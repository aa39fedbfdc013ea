"""Who stops, rests or is at a closed business is not charged (rule M18, ADR 18)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from apps.businesses.models import Business
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, PlanPurchase, Refund, SandboxSession
from apps.checkout.operations.open_payment import wanted_of
from apps.checkout.providers.sandbox import Sandbox
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import CardMissing, PlanIsOver
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, work
from tests.factories.renewals import (
    DUE,
    ENDS,
    NEXT_END,
    day_passes,
    make_member_of,
    make_membership_plan,
    take_card_away,
)

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
HOUR = timedelta(hours=1)


@pytest.fixture
def carl(salon: Salon) -> PlanPurchase:
    return make_member_of(make_membership_plan(service=salon.cut))


def stop(carl: PlanPurchase) -> None:
    prepaid.stop_renewal(purchase_id=carl.pk, business_id=carl.business_id, now=NOW)


def start(carl: PlanPurchase, *, hours: int = 0) -> None:
    prepaid.start_renewal(purchase_id=carl.pk, business_id=carl.business_id, now=DUE + hours * HOUR)


def charges() -> list[tuple[str, int, int]]:
    asked = Payment.objects.exclude(saved_card="").order_by("pk")
    return list(asked.values_list("status", "captured", "refunded"))


def clean() -> bool:
    return list(find_all(business_id=None, now=ENDS)) == []


def test_who_stopped_is_not_charged_and_the_plan_ends_at_its_end(carl: PlanPurchase) -> None:
    stop(carl)

    day_passes(DUE)
    day_passes(ENDS - timedelta(seconds=1))
    carl.refresh_from_db()
    assert (charges(), carl.status) == ([], "ACTIVE")
    day_passes(ENDS)

    carl.refresh_from_db()
    assert (charges(), carl.status) == ([], "ENDED")
    assert clean()


def test_who_starts_again_is_charged_once(carl: PlanPurchase) -> None:
    stop(carl)
    start(carl)
    start(carl)

    day_passes(DUE)

    carl.refresh_from_db()
    assert (charges(), carl.ends_at) == ([("PAID", 4900, 0)], NEXT_END)


def test_a_plan_without_a_card_or_after_its_end_does_not_start_again(carl: PlanPurchase) -> None:
    stop(carl)
    with pytest.raises(PlanIsOver):
        start(carl, hours=24)
    PlanPurchase.objects.update(saved_card="")
    with pytest.raises(CardMissing):
        start(carl)


def test_who_stops_before_the_card_was_asked_is_not_charged(carl: PlanPurchase) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    stop(carl)

    work(DUE)

    assert charges() == [("FAILED", 0, 0)]
    assert SandboxSession.objects.count() == 1
    assert [it.subject for it in mail.outbox] == ["Your plan: Monthly"]
    assert clean()


def test_a_charge_that_was_made_before_the_stop_was_known_goes_back(
    carl: PlanPurchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank has the money and the worker died; then the holder stops."""
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    payment = Payment.objects.exclude(saved_card="").get()
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "fetch", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            checkout.settle_payment(payment_id=payment.pk, now=DUE)
    Payment.objects.update(provider_ref="")
    stop(carl)

    work(DUE)

    carl.refresh_from_db()
    assert charges() == [("PAID", 4900, 4900)]
    assert (Refund.objects.get().status, carl.ends_at) == ("DONE", ENDS)
    assert [it.status for it in Order.objects.order_by("pk")] == ["APPROVED", "CANCELED"]
    assert clean()


def test_a_rest_moves_the_end_and_with_it_the_charge(carl: PlanPurchase, salon: Salon) -> None:
    prepaid.pause_plan(purchase_id=carl.pk, revision=carl.revision, by=salon.olga, now=NOW)
    day_passes(DUE + HOUR)
    assert charges() == []

    carl.refresh_from_db()
    back = NOW + timedelta(days=40)
    prepaid.resume_plan(purchase_id=carl.pk, revision=carl.revision, by=salon.olga, now=back)
    carl.refresh_from_db()
    assert (carl.ends_at, carl.renew_at) == (
        ENDS + timedelta(days=41),
        ENDS + timedelta(days=40),
    )
    day_passes(ENDS + timedelta(days=40))

    assert charges() == [("PAID", 4900, 0)]
    assert clean()


def test_a_plan_that_rests_while_its_card_is_charged_keeps_resting(
    carl: PlanPurchase, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def then_rests(*args: object, **named: object) -> object:
        opened = charge(*args, **named)  # type: ignore[arg-type]
        prepaid.pause_plan(purchase_id=carl.pk, revision=carl.revision, by=salon.olga, now=DUE)
        return opened

    charge = Sandbox.charge_saved
    monkeypatch.setattr(Sandbox, "charge_saved", then_rests)
    day_passes(DUE)

    carl.refresh_from_db()
    assert (carl.status, carl.paused_at) == ("PAUSED", DUE)
    assert (carl.ends_at, carl.opens_at, charges()) == (NEXT_END, ENDS, [("PAID", 4900, 0)])

    back = DUE + timedelta(days=10)
    prepaid.resume_plan(purchase_id=carl.pk, revision=carl.revision, by=salon.olga, now=back)
    carl.refresh_from_db()
    begins = datetime(2027, 1, 3, 23, tzinfo=UTC)  # a month after 4 December, when it "began" now
    assert carl.opens_at == begins
    day_passes(begins)
    now_open = PlanPurchase.objects.get(pk=carl.pk)
    assert (now_open.opens_at, now_open.balance) == (None, 8)
    assert clean()


def test_a_closed_business_charges_nobody_and_goes_on_when_it_opens(
    carl: PlanPurchase, salon: Salon
) -> None:
    Business.objects.update(state="PAUSED")
    day_passes(DUE)
    assert charges() == []

    Business.objects.update(state="PUBLISHED")
    day_passes(DUE + HOUR / 2)

    assert charges() == [("PAID", 4900, 0)]


def test_a_plan_that_is_cancelled_while_its_card_is_charged_gives_the_money_back(
    carl: PlanPurchase, salon: Salon
) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    payment = Payment.objects.exclude(saved_card="").get()
    session = Sandbox().charge_saved(
        wanted_of(payment, carl, origin=ORIGIN, now=DUE), saved=payment.saved_card
    )
    prepaid.cancel_plan(
        purchase_id=carl.pk,
        revision=carl.revision,
        amount=0,
        seen_refunded=0,
        reason="",
        by=salon.olga,
        now=DUE,
    )

    work(DUE)

    carl.refresh_from_db()
    assert (carl.status, charges()) == ("CANCELED", [("PAID", 4900, 4900)])
    assert SandboxSession.objects.get(ref=session.ref).refunded == 4900
    assert clean()


def test_a_period_that_was_paid_ahead_ends_with_its_plan(carl: PlanPurchase, salon: Salon) -> None:
    day_passes(DUE)
    carl.refresh_from_db()

    prepaid.cancel_plan(
        purchase_id=carl.pk,
        revision=carl.revision,
        amount=4900,
        seen_refunded=0,
        reason="",
        by=salon.olga,
        now=DUE,
    )
    work(DUE)

    carl.refresh_from_db()
    assert (carl.status, carl.balance, charges()) == ("CANCELED", 0, [("PAID", 4900, 4900)])
    assert clean()


def test_money_of_the_next_period_that_the_bank_gave_back_leaves_the_one_that_runs(
    carl: PlanPurchase,
) -> None:
    day_passes(DUE)
    payment = Payment.objects.exclude(saved_card="").get()
    Sandbox().refund(payment.provider_ref, amount=4900, key="by-hand")

    checkout.settle_payment(payment_id=payment.pk, now=DUE + HOUR)

    carl.refresh_from_db()
    assert (carl.status, carl.ends_at, carl.balance) == ("ACTIVE", ENDS, 8)
    assert (carl.renews, carl.opens_at, carl.periods) == (False, None, 1)
    assert clean()
    day_passes(ENDS)
    carl.refresh_from_db()
    assert carl.status == "ENDED"
    assert clean()


def test_a_card_of_another_provider_is_not_charged_its_holder_is_asked(
    carl: PlanPurchase,
) -> None:
    PlanPurchase.objects.update(provider="other")

    day_passes(DUE)

    assert charges() == []
    assert mail.outbox[-1].subject == "Your plan could not be paid: Monthly"
    order = Order.objects.get(status="INITIALIZED")
    assert (order.total, order.payment_status) == (4900, "NOT_PAID")
    assert clean()


def test_a_card_that_is_declined_after_a_stop_writes_no_mail(carl: PlanPurchase) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    take_card_away()
    stop(carl)

    work(DUE)

    assert [it.subject for it in mail.outbox] == ["Your plan: Monthly"]
