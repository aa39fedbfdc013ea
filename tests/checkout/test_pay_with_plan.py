"""A plan pays for what is booked already and is still owed (rules M16, M8, C2)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import PricingPlan, Service
from apps.checkout import operations as checkout
from apps.checkout.models import CouponUse, Order, Payment, PlanPurchase
from apps.checkout.plans import PlanProblem
from apps.checkout.pricing import Way
from tests.factories import NOW, Salon, make_booking
from tests.factories.coupons import make_coupon
from tests.factories.money import check_out, make_prepared
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session
from tests.prepaid.books import assert_the_books_add_up, fresh, lines_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def owed(studio: Studio) -> Booking:
    """Carl comes tomorrow and pays US$18.00 there."""
    return join(make_session(studio, starts_at=studio.at(25, 18)))


def pay(booking: Booking, purchase: PlanPurchase, studio: Studio | Salon) -> Booking:
    booking.refresh_from_db()
    return checkout.pay_with_plan(
        booking_id=booking.pk,
        revision=booking.revision,
        purchase_id=purchase.pk,
        by=studio.olga,
        now=LATER,
    )


def refusal(booking: Booking, purchase: PlanPurchase, studio: Studio | Salon) -> PlanProblem:
    """Why it does not pay; nothing is used then, and the books add up."""
    before = fresh(purchase).balance
    with pytest.raises(checkout.PlanRefused) as no:
        pay(booking, purchase, studio)
    assert fresh(purchase).balance == before
    assert_the_books_add_up(LATER)
    return no.value.refused


def actions_of(booking: Booking) -> Sequence[str]:
    return list(booking.history.order_by("pk").values_list("action", flat=True))


def plan_for(service: Service, salon: Salon) -> PlanPurchase:
    return make_purchase(plan=make_plan(services=[service]), by=salon.olga)


def test_a_plan_pays_what_was_to_be_paid_there(
    studio: Studio, purchase: PlanPurchase, owed: Booking
) -> None:
    paid, order = pay(owed, purchase, studio), Order.objects.get(booking=owed)

    assert (paid.status, paid.payment_option) == ("CONFIRMED", "MEMBERSHIP")
    assert (paid.price, paid.payment_status, paid.paid) == (0, "EXEMPT", 0)
    assert (order.way, order.status, order.total, order.discount) == ("PLAN", "APPROVED", 0, 1800)
    assert lines_of(purchase) == [("BOUGHT", 10, 10), ("USED", -1, 9)]
    assert purchase.entries.latest("pk").by == studio.olga.user
    assert actions_of(owed) == ["BOOKED", "BY_PLAN"]
    assert_the_books_add_up(LATER)


def test_it_pays_once(studio: Studio, purchase: PlanPurchase, owed: Booking) -> None:
    pay(owed, purchase, studio)

    with pytest.raises(checkout.NotOwed):
        pay(owed, purchase, studio)

    assert fresh(purchase).balance == 9


def test_a_page_from_before_is_told(studio: Studio, purchase: PlanPurchase, owed: Booking) -> None:
    pay(owed, purchase, studio)

    with pytest.raises(bookings.StaleRevision):
        checkout.pay_with_plan(
            booking_id=owed.pk, revision=2, purchase_id=purchase.pk, by=studio.olga, now=LATER
        )


def test_it_pays_a_visit_for_each_person(studio: Studio, purchase: PlanPurchase) -> None:
    party = join(make_session(studio, starts_at=studio.at(25, 18)), people=3)

    pay(party, purchase, studio)

    assert lines_of(purchase)[1:] == [("USED", -3, 7)]
    assert_the_books_add_up(LATER)


def test_it_does_not_pay_with_too_few_visits(studio: Studio) -> None:
    two = make_purchase(plan=make_plan(services=[studio.flow], credits=2), by=studio.olga)
    party = join(make_session(studio, starts_at=studio.at(25, 18)), people=3)

    assert refusal(party, two, studio) is PlanProblem.TOO_FEW


def test_an_unlimited_plan_pays_for_one_visit_at_a_time(studio: Studio) -> None:
    unlimited = make_plan(services=[studio.flow], name="U", slug="u", kind="UNLIMITED")
    purchase = make_purchase(plan=unlimited, by=studio.olga)
    session = make_session(studio, starts_at=studio.at(25, 18))
    book_with_plan(session, purchase)

    assert (
        refusal(join(session, email="friend@a.org"), purchase, studio) is PlanProblem.THERE_ALREADY
    )


def test_it_does_not_pay_for_another_service(studio: Studio, owed: Booking) -> None:
    other = make_purchase(plan=make_plan(services=[studio.course]), by=studio.olga)

    assert refusal(owed, other, studio) is PlanProblem.OTHER_SERVICE


def test_what_was_paid_in_person_is_not_owed(
    studio: Studio, purchase: PlanPurchase, owed: Booking
) -> None:
    checkout.mark_paid(booking_id=owed.pk, revision=owed.revision, by=studio.olga, now=NOW)

    with pytest.raises(checkout.NotOwed):
        pay(owed, purchase, studio)


def test_a_payment_that_was_a_mistake_leaves_room_for_the_plan(
    studio: Studio, purchase: PlanPurchase, owed: Booking
) -> None:
    paid = checkout.mark_paid(booking_id=owed.pk, revision=owed.revision, by=studio.olga, now=NOW)
    checkout.undo_mark_paid(booking_id=owed.pk, payment_id=paid.pk, by=studio.olga, now=NOW)

    pay(owed, purchase, studio)

    assert fresh(purchase).balance == 9
    assert_the_books_add_up(LATER)


def test_what_is_cancelled_is_not_owed(
    studio: Studio, purchase: PlanPurchase, owed: Booking
) -> None:
    said: Any = {"booking_id": owed.pk, "business_id": owed.business_id}
    bookings.cancel_booking(**said, revision=owed.revision, by=studio.olga, now=NOW)

    with pytest.raises(checkout.NotOwed):
        pay(owed, purchase, studio)


def test_with_a_deposit_paid_the_rest_is_not_paid_with_a_plan(salon: Salon) -> None:
    purchase = plan_for(salon.cut, salon)
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    payment = Payment.objects.get(order__booking=draft)
    checkout.act_in_sandbox(ref=payment.provider_ref, act=checkout.Act.PAY, now=NOW)
    checkout.settle_payment(payment_id=payment.pk, now=NOW)

    assert refusal(Booking.objects.get(), purchase, salon) is PlanProblem.PAID_ALREADY


def test_while_it_is_paid_online_the_plan_waits(salon: Salon) -> None:
    purchase = plan_for(salon.colour, salon)
    draft = make_prepared(service=salon.colour, starts_at=salon.at(26, 11), now=NOW)
    booking = check_out(draft, Way.IN_PERSON, now=NOW).booking
    checkout.pay_balance(
        booking_id=booking.pk, business_id=booking.business_id, origin="https://a.org", now=NOW
    )

    with pytest.raises(checkout.PaymentUnderWay):
        pay(booking, purchase, salon)


def test_a_code_that_made_it_cheaper_can_be_used_again(
    studio: Studio, purchase: PlanPurchase, owed: Booking
) -> None:
    make_coupon(business=studio.business, code="SPRING")
    said: Any = {"booking_id": owed.pk, "business_id": owed.business_id, "code": "SPRING"}
    checkout.use_code(**said, by=None, now=NOW)

    pay(owed, purchase, studio)

    order = Order.objects.get(booking=owed)
    assert (order.coupon_code, order.total, order.discount) == ("", 0, 1800)
    assert CouponUse.objects.count() == 0
    assert_the_books_add_up(LATER)


def test_what_was_taken_back_by_the_plan_comes_back_when_it_is_cancelled(
    studio: Studio, purchase: PlanPurchase, owed: Booking
) -> None:
    paid = pay(owed, purchase, studio)

    checkout.cancel_and_refund(
        booking_id=paid.pk, business_id=paid.business_id, reason="", by=studio.olga, now=LATER
    )

    assert fresh(purchase).balance == 10
    assert_the_books_add_up(LATER)


@pytest.fixture
def masked(salon: Salon) -> Booking:
    """A mask of €12.00 beside a cut of €48.00, both to be paid there."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(price=6000)
    booking.add_ons.create(name="Mask", price=1200)
    return booking


