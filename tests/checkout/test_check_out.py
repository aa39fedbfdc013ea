"""From a prepared draft to a paid booking, by the word of the provider alone (rules M6, M11)."""

from datetime import datetime, timedelta

import pytest
from django.db.models import Q

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import BookedOften, SlotGone, forget_abandoned_drafts
from apps.catalog.models import BookingPolicy
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, ProviderEvent, Refund, SandboxSession
from apps.checkout.operations import Act, Seen, SessionOver
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from apps.messages.models import Message
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
TOO_LATE = NOW + timedelta(minutes=40)


@pytest.fixture
def draft(salon: Salon) -> Booking:
    return make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def state() -> tuple[str, str, str, str]:
    """Status and payment status of the one booking, of its order."""
    booking, order = Booking.objects.get(email_of()), Order.objects.get()
    return booking.status, booking.payment_status, order.status, order.payment_status


def email_of() -> Q:

    return Q(contact_email="carl@example.com")


def test_a_deposit_makes_the_booking_when_the_provider_says_so(draft: Booking) -> None:
    done = check_out(draft, Way.DEPOSIT, now=NOW)
    payment = Payment.objects.get()
    assert done.url == f"/practice/{payment.provider_ref}/"
    assert state() == ("CREATED", "UNDEFINED", "INITIALIZED", "PENDING")

    pay_in_sandbox(payment, Act.PAY, now=LATER)
    assert state() == ("CREATED", "UNDEFINED", "INITIALIZED", "PENDING")
    work(LATER)

    assert state() == ("CONFIRMED", "PARTIALLY_PAID", "APPROVED", "PARTIALLY_PAID")
    payment.refresh_from_db()
    assert (payment.status, payment.amount, payment.captured) == ("PAID", 2000, 2000)
    order = Order.objects.get()
    assert (order.total, order.due_now, order.tax) == (4800, 2000, 766)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_everything_online_is_paid_in_full(draft: Booking) -> None:
    check_out(draft, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    assert state() == ("CONFIRMED", "PAID", "APPROVED", "PAID")


def test_in_person_is_booked_at_once(salon: Salon) -> None:
    draft = make_prepared(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)

    done = check_out(draft, Way.IN_PERSON, now=NOW)

    assert done.url == ""
    assert state() == ("CONFIRMED", "NOT_PAID", "APPROVED", "NOT_PAID")
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_same_tap_twice_is_one_order_and_one_payment(draft: Booking) -> None:
    first = check_out(draft, Way.DEPOSIT, now=NOW)
    second = check_out(draft, Way.DEPOSIT, now=LATER)

    assert first.url == second.url
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)
    assert SandboxSession.objects.count() == 1


@pytest.mark.parametrize("way", [Way.FULL])
def test_a_payment_that_is_under_way_is_never_replaced(draft: Booking, way: Way) -> None:
    first = check_out(draft, Way.DEPOSIT, now=NOW)

    with pytest.raises(checkout.PaymentUnderWay) as begun:
        check_out(draft, way, now=LATER)

    payment = Payment.objects.get()
    assert begun.value.payment_id == payment.pk
    assert (payment.amount, payment.status) == (2000, "PENDING")
    assert (Order.objects.get().way, Order.objects.get().due_now) == ("DEPOSIT", 2000)
    on = checkout.go_on_paying(order_id=payment.order_id, origin=ORIGIN, now=LATER)
    assert on == first.url


def give_up(now: datetime) -> None:
    first = Payment.objects.order_by("pk")[0]
    checkout.give_up_payment(payment_id=first.pk, order_id=first.order_id, now=now)


def test_what_is_given_up_cannot_be_paid_any_more(draft: Booking) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    give_up(LATER)
    give_up(LATER)
    with pytest.raises(SessionOver):
        pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    check_out(draft, Way.FULL, now=LATER)

    statuses = Payment.objects.order_by("pk").values_list("amount", "status")
    assert list(statuses) == [(2000, "CANCELED"), (4800, "PENDING")]
    assert list(SandboxSession.objects.order_by("pk").values_list("state", flat=True)) == [
        "CANCELED",
        "OPEN",
    ]


