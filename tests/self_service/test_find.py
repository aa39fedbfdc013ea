from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.messages.found import LATELY, find_all
from apps.messages.operations import send_links
from apps.outbox.models import OutboxItem
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.bookings import cancel_as_customer
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of
from tests.waitlists.test_places import wait as wait_for_place
from tests.waitlists.test_times import fill, wait

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def ask(client: Client, email: Any = "carl@example.com", **extra: str) -> Any:
    return client.post("/juniper/find/", {"email": email, **extra})


def send(salon: Salon, **values: Any) -> int:
    given = {"email": "carl@example.com", "reference": "", "attempt": 1, "now": NOW, **values}
    return send_links(business_id=salon.business.pk, **given)


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
            now=salon.at(25, 9) + LATELY,
        )
        == 0
    )
    assert mail.outbox == []


def after(salon: Salon, hours: int = 24) -> datetime:
    """Wednesday at noon, or later: a visit of Tuesday noon is over."""
    return salon.at(24, 12) + timedelta(hours=hours)


def links_of(text: str) -> list[str]:
    return [f"/{it.split('/', maxsplit=3)[3]}" for it in text.split() if it.startswith("http")]


def test_the_last_visits_are_named_to_book_them_again(client: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 12), now=NOW)
    ahead = make_booking(service=salon.cut, starts_at=salon.at(27, 12), now=NOW)

    assert send(salon, now=after(salon)) == 2

    text = str(mail.outbox[0].body)
    first, last = text.split("Your last visits")
    assert "Fri 27 Nov, 12:00 (Berlin time), Cut and finish\nView your booking:" in first
    assert "Tue 24 Nov, 12:00 (Berlin time), Cut and finish\nBook again:" in last
    (again,) = links_of(last)
    assert again.startswith(f"/juniper/s/{salon.cut.slug}/times")
    (opens,) = links_of(first)
    assert client.get(opens)["Location"] == f"/manage/{ahead.reference}/"


def test_a_visit_that_is_over_lets_nobody_in_and_asks_for_no_care(salon: Salon) -> None:
    over = make_booking(service=salon.cut, starts_at=salon.at(24, 12), now=NOW)

    assert send(salon, now=after(salon)) == 1

    text = str(mail.outbox[0].body)
    assert "/m/" not in text
    assert over.reference not in text
    assert "do not forward" not in text


def test_what_is_not_sold_any_more_leads_to_what_is(salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 12), now=NOW)
    salon.cut.retired_at = NOW
    salon.cut.save()

    send(salon, now=after(salon))

    assert "Find another time: http" in str(mail.outbox[0].body)
    assert links_of(str(mail.outbox[0].body)) == ["/juniper/"]


def test_only_the_last_five_visits_are_named_and_none_that_was_cancelled(salon: Salon) -> None:
    for day in range(24, 31):
        booking = make_booking(service=salon.cut, starts_at=salon.at(day, 12), now=NOW)
    cancel_as_customer(booking, now=NOW)

    assert send(salon, now=after(salon, hours=200)) == 5
    assert "Tue 24 Nov" not in str(mail.outbox[0].body)
    assert "Mon 30 Nov" not in str(mail.outbox[0].body)


def test_plans_and_gift_cards_are_found_by_whoever_has_them(client: Client) -> None:
    studio = make_studio()
    plan = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    card = make_gift_card(by=studio.olga)
    of: dict[str, Any] = {"business_id": studio.business.pk, "reference": "", "attempt": 1}

    sent = [
        send_links(email=it, now=NOW, **of)
        for it in ("sam@example.com", plan.customer.email, card.buyer_email)
    ]

    assert sent == [0, 1, 1]
    of_plan, of_card = (str(it.body) for it in mail.outbox)
    assert "Passes and memberships\n\nTen classes, 10 visits left" in of_plan
    assert "Gift cards\n\nA gift card of US$50.00, US$50.00 left\nView the card:" in of_card
    assert card.code not in of_card
    (opens_plan,), (opens_card,) = links_of(of_plan), links_of(of_card)
    assert "Ten classes" in text_of(client.get(opens_plan, follow=True))
    assert "US$50.00" in text_of(client.get(opens_card, follow=True))


def test_how_much_is_asked_does_not_grow_with_what_is_found(
    salon: Salon, django_assert_num_queries: Any
) -> None:
    for day in (26, 27, 30):
        make_booking(service=salon.cut, starts_at=salon.at(day, 10), now=NOW)

    with django_assert_num_queries(4):
        found = find_all(business=salon.business, email="carl@example.com", reference="", now=NOW)

    assert len(found) == 3


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
