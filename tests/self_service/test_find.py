from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.messages.operations import send_links
from apps.outbox.models import OutboxItem
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of
from tests.waitlists.test_places import wait as wait_for_place
from tests.waitlists.test_times import fill, wait

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def ask(client: Client, email: Any = "carl@example.com", **extra: str) -> Any:
    return client.post("/juniper/find/", {"email": email, **extra})


def send(salon: Salon, **values: Any) -> int:
    given = {"email": "carl@example.com", "reference": "", "attempt": 1, **values}
    return send_links(business_id=salon.business.pk, now=NOW, **given)


def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    client: Client, salon: Salon
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    known, unknown = ask(client), ask(client, "sam@example.com")

    assert known["Location"] == unknown["Location"] == "/juniper/find/sent/"
    assert "If we know this address" in text_of(client.get(known["Location"]))
    assert OutboxItem.objects.filter(topic="bookings.find").count() == 2


def test_the_same_form_sends_one_mail_and_one_more_to_whoever_comes_back_because_none_came(
    client: Client, salon: Salon
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    asked = OutboxItem.objects.filter(topic="bookings.find")

    for _tap in range(2):
        ask(client, key="a-form-of-a-page")
    assert asked.count() == 1

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        ask(client, key="a-form-of-a-page")
    assert asked.count() == 2


def test_one_mail_lists_what_is_ahead_with_links_that_open_it(client: Client, salon: Salon) -> None:
    first = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    make_booking(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    other = make_salon(slug="sam")
    make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW)

    assert send(salon) == 2
    text = str(mail.outbox[0].body)
    links = [line for line in text.splitlines() if "/m/" in line]

    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["carl@example.com"]
    assert "Thu 26 Nov, 10:00 (Berlin time), Cut and finish" in text
    assert len(links) == 2
    path = "/m/" + links[0].split("/m/")[1]
    assert client.get(path)["Location"] == f"/manage/{first.reference}/"


def test_a_reference_narrows_the_mail_and_a_wrong_one_does_not_hide_the_rest(
    salon: Salon,
) -> None:
    first = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    assert send(salon, reference=first.reference) == 1
    assert send(salon, reference="AAAAAAAA") == 2


def test_places_on_a_waitlist_and_wishes_for_a_time_are_found_too(
    client: Client, salon: Salon
) -> None:
    fill(salon)
    wish = wait(salon, "Carl").booking
    studio = make_studio()
    yoga = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(yoga, email="sam@example.com")
    wait_for_place(yoga, "Carl")

    assert send(salon) == 1
    text = str(mail.outbox[-1].body)
    assert "Thursday 26 November, any time, Cut and finish, On the waitlist" in text
    path = "/m/" + text.split("/m/")[1].split(maxsplit=1)[0]
    assert client.get(path)["Location"] == f"/manage/{wish.reference}/"
    assert "Your place on the waitlist" in text_of(client.get(f"/manage/{wish.reference}/"))

    assert send_links(
        business_id=yoga.business_id, email="carl@example.com", reference="", attempt=1, now=NOW
    )
    assert "On the waitlist" in str(mail.outbox[-1].body)


def test_whoever_has_left_the_line_has_nothing_there(salon: Salon) -> None:
    fill(salon)
    entry = wait(salon, "Carl")
    waitlists.leave_waitlist(booking=entry.booking, by=None, now=NOW)

    assert send(salon) == 0


def test_nobody_gets_mail_about_nothing(salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 12), now=NOW)

    assert send(salon, email="sam@example.com") == 0
    assert (
        send_links(
            business_id=salon.business.pk,
            email="carl@example.com",
            reference="",
            attempt=1,
            now=salon.at(25, 9),
        )
        == 0
    )
    assert mail.outbox == []


def test_a_fourth_asking_is_answered_alike_but_sends_nothing(client: Client, salon: Salon) -> None:
    answers = [ask(client).status_code for _asking in range(4)]

    assert answers == [303] * 4
    assert OutboxItem.objects.filter(topic="bookings.find").count() == 3


def test_one_network_asks_ten_times_an_hour(client: Client, salon: Salon) -> None:
    answers = [ask(client, f"carl{number}@example.com").status_code for number in range(11)]

    assert answers == [303] * 10 + [429]
    with time_machine.travel(salon.at(24, 12), tick=False):
        assert ask(client).status_code == 303


@pytest.mark.parametrize(
    "email", ["", "carl", "x" * 10_000, "a@b.de,c@d.de", "a@b.de\r\nBcc: c@d.de", ["a", "b"]]
)
def test_wrong_addresses_come_back_with_words(client: Client, salon: Salon, email: Any) -> None:
    answer = ask(client, email)

    assert answer.status_code == 422
    assert "Error: Find my booking" in text_of(answer)
    assert OutboxItem.objects.count() == 0


def test_the_privacy_notice_names_the_business(client: Client, salon: Salon) -> None:
    assert "hello@juniper.example" in text_of(client.get("/juniper/privacy/"))
