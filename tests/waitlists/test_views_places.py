"""Joining and answering on the web, without an account."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.outbox.worker import Worker
from tests.factories import NOW
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
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


def test_joining_shows_the_position_in_line(client: Client, full: Session) -> None:
    answer = ask(client, wait_path(full))

    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (answer.status_code, answer["Location"]) == (303, f"/manage/{booking.reference}/")
    page = client.get(answer["Location"])
    assert "You’re first on the waitlist." in text_of(page)
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
    assert "A place has opened up." in text_of(page)
    assert client.get(f"{manage}take").status_code == 405
    assert WaitlistEntry.objects.get().state == "OFFERED"

    for _device in range(2):
        answer = client.post(f"{manage}take")
        assert (answer.status_code, answer["Location"]) == (303, manage)
    assert Booking.objects.get(contact_email="eva@example.com").status == "CONFIRMED"
    full.refresh_from_db()
    assert (full.seats_taken, full.seats_offered) == (1, 0)


def test_while_a_place_is_offered_the_page_does_not_say_that_they_wait_for_one(
    client: Client, studio: Studio, full: Session
) -> None:
    manage = ask(client, wait_path(full))["Location"]
    waits = "You’re first on the waitlist. We’ll e-mail you as soon as a place opens up."
    assert leads_of(client.get(manage)) == [waits]
    free_a_place(studio)

    assert leads_of(client.get(manage)) == []

    client.post(f"{manage}refuse")
    assert leads_of(client.get(manage)) == [waits]


def leads_of(page: Any) -> list[str]:
    found = re.findall(r'<p class="lead">(.*?)</p>', text_of(page), re.DOTALL)
    return [" ".join(it.split()) for it in found]


def test_an_offer_taken_too_late_is_a_410_that_keeps_the_place(
    client: Client, studio: Studio, full: Session
) -> None:
    manage = ask(client, wait_path(full))["Location"]
    free_a_place(studio)

    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        page = client.post(f"{manage}take")

    assert page.status_code == 410
    assert "You keep your place on the waitlist." in text_of(page)
    assert Booking.objects.get(contact_email="eva@example.com").status == "WAITING_LIST"


def test_leaving_asks_once_and_says_what_is_true(client: Client, full: Session) -> None:
    manage = ask(client, wait_path(full))["Location"]
    assert f'<a class="btn danger" href="{manage}leave">' in text_of(client.get(manage))

    asked = client.get(f"{manage}leave")
    assert "You’re first on the waitlist." in text_of(asked)
    assert "If you rejoin, you start at the end." in text_of(asked)
    assert WaitlistEntry.objects.get().state == "WAITING"
    client.post(f"{manage}leave")

    page = text_of(client.get(manage))
    assert Booking.objects.get(contact_email="eva@example.com").status == "CANCELED"
    assert "You are no longer on the waitlist." in page
    assert "Off the waitlist" in page
    assert "The time is free again" not in page
    assert client.get(f"{manage}leave")["Location"] == manage


def test_leaving_with_an_offer_says_where_it_goes(
    client: Client, studio: Studio, full: Session
) -> None:
    manage = ask(client, wait_path(full))["Location"]
    free_a_place(studio)

    page = text_of(client.get(f"{manage}leave"))

    assert "We’re holding a place for you until" in page
    assert "If you leave, it goes to the next person." in page


def test_the_mail_says_that_they_left_the_line(
    client: Client, full: Session, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    manage = ask(client, wait_path(full))["Location"]
    client.post(f"{manage}leave")

    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()

    last = [it for it in mailoutbox if it.to == ["eva@example.com"]][-1]
    assert last.subject.startswith("Off the waitlist: ")
    assert "You are no longer on the waitlist." in str(last.body)
    assert "cancelled" not in str(last.body)


def test_a_line_that_is_full_invites_nobody(client: Client, studio: Studio, full: Session) -> None:
    studio.policy.waitlist_capacity = 1
    studio.policy.save()
    ask(client, wait_path(full))
    stranger = Client()

    week = text_of(stranger.get("/harbor/classes/?week=2026-W48"))
    page = text_of(stranger.get(f"/harbor/classes/{full.pk}/"))
    asked = stranger.get(wait_path(full))

    assert ">Waitlist<" not in week
    assert "The waitlist is full too." in page
    assert "Join the waitlist" not in page
    assert (asked.status_code, asked["Location"]) == (303, f"/harbor/classes/{full.pk}/")


def test_a_course_whose_line_is_full_invites_nobody(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(30, 18), capacity=1)
    join(run, email="sam@example.com")
    page = "/harbor/courses/beginners/"
    assert "Join the waitlist" in text_of(client.get(page))
    studio.policy.waitlist_capacity = 0
    studio.policy.save()

    assert "Join the waitlist" not in text_of(client.get(page))


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

    asked = client.get(wait_path(session))

    assert (asked.status_code, asked["Location"]) == (303, f"/harbor/classes/{session.pk}/")


def test_a_place_that_comes_free_meanwhile_is_booked_rather_than_waited_for(
    client: Client, studio: Studio, full: Session
) -> None:
    hidden = fields_of(client.get(wait_path(full)))
    free_a_place(studio)

    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        page = client.post(wait_path(full), {**hidden, **TYPED})

    assert page.status_code == 409
    assert "you can book it now" in text_of(page)


def test_nobody_waits_twice(client: Client, full: Session) -> None:
    ask(client, wait_path(full))

    page = ask(Client(), wait_path(full))

    assert page.status_code == 409
    assert "This address is already on the waitlist." in text_of(page)
    assert WaitlistEntry.objects.count() == 1


def test_more_people_than_wait_already_are_not_lost_in_silence(
    client: Client, full: Session
) -> None:
    first = ask(client, wait_path(full))

    again = ask(client, wait_path(full))
    other = ask(client, f"{wait_path(full)}?people=2", people="2")

    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert other.status_code == 409
    assert "This address is already on the waitlist." in text_of(other)