def test_a_declined_card_changes_nothing_and_may_be_tried_again(draft: Booking) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=LATER)
    work(LATER)
    assert state() == ("CREATED", "UNDEFINED", "INITIALIZED", "NOT_PAID")

    check_out(draft, Way.DEPOSIT, now=LATER)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=LATER)
    work(LATER)

    assert state() == ("CONFIRMED", "PARTIALLY_PAID", "APPROVED", "PARTIALLY_PAID")


@pytest.mark.parametrize("act", [Act.PAY_TWICE, Act.PAY_SHUFFLED, Act.PAY_LATE, Act.PAY_SILENTLY])
def test_whatever_becomes_of_the_messages_it_is_one_booking(draft: Booking, act: Act) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), act, now=LATER)
    for minutes in (1, 2, 3, 4):
        at = NOW + timedelta(minutes=minutes)
        checkout.settle_open_payments(now=at)
        work(at)

    assert state() == ("CONFIRMED", "PARTIALLY_PAID", "APPROVED", "PARTIALLY_PAID")
    assert BookingEvent.objects.filter(action="BOOKED").count() == 1
    assert Message.objects.filter(kind="BOOKED").count() == 1
    assert list(find_all(business_id=None, now=LATER)) == []


def test_a_message_is_stored_once_however_often_it_comes(draft: Booking) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    ref = pay_in_sandbox(Payment.objects.get(), Act.PAY_SILENTLY, now=LATER).ref
    for _time in range(3):
        checkout.deliver_sandbox_event(
            ref=ref, kind="payment.succeeded", event_id="evt_1", now=LATER
        )

    assert ProviderEvent.objects.count() == 1
    assert OutboxItem.objects.filter(topic=checkout.LOOK_TOPIC).count() == 1


def test_money_that_comes_late_takes_the_time_back_when_it_is_free(draft: Booking) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    payment = Payment.objects.get()
    Payment.objects.update(expires_at=TOO_LATE)
    SandboxSession.objects.update(expires_at=TOO_LATE + timedelta(minutes=5))

    pay_in_sandbox(payment, Act.PAY, now=TOO_LATE)
    work(TOO_LATE)

    assert state() == ("CONFIRMED", "PARTIALLY_PAID", "APPROVED", "PARTIALLY_PAID")
    assert not Booking.objects.get(email_of()).double_booked


def make_late(draft: Booking, salon: Salon) -> Booking:
    """Carl pays after his hold, and Eva has his time."""
    check_out(draft, Way.FULL, now=NOW)
    SandboxSession.objects.update(expires_at=TOO_LATE + timedelta(minutes=5))
    for person in (salon.ana, salon.ben):
        other = make_prepared(
            service=salon.cut,
            starts_at=salon.at(26, 10),
            now=TOO_LATE,
            email=f"eva{person.pk}@example.com",
            resource_id=person.resource_id,
        )
        check_out(other, Way.FULL, now=TOO_LATE)
    pay_in_sandbox(Payment.objects.earliest("pk"), Act.PAY, now=TOO_LATE)
    work(TOO_LATE)
    return Booking.objects.get(email_of())


def test_money_for_a_lost_time_is_kept_and_flagged(draft: Booking, salon: Salon) -> None:
    booking = make_late(draft, salon)

    assert (booking.status, booking.payment_status) == ("CONFIRMED", "PAID")
    assert booking.double_booked
    assert list(find_all(business_id=None, now=TOO_LATE)) == []


