"""Where customers cancel themselves no page and no mail sends them to the telephone; where the
policy leaves it to the team, each says how it is done (rule W10)."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.messages.composing import compose
from apps.messages.facts import Kind
from tests.factories import NOW, Salon, make_booking, make_request
from tests.messages.facts import EVA_S_CUT
from tests.pages import fill, hold, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

WAYS = pytest.mark.parametrize(
    ("phone", "email", "way"),
    [
        ("030 555 0142", "hello@juniper.example", "PHONE"),
        ("", "hello@juniper.example", "MAIL"),
        ("", "", ""),
    ],
    ids=["by phone", "by e-mail", "nothing is known"],
)


def reached_by(salon: Salon, phone: str, email: str) -> None:
    """Only whoever is signed in cancels; the team is reached so."""
    salon.business.phone, salon.business.email = phone, email
    salon.business.save()
    salon.policy.cancel_by_link = False
    salon.policy.save()


SIGNS_IN = "To cancel your booking, open it and sign in by e-mail."
QUESTIONS = {
    "PHONE": ["Questions? Call 030 555 0142."],
    "MAIL": ["Questions? Reply to our e-mail."],
    "": [],
}


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).replace("\xa0", " ").split())


def cancel(salon: Salon, booking: Booking) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )


def said_of_cancelling(page: Any) -> list[str]:
    """The sentences about until when and how."""
    words = words_of(page)
    return re.findall(
        r"(?:Free cancellation|To c(?:hange|ancel)|Questions(?: or other changes)?\?"
        r"|The customer c(?:an|ould)) ?[^.]*\.",
        words,
    )


def test_whoever_cancels_online_is_sent_to_no_telephone(client: Client, salon: Salon) -> None:
    address = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))
    details = client.get(address)
    done = client.get(
        fill(client, address, {"name": "Eva", "email": "eva@example.com"})["Location"]
    )
    page = opened(client, Booking.objects.get())

    until = "Free cancellation until"
    assert said_of_cancelling(details) == [f"{until} Wed 25 Nov, 10:00."]
    assert said_of_cancelling(done) == [f"{until} then."]
    assert said_of_cancelling(page) == ["Questions? Call 030 555 0142."]
    assert f'href="/manage/{Booking.objects.get().reference}/cancel"' in text_of(page)
    assert said_of_cancelling(owner_page(client, salon, Booking.objects.get())) == [
        "The customer can cancel free of charge until Wed 25 Nov, 10:00."
    ]


@WAYS
def test_the_page_of_the_details(
    client: Client, salon: Salon, phone: str, email: str, way: str
) -> None:
    reached_by(salon, phone, email)

    page = client.get(hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone)))

    assert said_of_cancelling(page) == ["Free cancellation until Wed 25 Nov, 10:00.", SIGNS_IN]


@WAYS
def test_the_page_that_says_booked(
    client: Client, salon: Salon, phone: str, email: str, way: str
) -> None:
    reached_by(salon, phone, email)
    address = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))

    done = client.get(
        fill(client, address, {"name": "Eva", "email": "eva@example.com"})["Location"]
    )

    assert said_of_cancelling(done) == ["Free cancellation until then.", SIGNS_IN]


@WAYS
def test_the_page_behind_the_link(
    client: Client, salon: Salon, phone: str, email: str, way: str
) -> None:
    reached_by(salon, phone, email)
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    page = opened(client, booking)

    assert said_of_cancelling(page) == QUESTIONS[way]
    assert "Sign in to change this booking" in words_of(page)
    later = {"PHONE": "Only by phone", "MAIL": "Only by e-mail"}.get(way, "No longer possible")
    assert [it.cost_words for it in page.context["limits"]] == ["Free", later]


def test_a_request_is_withdrawn_there_and_otherwise_changed_by_a_call(
    client: Client, salon: Salon
) -> None:
    booking = make_request(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)

    page = opened(client, booking)

    assert said_of_cancelling(page) == ["Questions or other changes? Call 030 555 0142."]


def test_what_has_ended_or_may_not_be_cancelled_leaves_questions(
    client: Client, salon: Salon
) -> None:
    ended = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel(salon, ended)
    salon.policy.cancel_allowed = False
    salon.policy.save()
    fixed = make_booking(service=salon.cut, starts_at=salon.at(26, 14), now=NOW)

    for booking in (ended, fixed):
        assert said_of_cancelling(opened(client, booking)) == ["Questions? Call 030 555 0142."]


def opened(client: Client, booking: Booking) -> Any:
    token = bookings.create_access_link(booking=booking, now=NOW)
    return client.get(f"/m/{token}", follow=True)


@WAYS
def test_the_mail(phone: str, email: str, way: str) -> None:
    business = replace(EVA_S_CUT.business, phone=phone, email=email)
    facts = replace(EVA_S_CUT, business=business, policy=Policy(cancel_by_link=False))

    body = str(mail_of(facts, Kind.BOOKED).mail.body)

    said = [line for line in body.splitlines() if "cancel" in line or "Questions" in line]
    assert said == ["Free cancellation until Wed 25 Nov, 10:15.", SIGNS_IN, *QUESTIONS[way]]
    assert "\nView your booking: http" in body


@WAYS
def test_what_only_the_team_cancels_any_more_the_mail_says_how(
    phone: str, email: str, way: str
) -> None:
    business = replace(EVA_S_CUT.business, phone=phone, email=email)
    policy = Policy(cancel_until_minutes=4 * 1440)
    facts = replace(EVA_S_CUT, business=business, policy=policy, cancel_until=None)

    body = str(mail_of(facts, Kind.BOOKED).mail.body)

    how = {
        "PHONE": ["To change or cancel, call 030 555 0142."],
        "MAIL": ["To change or cancel, reply to our e-mail."],
        "": [],
    }[way]
    assert [line for line in body.splitlines() if "cancel" in line] == how


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (Kind.REQUESTED, "PENDING", "Questions or other changes? Call 030 555 0142."),
        (Kind.CANCELED, "CANCELED", "Questions? Call 030 555 0142."),
        (Kind.WAITLISTED, "WAITING_LIST", "Questions? Call 030 555 0142."),
    ],
)
def test_other_mails(kind: Kind, status: str, words: str) -> None:
    body = str(mail_of(replace(EVA_S_CUT, status=status), kind).mail.body)

    assert [line for line in body.splitlines() if "030 555 0142" in line] == [words]


def mail_of(facts: Any, kind: Kind) -> Any:
    return compose(
        facts=facts,
        kind=kind,
        to_address="eva@example.com",
        message_id="<booked.1.7KQ4MWXD@book.example>",
        token="t" * 43,
        now=NOW,
    )


@WAYS
def test_the_owner_reads_how_it_is_done(
    client: Client, salon: Salon, phone: str, email: str, way: str
) -> None:
    reached_by(salon, phone, email)
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    page = owner_page(client, salon, booking)

    assert said_of_cancelling(page) == [
        "The customer can cancel free of charge until Wed 25 Nov, 10:00, once signed in."
    ]


def test_the_owner_reads_no_deadline_of_what_has_ended(client: Client, salon: Salon) -> None:
    cancelled = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel(salon, cancelled)
    declined = make_request(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    bookings.decline_request(
        booking_id=declined.pk, revision=declined.revision, by=salon.olga, now=NOW
    )

    for booking in (cancelled, declined):
        page = owner_page(client, salon, booking)
        assert said_of_cancelling(page) == []
        assert "at the time of booking" not in words_of(page)


def owner_page(client: Client, salon: Salon, booking: Booking) -> Any:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/own/{salon.business.slug}/bookings/{booking.reference}/")
