"""Money that came twice goes back by itself, is told as that, and hides nothing of the bill
(rule M8)."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, Refund, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.queries.orders import find_payment_summary
from apps.dashboard.access import open_access
from apps.dashboard.money.queries.takings import get_takings
from apps.ledger.check import find_all
from apps.messages.models import Message
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_use_code import use
from tests.factories import NOW, Salon
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now"), pytest.mark.detail]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def twice(salon: Salon) -> tuple[Booking, Payment]:
    """Carl's cut of €48.00: a deposit of €20.00 came, and the rest both online and at the desk."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    asked = {"booking_id": draft.pk, "business_id": draft.business_id}
    checkout.pay_balance(**asked, origin=ORIGIN, now=NOW + MINUTE)
    online = Payment.objects.order_by("pk").last()
    assert online is not None
    draft.refresh_from_db()
    at_desk = checkout.mark_paid(
        booking_id=draft.pk, revision=draft.revision, by=salon.olga, now=NOW + MINUTE
    )
    pay_in_sandbox(online, Act.PAY, now=NOW + MINUTE)
    work(NOW + 2 * MINUTE)
    work(NOW + 3 * MINUTE)
    draft.refresh_from_db()
    return draft, at_desk


def reverse(booking: Booking, at_desk: Payment, salon: Salon) -> None:
    checkout.undo_mark_paid(
        booking_id=booking.pk, payment_id=at_desk.pk, by=salon.olga, now=NOW + 5 * MINUTE
    )
    booking.refresh_from_db()


def owed_of(booking: Booking) -> int:
    summary = find_payment_summary(booking=booking)
    assert summary is not None
    return summary.balance


def is_in_order() -> bool:
    return list(find_all(business_id=None, now=NOW + 10 * MINUTE)) == []


def test_a_bill_that_was_paid_twice_is_paid_and_nothing_of_it_went_back(
    twice: tuple[Booking, Payment],
) -> None:
    booking, _ = twice
    assert (booking.payment_status, booking.paid, booking.returned) == ("PAID", 4800, 0)
    assert (Order.objects.get().payment_status, owed_of(booking)) == ("PAID", 0)
    page = page_of(carl(booking), booking)
    assert "€48.00, paid" in page
    assert "of it refunded" not in page
    assert is_in_order()


def test_whoever_paid_twice_reads_that_the_second_goes_back(
    twice: tuple[Booking, Payment],
) -> None:
    booking, _ = twice
    told = booking.history.order_by("pk").values_list("action", flat=True)
    assert list(told)[-3:] == ["PAID", "PAID", "REFUNDED"]
    mail = Message.objects.get(kind="REFUNDED")
    assert mail.to_address == "carl@example.com"
    assert "€28.00 is refunded the way you paid: it was more than you owed." in mail.body_text
    assert "€48.00, paid" in mail.body_text


def test_the_bill_is_open_again_when_the_record_of_the_desk_is_reversed(
    twice: tuple[Booking, Payment], salon: Salon
) -> None:
    booking, at_desk = twice
    reverse(booking, at_desk, salon)

    assert (booking.payment_status, booking.paid, booking.returned) == ("PARTIALLY_PAID", 2000, 0)
    assert (Order.objects.get().payment_status, owed_of(booking)) == ("PARTIALLY_PAID", 2800)
    page = page_of(carl(booking), booking)
    assert "€20.00 paid, €28.00 at the studio" in page
    assert "Pay €28.00 online" in page
    assert is_in_order()
    again = checkout.mark_paid(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW + 6 * MINUTE
    )
    assert again.amount == 2800


def test_a_code_counts_beside_what_went_back_because_it_was_too_much(
    twice: tuple[Booking, Payment], salon: Salon
) -> None:
    booking, at_desk = twice
    reverse(booking, at_desk, salon)
    make_coupon(business=salon.business)

    use(booking, "WINTER10", salon)

    booking.refresh_from_db()
    assert (booking.price, booking.paid, owed_of(booking)) == (4320, 2000, 2320)
    assert is_in_order()


def test_the_parts_of_the_bill_are_named_without_what_was_too_much(
    twice: tuple[Booking, Payment], salon: Salon
) -> None:
    booking, _ = twice
    parts = "(€20.00 online, €28.00 in person)"
    assert f"€48.00, paid {parts}" in page_of(carl(booking), booking)
    checkout.refund_order(
        booking_id=booking.pk,
        amount=500,
        seen_refunded=2800,
        reason="",
        by=salon.olga,
        now=NOW + 4 * MINUTE,
    )

    page = page_of(carl(booking), booking)
    assert f"€48.00 paid {parts}, €5.00 of it refunded" in page
    assert page.count("Payment received: €28.00 online") == 1


