"""A refund that the provider refuses is decided about by the team, and told to whoever waits for
it (rule M32)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.businesses.models import Business
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase, Refund, SandboxSession
from apps.checkout.operations import Act, WayOut
from apps.checkout.pricing import Way
from apps.dashboard.access import open_access
from apps.dashboard.money.queries.takings import get_takings
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_use_code import desk
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online, buy_online, make_plan
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
SOON = NOW + timedelta(minutes=2)
INBOX = "/own/juniper/conflicts/"


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on the bank has taken the money back itself, so that nothing can be refunded; what
    it refuses it does not tell of as gone."""

    def refuse() -> None:
        SandboxSession.objects.update(captured=0)

    return refuse


@pytest.fixture
def card(salon: Salon, refusing: Callable[[], None]) -> GiftCard:
    """€50.00 bought online, stopped with all of it back: the bank refused."""
    Business.objects.update(sells_gift_cards=True)
    salon.business.refresh_from_db()
    card = buy_gift_online(salon.business).card
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    prepaid.stop_gift_card(card_id=card.pk, gives_back=True, by=salon.olga, now=LATER)
    refusing()
    mail.outbox.clear()
    work(SOON)
    card.refresh_from_db()
    return card


@pytest.fixture
def plan(salon: Salon, refusing: Callable[[], None]) -> PlanPurchase:
    """Ten cuts for €160.00, ended with €100.00 of it back: the bank refused."""
    buy_online(make_plan(services=[salon.cut]))
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    purchase = PlanPurchase.objects.get()
    prepaid.cancel_plan(
        purchase_id=purchase.pk,
        revision=purchase.revision,
        amount=10000,
        seen_refunded=0,
        reason="",
        by=salon.olga,
        now=LATER,
    )
    refusing()
    mail.outbox.clear()
    work(SOON)
    purchase.refresh_from_db()
    return purchase


@pytest.fixture
def booking(salon: Salon, refusing: Callable[[], None]) -> Booking:
    """A cut of €48.00, paid and cancelled with all of it back: the bank refused."""
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    checkout.cancel_and_refund(
        booking_id=booking.pk, business_id=booking.business_id, reason="", by=salon.olga, now=LATER
    )
    refusing()
    mail.outbox.clear()
    work(SOON)
    work(SOON + timedelta(minutes=1))
    booking.refresh_from_db()
    return booking


def refused() -> Refund:
    return Refund.objects.get(status="FAILED")


def decide(salon: Salon, way: WayOut) -> int:
    address = f"{INBOX}refunds/{refused().pk}/"
    return desk(salon).post(address, {"way": way.value}).status_code


def inbox(salon: Salon) -> str:
    return text_of(desk(salon).get(INBOX))


def is_asked(salon: Salon) -> bool:
    """Once, on the page of today."""
    return "1 problem to solve" in text_of(desk(salon).get("/own/juniper/"))


def clean() -> bool:
    return list(find_all(business_id=None, now=SOON)) == []


def told() -> list[tuple[list[str], str]]:
    return [(it.to, str(it.subject)) for it in mail.outbox]


def test_money_of_a_stopped_card_stands_in_the_inbox_with_both_ways_out(
    salon: Salon, card: GiftCard
) -> None:
    words = inbox(salon)

    assert (card.status, card.balance) == ("STOPPED", 0)
    assert "€50.00 could not be refunded through Sandbox." in words
    assert "I refunded €50.00 in person" in words
    assert "Put it back on the gift card" in words
    assert is_asked(salon)
    assert clean()


def test_a_card_whose_money_stayed_can_be_put_right(salon: Salon, card: GiftCard) -> None:
    assert decide(salon, WayOut.ON_CARD) == 303
    card.refresh_from_db()

    assert (card.status, card.balance) == ("ACTIVE", 5000)
    assert list(card.entries.values_list("kind", "amount")) == [
        ("BOUGHT", 5000),
        ("REFUNDED", -5000),
        ("REFUNDED", 5000),
    ]
    assert "could not be refunded" not in inbox(salon)
    assert clean()
    mail.outbox.clear()
    work(SOON)
    assert told() == [(["eva@example.com"], "Your gift card is valid again, Juniper Hair")]


def test_money_that_was_given_back_in_person_is_written_down_once(
    salon: Salon, card: GiftCard
) -> None:
    assert [decide(salon, WayOut.BY_HAND) for _again in range(2)] == [303, 303]
    card.refresh_from_db()

    done = Refund.objects.filter(status="DONE")
    assert list(done.values_list("amount", "is_external")) == [(5000, True)]
    assert Order.objects.get(gift_card=card).payment_status == "FULLY_REFUNDED"
    assert (card.status, card.balance) == ("STOPPED", 0)
    assert "could not be refunded" not in inbox(salon)
    assert clean()