def test_a_time_that_is_lost_before_the_money_is_not_paid_for(draft: Booking, salon: Salon) -> None:
    for person in (salon.ana, salon.ben):
        make_prepared(
            service=salon.cut,
            starts_at=salon.at(26, 10),
            now=TOO_LATE,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )

    with pytest.raises(SlotGone):
        check_out(draft, Way.DEPOSIT, now=TOO_LATE)

    assert not Order.objects.exists()
    assert not Payment.objects.exists()


def test_what_was_paid_at_that_moment_is_paid_and_not_given_up(draft: Booking) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY_SILENTLY, now=LATER)

    give_up(LATER)

    assert state() == ("CONFIRMED", "PARTIALLY_PAID", "APPROVED", "PARTIALLY_PAID")
    assert check_out_again(draft) == ""
    assert list(find_all(business_id=None, now=LATER)) == []


def check_out_again(draft: Booking) -> str:
    """The other tab presses its button, by what it saw."""
    seen = Seen(4800, 4800)
    done = checkout.check_out(
        draft_id=draft.draft_id, way=Way.FULL, seen=seen, origin=ORIGIN, now=LATER
    )
    return done.url


def test_what_is_paid_online_after_the_desk_took_it_goes_back(draft: Booking, salon: Salon) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    checkout.pay_balance(
        booking_id=draft.pk, business_id=draft.business_id, origin=ORIGIN, now=LATER
    )
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY_SILENTLY, now=LATER)
    checkout.mark_paid(booking_id=draft.pk, revision=draft.revision, by=salon.olga, now=LATER)

    for _look in range(3):
        work(LATER)
        checkout.settle_payment(payment_id=Payment.objects.order_by("pk")[1].pk, now=LATER)

    assert Booking.objects.get(email_of()).paid == 4800
    assert sum(it.captured - it.refunded for it in SandboxSession.objects.all()) == 2000
    assert Refund.objects.get().amount == 2800
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.parametrize("seen", [Seen(4700, 2000), Seen(4800, 1)])
def test_other_amounts_than_those_that_were_seen_are_refused(draft: Booking, seen: Seen) -> None:
    with pytest.raises(checkout.QuoteChanged) as changed:
        checkout.check_out(
            draft_id=draft.draft_id, way=Way.DEPOSIT, seen=seen, origin=ORIGIN, now=NOW
        )

    assert (changed.value.quote.total, changed.value.quote.due_now) == (4800, 2000)
    assert not Order.objects.exists()


def test_a_way_that_is_not_offered_is_refused(draft: Booking) -> None:
    with pytest.raises(checkout.WayNotOffered):
        checkout.check_out(
            draft_id=draft.draft_id,
            way=Way.IN_PERSON,
            seen=Seen(4800, 0),
            origin=ORIGIN,
            now=NOW,
        )


def test_an_order_nobody_paid_is_forgotten_with_its_draft(draft: Booking, salon: Salon) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    a_day_later = NOW + timedelta(hours=25)
    assert forget_abandoned_drafts(now=a_day_later) == 0
    checkout.settle_open_payments(now=a_day_later)
    work(a_day_later)

    assert checkout.forget_abandoned_orders(now=a_day_later) == 1
    assert forget_abandoned_drafts(now=a_day_later) == 1
    assert not Payment.objects.exists()
    assert make_booking(service=salon.colour, starts_at=salon.at(26, 10), now=a_day_later)


def test_of_several_that_are_paid_at_once_no_more_than_the_limit_are_begun(salon: Salon) -> None:
    """Details of both were written while there was nothing yet (rule B46)."""
    BookingPolicy.objects.update(rebooking_limit=1)
    first, second = (
        make_prepared(service=salon.cut, starts_at=salon.at(day, 10), now=NOW) for day in (26, 27)
    )
    check_out(first, Way.DEPOSIT, now=NOW)

    with pytest.raises(BookedOften):
        check_out(second, Way.DEPOSIT, now=NOW)
    again = check_out(first, Way.DEPOSIT, now=NOW)

    assert again.url == f"/practice/{Payment.objects.get().provider_ref}/"
