"""The cancellation clock tells what comes back, and of a plan its visits (rules B33, M33)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.clock import cancel_limits
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, make_session
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
DAY = 24 * 60


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).replace("\xa0", " ").split())


def told(booking: Booking) -> list[tuple[str, str]]:
    booking.refresh_from_db()
    return [(it.cost_words, it.back_words) for it in cancel_limits(booking=booking, now=NOW)]


@pytest.fixture
def windows(salon: Salon) -> Salon:
    """From a day before a quarter of the price, in the last four hours all of it."""
    salon.policy.fee_windows = [[DAY, 2_500, None], [240, 10_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    return salon


def test_nothing_comes_back_of_what_nobody_paid(windows: Salon) -> None:
    booking = make_booking(service=windows.cut, starts_at=windows.at(26, 12), now=NOW)

    assert told(booking) == [("Free", ""), ("€12.00", ""), ("€48.00", "")]


def test_of_a_deposit_it_says_what_comes_back_and_what_is_more(windows: Salon) -> None:
    booking = make_prepared(service=windows.cut, starts_at=windows.at(26, 12), now=NOW)
    check_out(booking, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)

    assert told(booking) == [
        ("Free", "€20.00 back"),
        ("€12.00", "€8.00 back"),
        ("€48.00", "€28.00 more"),
    ]


def test_where_all_is_kept_it_says_so(windows: Salon) -> None:
    booking = make_booking(service=windows.cut, starts_at=windows.at(26, 12), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=windows.olga, now=NOW)

    assert told(booking)[-1] == ("€48.00", "Nothing back")


@pytest.fixture
def visit(studio: Studio) -> Booking:
    """A class on Friday evening, paid with a visit that is kept from two days before."""
    studio.policy.fee_windows = [[2 * DAY, 5_000, None]]
    studio.policy.cancel_until_minutes = 0
    studio.policy.save()
    ten = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    return book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), ten)


def let_in(client: Client, booking: Booking) -> None:
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")


def test_of_a_plan_it_says_until_when_the_visit_comes_back(visit: Booking) -> None:
    rows = cancel_limits(booking=visit, now=NOW)

    assert [(it.until, it.cost_words) for it in rows] == [
        (visit.starts_at - timedelta(days=2), "Visit back"),
        (None, "Visit used"),
    ]


def test_without_windows_the_last_moment_is_that_of_the_visit(
    studio: Studio, visit: Booking
) -> None:
    visit.policy_snapshot |= {"fee_windows": [], "cancel_until_minutes": DAY}

    assert [(it.until, it.cost_words) for it in cancel_limits(booking=visit, now=NOW)] == [
        (visit.starts_at - timedelta(days=1), "Visit back"),
        (None, "Visit used"),
    ]


def test_nobody_calls_a_visit_free_that_is_kept(client: Client, visit: Booking) -> None:
    let_in(client, visit)

    with time_machine.travel(visit.starts_at - timedelta(hours=30), tick=False):
        words = words_of(client.get(f"/manage/{visit.reference}/cancel"))

    assert "The visit stays used on your plan" in words
    assert "Cancelling is free" not in words


def test_a_page_that_gave_the_visit_back_does_not_take_it(client: Client, visit: Booking) -> None:
    let_in(client, visit)
    path = f"/manage/{visit.reference}/cancel"
    page = client.get(path)
    shown = {"revision": visit.revision, "fee": 0, "visit": page.context["effect"].visit}
    assert shown["visit"] == "BACK"

    with time_machine.travel(visit.starts_at - timedelta(hours=30), tick=False):
        late = client.post(path, shown)
        assert late.status_code == 409
        assert "The visit stays used on your plan" in words_of(late)
        visit.refresh_from_db()
        assert visit.status == "CONFIRMED"

        assert client.post(path, {**shown, "visit": "KEPT"}).status_code == 303