def test_what_was_given_back_in_person_is_out_of_the_till(salon: Salon, card: GiftCard) -> None:
    decide(salon, WayOut.BY_HAND)

    takings = get_takings(access=open_access(member=salon.olga), on=NOW.date())
    sums = {it.words: it.amount.amount for it in takings.sums}
    assert (sums["Online"], sums["In person"]) == (5000, -5000)


def test_the_buyer_of_a_card_is_told_that_it_did_not_work(card: GiftCard) -> None:
    assert told() == [
        (["eva@example.com"], "Your refund is on its way, Juniper Hair"),
        (["eva@example.com"], "Your refund did not go through, Juniper Hair"),
    ]
    body = str(mail.outbox[1].body)
    assert "The bank refused your refund of €50.00" in body
    assert "can use the card" not in body


def test_money_of_an_ended_plan_stands_in_the_inbox(salon: Salon, plan: PlanPurchase) -> None:
    assert plan.status == "CANCELED"
    assert "€100.00 could not be refunded through Sandbox." in inbox(salon)
    assert told() == [
        (["carl@example.com"], "Your refund is on its way: Ten classes"),
        (["carl@example.com"], "Your refund did not go through: Ten classes"),
    ]
    assert "The bank refused your refund of €100.00" in str(mail.outbox[1].body)

    assert decide(salon, WayOut.BY_HAND) == 303
    assert Order.objects.get(purchase=plan).payment_status == "PARTIALLY_REFUNDED"
    assert "could not be refunded" not in inbox(salon)
    assert clean()


def test_money_of_a_plan_may_stay(salon: Salon, plan: PlanPurchase) -> None:
    decide(salon, WayOut.KEEP)

    assert "could not be refunded" not in inbox(salon)
    assert Order.objects.get(purchase=plan).payment_status == "PAID"
    assert clean()


def test_money_of_a_cancelled_booking_stands_there_once(salon: Salon, booking: Booking) -> None:
    words = inbox(salon)

    assert "€48.00 could not be refunded through Sandbox." in words
    assert "Money from cancelled bookings" not in words
    assert is_asked(salon)


def test_the_customer_of_a_booking_is_told_that_it_did_not_work(booking: Booking) -> None:
    (last,) = [it for it in mail.outbox if "refund did not go through" in it.subject]

    assert last.to == ["carl@example.com"]
    assert "The bank refused your refund of €48.00" in str(last.body)


@pytest.mark.parametrize(
    ("way", "paid", "last"),
    [(WayOut.BY_HAND, 0, "HANDED_BACK"), (WayOut.KEEP, 4800, "KEPT")],
)
def test_it_is_settled_for_a_booking(
    salon: Salon, booking: Booking, way: WayOut, paid: int, last: str
) -> None:
    decide(salon, way)
    booking.refresh_from_db()
    words = inbox(salon)

    assert (booking.paid, BookingEvent.Action(booking.history.latest("pk").action)) == (paid, last)
    assert "could not be refunded" not in words
    assert "Money from cancelled bookings" not in words
    assert clean()


def test_the_page_does_not_say_that_what_was_handed_over_went_back_as_it_came(
    salon: Salon, booking: Booking
) -> None:
    decide(salon, WayOut.BY_HAND)
    page = page_of(carl(booking), booking)

    assert "€48.00 is refunded in person." in page
    assert "the way you paid" not in page


def test_the_bank_is_asked_again(salon: Salon, booking: Booking) -> None:
    SandboxSession.objects.update(captured=4800)
    decide(salon, WayOut.AGAIN)
    work(SOON)
    booking.refresh_from_db()

    assert booking.paid == 0
    assert list(Refund.objects.values_list("status", flat=True)) == ["FAILED", "DONE"]
    assert "could not be refunded" not in inbox(salon)
    assert clean()


def test_whoever_gives_it_back_on_the_page_of_the_booking_has_decided(
    salon: Salon, booking: Booking
) -> None:
    SandboxSession.objects.update(captured=4800)
    checkout.refund_order(
        booking_id=booking.pk, amount=1000, seen_refunded=0, reason="", by=salon.olga, now=SOON
    )
    work(SOON)

    assert "could not be refunded" not in inbox(salon)


@pytest.fixture
def in_two(salon: Salon) -> Booking:
    """The same cut, paid by a deposit of €20.00 and €28.00 later, both online."""
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    asked = {"booking_id": booking.pk, "business_id": booking.business_id}
    checkout.pay_balance(**asked, origin=ORIGIN, now=NOW)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=NOW)
    work(LATER)
    booking.refresh_from_db()
    assert booking.paid == 4800
    return booking


def refund_remaining(booking: Booking, salon: Salon, amount: int, *, seen: int = 0) -> None:
    checkout.refund_order(
        booking_id=booking.pk,
        amount=amount,
        seen_refunded=seen,
        reason="",
        by=salon.olga,
        now=LATER,
    )


def cancel(booking: Booking) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=LATER,
    )


