"""A refund that the provider took on and its bank refuses days later is noticed, told and decided
about like any other that is refused (rule M32)."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.bookings.models import Booking, BookingEvent
from apps.businesses.models import Business
from apps.checkout import operations as checkout
from apps.checkout.models import (
    GiftCard,
    Order,
    OrderLine,
    Payment,
    PlanPurchase,
    Refund,
    SandboxSession,
)
from apps.checkout.operations import Act, WayOut
from apps.checkout.pricing import Way
from apps.checkout.providers import Returned
from apps.checkout.providers.sandbox import Sandbox
from apps.checkout.wiring import ask_after_refunds
from apps.dashboard.access import open_access
from apps.dashboard.money.queries.takings import get_takings
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from apps.prepaid import operations as prepaid
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_use_code import desk
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online, buy_online, make_plan
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
DAYS_LATER = NOW + timedelta(days=4)
INBOX = "/own/juniper/conflicts/"


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """A cut of €48.00, paid and cancelled; all of it went back."""
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    checkout.cancel_and_refund(
        booking_id=booking.pk, business_id=booking.business_id, reason="", by=salon.olga, now=LATER
    )
    work(LATER)
    work(LATER + timedelta(minutes=1))
    booking.refresh_from_db()
    assert (booking.paid, Refund.objects.get().status) == (0, "DONE")
    mail.outbox.clear()
    return booking


def refuse(act: Act = Act.REFUSE_REFUND) -> None:
    """The bank sends the money back, and the provider tells of it."""
    ref = SandboxSession.objects.get().ref
    checkout.act_in_sandbox(ref=ref, act=act, now=DAYS_LATER)
    work(DAYS_LATER)
    work(DAYS_LATER + timedelta(minutes=1))


def refuse_silently() -> None:
    """The same, but its word of it never comes."""
    session = SandboxSession.objects.get()
    for it in session.refund_keys.values():
        it["is_refused"] = True
    session.refunded = 0
    session.save()


def refunds() -> list[tuple[int, str]]:
    return list(Refund.objects.order_by("pk").values_list("amount", "status"))


def clean() -> bool:
    return list(find_all(business_id=None, now=DAYS_LATER)) == []


def told() -> list[tuple[list[str], str]]:
    return [(it.to, str(it.subject)) for it in mail.outbox]


def test_it_is_refused_in_our_books_too(salon: Salon, booking: Booking) -> None:
    refuse()
    booking.refresh_from_db()

    assert refunds() == [(4800, "FAILED")]
    assert (booking.payment_status, booking.paid, booking.returned) == ("PAID", 4800, 0)
    assert Order.objects.get().payment_status == "PAID"
    assert BookingEvent.Action(booking.history.latest("pk").action) == "NOT_REFUNDED"
    assert clean()


def test_the_team_is_asked_what_becomes_of_the_money(salon: Salon, booking: Booking) -> None:
    refuse()

    words = text_of(desk(salon).get(INBOX))
    assert "€48.00 could not be refunded through Sandbox." in words
    assert "1 problem to solve" in text_of(desk(salon).get("/own/juniper/"))


def test_whoever_waits_for_the_money_is_told(booking: Booking) -> None:
    refuse()

    assert told() == [
        (["carl@example.com"], "Your refund did not go through: Thu 26 Nov, 12:00, Cut and finish")
    ]
    assert "The bank refused your refund of €48.00" in str(mail.outbox[0].body)
    assert "is refunded the way you paid" not in page_of(carl(booking), booking)


def test_the_same_word_once_more_changes_nothing(booking: Booking) -> None:
    refuse()
    ref = SandboxSession.objects.get().ref
    history = booking.history.count()

    for name in ("evt_again", "evt_again", "evt_other"):
        checkout.deliver_sandbox_event(ref=ref, kind="refund.failed", event_id=name, now=DAYS_LATER)
    work(DAYS_LATER)

    assert refunds() == [(4800, "FAILED")]
    assert booking.history.count() == history
    assert len(mail.outbox) == 1
    assert clean()


def test_it_is_found_where_the_word_of_it_never_comes(booking: Booking) -> None:
    refuse_silently()

    ask_after_refunds(DAYS_LATER)
    work(DAYS_LATER)

    assert refunds() == [(4800, "FAILED")]
    assert clean()


def test_a_payment_is_asked_about_once_a_day(booking: Booking) -> None:
    asked = [checkout.look_after_refunds(now=DAYS_LATER) for _twice in range(2)]

    assert asked == [1, 1]
    looks = [it for it in all_looks() if it.startswith("refunds:")]
    assert looks == [f"refunds:{Payment.objects.get().pk}:{DAYS_LATER.date()}"]


def all_looks() -> list[str]:
    return list(OutboxItem.objects.filter(topic="payments.look").values_list("key", flat=True))


@pytest.mark.parametrize(("days", "asked"), [(34, 1), (36, 0)])
def test_after_five_weeks_no_bank_refuses_it(booking: Booking, days: int, asked: int) -> None:
    assert checkout.look_after_refunds(now=NOW + timedelta(days=days)) == asked


def test_an_answer_of_before_makes_no_new_refund_of_it(booking: Booking) -> None:
    payment = Payment.objects.get()
    before = Sandbox().fetch(payment.provider_ref, now=DAYS_LATER)
    refuse()

    checkout.apply_provider_state(payment_id=payment.pk, state=before, now=DAYS_LATER)

    assert refunds() == [(4800, "FAILED")]
    assert clean()


def test_a_part_for_one_line_is_owed_by_that_line_again(salon: Salon) -> None:
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    line = OrderLine.objects.get()
    checkout.refund_order(
        booking_id=booking.pk,
        amount=0,
        lines={line.pk: 1500},
        seen_refunded=0,
        reason="Too short",
        by=salon.olga,
        now=LATER,
    )
    work(LATER)
    refuse()
    line.refresh_from_db()

    assert line.refunded == 0
    assert Refund.objects.get().reason == "Too short (The bank did not take the money back.)"
    assert Order.objects.get().payment_status == "PAID"
    assert clean()


def test_the_plan_of_whoever_ended_it_waits_for_a_decision(salon: Salon) -> None:
    buy_online(make_plan(services=[salon.cut]))
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    plan = PlanPurchase.objects.get()
    prepaid.cancel_plan(
        purchase_id=plan.pk,
        revision=plan.revision,
        amount=10000,
        seen_refunded=0,
        reason="",
        by=salon.olga,
        now=LATER,
    )
    work(LATER)
    mail.outbox.clear()
    refuse()

    assert told() == [(["carl@example.com"], "Your refund did not go through: Ten classes")]
    assert "€100.00 could not be refunded through Sandbox." in text_of(desk(salon).get(INBOX))
    assert clean()


def test_a_stopped_gift_card_waits_for_a_decision(salon: Salon) -> None:
    Business.objects.update(sells_gift_cards=True)
    salon.business.refresh_from_db()
    card = buy_gift_online(salon.business).card
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    prepaid.stop_gift_card(card_id=card.pk, gives_back=True, by=salon.olga, now=LATER)
    work(LATER)
    mail.outbox.clear()
    refuse()

    assert told() == [(["eva@example.com"], "Your refund did not go through, Juniper Hair")]
    assert "Put it back on the gift card" in text_of(desk(salon).get(INBOX))
    assert clean()
    checkout.decide_refused_refund(
        refund_id=Refund.objects.get().pk, way=WayOut.ON_CARD, by=salon.olga, now=DAYS_LATER
    )
    assert GiftCard.objects.get().balance == 5000
    assert clean()


@pytest.mark.parametrize("way", [WayOut.BY_HAND, WayOut.AGAIN, WayOut.KEEP])
def test_every_way_out_is_open_and_lasts(salon: Salon, booking: Booking, way: WayOut) -> None:
    refuse()
    checkout.decide_refused_refund(
        refund_id=Refund.objects.get().pk, way=way, by=salon.olga, now=DAYS_LATER
    )
    work(DAYS_LATER)
    ask_after_refunds(DAYS_LATER + timedelta(days=1))
    work(DAYS_LATER + timedelta(days=1))

    again = [] if way is WayOut.KEEP else [(4800, "DONE")]
    assert refunds() == [(4800, "FAILED"), *again]
    assert "could not be refunded" not in text_of(desk(salon).get(INBOX))
    assert clean()


def test_one_refused_before_we_wrote_that_it_was_taken_on_is_known_by_its_key(
    salon: Salon, booking: Booking
) -> None:
    Refund.objects.update(status="PENDING", provider_ref="", done_at=None)
    refuse()
    checkout.do_refund(refund_id=Refund.objects.get().pk, now=DAYS_LATER)

    assert refunds() == [(4800, "FAILED")]
    assert clean()


def test_the_day_of_a_refund_keeps_its_sum(salon: Salon, booking: Booking) -> None:
    before = get_takings(access=open_access(member=salon.olga), on=NOW.date()).total
    refuse()

    takings = {
        on: get_takings(access=open_access(member=salon.olga), on=on)
        for on in (NOW.date(), DAYS_LATER.date())
    }
    assert takings[NOW.date()].total == before
    (row,) = takings[DAYS_LATER.date()].rows
    assert (row.amount.amount, row.is_refund, row.is_refused) == (4800, False, True)
    assert "online, 2026-00001, refund refused by the bank" in text_of(
        desk(salon).get(f"/own/juniper/money/?on={DAYS_LATER.date()}")
    )


def test_what_never_went_is_on_no_day(salon: Salon, booking: Booking) -> None:
    Refund.objects.update(status="FAILED", done_at=None, refused_at=LATER)

    takings = get_takings(access=open_access(member=salon.olga), on=NOW.date())
    assert [it.amount.amount for it in takings.rows] == [4800]


def test_the_sandbox_refuses_by_a_button_of_its_page(salon: Salon, booking: Booking) -> None:
    page = f"/practice/{SandboxSession.objects.get().ref}/"
    browser = desk(salon)
    assert "Have the bank refuse the refund" in text_of(browser.get(page))

    answers = [browser.post(page, {"act": "REFUSE_REFUND"}).status_code for _twice in range(2)]

    assert answers == [303, 409]
    assert "Have the bank refuse the refund" not in text_of(browser.get(page))


def test_a_session_of_before_knows_its_refunds_by_name_only(booking: Booking) -> None:
    session = SandboxSession.objects.get()
    session.refund_keys = {"refund-1": "re_old"}
    session.save()

    state = Sandbox().fetch(session.ref, now=DAYS_LATER)

    assert state.refunds == (Returned("re_old", "refund-1", 0),)
    assert Sandbox().refund(session.ref, amount=1, key="refund-1") == "re_old"
