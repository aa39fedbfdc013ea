"""C15: joining and answering on the web, without an account."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from tests.bookings.pages import fields_of, text_of
from tests.factories import NOW
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = pytest.mark.django_db
TYPED = {"name": "Eva Lindner", "email": "eva@example.com", "notice": "0"}


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


@pytest.fixture
def full(studio: Studio) -> Session:
    """Tomorrow at six, one place, taken by Sam."""
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session, email="sam@example.com")
    return session


def ask(client: Client, path: str, **typed: str) -> Any:
    hidden = fields_of(client.get(path))
    kept = {name: value for name, value in hidden.items() if name not in {"name", "email"}}
    with time_machine.travel(datetime.now().astimezone() + timedelta(seconds=30), tick=False):
        return client.post(path, {**kept, **TYPED, **typed})


def wait_path(session: Session) -> str:
    return f"/harbor/classes/{session.pk}/wait"


def free_a_place(studio: Studio) -> None:
    sam = Booking.objects.get(contact_email="sam@example.com")
    bookings.cancel_booking(
        booking_id=sam.pk,
        business_id=studio.business.pk,
        revision=sam.revision,
        by=studio.olga,
        now=NOW,
    )


def test_a_full_class_leads_to_its_line(client: Client, full: Session) -> None:
    week, page = client.get("/harbor/classes/"), client.get(f"/harbor/classes/{full.pk}/")

    assert ">Waitlist<" in text_of(week)
    assert f'href="{wait_path(full)}"' in text_of(page)


def test_joining_shows_the_place_in_line(client: Client, full: Session) -> None:
    answer = ask(client, wait_path(full))

    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (answer.status_code, answer["Location"]) == (303, f"/manage/{booking.reference}/")
    page = client.get(answer["Location"])
    assert "You are first in line." in text_of(page)
    assert "Full, 1 waiting" in text_of(client.get("/harbor/classes/"))
    assert Client().get(answer["Location"]).status_code == 404


def test_a_course_is_waited_for_as_a_whole(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), capacity=1)
    join(run, email="sam@example.com")

    answer = ask(client, f"/harbor/courses/beginners/{run.pk}/wait")

    assert answer.status_code == 303
    assert WaitlistEntry.objects.get().course_run == run


def test_an_offer_is_taken_by_post_alone_and_once(
    client: Client, studio: Studio, full: Session
) -> None:
    manage = ask(client, wait_path(full))["Location"]
    free_a_place(studio)

    page = client.get(manage)
    assert "A place is free." in text_of(page)
    assert client.get(f"{manage}take").status_code == 405
    assert WaitlistEntry.objects.get().state == "OFFERED"

    for _device in range(2):
        answer = client.post(f"{manage}take")
        assert (answer.status_code, answer["Location"]) == (303, manage)
    assert Booking.objects.get(contact_email="eva@example.com").status == "CONFIRMED"
    full.refresh_from_db()
    assert (full.seats_taken, full.seats_offered) == (1, 0)


def test_an_offer_taken_too_late_is_a_410_that_keeps_the_place(
    client: Client, studio: Studio, full: Session
) -> None:
    manage = ask(client, wait_path(full))["Location"]
    free_a_place(studio)

    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        page = client.post(f"{manage}take")

    assert page.status_code == 410
    assert "You keep your place in line." in text_of(page)
    assert Booking.objects.get(contact_email="eva@example.com").status == "WAITING_LIST"


def test_leaving_is_one_tap(client: Client, full: Session) -> None:
    manage = ask(client, wait_path(full))["Location"]

    client.post(f"{manage}leave")

    assert Booking.objects.get(contact_email="eva@example.com").status == "CANCELED"
    assert "This booking was canceled." in text_of(client.get(manage))


def test_a_stranger_answers_nothing(client: Client, studio: Studio, full: Session) -> None:
    manage = ask(client, wait_path(full))["Location"]
    free_a_place(studio)

    codes = {Client().post(f"{manage}{verb}").status_code for verb in ("take", "refuse", "leave")}

    assert codes == {404}
    assert WaitlistEntry.objects.get().state == "OFFERED"


def test_mistakes_are_named_and_the_text_is_kept(client: Client, full: Session) -> None:
    page = ask(client, wait_path(full), email="eva@")

    assert page.status_code == 422
    assert 'value="Eva Lindner"' in text_of(page)
    assert not WaitlistEntry.objects.exists()


def test_a_class_with_room_has_no_line(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))

    page = ask(client, wait_path(session))

    assert page.status_code == 409
    assert "you can book it now" in text_of(page)


def test_nobody_waits_twice(client: Client, full: Session) -> None:
    ask(client, wait_path(full))

    page = ask(Client(), wait_path(full))

    assert page.status_code == 409
    assert "This address is on the list already." in text_of(page)
    assert WaitlistEntry.objects.count() == 1
