"""From a draft to a paid booking through Stripe: its messages and our worker (rule M6)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
import time_machine
from django.test import Client, override_settings

from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, ProviderEvent, Refund
from apps.checkout.pricing import Way
from apps.checkout.providers import ProviderDown
from apps.checkout.queries.stranded import refused_refunds
from apps.ledger.check import find_all
from apps.messages.models import Message
from apps.outbox.models import OutboxItem
from tests.checkout.stripe_memory import Row, Stub
from tests.checkout.stripe_stub import WEBHOOK_SECRET, event, signature
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, work

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
SECOND_SECRET = "whsec_" + "second"


@pytest.fixture
def draft(salon: Salon, stub: Stub) -> Booking:
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.FULL, now=NOW)
    return draft


def session(stub: Stub) -> Row:
    return stub.rows[Payment.objects.get().provider_ref]


def deliver(
    client: Client,
    body: bytes,
    *,
    at: datetime = LATER,
    signed_at: datetime | None = None,
    secret: str = WEBHOOK_SECRET,
    header: str | None = None,
) -> int:
    signed = signature(body, at=(signed_at or at).timestamp(), secret=secret)
    with time_machine.travel(at, tick=False):
        return client.post(
            "/webhooks/payments/stripe",
            data=body,
            content_type="application/json",
            headers={"Stripe-Signature": signed if header is None else header},
        ).status_code


def completed(stub: Stub, **changes: Any) -> bytes:
    return event("checkout.session.completed", session(stub), **changes)


def pay(stub: Stub) -> None:
    stub.pay(session(stub)["id"])


def state() -> tuple[str, str, str]:
    booking, order = Booking.objects.get(), Order.objects.get()
    return booking.status, booking.payment_status, order.payment_status


BOOKED = ("CONFIRMED", "PAID", "PAID")
NOT_YET = ("CREATED", "UNDEFINED", "PENDING")


def clean(at: datetime = LATER) -> bool:
    return list(find_all(business_id=None, now=at)) == []


def test_a_paid_session_becomes_a_paid_booking(client: Client, draft: Booking, stub: Stub) -> None:
    pay(stub)
    assert state() == NOT_YET

    assert deliver(client, completed(stub)) == 200
    assert state() == NOT_YET
    work(LATER)

    assert state() == BOOKED
    assert Payment.objects.get().captured == 4800
    assert clean()


def test_a_message_about_nothing_that_was_paid_books_nothing(
    client: Client, draft: Booking, stub: Stub
) -> None:
    assert deliver(client, completed(stub)) == 200
    work(LATER)

    assert state() == NOT_YET


def test_the_same_message_again_and_again_is_one_booking(
    client: Client, draft: Booking, stub: Stub
) -> None:
    pay(stub)
    for _time in range(3):
        assert deliver(client, completed(stub)) == 200
        work(LATER)

    assert state() == BOOKED
    assert ProviderEvent.objects.count() == 1
    assert BookingEvent.objects.filter(action="BOOKED").count() == 1
    assert Message.objects.filter(kind="BOOKED").count() == 1


def test_a_message_that_never_comes_is_not_missed(draft: Booking, stub: Stub) -> None:
    pay(stub)

    checkout.settle_open_payments(now=LATER)
    work(LATER)

    assert state() == BOOKED


@pytest.mark.parametrize("later", [timedelta(minutes=9), timedelta(minutes=40), timedelta(days=2)])
def test_a_message_that_comes_late_finds_the_truth(
    client: Client, draft: Booking, stub: Stub, later: timedelta
) -> None:
    pay(stub)

    assert deliver(client, completed(stub), at=NOW + later) == 200
    work(NOW + later)

    assert Payment.objects.get().status == "PAID"
    assert Booking.objects.get().paid == 4800


def test_messages_in_any_order_and_about_any_part_find_the_payment(
    client: Client, draft: Booking, stub: Stub
) -> None:
    pay(stub)
    intent = stub.intents()[0]
    charge = stub.rows[intent["latest_charge"]]
    told = [
        ("charge.succeeded", charge),
        ("payment_intent.succeeded", intent),
        ("payment_intent.created", intent),
        ("checkout.session.completed", session(stub)),
    ]
    for number, (kind, about) in enumerate(told):
        assert deliver(client, event(kind, about, event_id=f"evt_{number}")) == 200

    looks = OutboxItem.objects.filter(topic=checkout.LOOK_TOPIC)
    assert [it.payload for it in looks] == [{"payment_id": Payment.objects.get().pk}] * 4
    work(LATER)
    assert state() == BOOKED


def test_a_message_finds_a_payment_whose_name_was_lost_in_a_crash(
    client: Client, draft: Booking, stub: Stub
) -> None:
    pay(stub)
    body = completed(stub)
    Payment.objects.update(provider_ref="", url="")

    assert deliver(client, body) == 200
    work(LATER)

    assert state() == BOOKED


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("customer.created", {"id": "cus_1", "object": "customer"}),
        ("v9.something.new", {}),
        ("checkout.session.completed", {"id": "cs_of_others", "object": "checkout.session"}),
        ("charge.refunded", {"object": "charge", "metadata": {"key": "their-own"}}),
        ("charge.refunded", {"object": "charge", "metadata": {"key": "payment-999999"}}),
        ("charge.refunded", {"object": "charge", "metadata": None, "payment_intent": None}),
    ],
)
def test_what_is_nothing_of_ours_is_stored_and_means_nothing(
    client: Client, draft: Booking, kind: str, about: Row
) -> None:
    Payment.objects.update(provider_ref="")

    assert deliver(client, event(kind, about)) == 200

    assert ProviderEvent.objects.get().kind == kind
    assert not OutboxItem.objects.filter(topic=checkout.LOOK_TOPIC).exists()


def test_forged_old_and_foreign_messages_are_refused(
    client: Client, draft: Booking, stub: Stub
) -> None:
    pay(stub)
    body = completed(stub)
    good = signature(body, at=LATER.timestamp())
    old = LATER - timedelta(seconds=301)
    answers = {
        "none": deliver(client, body, header=""),
        "nonsense": deliver(client, body, header="t=now,v1=yes"),
        "another body": deliver(client, body + b" ", header=good),
        "wrong secret": deliver(client, body, secret="whsec_wrong"),
        "old": deliver(client, body, signed_at=old),
        "from tomorrow": deliver(client, body, signed_at=LATER + timedelta(seconds=301)),
        "live": deliver(client, completed(stub, livemode=True)),
        "neither": deliver(client, completed(stub, livemode=None)),
        "another account": deliver(client, completed(stub, account="acct_other")),
        "no event": deliver(client, b"[]"),
        "no json": deliver(client, b"paid!"),
        "practice": client.post(
            "/webhooks/payments/practice", data=body, content_type="application/json"
        ).status_code,
    }

    assert set(answers.values()) == {400}
    assert not ProviderEvent.objects.exists()
    work(LATER)
    assert state() == NOT_YET


def test_test_messages_mean_nothing_to_a_live_portal(
    client: Client, draft: Booking, stub: Stub
) -> None:
    with override_settings(STRIPE_SECRET_KEY="rk_li" + "ve_hush"):
        assert deliver(client, completed(stub)) == 400
        assert deliver(client, completed(stub, livemode=True)) == 200


def test_two_secrets_count_while_one_is_exchanged(
    client: Client, draft: Booking, stub: Stub
) -> None:
    with override_settings(STRIPE_WEBHOOK_SECRETS=(SECOND_SECRET, WEBHOOK_SECRET)):
        old = deliver(client, completed(stub, event_id="evt_1"))
        new = deliver(client, completed(stub, event_id="evt_2"), secret=SECOND_SECRET)
        other = deliver(client, completed(stub, event_id="evt_3"), secret="whsec_third")

    assert (old, new, other) == (200, 200, 400)


def test_stripe_s_own_check_agrees_with_ours(draft: Booking, stub: Stub) -> None:
    body = completed(stub).decode()
    header = signature(body.encode(), at=NOW.timestamp())

    assert stripe.WebhookSignature.verify_header(body, header, WEBHOOK_SECRET, 300)


@pytest.fixture
def paid(client: Client, draft: Booking, stub: Stub) -> Payment:
    pay(stub)
    deliver(client, completed(stub))
    work(LATER)
    return Payment.objects.get()


def refund(salon: Salon, amount: int) -> None:
    checkout.refund_order(
        booking_id=Booking.objects.get().pk,
        amount=amount,
        seen_refunded=0,
        reason="",
        by=salon.olga,
        now=LATER,
    )


def test_money_goes_back_the_way_it_came(paid: Payment, salon: Salon, stub: Stub) -> None:
    refund(salon, 1000)
    work(LATER)

    assert [it["amount"] for it in stub.refunds()] == [1000]
    done = Refund.objects.get()
    assert (done.status, done.provider_ref) == ("DONE", stub.refunds()[0]["id"])
    assert state() == ("CONFIRMED", "PAID", "PARTIALLY_REFUNDED")
    assert clean()


def test_a_refund_whose_answer_was_lost_is_repeated_and_done_once(
    paid: Payment, salon: Salon, stub: Stub
) -> None:
    refund(salon, 1000)
    stub.fail("POST /v1/refunds", "drop", times=2)
    work(LATER)
    assert (Refund.objects.get().status, len(stub.refunds())) == ("PENDING", 1)

    work(LATER + timedelta(minutes=10))

    assert (Refund.objects.get().status, len(stub.refunds())) == ("DONE", 1)
    assert clean()


def test_money_given_back_on_stripe_s_own_pages_is_seen(
    client: Client, paid: Payment, stub: Stub
) -> None:
    intent = stub.intents()[0]
    stub.refund_outside(intent["id"], 4800)
    charge = stub.rows[intent["latest_charge"]]

    assert deliver(client, event("charge.refunded", charge, event_id="evt_2")) == 200
    work(LATER)

    assert state() == ("CONFIRMED", "REFUNDED", "FULLY_REFUNDED")
    assert Refund.objects.get().is_external
    assert clean()


def test_our_own_refunds_are_told_of_by_name(
    client: Client, paid: Payment, salon: Salon, stub: Stub
) -> None:
    refund(salon, 1000)
    work(LATER)

    assert deliver(client, event("refund.updated", stub.refunds()[0], event_id="evt_2")) == 200

    named = ProviderEvent.objects.get(event_id="evt_2").payment_ref
    assert named == stub.intents()[0]["id"]
    assert OutboxItem.objects.filter(key="event:stripe:evt_2").exists()


@pytest.mark.parametrize("kind", ["refund.failed", "charge.refund.updated", "refund.updated"])
def test_a_refund_that_the_bank_refuses_days_later_is_taken_back(
    client: Client, paid: Payment, salon: Salon, stub: Stub, kind: str
) -> None:
    refund(salon, 1000)
    work(LATER)
    later = LATER + timedelta(days=5)
    told = stub.refuse_refund(stub.refunds()[0]["id"])

    for name in ("evt_2", "evt_2", "evt_3"):
        assert deliver(client, event(kind, told, event_id=name), at=later) == 200
        work(later)

    assert list(Refund.objects.values_list("amount", "status", "reason")) == [
        (1000, "FAILED", "(The card has expired or was cancelled.)")
    ]
    assert state() == ("CONFIRMED", "PAID", "PAID")
    assert refused_refunds(business_id=salon.business.pk).count() == 1
    assert Message.objects.filter(kind="NOT_REFUNDED").count() == 1
    assert clean(later)


def test_money_given_back_on_stripe_s_own_pages_may_come_back_too(
    client: Client, paid: Payment, salon: Salon, stub: Stub
) -> None:
    """Nothing of ours is written on such a refund: it is known by its name."""
    intent = stub.intents()[0]
    for amount in (1000, 800):
        stub.refund_outside(intent["id"], amount)
    charge = stub.rows[intent["latest_charge"]]
    deliver(client, event("charge.refunded", charge, event_id="evt_2"))
    work(LATER)
    told = stub.refuse_refund(stub.refunds()[1]["id"])

    assert deliver(client, event("refund.failed", told, event_id="evt_3")) == 200
    work(LATER)

    assert set(Refund.objects.values_list("amount", "status")) == {(1000, "DONE"), (800, "FAILED")}
    assert state() == ("CONFIRMED", "PAID", "PARTIALLY_REFUNDED")
    assert clean()


def test_a_session_ends_with_the_hold_although_stripe_keeps_it_longer(
    draft: Booking, stub: Stub
) -> None:
    soon = NOW + timedelta(minutes=9)
    checkout.settle_open_payments(now=soon)
    work(soon)
    assert (session(stub)["status"], state()) == ("open", NOT_YET)

    over = NOW + timedelta(minutes=11)
    checkout.settle_open_payments(now=over)
    work(over)

    assert (session(stub)["status"], Payment.objects.get().status) == ("expired", "CANCELED")
    assert state() == ("CREATED", "UNDEFINED", "NOT_PAID")
    assert clean(over)


def test_who_pays_in_the_last_moment_has_paid(draft: Booking, stub: Stub) -> None:
    stub.on_expire = stub.pay
    over = NOW + timedelta(minutes=11)

    checkout.settle_open_payments(now=over)
    work(over)

    assert state() == BOOKED


def test_a_payment_that_stripe_never_opened_is_over(salon: Salon, stub: Stub) -> None:
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    stub.fail("POST /v1/checkout/sessions", "500", times=2)
    with pytest.raises(ProviderDown):
        check_out(draft, Way.FULL, now=NOW)
    much_later = NOW + timedelta(minutes=30)

    checkout.settle_open_payments(now=much_later)
    work(much_later)

    payment = Payment.objects.get()
    assert (payment.status, payment.failure) == ("FAILED", "The payment could not be opened.")


def test_while_stripe_is_down_the_worker_comes_back(
    client: Client, draft: Booking, stub: Stub
) -> None:
    pay(stub)
    stub.fail("GET /v1/checkout/sessions", "500", times=2)
    deliver(client, completed(stub))
    work(LATER)
    assert state() == NOT_YET

    work(LATER + timedelta(minutes=2))

    assert state() == BOOKED
