"""Money at the instant itself: one second before the end of something, at it, and one after."""

from datetime import datetime, timedelta

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.providers.sandbox import Sandbox
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
OVER_AT_ITS_END = pytest.mark.parametrize(
    ("seconds", "lives"), [(-1, True), (0, False), (1, False)], ids=["before", "at", "after"]
)


@pytest.fixture
def draft(salon: Salon) -> Booking:
    return make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def end_of(payment: Payment) -> datetime:
    payment.refresh_from_db()
    assert payment.expires_at is not None
    return payment.expires_at


@OVER_AT_ITS_END
def test_a_payment_is_open_until_its_end_for_us_and_for_the_provider(
    draft: Booking, seconds: int, *, lives: bool
) -> None:
    check_out(draft, Way.FULL, now=NOW)
    payment = Payment.objects.get()
    session = SandboxSession.objects.get()
    assert session.expires_at == end_of(payment)
    now = session.expires_at + seconds * SECOND

    assert Sandbox().fetch(payment.provider_ref, now=now).is_open is lives
    try:
        pay_in_sandbox(payment, Act.PAY, now=now)
        is_paid = True
    except checkout.SessionOver:
        is_paid = False
    assert is_paid is lives


@OVER_AT_ITS_END
def test_a_payment_under_way_is_shown_again_until_its_end(
    draft: Booking, seconds: int, *, lives: bool
) -> None:
    check_out(draft, Way.FULL, now=NOW)
    first = Payment.objects.get()

    check_out(draft, Way.FULL, now=end_of(first) + seconds * SECOND)

    assert (Payment.objects.count() == 1) is lives


@OVER_AT_ITS_END
def test_money_is_authorized_as_long_as_the_answer_can_be_taken_back(
    asking: Salon, seconds: int, *, lives: bool
) -> None:
    draft = make_prepared(service=asking.bridal, starts_at=asking.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    bookings.confirm_request(booking_id=draft.pk, revision=draft.revision, by=asking.olga, now=NOW)
    OutboxItem.objects.exclude(topic__startswith="booking").delete()
    now = NOW + timedelta(seconds=10 + seconds)

    decided = checkout.look_after_authorized(now=now)
    try:
        bookings.undo_decision(
            booking_id=draft.pk, revision=draft.revision + 1, by=asking.olga, now=now
        )
        is_undone = True
    except bookings.TooLateToUndo:
        is_undone = False

    assert (decided == 0, is_undone) == (lives, lives)
