"""The team transfers somebody to another run of their course: what it costs there, and the money
that follows (rule B44)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.availability.models import CourseRun
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import CreditNote, Order, Payment, Refund
from apps.checkout.operations import Act
from apps.checkout.queries.orders import find_payment_summary
from apps.classes.queries.transfer import prices_there
from apps.classes.transfer import Dates, price_there
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.studio import Studio, join, make_run, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    """A course for $120.00, of whose dates customers pay those that are left."""
    studio = make_studio()
    studio.course.prorates = True
    studio.course.pays_online = True
    studio.course.save()
    return studio


@pytest.fixture
def autumn(studio: Studio) -> CourseRun:
    """Eight dates from Thursday on."""
    return make_run(studio, first=studio.at(26, 18))


@pytest.fixture
def winter(studio: Studio) -> CourseRun:
    """Six dates from January on."""
    return make_run(studio, first=studio.at(68, 19), weeks=6)


def paid(run: CourseRun) -> Booking:
    """Carl, who paid online."""
    carl = join(run)
    checkout.pay_balance(booking_id=carl.pk, business_id=carl.business_id, origin=ORIGIN, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    return Booking.objects.select_related("service__business").get(pk=carl.pk)


def transfer(carl: Booking, run: CourseRun, *, at: Any = NOW, **changed: Any) -> Booking:
    fresh = Booking.objects.select_related("service__business").get(pk=carl.pk)
    business = fresh.business
    seen = prices_there(booking=fresh, runs=[run], now=at)[run.pk]
    given = {"seen_price": seen, "refunds": True, **changed}
    return checkout.transfer_course(
        booking=fresh, target=run, by=business.team.get(), now=at, **given
    )


def money(carl: Booking) -> tuple[Any, ...]:
    carl.refresh_from_db()
    return (carl.price, carl.paid, carl.payment_status)


# ----- what it costs there
@pytest.mark.parametrize(
    ("price", "extras", "dates", "expected"),
    [
        (12000, 0, (Dates(8, 8), Dates(8, 8), Dates(6, 6)), 12000),
        (12000, 0, (Dates(8, 8), Dates(5, 8), Dates(6, 6)), 16500),
        (12000, 0, (Dates(8, 8), Dates(8, 8), Dates(3, 6)), 6000),
        (6000, 0, (Dates(4, 8), Dates(4, 8), Dates(6, 6)), 12000),
        (12500, 500, (Dates(8, 8), Dates(8, 8), Dates(3, 6)), 6500),
        (100, 0, (Dates(3, 3), Dates(3, 3), Dates(2, 3)), 66),
        (100, 0, (Dates(3, 3), Dates(1, 3), Dates(2, 3)), 133),
        (12000, 0, (Dates(8, 8), Dates(0, 0), Dates(6, 6)), 12000),
    ],
)
def test_the_dates_that_are_left_here_count_for_those_there(
    price: int, extras: int, dates: tuple[Dates, Dates, Dates], expected: int
) -> None:
    """As they were booked, as they are left here, and there."""
    booked, here, there = dates
    found = price_there(price, extras=extras, booked=booked, here=here, there=there)
    assert found == expected


DATES = st.integers(1, 20).flatmap(lambda of: st.integers(1, of).map(lambda left: Dates(left, of)))


@given(price=st.integers(0, 100_000), booked=DATES, here=DATES, there=DATES)
@settings(max_examples=200)
def test_it_is_never_below_nothing_and_the_same_part_costs_the_same(
    price: int, booked: Dates, here: Dates, there: Dates
) -> None:
    assert price_there(price, extras=0, booked=booked, here=here, there=there) >= 0
    assert price_there(price, extras=0, booked=booked, here=here, there=here) == price


# ----- less and more
def test_what_was_paid_for_more_dates_goes_back(
    studio: Studio, autumn: CourseRun, winter: CourseRun
) -> None:
    begun = winter.starts_at + 3 * WEEK - timedelta(days=1)
    carl = paid(make_run(studio, first=winter.starts_at + 3 * WEEK + HOUR, weeks=8))

    transfer(carl, winter, at=begun)
    work(begun)

    assert money(carl) == (6000, 6000, "PAID")
    assert Refund.objects.get().amount == 6000
    note = CreditNote.objects.get()
    assert (note.amount, note.people) == (6000, 0)
    order = Order.objects.get()
    assert (order.total, order.lines.count(), order.bill) == (12000, 1, 6000)
    assert list(map(str, find_all(business_id=None, now=begun))) == []


def test_more_dates_are_owed(studio: Studio, autumn: CourseRun, winter: CourseRun) -> None:
    carl = paid(autumn)
    after_three = autumn.starts_at + 2 * WEEK + timedelta(days=1)

    transfer(carl, winter, at=after_three)

    assert money(carl) == (16500, 12000, "PARTIALLY_PAID")
    assert carl.course_run_id == winter.pk
    assert list(map(str, find_all(business_id=None, now=after_three))) == []


def test_where_each_costs_the_whole_nothing_changes(
    studio: Studio, autumn: CourseRun, winter: CourseRun
) -> None:
    studio.course.prorates = False
    studio.course.save()
    carl = paid(autumn)

    transfer(carl, winter, at=autumn.starts_at + WEEK)

    assert money(carl) == (12000, 12000, "PAID")
    assert CreditNote.objects.count() == 0


def test_who_may_not_refund_leaves_it_to_somebody_who_may(
    studio: Studio, winter: CourseRun
) -> None:
    begun = winter.starts_at + 3 * WEEK - timedelta(days=1)
    carl = paid(make_run(studio, first=winter.starts_at + 3 * WEEK + HOUR, weeks=8))

    transfer(carl, winter, at=begun, refunds=False)

    summary = find_payment_summary(booking=carl)
    assert summary is not None
    assert (Refund.objects.count(), summary.balance) == (0, -6000)
    assert list(map(str, find_all(business_id=None, now=begun))) == []


def test_an_old_page_and_a_payment_under_way_change_nothing(
    studio: Studio, autumn: CourseRun, winter: CourseRun
) -> None:
    carl = join(autumn)
    at = autumn.starts_at + WEEK - timedelta(days=1)
    with pytest.raises(bookings.StaleRevision):
        transfer(carl, winter, at=at, seen_price=1)

    checkout.pay_balance(booking_id=carl.pk, business_id=carl.business_id, origin=ORIGIN, now=at)
    with pytest.raises(checkout.PaymentUnderWay):
        transfer(carl, winter, at=at)
    carl.refresh_from_db()
    assert carl.course_run_id == autumn.pk


def test_the_page_of_the_team_shows_the_difference_and_settles_it(
    client: Client, studio: Studio, winter: CourseRun
) -> None:
    CourseRun.objects.filter(pk=winter.pk).update(name="Winter")
    other = make_run(studio, first=studio.at(26, 18), weeks=1, capacity=3)
    carl = paid(other)
    client.force_login(studio.olga.user)
    path = f"/own/{studio.business.slug}/bookings/{carl.reference}/"

    page = text_of(client.get(path))
    assert f'value="{winter.pk}:12000"' in page
    check = client.get(f"{path}move/check/", {"target": f"{winter.pk}:12000"})
    assert fields_of(check)["target"] == f"{winter.pk}:12000"
    assert "It stays the same." in text_of(check)
    answers = [
        client.post(f"{path}move/", {**fields_of(check), "target": f"{winter.pk}:{price}"})
        for price in ("1", "12000")
    ]

    assert [it.status_code for it in answers] == [409, 303]
    carl.refresh_from_db()
    assert (carl.course_run_id, carl.price) == (winter.pk, 12000)


def test_the_page_to_check_says_what_is_more_to_pay(
    client: Client, studio: Studio, autumn: CourseRun, winter: CourseRun
) -> None:
    carl = paid(autumn)
    path = f"/own/{studio.business.slug}/bookings/{carl.reference}/"

    with time_machine.travel(studio.at(26, 18) + 4 * WEEK - HOUR, tick=False):
        client.force_login(studio.olga.user)
        check = text_of(client.get(f"{path}move/check/", {"target": winter.pk}))

    assert "<s>US$120.00</s>" in check
    assert "<dt>More to pay</dt><dd><b>US$60.00</b></dd>" in check
    assert "What is missing is still to be paid." in check