def test_what_the_bank_refuses_after_the_rest_was_kept_is_still_asked_about(
    salon: Salon, in_two: Booking, refusing: Callable[[], None]
) -> None:
    cancel(in_two)
    refund_remaining(in_two, salon, 2800)
    checkout.keep_money(booking_id=in_two.pk, by=salon.olga, now=LATER)
    refusing()
    work(SOON)

    assert "€28.00 could not be refunded through Sandbox." in inbox(salon)
    assert is_asked(salon)
    decide(salon, WayOut.KEEP)
    assert "could not be refunded" not in inbox(salon)


def test_whoever_keeps_all_of_it_has_decided_about_what_was_refused(
    salon: Salon, booking: Booking
) -> None:
    checkout.keep_money(booking_id=booking.pk, by=salon.olga, now=SOON)

    assert "could not be refunded" not in inbox(salon)


def test_each_of_two_that_were_refused_is_decided_about_by_itself(
    salon: Salon, in_two: Booking, refusing: Callable[[], None]
) -> None:
    cancel(in_two)
    checkout.refund_the_rest(booking_id=in_two.pk, by=salon.olga, now=LATER)
    refusing()
    work(SOON)
    first, second = Refund.objects.filter(status="FAILED")

    def keep(it: Refund) -> None:
        checkout.decide_refused_refund(refund_id=it.pk, way=WayOut.KEEP, by=salon.olga, now=SOON)

    keep(first)

    assert f"€{second.amount / 100:.2f} could not be refunded through Sandbox." in inbox(salon)
    keep(second)
    words = inbox(salon)
    assert "could not be refunded" not in words
    assert "Money from cancelled bookings" not in words


def test_keeping_what_was_refused_keeps_nothing_else(
    salon: Salon, in_two: Booking, refusing: Callable[[], None]
) -> None:
    cancel(in_two)
    refund_remaining(in_two, salon, 2800)
    refusing()
    work(SOON)
    decide(salon, WayOut.KEEP)

    assert "Money from cancelled bookings" in inbox(salon)


def test_a_small_amount_that_goes_back_later_decides_about_no_larger_one(
    salon: Salon, in_two: Booking, refusing: Callable[[], None]
) -> None:
    refund_remaining(in_two, salon, 2800)
    refusing()
    work(SOON)
    SandboxSession.objects.update(captured=2800)
    refund_remaining(in_two, salon, 500)

    assert "€23.00 could not be refunded through Sandbox." in inbox(salon)
    refund_remaining(in_two, salon, 2800, seen=500)
    assert "could not be refunded" not in inbox(salon)


def test_what_comes_back_to_a_stopped_card_decides_nothing_about_what_was_refused(
    salon: Salon, card: GiftCard
) -> None:
    GiftCard.objects.filter(pk=card.pk).update(status="ACTIVE", balance=1000)
    prepaid.stop_gift_card(card_id=card.pk, gives_back=True, by=salon.olga, now=SOON)

    assert refused().decided_at is None


CHOOSE = "Choose one of these options. Nothing was changed."


@pytest.mark.parametrize("way", ["ON_CARD", "", "SOMEWHERE"])
def test_a_booking_offers_no_way_but_its_own(salon: Salon, booking: Booking, way: str) -> None:
    answer = desk(salon).post(f"{INBOX}refunds/{refused().pk}/", {"way": way})

    assert answer.status_code == 422
    assert CHOOSE in text_of(answer)
    assert (refused().decided_at, Refund.objects.count()) == (None, 1)


def test_a_plan_offers_no_card_to_put_it_on(salon: Salon, plan: PlanPurchase) -> None:
    answer = desk(salon).post(f"{INBOX}refunds/{refused().pk}/", {"way": "ON_CARD"})

    assert (answer.status_code, refused().decided_at) == (422, None)
    assert "Put it back on the gift card" not in text_of(answer)


def test_the_money_of_a_card_is_not_kept(salon: Salon, card: GiftCard) -> None:
    answer = desk(salon).post(f"{INBOX}refunds/{refused().pk}/", {"way": "KEEP"})

    assert (answer.status_code, refused().decided_at) == (422, None)
    assert CHOOSE in text_of(answer)
    assert "Keep the money" not in text_of(answer)


def test_nobody_decides_about_the_money_of_another_business(salon: Salon, card: GiftCard) -> None:
    other = make_salon(slug="other")
    response = desk(other).post(f"/own/other/conflicts/refunds/{refused().pk}/", {"way": "BY_HAND"})

    assert response.status_code == 404
    assert refused().decided_at is None


def test_the_inbox_asks_as_often_for_one_refund_as_for_three(salon: Salon, card: GiftCard) -> None:
    browser = desk(salon)
    browser.get(INBOX)
    with CaptureQueriesContext(connection) as one:
        browser.get(INBOX)
    first = refused()
    for _more in range(2):
        first.pk = None
        first.save(force_insert=True)
    with CaptureQueriesContext(connection) as three:
        browser.get(INBOX)

    assert len(three) == len(one)
