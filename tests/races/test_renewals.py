"""Memberships under fire: many workers at once, kill -9 around a charge. One period, one charge."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from apps.availability.operations import BusyTryAgain
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase, SandboxSession
from apps.checkout.operations.open_payment import wanted_of
from apps.checkout.providers.sandbox import Sandbox
from apps.outbox.models import OutboxItem
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import periods as renewing
from tests.factories import make_salon
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
from tests.races.killing import Moment, after, die, dies, stopped
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
SOON = DUE + timedelta(minutes=2)
CLIENTS = 16


@pytest.fixture
def carl() -> PlanPurchase:
    return make_member_of(make_membership_plan(service=make_salon(slug="juniper").cut))


def attempt(verb: Callable[..., Any], **named: Any) -> str:
    try:
        told = verb(**named)
    except IntegrityError:
        return "the database said no"
    except BusyTryAgain:
        return "busy"
    return str(told) if told else "done"


def renew(_client: int, facts: dict[str, Any]) -> str:
    return attempt(prepaid.renew_plan, purchase_id=facts["plan"], now=DUE)


def settle(_client: int, facts: dict[str, Any]) -> str:
    return attempt(checkout.settle_payment, payment_id=facts["payment"], now=DUE)


def is_renewed_once() -> bool:
    """One charge at the bank, one order, and the plan goes on for one month."""
    day_passes(ENDS)
    carl = PlanPurchase.objects.get()
    kinds = list(CreditEntry.objects.order_by("pk").values_list("kind", flat=True))
    captured = sum(SandboxSession.objects.values_list("captured", flat=True))
    call_command("check_ledger")
    return (
        carl.ends_at == NEXT_END
        and kinds == ["BOUGHT", "EXPIRED", "RENEWED"]
        and (captured, Order.objects.filter(status="APPROVED").count()) == (9800, 2)
    )


def test_many_workers_write_one_payment_for_a_period(carl: PlanPurchase) -> None:
    with storm_of(renew, clients=CLIENTS) as storm:
        told = storm.round(plan=carl.pk)

    assert told["CHARGE"] == 1
    assert sum(told.values()) == CLIENTS
    assert Payment.objects.exclude(saved_card="").count() == 1
    work(DUE)
    assert is_renewed_once()


def test_many_workers_charge_a_card_once(carl: PlanPurchase) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    payment = Payment.objects.exclude(saved_card="").get()

    with storm_of(settle, clients=CLIENTS) as storm:
        told = storm.round(payment=payment.pk)

    assert told == Counter({"done": CLIENTS})
    assert SandboxSession.objects.count() == 2
    work(DUE)
    assert is_renewed_once()


def place_blindly(_client: int, facts: dict[str, Any]) -> str:
    """What is left when no operation locks the plan and looks for an order first."""

    def place() -> None:
        with transaction.atomic():
            purchase = PlanPurchase.objects.get(pk=facts["plan"])
            renewing._ask_card(renewing.place_next(purchase, now=DUE), purchase, now=DUE)

    return attempt(place)


def ask_blindly(_client: int, facts: dict[str, Any]) -> str:
    """The same where the order is there, and nobody looks for a payment under way."""

    def ask() -> None:
        with transaction.atomic():
            purchase = PlanPurchase.objects.get(pk=facts["plan"])
            order = Order.objects.get(purchase=purchase, status="INITIALIZED")
            renewing._ask_card(order, purchase, now=DUE)

    return attempt(ask)


@pytest.mark.long
def test_without_the_lock_the_database_still_lets_one_order_in(carl: PlanPurchase) -> None:
    """The law behind the rule: one_open_order_of_a_plan."""
    with storm_of(place_blindly, clients=CLIENTS) as storm:
        told = storm.round(plan=carl.pk)

    assert told == Counter({"done": 1, "the database said no": CLIENTS - 1})
    work(DUE)
    assert is_renewed_once()


@pytest.mark.long
def test_without_the_look_the_database_still_asks_a_card_once(carl: PlanPurchase) -> None:
    """The law behind the rule: saved_card_asked_once."""
    take_card_away()
    day_passes(DUE)

    with storm_of(ask_blindly, clients=CLIENTS) as storm:
        told = storm.round(plan=carl.pk)

    assert told == Counter({"done": 1, "the database said no": CLIENTS - 1})


def renew_stop_or_pay(client: int, facts: dict[str, Any]) -> str:
    """Workers renew, the holder stops, and pays by hand, all at once."""
    plan = PlanPurchase.objects.get(pk=facts["plan"])
    verbs: tuple[Callable[[], Any], ...] = (
        lambda: prepaid.renew_plan(purchase_id=plan.pk, now=DUE),
        lambda: prepaid.stop_renewal(purchase_id=plan.pk, business_id=plan.business_id, now=DUE),
        lambda: prepaid.pay_for_plan(purchase_id=plan.pk, origin=ORIGIN, now=DUE) and None,
        lambda: prepaid.start_renewal(purchase_id=plan.pk, business_id=plan.business_id, now=DUE),
    )
    return attempt(verbs[client % 4])


def test_whatever_happens_at_once_no_period_is_paid_twice(carl: PlanPurchase) -> None:
    with storm_of(renew_stop_or_pay, clients=CLIENTS) as storm:
        for _round in range(3):
            told = storm.round(plan=carl.pk)
            assert set(told) <= {"done", "CHARGE", "WAIT", "REST"}
    for minutes in range(3):
        day_passes(DUE + timedelta(minutes=minutes))
        checkout.settle_open_payments(now=DUE + timedelta(minutes=minutes))

    kept = sum(it.captured - it.refunded for it in SandboxSession.objects.all())
    carl.refresh_from_db()
    assert kept == (9800 if carl.ends_at == NEXT_END else 4900)
    call_command("check_ledger")


@pytest.mark.parametrize(("deadly", "charged"), [(die, 1), (after(Sandbox.charge_saved), 2)])
def test_a_death_around_the_charge_is_repaired_by_the_reconciler(
    carl: PlanPurchase,
    monkeypatch: pytest.MonkeyPatch,
    deadly: Callable[..., None],
    charged: int,
) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    payment = Payment.objects.exclude(saved_card="").get()
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "charge_saved", deadly)
        dies(lambda: checkout.settle_payment(payment_id=payment.pk, now=DUE))
    payment.refresh_from_db()
    assert (payment.provider_ref, SandboxSession.objects.count()) == ("", charged)
    OutboxItem.objects.filter(key=f"charge:{payment.pk}").delete()

    checkout.settle_open_payments(now=SOON)
    work(SOON)

    assert SandboxSession.objects.count() == 2
    assert is_renewed_once()


@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_the_period_is_opened_opens_it_once(
    carl: PlanPurchase, moment: Moment
) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)
    payment = Payment.objects.exclude(saved_card="").get()
    state = Sandbox().fetch(_charged(payment, carl), now=DUE)

    with stopped(
        lambda: checkout.apply_provider_state(payment_id=payment.pk, state=state, now=DUE),
        at=moment,
    ) as worker:
        worker.kill()
    checkout.settle_open_payments(now=SOON)
    work(SOON)

    assert is_renewed_once()


@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_the_payment_is_written_writes_it_once(
    carl: PlanPurchase, moment: Moment
) -> None:
    with stopped(lambda: prepaid.renew_plan(purchase_id=carl.pk, now=DUE), at=moment) as worker:
        worker.kill()

    day_passes(SOON)

    assert Payment.objects.exclude(saved_card="").count() == 1
    assert is_renewed_once()


def _charged(payment: Payment, carl: PlanPurchase) -> str:
    wanted = wanted_of(payment, carl, origin=ORIGIN, now=DUE)
    return Sandbox().charge_saved(wanted, saved=payment.saved_card).ref