def test_a_refund_that_was_decided_is_still_taken_off_the_bill(
    twice: tuple[Booking, Payment], salon: Salon
) -> None:
    booking, _ = twice
    checkout.refund_order(
        booking_id=booking.pk,
        amount=500,
        seen_refunded=2800,
        reason="",
        by=salon.olga,
        now=NOW + 4 * MINUTE,
    )
    booking.refresh_from_db()
    assert (booking.payment_status, booking.paid, booking.returned) == ("PAID", 4300, 500)
    assert owed_of(booking) == 0
    parts = "(€20.00 online, €28.00 in person)"
    assert f"€48.00 paid {parts}, €5.00 of it refunded" in page_of(carl(booking), booking)
    assert is_in_order()


def test_a_double_payment_that_goes_back_at_the_provider_is_no_gift(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody gives the second payment back at the provider before we have asked about it."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, Way.FULL, now=NOW)
    payment = Payment.objects.get()
    pay_in_sandbox(payment, Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    at_desk = Payment.objects.create(
        business_id=draft.business_id,
        order=payment.order,
        kind="IN_PERSON",
        status="PAID",
        amount=4800,
        captured=4800,
        created_at=NOW,
        settled_at=NOW,
    )
    SandboxSession.objects.update(refunded=4800)
    checkout.settle_payment(payment_id=payment.pk, now=NOW + MINUTE)

    assert Refund.objects.get().excess == 4800
    draft.refresh_from_db()
    assert (draft.payment_status, draft.paid, draft.returned) == ("PAID", 4800, 0)
    reverse(draft, at_desk, salon)
    assert owed_of(draft) == 4800
    assert is_in_order()


def test_money_that_comes_once_more_after_a_refund_goes_back_whole(salon: Salon) -> None:
    """What was given back stays given back: a second payment does not undo it."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    asked = {"booking_id": draft.pk, "business_id": draft.business_id}
    checkout.pay_balance(**asked, origin=ORIGIN, now=NOW)
    online = Payment.objects.order_by("pk").last()
    assert online is not None
    draft.refresh_from_db()
    checkout.mark_paid(booking_id=draft.pk, revision=draft.revision, by=salon.olga, now=NOW)
    checkout.refund_order(
        booking_id=draft.pk, amount=1000, seen_refunded=0, reason="", by=salon.olga, now=NOW
    )
    pay_in_sandbox(online, Act.PAY, now=NOW + MINUTE)
    work(NOW + 2 * MINUTE)
    work(NOW + 3 * MINUTE)

    draft.refresh_from_db()
    assert (draft.payment_status, draft.paid, draft.returned) == ("PAID", 3800, 1000)
    assert is_in_order()


def test_an_excess_that_could_not_go_back_is_here_again(
    twice: tuple[Booking, Payment], salon: Salon
) -> None:
    booking, at_desk = twice
    refund = Refund.objects.get()
    Refund.objects.update(status="PENDING", done_at=None)
    SandboxSession.objects.update(captured=0, refunded=0, refund_keys={})
    checkout.do_refund(refund_id=refund.pk, now=NOW + 5 * MINUTE)

    payment = Payment.objects.get(pk=refund.payment_id)
    assert (Refund.objects.get().status, payment.refunded, payment.excess) == ("FAILED", 0, 0)
    assert owed_of(booking) == -2800
    reverse(booking, at_desk, salon)
    assert owed_of(booking) == 0
    assert is_in_order()


@pytest.mark.parametrize("reversed_", [False, True])
def test_money_of_before_is_told_apart_in_the_order_in_which_it_moved(
    twice: tuple[Booking, Payment], salon: Salon, *, reversed_: bool
) -> None:
    booking, at_desk = twice
    if reversed_:
        reverse(booking, at_desk, salon)
    true = (booking.payment_status, booking.returned, owed_of(booking))
    Payment.objects.update(excess=0)
    Refund.objects.update(excess=0)
    Order.objects.update(payment_status="PARTIALLY_REFUNDED")
    Booking.objects.filter(pk=booking.pk).update(payment_status="PAID", returned=2800)

    import_module("apps.checkout.migrations.0019_too_much").tell_apart(apps, None)

    booking.refresh_from_db()
    assert (booking.payment_status, booking.returned, owed_of(booking)) == true
    assert is_in_order()


def test_what_goes_back_elsewhere_on_another_day_leaves_the_day_it_came(
    salon: Salon, twice: tuple[Booking, Payment]
) -> None:
    first = Payment.objects.earliest("pk")
    SandboxSession.objects.filter(ref=first.provider_ref).update(refunded=800)
    checkout.settle_payment(payment_id=first.pk, now=NOW + timedelta(days=1))

    access = open_access(member=salon.olga)
    days = [get_takings(access=access, on=NOW.date() + timedelta(days=day)) for day in (0, 1)]
    assert [it.total.amount for it in days] == [4800, -800]


def test_the_ledger_finds_an_excess_that_no_refund_is(twice: tuple[Booking, Payment]) -> None:
    Refund.objects.update(excess=0)

    found = {it.rule for it in find_all(business_id=None, now=NOW + 10 * MINUTE)}
    assert found == {"refunds_are_counted"}
