"""Money under fire: many devices, many messages, kill -9 around a provider's answer
(rules B6, C9, M11)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from apps.availability.operations import BusyTryAgain
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import StaleRevision
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.models import (
    Coupon,
    Order,
    Payment,
    ProviderEvent,
    Receipt,
    ReceiptCounter,
    Refund,
    SandboxSession,
)
from apps.checkout.operations import Act
from apps.checkout.operations.refund import ask_for_refund
from apps.checkout.pricing import Way
from apps.checkout.providers.sandbox import Sandbox
from apps.messages.models import Message
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.coupons import make_coupon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.races.killing import Moment, after, die, dies, stopped
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
LATER = NOW + timedelta(minutes=1)
CLIENTS = 16
CODES = 32


@pytest.fixture
def salon() -> Salon:
    salon = make_salon(slug="juniper")
    salon.cut.pays_online = True
    salon.cut.deposit = 2000
    salon.cut.save()
    return salon


@pytest.fixture
def draft(salon: Salon) -> Booking:
    return make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


@pytest.fixture
def paid(draft: Booking) -> Payment:
    """The bank has the money; nobody has told us."""
    check_out(draft, Way.FULL, now=NOW)
    payment = Payment.objects.get()
    pay_in_sandbox(payment, Act.PAY_SILENTLY, now=LATER)
    payment.refresh_from_db()
    return payment


def attempt(verb: Callable[..., Any], **named: Any) -> str:
    try:
        verb(**named)
    except (
        checkout.RefundChanged,
        checkout.NotOwed,
        checkout.CouponRefused,
        StaleRevision,
    ) as no:
        return type(no).__name__
    except IntegrityError:
        return "the database said no"
    except BusyTryAgain:
        return "busy"
    return "done"


def tap_pay(_client: int, facts: dict[str, Any]) -> str:
    draft = Booking.objects.select_related("service__business", "business").get(pk=facts["draft"])
    return attempt(check_out, draft=draft, way=Way.DEPOSIT, now=NOW)


def test_one_draft_tapped_by_many_is_one_order_and_one_payment(draft: Booking) -> None:
    with storm_of(tap_pay, clients=CLIENTS) as storm:
        told = storm.round(draft=draft.pk)

    assert told == Counter({"done": CLIENTS})
    counts = (Order.objects.count(), Payment.objects.count(), SandboxSession.objects.count())
    assert counts == (1, 1, 1)


def use_the_last(client: int, facts: dict[str, Any]) -> str:
    draft = Booking.objects.select_related("service__business", "business").get(
        pk=facts["drafts"][client]
    )
    seen = checkout.Seen(total=4320, due_now=4320, code="WINTER10")
    return attempt(
        checkout.check_out,
        draft_id=draft.draft_id,
        way=Way.FULL,
        seen=seen,
        origin="http://testserver",
        now=NOW,
    )


def test_the_last_use_of_a_code_goes_to_one_of_thirty(salon: Salon) -> None:
    make_coupon(business=salon.business, max_uses=1)
    starts = [(day, hour) for day in (26, 27, 28, 30) for hour in range(9, 17)][:CODES]
    drafts = [
        make_prepared(
            service=salon.cut, starts_at=salon.at(day, hour), now=NOW, email=f"c{day}{hour}@a.org"
        ).pk
        for day, hour in starts
    ]

    with storm_of(use_the_last, clients=CODES) as storm:
        told = storm.round(drafts=drafts)

    assert told == Counter({"done": 1, "CouponRefused": CODES - 1})
    assert Coupon.objects.get().used == 1
    assert Order.objects.count() == 1
    call_command("check_ledger")


def hear_and_look(_client: int, facts: dict[str, Any]) -> str:
    """The same message again and again, and everybody asks the bank at once."""
    checkout.deliver_sandbox_event(
        ref=facts["ref"], kind="payment.succeeded", event_id="evt_1", now=LATER
    )
    return attempt(checkout.settle_payment, payment_id=facts["payment"], now=LATER)


def test_a_message_told_many_times_at_once_makes_one_booking(paid: Payment) -> None:
    with storm_of(hear_and_look, clients=CLIENTS) as storm:
        told = storm.round(ref=paid.provider_ref, payment=paid.pk)

    assert told == Counter({"done": CLIENTS})
    assert ProviderEvent.objects.count() == 1
    assert BookingEvent.objects.filter(action="BOOKED").count() == 1
    work(LATER)
    assert Message.objects.filter(kind="BOOKED").count() == 1
    call_command("check_ledger")


def refund_all(_client: int, facts: dict[str, Any]) -> str:
    return attempt(
        checkout.refund_order,
        booking_id=facts["booking"],
        amount=4800,
        seen_refunded=0,
        reason="",
        by=TeamMember.objects.get(pk=facts["olga"]),
        now=LATER,
    )


def refund_blindly(_client: int, facts: dict[str, Any]) -> str:
    """What is left when no operation looks at what went back already."""

    def ask() -> None:
        with transaction.atomic():
            payment = Payment.objects.select_for_update().get(pk=facts["payment"])
            of: dict[str, Any] = {"order": payment.order, "payments": [payment]}
            ask_for_refund(payment, **of, amount=4800, reason="", asked_by=None, now=LATER)

    return attempt(ask)


def test_a_refund_asked_for_by_many_goes_back_once(paid: Payment, salon: Salon) -> None:
    checkout.settle_payment(payment_id=paid.pk, now=LATER)
    booking = Booking.objects.get()

    with storm_of(refund_all, clients=CLIENTS) as storm:
        told = storm.round(booking=booking.pk, olga=salon.olga.pk)

    assert told == Counter({"done": 1, "RefundChanged": CLIENTS - 1})
    work(LATER)
    assert SandboxSession.objects.get().refunded == 4800
    call_command("check_ledger")


@pytest.mark.long
def test_without_the_look_the_database_still_gives_no_unit_back_twice(paid: Payment) -> None:
    """The law behind the rule: refund_within_captured."""
    checkout.settle_payment(payment_id=paid.pk, now=LATER)

    with storm_of(refund_blindly, clients=CLIENTS) as storm:
        told = storm.round(payment=paid.pk)

    assert told == Counter({"done": 1, "the database said no": CLIENTS - 1})
    assert Refund.objects.count() == 1


def take_the_rest(_client: int, facts: dict[str, Any]) -> str:
    return attempt(
        checkout.mark_paid,
        booking_id=facts["booking"],
        revision=facts["revision"],
        by=TeamMember.objects.get(pk=facts["olga"]),
        now=LATER,
    )


def test_money_in_person_is_recorded_once(draft: Booking, salon: Salon) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()

    with storm_of(take_the_rest, clients=CLIENTS) as storm:
        told = storm.round(booking=draft.pk, revision=draft.revision, olga=salon.olga.pk)

    assert told == Counter({"done": 1, "StaleRevision": CLIENTS - 1})
    draft.refresh_from_db()
    assert (draft.paid, draft.payment_status) == (4800, "PAID")
    call_command("check_ledger")


def pay_one_of_many(client: int, facts: dict[str, Any]) -> str:
    """The bank tells of one payment each; every other customer pays at the desk."""
    if client % 2:
        return attempt(checkout.settle_payment, payment_id=facts["online"][client], now=LATER)
    return attempt(
        checkout.mark_paid,
        booking_id=facts["desk"][client],
        revision=facts["revision"],
        by=TeamMember.objects.get(pk=facts["olga"]),
        now=LATER,
    )


def test_receipts_of_payments_at_once_have_no_gap_and_no_double(salon: Salon) -> None:
    starts = [(day, hour) for day in (26, 27) for hour in range(9, 17)][:CLIENTS]
    online, desk = {}, {}
    for client, (day, hour) in enumerate(starts):
        named: dict[str, Any] = {"service": salon.cut, "starts_at": salon.at(day, hour), "now": NOW}
        if client % 2:
            draft = make_prepared(**named, email=f"c{client}@a.org")
            check_out(draft, Way.FULL, now=NOW)
            payment = Payment.objects.latest("pk")
            pay_in_sandbox(payment, Act.PAY_SILENTLY, now=LATER)
            online[client] = payment.pk
        else:
            desk[client] = make_booking(**named, email=f"c{client}@a.org").pk
    revision = Booking.objects.filter(pk__in=desk.values()).values_list("revision").distinct().get()

    with storm_of(pay_one_of_many, clients=CLIENTS) as storm:
        told = storm.round(online=online, desk=desk, revision=revision[0], olga=salon.olga.pk)

    assert told == Counter({"done": CLIENTS})
    numbers = Receipt.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, CLIENTS + 1))
    assert ReceiptCounter.objects.get().last == CLIENTS
    call_command("check_ledger")


def test_a_death_before_the_provider_is_asked_costs_one_more_tap(
    draft: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "open_payment", die)
        dies(lambda: check_out(draft, Way.DEPOSIT, now=NOW))
    assert (Payment.objects.get().provider_ref, SandboxSession.objects.count()) == ("", 0)

    done = check_out(draft, Way.DEPOSIT, now=NOW)

    assert done.url.startswith("/practice/")
    assert (Payment.objects.count(), SandboxSession.objects.count()) == (1, 1)


def test_a_death_after_the_provider_has_answered_is_repaired_by_the_reconciler(
    draft: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "open_payment", after(Sandbox.open_payment))
        dies(lambda: check_out(draft, Way.DEPOSIT, now=NOW))
    session = SandboxSession.objects.get()
    assert Payment.objects.get().provider_ref == ""
    checkout.act_in_sandbox(ref=session.ref, act=Act.PAY_SILENTLY, now=LATER)

    checkout.settle_open_payments(now=LATER)
    work(LATER)

    draft.refresh_from_db()
    assert (draft.status, draft.paid) == ("CONFIRMED", 2000)
    assert SandboxSession.objects.count() == 1
    call_command("check_ledger")


@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_the_truth_is_written_loses_and_doubles_nothing(
    paid: Payment, moment: Moment
) -> None:
    with stopped(
        lambda: checkout.settle_payment(payment_id=paid.pk, now=LATER), at=moment
    ) as worker:
        worker.kill()

    checkout.settle_open_payments(now=LATER + timedelta(minutes=1))
    work(LATER + timedelta(minutes=1))

    booking = Booking.objects.get()
    assert (booking.status, booking.paid) == ("CONFIRMED", 4800)
    assert BookingEvent.objects.filter(action="BOOKED").count() == 1
    assert OutboxItem.objects.filter(topic="booking.confirmed").count() == 1
    call_command("check_ledger")


def test_a_death_after_a_refund_at_the_provider_gives_it_back_once(
    paid: Payment, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.settle_payment(payment_id=paid.pk, now=LATER)
    assert refund_all(0, {"booking": Booking.objects.get().pk, "olga": salon.olga.pk}) == "done"
    refund = Refund.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "refund", after(Sandbox.refund))
        dies(lambda: checkout.do_refund(refund_id=refund.pk, now=LATER))
    refund.refresh_from_db()
    assert (refund.status, SandboxSession.objects.get().refunded) == ("PENDING", 4800)

    work(LATER)

    refund.refresh_from_db()
    assert (refund.status, SandboxSession.objects.get().refunded) == ("DONE", 4800)
    call_command("check_ledger")
