"""Whoever waits for money is told what becomes of it: given back in person, on its way, or kept
(rules M30, M32)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.businesses.models import Business
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, Payment, PlanPurchase, Refund, SandboxSession
from apps.checkout.operations import Act, WayOut
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from apps.messages.models import Message
from apps.prepaid import operations as prepaid
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_use_code import desk
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online, buy_online, make_plan, make_purchase
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
SOON = NOW + timedelta(minutes=2)
RECORDED = (
    "Juniper Hair recorded that €48.00 was refunded to you in person. If you "
    "have not received it, please contact them."
)
DECIDED = (
    "Juniper Hair decided to keep the €48.00 that you paid. If you disagree, please contact them."
)


def pay_for_cut(salon: Salon) -> Booking:
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    booking.refresh_from_db()
    return booking


@pytest.fixture
def refused(salon: Salon) -> Booking:
    """A cut of €48.00, paid online and cancelled by the salon: the bank refused the refund."""
    booking = pay_for_cut(salon)
    checkout.cancel_and_refund(
        booking_id=booking.pk, business_id=booking.business_id, reason="", by=salon.olga, now=LATER
    )
    SandboxSession.objects.update(captured=0)
    work(SOON)
    work(SOON + timedelta(minutes=1))
    booking.refresh_from_db()
    mail.outbox.clear()
    return booking


@pytest.fixture
def given_up(salon: Salon) -> Booking:
    """The same, cancelled by Carl: the salon has to decide about the money."""
    booking = pay_for_cut(salon)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=LATER,
    )
    work(SOON)
    (told,) = [it for it in mail.outbox if it.subject.startswith("Cancelled:")]
    assert "Juniper Hair still has your €48.00. They are looking into it" in str(told.body)
    mail.outbox.clear()
    return booking


def decide(salon: Salon, way: WayOut) -> None:
    refund = Refund.objects.get(status="FAILED")
    checkout.decide_refused_refund(refund_id=refund.pk, way=way, by=salon.olga, now=SOON)
    work(SOON)


def told() -> list[tuple[list[str], str]]:
    return [(it.to, str(it.subject)) for it in mail.outbox]


def body() -> str:
    (only,) = mail.outbox
    return " ".join(str(only.body).split())


def clean() -> bool:
    return list(find_all(business_id=None, now=SOON)) == []


def test_money_that_was_given_back_by_hand_is_told_with_amount_and_way(
    salon: Salon, refused: Booking
) -> None:
    decide(salon, WayOut.BY_HAND)

    assert told() == [
        (["carl@example.com"], "Refunded in person: Thu 26 Nov, 12:00, Cut and finish")
    ]
    assert "You have been refunded in person, Carl." in body()
    assert RECORDED in body()
    assert "the way you paid" not in body()
    assert clean()


def test_money_that_stays_after_a_refused_refund_is_told(salon: Salon, refused: Booking) -> None:
    decide(salon, WayOut.KEEP)

    assert told() == [
        (["carl@example.com"], "About your payment: Thu 26 Nov, 12:00, Cut and finish")
    ]
    assert "Your payment stays with Juniper Hair, Carl." in body()
    assert DECIDED in body()
    assert clean()


def test_money_that_somebody_looked_at_and_kept_is_told_once(
    salon: Salon, given_up: Booking
) -> None:
    browser, address = desk(salon), f"/own/juniper/bookings/{given_up.reference}/leftover/"
    answers = [browser.post(address, {"keep": "1"}).status_code for _twice in range(2)]
    work(SOON)

    assert answers == [303, 303]
    assert told() == [
        (["carl@example.com"], "About your payment: Thu 26 Nov, 12:00, Cut and finish")
    ]
    assert DECIDED in body()
    assert clean()


@pytest.mark.parametrize("pressed", [{}, {"keep": "1", "back": "1"}, {"stay": "1"}])
def test_what_was_not_said_is_not_decided(
    salon: Salon, given_up: Booking, pressed: dict[str, str]
) -> None:
    address = f"/own/juniper/bookings/{given_up.reference}/leftover/"
    answer = desk(salon).post(address, pressed)
    given_up.refresh_from_db()

    assert answer.status_code == 422
    assert "Something is missing. Nothing was changed." in text_of(answer)
    assert (given_up.paid, given_up.order.kept_at) == (4800, None)


@pytest.mark.parametrize("pressed", ["keep", "back"])
def test_nothing_is_decided_about_a_booking_that_is_not_over(salon: Salon, pressed: str) -> None:
    booking = pay_for_cut(salon)
    address = f"/own/juniper/bookings/{booking.reference}/leftover/"
    answer = desk(salon).post(address, {pressed: "1"})
    booking.refresh_from_db()

    assert answer.status_code == 409
    assert "This booking is not over" in text_of(answer)
    assert (booking.paid, booking.order.kept_at) == (4800, None)


def test_history_says_who_kept_it(salon: Salon, given_up: Booking) -> None:
    checkout.keep_money(booking_id=given_up.pk, by=salon.olga, now=SOON)

    line = given_up.history.latest("pk")
    assert (line.action, line.user_id) == (BookingEvent.Action.KEPT, salon.olga.user_id)
    owners = text_of(desk(salon).get(f"/own/juniper/bookings/{given_up.reference}/"))
    assert "Payment kept by" in owners
    assert "The business kept the payment" in page_of(carl(given_up), given_up)


def test_money_that_is_kept_with_the_cancelling_is_told_by_that_mail_alone(salon: Salon) -> None:
    booking = pay_for_cut(salon)
    mail.outbox.clear()
    checkout.cancel_and_keep(
        booking_id=booking.pk, revision=booking.revision, reason="", by=salon.olga, now=LATER
    )
    work(SOON)

    assert told() == [(["carl@example.com"], "Cancelled: Thu 26 Nov, 12:00, Cut and finish")]
    assert "€48.00 stays with Juniper Hair." in body()


def test_nothing_is_told_of_money_that_is_not_there(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=salon.olga,
        now=LATER,
    )
    checkout.keep_money(booking_id=booking.pk, by=salon.olga, now=SOON)
    work(SOON)

    assert not Message.objects.filter(kind="KEPT").exists()


@pytest.fixture
def at_the_desk(salon: Salon) -> Booking:
    """A cut that was paid at the salon."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    work(NOW + timedelta(seconds=30))
    booking.refresh_from_db()
    mail.outbox.clear()
    return booking


