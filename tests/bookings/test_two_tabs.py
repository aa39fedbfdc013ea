"""One browser, two tabs: what was sent in one is not given away by the other."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.operations.drafts import let_go
from tests.factories import NOW, Salon, make_draft, make_salon
from tests.factories.studio import make_run, make_session, make_studio
from tests.pages import fields_of, slot_at, tap, text_of

pytestmark = pytest.mark.django_db


def test_a_draft_that_another_tab_has_sent_keeps_its_time() -> None:
    salon = make_salon()
    seen_by_the_second_tab = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    bookings.submit_draft(
        draft_id=seen_by_the_second_tab.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=4800,
        now=NOW,
    )

    let_go(seen_by_the_second_tab, now=NOW)

    booking = Booking.objects.get()
    assert (booking.status, booking.hold_expires_at) == ("CONFIRMED", None)
    assert Occupancy.objects.get().session_id == booking.session_id


@pytest.fixture
def carl(at_now: datetime) -> Client:
    return Client()


def tap_ten(client: Client, salon: Salon, *, day: int = 26, **extra: str) -> Any:
    at = salon.at(day, 10).astimezone(salon.business.zone)
    return tap(client, salon.cut, slot_at(at), extra)


def live_days() -> list[int]:
    holds = Booking.objects.filter(hold_expires_at__gt=NOW)
    return [it.starts_at.day for it in holds.order_by("starts_at")]


def test_a_second_tab_that_would_end_the_first_ones_hold_asks(carl: Client, salon: Salon) -> None:
    first = tap_ten(carl, salon)["Location"]

    question = tap_ten(carl, salon, day=27)
    page = text_of(question)

    assert question.status_code == 409
    assert "We’re holding Cut and finish, Thu 26 Nov, 10:00, for you until 10:52." in page
    assert f'href="{first}"' in page
    assert live_days() == [26]
    assert carl.get(first).status_code == 200


def test_who_says_yes_gives_the_first_one_back(carl: Client, salon: Salon) -> None:
    first = tap_ten(carl, salon)["Location"]
    question = tap_ten(carl, salon, day=27)

    answer = carl.post("/juniper/hold", fields_of(question))

    assert answer.status_code == 303
    assert answer["Location"] != first
    assert live_days() == [27]


def test_the_tab_that_holds_it_changes_its_time_without_a_question(
    carl: Client, salon: Salon
) -> None:
    draft = tap_ten(carl, salon)["Location"].split("/")[2]

    assert tap_ten(carl, salon, day=27, replaces=draft).status_code == 303
    assert live_days() == [27]


def test_a_draft_of_somebody_else_says_nothing(carl: Client, salon: Salon) -> None:
    sams = tap_ten(Client(), salon, day=28)["Location"].split("/")[2]
    tap_ten(carl, salon)

    assert tap_ten(carl, salon, day=27, replaces=sams).status_code == 409
    assert live_days() == [26, 28]


def test_the_same_time_tapped_twice_is_no_question(carl: Client, salon: Salon) -> None:
    assert [tap_ten(carl, salon).status_code for _time in range(2)] == [303, 303]


def test_the_same_time_with_somebody_else_asks(carl: Client, salon: Salon) -> None:
    """Whoever let the business choose has one person now, and may tap that one without a word."""
    ana, ben = salon.ana.resource_id, salon.ben.resource_id
    ten = salon.at(26, 10).astimezone(salon.business.zone)
    tap_ten(carl, salon)

    codes = [tap(carl, salon.cut, slot_at(ten, staff=it)).status_code for it in (ana, ben, "")]

    assert codes == [303, 409, 303]
    assert [it.resource_id for it in Booking.objects.filter(hold_expires_at__gt=NOW)] == [
        salon.ana.resource_id
    ]


def test_another_number_of_people_asks(carl: Client, at_now: datetime) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(25, 18))
    address = f"/harbor/classes/{session.pk}/hold"

    codes = [carl.post(address, {"people": people}).status_code for people in ("2", "1", "2")]

    assert codes == [303, 409, 303]
    assert Booking.objects.get(hold_expires_at__gt=NOW).party_size == 2


def test_a_hold_that_ran_out_is_no_question(carl: Client, salon: Salon) -> None:
    tap_ten(carl, salon)
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert tap_ten(carl, salon, day=27).status_code == 303


def test_another_business_is_no_question(carl: Client, salon: Salon) -> None:
    tap_ten(carl, salon)

    assert tap_ten(carl, make_salon(slug="other"), day=27).status_code == 303


def test_classes_and_courses_ask_as_well(carl: Client, at_now: datetime) -> None:
    studio = make_studio()
    first, second = (make_session(studio, starts_at=studio.at(day, 18)) for day in (25, 28))
    run = make_run(studio, first=studio.at(30, 18))
    course = f"/harbor/courses/{studio.course.slug}/{run.pk}/hold"
    assert carl.post(f"/harbor/classes/{first.pk}/hold").status_code == 303

    codes = [carl.post(f"/harbor/classes/{second.pk}/hold").status_code]
    question = carl.post(course)
    codes += [question.status_code, carl.post(course, fields_of(question)).status_code]

    assert codes == [409, 409, 303]
    assert [it.course_run_id for it in Booking.objects.filter(hold_expires_at__gt=NOW)] == [run.pk]


def test_a_hold_that_goes_on_past_midnight_says_on_which_day_it_ends(
    carl: Client, salon: Salon
) -> None:
    with time_machine.travel(salon.at(26, 23, 55), tick=False):
        tap_ten(carl, salon, day=30)
        page = text_of(tap_ten(carl, salon, day=27))

    assert "for you until Fri 27 Nov, 00:05." in page
