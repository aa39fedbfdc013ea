"""A code whose booking came to nothing may be used again, unless that was the customer's doing."""

from datetime import timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, CouponUse, Payment
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.ledger.check import find_all
from tests.factories import NOW, Salon
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, make_prepared, pay_in_sandbox, work

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
ANSWERED = NOW + timedelta(minutes=5)
SETTLED = ANSWERED + timedelta(seconds=11)


@pytest.fixture
def code(asking: Salon) -> Coupon:
    """Ten per cent, once for each customer."""
    return make_coupon(business=asking.business)


def use(draft: Booking, way: Way) -> None:
    quote = offer_of(booking=draft, code="WINTER10", now=NOW).quotes[way]
    seen = Seen.of(quote, code="WINTER10")
    checkout.check_out(draft_id=draft.draft_id, way=way, seen=seen, origin=ORIGIN, now=NOW)


@pytest.fixture
def request_(asking: Salon, code: Coupon) -> Booking:
    """Carl asks for bridal hair with the code; the deposit is authorized at his bank."""
    draft = make_prepared(service=asking.bridal, starts_at=asking.at(26, 10), now=NOW)
    use(draft, Way.DEPOSIT)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def booked(asking: Salon, code: Coupon) -> Booking:
    """Carl comes for a colour that he pays at the salon."""
    draft = make_prepared(service=asking.colour, starts_at=asking.at(26, 10), now=NOW)
    use(draft, Way.IN_PERSON)
    draft.refresh_from_db()
    return draft


def act(verb: Any, booking: Booking, salon: Salon, **more: Any) -> None:
    booking.refresh_from_db()
    verb(
        **{"booking_id": booking.pk, "revision": booking.revision, "by": salon.olga, **more},
        now=ANSWERED,
    )


def used() -> tuple[int, int]:
    assert list(find_all(business_id=None, now=SETTLED)) == []
    return Coupon.objects.get().used, CouponUse.objects.count()


def test_a_declined_request_gives_it_back_once_the_no_is_final(
    asking: Salon, request_: Booking
) -> None:
    act(bookings.decline_request, request_, asking)

    assert checkout.return_lost_coupons(now=ANSWERED + timedelta(seconds=9)) == 0
    checkout.look_after_authorized(now=SETTLED)
    work(SETTLED)
    assert [checkout.return_lost_coupons(now=SETTLED) for _time in range(2)] == [1, 0]

    assert used() == (0, 0)
    again = make_prepared(service=asking.bridal, starts_at=asking.at(27, 10), now=NOW)
    assert offer_of(booking=again, code="WINTER10", now=NOW).applied.refused is None


def test_a_no_that_is_undone_leaves_it_used(asking: Salon, request_: Booking) -> None:
    act(bookings.decline_request, request_, asking)
    act(bookings.undo_decision, request_, asking)

    assert (checkout.return_lost_coupons(now=SETTLED), used()) == (0, (1, 1))


def test_the_team_cancels_with_all_money_back_and_it_comes_back_at_once(
    asking: Salon, booked: Booking
) -> None:
    business = {"business_id": asking.business.pk, "reason": ""}
    act(checkout.cancel_and_refund, booked, asking, **business)

    assert (used(), checkout.return_lost_coupons(now=SETTLED)) == ((0, 0), 0)


def test_money_that_somebody_keeps_keeps_it_used(asking: Salon, booked: Booking) -> None:
    act(checkout.cancel_and_keep, booked, asking, reason="")

    assert (checkout.return_lost_coupons(now=SETTLED), used()) == (0, (1, 1))


def test_whoever_cancels_has_used_it(asking: Salon, booked: Booking) -> None:
    nobody = {"by": None, "business_id": asking.business.pk}
    act(bookings.cancel_booking, booked, asking, **nobody)

    assert (checkout.return_lost_coupons(now=SETTLED), used()) == (0, (1, 1))


def test_a_request_that_its_customer_withdraws_gives_it_back(
    asking: Salon, request_: Booking
) -> None:
    nobody = {"by": None, "business_id": asking.business.pk}
    act(bookings.cancel_booking, request_, asking, **nobody)
    checkout.look_after_authorized(now=SETTLED)
    work(SETTLED)

    assert [checkout.return_lost_coupons(now=SETTLED) for _time in range(2)] == [1, 0]
    assert used() == (0, 0)


def test_a_request_that_was_confirmed_and_is_cancelled_by_its_customer_has_used_it(
    asking: Salon, request_: Booking
) -> None:
    act(bookings.confirm_request, request_, asking)
    nobody = {"by": None, "business_id": asking.business.pk}
    act(bookings.cancel_booking, request_, asking, **nobody)

    assert (checkout.return_lost_coupons(now=SETTLED), used()) == (0, (1, 1))


def test_a_cancellation_gives_it_back_when_the_rest_of_the_money_went_back(
    asking: Salon, code: Coupon
) -> None:
    draft = make_prepared(service=asking.colour, starts_at=asking.at(26, 10), now=NOW)
    use(draft, Way.IN_PERSON)
    draft.refresh_from_db()
    act(checkout.mark_paid, draft, asking)
    act(bookings.cancel_booking, draft, asking, business_id=asking.business.pk)
    assert checkout.return_lost_coupons(now=SETTLED) == 0

    checkout.refund_the_rest(booking_id=draft.pk, by=asking.olga, now=ANSWERED)

    assert (checkout.return_lost_coupons(now=SETTLED), used()) == (1, (0, 0))