def require_the_mask_is_left(booking: Booking) -> None:
    order = Order.objects.get(booking=booking)
    assert (booking.price, booking.payment_status) == (1200, "NOT_PAID")
    assert (order.way, order.total, order.discount) == ("PLAN", 1200, 4800)
    assert list(order.lines.values_list("name", "amount", "total")) == [
        (booking.title, 4800, 0),
        ("Mask", 1200, 1200),
    ]
    assert_the_books_add_up(LATER)


def test_extras_stay_to_be_paid(salon: Salon, masked: Booking) -> None:
    require_the_mask_is_left(pay(masked, plan_for(salon.cut, salon), salon))


def test_extras_stay_as_they_were_told_line_by_line(salon: Salon, masked: Booking) -> None:
    masked.refresh_from_db()
    said: Any = {"booking_id": masked.pk, "by": salon.olga, "now": NOW}
    paid = checkout.mark_paid(**said, revision=masked.revision)
    checkout.undo_mark_paid(**said, payment_id=paid.pk)
    order = Order.objects.get()
    order.lines.update(amount=4800, total=4800, tax=766)
    order.lines.create(name="Mask", amount=1200, total=1200, tax=192, position=1)

    require_the_mask_is_left(pay(masked, plan_for(salon.cut, salon), salon))


def test_what_the_team_has_not_answered_is_not_paid(studio: Studio, ten: PricingPlan) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()
    asked = join(make_session(studio, starts_at=studio.at(25, 18)))
    purchase = make_purchase(plan=ten, by=studio.olga)

    with pytest.raises(checkout.NotOwed):
        pay(asked, purchase, studio)


def test_another_business_has_no_such_booking(
    studio: Studio, purchase: PlanPurchase, salon: Salon, owed: Booking
) -> None:
    with pytest.raises(Booking.DoesNotExist):
        pay(owed, purchase, salon)