def test_cash_does_not_go_back_the_way_it_came(salon: Salon, at_the_desk: Booking) -> None:
    checkout.refund_order(
        booking_id=at_the_desk.pk, amount=4800, seen_refunded=0, reason="", by=salon.olga, now=LATER
    )
    work(SOON)

    assert told() == [
        ([at_the_desk.contact_email], "Refunded in person: Thu 26 Nov, 12:00, Cut and finish")
    ]
    assert RECORDED in body()


def test_cash_of_a_cancelled_booking_is_given_back_in_person(
    salon: Salon, at_the_desk: Booking
) -> None:
    checkout.cancel_and_refund(
        booking_id=at_the_desk.pk,
        business_id=at_the_desk.business_id,
        reason="",
        by=salon.olga,
        now=LATER,
    )
    work(SOON)

    cancelled = next(it for it in mail.outbox if it.subject.startswith("Cancelled"))
    assert "€48.00 is refunded in person." in str(cancelled.body)
    assert "the way you paid" not in str(cancelled.body)
    at_the_desk.refresh_from_db()
    assert "€48.00 is refunded in person." in page_of(carl(at_the_desk), at_the_desk)


def test_each_part_goes_back_in_its_own_way(salon: Salon) -> None:
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    booking.refresh_from_db()
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)
    mail.outbox.clear()
    checkout.refund_order(
        booking_id=booking.pk, amount=4800, seen_refunded=0, reason="", by=salon.olga, now=LATER
    )
    work(SOON)

    assert "Your refund is on its way, Carl." in body()
    assert "€20.00 is refunded the way you paid." in body()
    assert "recorded that €28.00 was refunded to you in person" in body()


@pytest.fixture
def plan(salon: Salon) -> PlanPurchase:
    """Ten cuts for €160.00, paid online."""
    buy_online(make_plan(services=[salon.cut]))
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    mail.outbox.clear()
    return PlanPurchase.objects.get()


@pytest.fixture
def end(salon: Salon) -> Callable[[PlanPurchase], None]:
    """End a plan with €48.00 of it back."""

    def end(plan: PlanPurchase) -> None:
        prepaid.cancel_plan(
            purchase_id=plan.pk,
            revision=plan.revision,
            amount=4800,
            seen_refunded=0,
            reason="",
            by=salon.olga,
            now=LATER,
        )

    return end


def test_the_holder_of_a_plan_is_told_that_money_goes_back(
    plan: PlanPurchase, end: Callable[[PlanPurchase], None]
) -> None:
    end(plan)
    work(SOON)

    assert told() == [(["carl@example.com"], "Your refund is on its way: Ten classes")]
    assert "€48.00 is refunded the way you paid." in body()
    assert clean()


@pytest.mark.parametrize(
    ("way", "told_as"),
    [
        (WayOut.BY_HAND, ("You have been refunded in person: Ten classes", RECORDED)),
        (WayOut.KEEP, ("Your payment stays with Juniper Hair: Ten classes", DECIDED)),
        (
            WayOut.AGAIN,
            ("Your refund is on its way: Ten classes", "€48.00 is refunded the way you paid."),
        ),
    ],
)
def test_the_holder_of_a_plan_is_told_what_was_decided(
    salon: Salon,
    plan: PlanPurchase,
    end: Callable[[PlanPurchase], None],
    way: WayOut,
    told_as: tuple[str, str],
) -> None:
    subject, words = told_as
    SandboxSession.objects.update(captured=0)
    end(plan)
    work(SOON)
    SandboxSession.objects.update(captured=16000)
    mail.outbox.clear()
    decide(salon, way)

    assert told() == [(["carl@example.com"], subject)]
    assert words in body()
    assert clean()


def test_a_plan_that_was_paid_at_the_desk_is_given_back_there(
    salon: Salon, end: Callable[[PlanPurchase], None]
) -> None:
    plan = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    work(NOW)
    mail.outbox.clear()
    end(plan)
    work(SOON)

    assert [subject for _to, subject in told()] == ["You have been refunded in person: Ten classes"]
    assert RECORDED in body()


def test_the_buyer_of_a_stopped_card_is_told(salon: Salon) -> None:
    Business.objects.update(sells_gift_cards=True)
    salon.business.refresh_from_db()
    card: GiftCard = buy_gift_online(salon.business).card
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    mail.outbox.clear()
    prepaid.stop_gift_card(card_id=card.pk, gives_back=True, by=salon.olga, now=LATER)
    SandboxSession.objects.update(captured=0)
    work(LATER)
    decide(salon, WayOut.BY_HAND)

    assert told() == [
        (["eva@example.com"], "Your refund is on its way, Juniper Hair"),
        (["eva@example.com"], "Your refund did not go through, Juniper Hair"),
        (["eva@example.com"], "You have been refunded in person, Juniper Hair"),
    ]
    assert "recorded that €50.00 was refunded to you in person" in str(mail.outbox[-1].body)
    assert card.code not in str(mail.outbox[-1].body)
