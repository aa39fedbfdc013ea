"""One fee for one booking, whoever is first (rules B40, M34)."""

from datetime import timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Booking, BookingEvent
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
REFUSED = (bookings.StaleRevision, bookings.NotAllowed, checkout.NotOwed, checkout.NotBegun)


@pytest.fixture
def booking() -> Booking:
    """Not to come costs half, to cancel in the last hour a half as well."""
    salon: Salon = make_salon()
    salon.policy.fee_windows = [[60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def miss_or_cancel(client: int, facts: dict[str, Any]) -> str:
    """At the very start: Carl cancels in the last second, the team cancels, and the team marks that
    nobody came."""
    found = Booking.objects.get(pk=facts["pk"])
    by = TeamMember.objects.filter(business=found.business, role="OWNER").earliest("pk")
    said: dict[str, Any] = {"booking_id": found.pk, "revision": found.revision}
    start = found.starts_at
    try:
        if client % 3 == 0:
            bookings.cancel_own(
                **said,
                business_id=found.business_id,
                seen_fee=2400,
                now=start - timedelta(seconds=1),
            )
            return "cancelled"
        if client % 3 == 1:
            policy = MoneyChoice.POLICY
            checkout.cancel_as_decided(
                **said, choice=policy, reason="", by=by, now=start, seen_fee=2400
            )
            return "cancelled"
        checkout.mark_no_show(**said, by=by, now=start)
    except REFUSED:
        return "refused"
    return "missed"


def test_a_late_cancellation_and_a_no_show_raise_one_fee(booking: Booking) -> None:
    with storm_of(miss_or_cancel, clients=12, processes=4) as storm:
        told = storm.round(pk=booking.pk)

    end = booking.starts_at + timedelta(minutes=10)
    checkout.finish_cancellations(now=end)
    booking.refresh_from_db()
    assert booking.cancellation_fee == 2400
    assert Order.objects.get(booking=booking).fee == 2400
    raised = BookingEvent.objects.filter(booking=booking, after__cancellation_fee=2400)
    # A no-show that the team then cancels keeps the fee it has.
    assert {it.before["cancellation_fee"] for it in raised} <= {0, 2400}
    assert raised.filter(before__cancellation_fee=0).count() == 1
    assert told["missed"] + told["cancelled"] >= 1
    assert list(find_all(business_id=None, now=end)) == []


def take_ask_or_waive(client: int, facts: dict[str, Any]) -> str:
    found = Booking.objects.get(pk=facts["pk"])
    by = TeamMember.objects.filter(business=found.business, role="OWNER").earliest("pk")
    said: dict[str, Any] = {"booking_id": found.pk, "revision": found.revision, "by": by}
    now = found.starts_at + timedelta(minutes=20)
    try:
        if client % 2:
            checkout.mark_paid(**said, now=now)
            return "taken"
        checkout.waive_fee(**said, reason="A regular", now=now)
    except REFUSED:
        return "refused"
    return "waived"


def test_a_fee_is_taken_or_waived_once(booking: Booking) -> None:
    by = TeamMember.objects.filter(business=booking.business, role="OWNER").earliest("pk")
    checkout.mark_no_show(
        booking_id=booking.pk, revision=booking.revision, by=by, now=booking.starts_at
    )
    with storm_of(take_ask_or_waive, clients=12, processes=4) as storm:
        told = storm.round(pk=booking.pk)

    booking.refresh_from_db()
    assert told["taken"] + told["waived"] == 1
    assert Payment.objects.count() == told["taken"]
    assert booking.paid == booking.cancellation_fee == (2400 if told["taken"] else 0)
    assert list(find_all(business_id=None, now=booking.ends_at)) == []
