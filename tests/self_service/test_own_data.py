"""What somebody takes along: one calendar file of what is ahead, and all of their own data, without
a word of anybody else's (rule D9)."""

import json
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from apps.bookings import operations as bookings
from apps.bookings.models import Answer, Booking, Participant
from apps.checkout.models import GiftCard
from apps.customers.models import Consent, Customer, SignedInDevice
from apps.customers.proofs import hash_of_key
from apps.messages.composing import calendars_of
from apps.messages.queries import get_booking_facts
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_run, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CARL, SAM = "carl@example.com", "sam@example.com"


def signed_in(client: Client, email: str = CARL) -> Client:
    """A browser that has proven this mailbox."""
    SignedInDevice.objects.create(
        email=email,
        key_hash=hash_of_key(f"key of {email}"),
        name="Firefox on Android",
        signed_in_at=NOW,
        ends_at=NOW.replace(year=NOW.year + 1),
    )
    session = client.session
    session["signed_in"] = f"key of {email}"
    session.save()
    client.cookies["session"] = str(session.session_key)
    return client


def events_of(content: bytes) -> list[tuple[str, str, str]]:
    calendar: Any = Calendar.from_ical(content.decode())
    return [
        (str(it["UID"]), str(it["SUMMARY"]), str(it["DTSTART"].to_ical()))
        for it in calendar.walk("VEVENT")
    ]


def own_file(booking: Booking) -> list[tuple[str, str, str]]:
    """The events of the file that the booking's own page hands out."""
    (file,) = calendars_of(facts=get_booking_facts(booking_id=booking.pk), now=NOW)
    return events_of(file.content)


def test_one_file_holds_the_events_of_every_booking_ahead(client: Client, salon: Salon) -> None:
    other = make_salon(slug="rosewood")
    later = make_booking(service=other.cut, starts_at=other.at(27, 10), now=NOW)
    sooner = make_booking(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    make_booking(service=salon.cut, starts_at=salon.at(26, 9), now=NOW, email=SAM)

    file = signed_in(client).get("/me/bookings.ics")

    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert events_of(file.content) == [*own_file(sooner), *own_file(later)]
    assert CARL not in file.content.decode()


@pytest.mark.usefixtures("at_now")
def test_a_course_has_the_same_events_as_in_its_own_file(client: Client) -> None:
    studio: Studio = make_studio()
    booking = join(make_run(studio, first=studio.at(27, 18)))

    file = signed_in(client).get("/me/bookings.ics")

    assert events_of(file.content) == own_file(booking)
    assert len(own_file(booking)) > 1


def test_a_browser_that_booked_gets_its_file_without_signing_in(
    client: Client, salon: Salon
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")

    assert events_of(client.get("/me/bookings.ics").content) == own_file(booking)
    assert "All in one calendar file" in text_of(client.get("/me/"))


def test_nothing_ahead_is_no_file(client: Client, salon: Salon) -> None:
    assert client.get("/me/bookings.ics")["Location"] == "/me/"
    assert "All in one calendar file" not in text_of(client.get("/me/"))


@pytest.mark.parametrize("count", [1, 3])
def test_many_bookings_cost_no_more_questions(
    client: Client, salon: Salon, count: int, django_assert_num_queries: Any
) -> None:
    for day in range(26, 26 + count):
        make_booking(service=salon.cut, starts_at=salon.at(day, 10), now=NOW)
    signed_in(client)

    with django_assert_num_queries(4):
        assert len(events_of(client.get("/me/bookings.ics").content)) == count
    with django_assert_num_queries(19):
        assert len(client.get("/me/data.json").json()["bookings"]) == count


def put_canaries(salon: Salon, email: str, who: str) -> None:
    """A word of this person in every column that holds what they typed."""
    day = {"carl": 26, "sam": 27}[who]
    booking = make_booking(
        service=salon.cut, starts_at=salon.at(day, 10), now=NOW, name=f"{who}-name", email=email
    )
    Booking.objects.filter(pk=booking.pk).update(
        contact_phone=f"{who}-line",
        visit_address=f"{who}-door",
        customer_note=f"{who}-note",
        owner_note=f"{who}-behind-the-back",
    )
    person = Participant.objects.create(booking=booking, name=f"{who}-child")
    Answer.objects.create(
        booking=booking,
        participant=person,
        label=f"{who}-question",
        kind="SHORT_TEXT",
        value=f"{who}-answer",
    )
    contact = Customer.objects.get(email=email)
    Customer.objects.filter(pk=contact.pk).update(phone=f"{who}-telephone")
    Consent.objects.create(
        business=salon.business, customer=contact, wording=f"{who}-consent", given_at=NOW
    )
    make_purchase(plan=make_plan(services=[salon.cut], slug=who), by=salon.olga, email=email)
    card = make_gift_card(by=salon.olga)
    GiftCard.objects.filter(pk=card.pk).update(
        buyer_name=f"{who}-giver", buyer_email=email, words=f"{who}-wish", to_name=f"{who}-friend"
    )


CANARIES = (
    *("name", "line", "door", "note", "child", "question", "answer", "telephone", "consent"),
    *("giver", "wish", "friend"),
)


def test_the_data_hold_all_of_this_person_and_nothing_of_another(
    client: Client, salon: Salon
) -> None:
    put_canaries(salon, CARL, "carl")
    put_canaries(salon, SAM, "sam")

    answer = signed_in(client).get("/me/data.json")
    text = answer.content.decode()

    assert [it for it in CANARIES if f"carl-{it}" not in text] == []
    assert "sam" not in text
    assert "behind-the-back" not in text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(json.loads(text)["plans"]) == 1


def test_whoever_was_given_a_card_does_not_learn_the_address_of_the_giver(
    client: Client, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga)
    GiftCard.objects.filter(pk=card.pk).update(to_email=CARL)

    text = signed_in(client).get("/me/data.json").content.decode()

    assert "Eva Lindner" in text
    assert "eva@example.com" not in text
    assert card.code not in text


def test_data_are_for_whoever_is_signed_in(client: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")

    assert client.get("/me/data.json")["Location"] == "/me/sign-in/"
    assert "Download my data" not in text_of(client.get("/me/"))


def test_twenty_files_an_hour_are_enough(client: Client, salon: Salon) -> None:
    signed_in(client)

    answers = [client.get("/me/data.json").status_code for _time in range(21)]

    assert answers == [200] * 20 + [429]
