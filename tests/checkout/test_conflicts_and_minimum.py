"""Nobody who is confirmed goes to a day that still waits for more people, also not out of an
overlap (rules B16, B21, B31)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.suggestions import find_nearest
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from tests.checkout.test_conflicts import TOO_LATE, eva, iso, make_conflict
from tests.factories import Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.detail]
SECONDS = timedelta(seconds=10)


@pytest.fixture
def late(salon: Salon) -> Booking:
    """An overlap of Carl and Eva on the 26th; from now on a day of cuts needs three people."""
    late = make_conflict(salon)
    salon.cut.min_participants = 3
    salon.cut.save()
    return late


def want(salon: Salon, starts_at: datetime, name: str) -> Booking:
    draft = make_prepared(
        service=salon.cut,
        starts_at=starts_at,
        now=TOO_LATE,
        name=name.title(),
        email=f"{name}@example.com",
    )
    check_out(draft, Way.FULL, now=TOO_LATE)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=TOO_LATE)
    work(TOO_LATE)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def dora(salon: Salon, late: Booking) -> Booking:
    """She is the only one on the 28th so far."""
    dora = want(salon, salon.at(28, 10), "dora")
    assert dora.status == "PENDING"
    return dora


def move_out(late: Booking, starts_at: datetime) -> None:
    bookings.move_out_of_conflict(
        booking_id=late.pk,
        business_id=late.business_id,
        starts_at=starts_at,
        by=None,
        now=TOO_LATE + SECONDS,
    )


def test_moving_one_out_of_an_overlap_settles_no_other_day(
    salon: Salon, late: Booking, dora: Booking
) -> None:
    with pytest.raises(bookings.TooFewSoFar):
        move_out(late, salon.at(28, 12))
    with pytest.raises(bookings.TooFewSoFar):
        bookings.move_the_other(
            booking_id=late.pk,
            other_id=eva().pk,
            starts_at=salon.at(28, 12),
            by=salon.olga,
            now=TOO_LATE + SECONDS,
        )

    classes.decide_minimums(now=TOO_LATE + 2 * SECONDS)
    dora.refresh_from_db()
    late.refresh_from_db()
    assert (dora.status, late.double_booked, late.starts_at) == ("PENDING", True, salon.at(26, 10))


def test_its_own_day_and_one_with_enough_people_stay_open_to_it(
    salon: Salon, late: Booking, dora: Booking
) -> None:
    move_out(late, salon.at(26, 15))
    late.refresh_from_db()
    assert (late.starts_at, late.double_booked) == (salon.at(26, 15), False)


@pytest.mark.usefixtures("dora")
def test_the_third_may_come(salon: Salon, late: Booking) -> None:
    want(salon, salon.at(28, 15), "ida")

    move_out(late, salon.at(28, 12))

    late.refresh_from_db()
    assert (late.starts_at, late.status) == (salon.at(28, 12), "CONFIRMED")


def test_the_word_of_the_team_opens_a_day(salon: Salon, late: Booking, dora: Booking) -> None:
    classes.let_take_place(session_id=dora.session_id or 0, by=salon.olga, now=TOO_LATE)

    move_out(late, salon.at(28, 12))

    late.refresh_from_db()
    assert late.starts_at == salon.at(28, 12)


@pytest.mark.usefixtures("dora")
def test_no_time_is_offered_on_such_a_day(salon: Salon, late: Booking) -> None:
    with CaptureQueriesContext(connection) as asked:
        times = find_nearest(booking=late, now=TOO_LATE)

    assert {it.astimezone(salon.business.zone).day for it in times} == {26}
    counted = [it for it in asked.captured_queries if "is_fresh" in it["sql"]]
    assert len(counted) == 1


@pytest.mark.usefixtures("dora")
def test_the_page_of_the_team_says_why(client: Client, salon: Salon, late: Booking) -> None:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    typed = {"verb": "move", "side": late.reference, "time": iso(salon.at(28, 12))}
    with time_machine.travel(TOO_LATE + SECONDS, tick=False):
        answer = client.post(f"/own/juniper/conflicts/{late.reference}/", typed)

    assert answer.status_code == 409
    words = "That day still waits for more people than these. Nothing was changed."
    assert words in text_of(answer)
