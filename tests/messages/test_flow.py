"""From a booking to the mails it owes: who hears what, once, and only while it is true."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking
from apps.customers.models import SignedInDevice, SignIn
from apps.messages import queries
from apps.messages.models import Message
from apps.messages.operations.send_sign_in import send_sign_in
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from tests.factories import NOW, Salon, make_booking, make_salon

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def work(at: datetime = NOW + timedelta(seconds=11)) -> None:
    """Let a worker do everything that is due, by default just after the undo window."""
    with time_machine.travel(at, tick=False):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()


def book(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


def ask(salon: Salon) -> Booking:
    return make_booking(service=salon.bridal, starts_at=salon.at(27, 15), now=NOW)


def told() -> list[tuple[str, str, str]]:
    rows = Message.objects.order_by("pk").values_list("kind", "to_address", "status")
    return [(kind, address, status) for kind, address, status in rows]


def test_a_booking_is_told_to_the_customer_and_to_the_owner(salon: Salon) -> None:
    book(salon)
    work()
    assert told() == [
        ("BOOKED", "carl@example.com", "SENT"),
        ("NEW_BOOKING", "hello@juniper.example", "SENT"),
    ]
    assert [sent.to for sent in mail.outbox] == [["carl@example.com"], ["hello@juniper.example"]]
    assert mail.outbox[0].subject == "Booked: Thu 26 Nov, 10:15, Cut and finish"
    assert mail.outbox[1].subject == "New booking: Thu 26 Nov, 10:15, Cut and finish"


def test_a_request_and_its_confirmation_are_told(salon: Salon) -> None:
    request = ask(salon)
    work()
    bookings.confirm_request(
        booking_id=request.pk, revision=request.revision, by=salon.olga, now=NOW
    )
    work()
    assert told() == [
        ("REQUESTED", "carl@example.com", "SENT"),
        ("NEW_REQUEST", "hello@juniper.example", "SENT"),
        ("CONFIRMED", "carl@example.com", "SENT"),
    ]
    assert [sent.subject.split(":")[0] for sent in mail.outbox] == [
        "Request received",
        "New request",
        "Confirmed",
    ]


def test_a_declined_request_is_told(salon: Salon) -> None:
    request = ask(salon)
    work()
    bookings.decline_request(
        booking_id=request.pk, revision=request.revision, by=salon.olga, now=NOW
    )
    work()
    assert told()[-1] == ("DECLINED", "carl@example.com", "SENT")
    assert mail.outbox[-1].subject == "Not possible: Fri 27 Nov, 15:00, Bridal trial"


def test_a_cancellation_is_told(salon: Salon) -> None:
    booking = book(salon)
    work()
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )
    work()
    assert told()[-1] == ("CANCELED", "carl@example.com", "SENT")


def test_a_mail_overtaken_by_the_next_decision_is_not_sent(salon: Salon) -> None:
    booking = book(salon)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )
    work()
    assert [(kind, status) for kind, _to, status in told()] == [
        ("BOOKED", "SKIPPED"),
        ("NEW_BOOKING", "SKIPPED"),
        ("CANCELED", "SENT"),
    ]
    assert len(mail.outbox) == 1


def test_after_a_long_outage_nobody_is_told_to_come_last_week(salon: Salon) -> None:
    booking = book(salon)
    work(booking.ends_at)
    assert {status for _kind, _to, status in told()} == {"SKIPPED"}
    assert mail.outbox == []


def test_a_decision_undone_in_time_is_told_to_nobody(salon: Salon) -> None:
    request = ask(salon)
    work()
    confirmed = bookings.confirm_request(
        booking_id=request.pk, revision=request.revision, by=salon.olga, now=NOW
    )
    bookings.undo_decision(
        booking_id=confirmed.pk, revision=confirmed.revision, by=salon.olga, now=NOW
    )
    work()
    assert [kind for kind, _to, _status in told()] == ["REQUESTED", "NEW_REQUEST"]


def test_work_done_twice_sends_nothing_twice(salon: Salon) -> None:
    book(salon)
    work()
    OutboxItem.objects.update(done_at=None)
    work()
    assert len(mail.outbox) == 2
    assert Message.objects.count() == 2


def test_a_booking_that_is_gone_owes_no_mail(salon: Salon) -> None:
    book(salon)
    Message.objects.all().delete()
    OutboxItem.objects.update(topic="mail.send", payload={"message_id": 1})
    work()
    assert [item.state for item in OutboxItem.objects.all()] == ["DONE"]
    assert mail.outbox == []


def test_owners_are_told_when_the_business_has_no_address_of_its_own(salon: Salon) -> None:
    salon.business.email = ""
    salon.business.save(update_fields=["email"])
    book(salon)
    work()
    assert told()[1] == ("NEW_BOOKING", "olga@juniper.example", "SENT")


def test_the_link_in_the_mail_opens_the_booking_and_is_stored_nowhere(salon: Salon) -> None:
    booking = book(salon)
    work()
    text = str(mail.outbox[0].body)
    token = text.split("/m/", maxsplit=1)[1].split(maxsplit=1)[0]
    assert len(token) == 43
    opened = bookings.exchange_link(token=token, now=NOW)
    assert opened is not None
    assert opened.booking_id == booking.pk
    message = Message.objects.get(kind="BOOKED")
    assert token not in message.body_text
    assert "/m/[secret link]" in message.body_text
    assert token not in str(list(AccessLink.objects.values()))
    assert token not in str(list(OutboxItem.objects.values()))


def test_the_team_gets_no_link_that_works_without_signing_in(salon: Salon) -> None:
    booking = book(salon)
    work()
    text = str(mail.outbox[1].body)
    assert "/m/" not in text
    assert f"/own/juniper/bookings/{booking.reference}/" in text


def test_links_come_from_the_configured_origin(
    salon: Salon,
) -> None:
    book(salon)
    with override_settings(PORTAL_ORIGIN="https://book.example"):
        work()
    assert "https://book.example/m/" in str(mail.outbox[0].body)
    assert mail.outbox[0].extra_headers["Message-ID"].endswith("@book.example>")


def test_the_sixth_mail_in_an_hour_to_one_address_is_held(salon: Salon) -> None:
    for hour in range(9, 15):
        make_booking(service=salon.cut, starts_at=salon.at(26, hour), now=NOW)
    work()
    sent = Message.objects.filter(kind="BOOKED", status="SENT")
    assert sent.count() == 5
    held = OutboxItem.objects.get(done_at=None)
    assert (held.attempts, held.failed_at) == (0, None)
    assert held.not_before == datetime(2026, 11, 24, 10, tzinfo=UTC)
    work(datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert sent.count() == 6


def test_whoever_has_signed_in_waits_for_no_mail_about_their_bookings(salon: Salon) -> None:
    device = {"email": "carl@example.com", "key_hash": "k", "name": "Firefox", "signed_in_at": NOW}
    SignedInDevice.objects.create(**device, ends_at=NOW + timedelta(days=1))
    for hour in range(9, 15):
        make_booking(service=salon.cut, starts_at=salon.at(26, hour), now=NOW)

    work()

    assert Message.objects.filter(kind="BOOKED", status="SENT").count() == 6


def test_asking_in_somebody_s_name_holds_back_none_of_their_mails(salon: Salon) -> None:
    first = make_booking(service=salon.cut, starts_at=salon.at(26, 9), now=NOW)
    work()
    asked = [sign_in_asked(first.contact_email, number) for number in range(6)]
    for asking in asked:
        send_sign_in(sign_in_id=asking, attempt=1, now=NOW)
    for hour in range(10, 14):
        make_booking(service=salon.cut, starts_at=salon.at(26, hour), now=NOW)

    work()

    assert Message.objects.filter(kind="BOOKED", status="SENT").count() == 5
    assert SignIn.objects.exclude(mailed_at=None).count() == 6


def sign_in_asked(email: str, number: int) -> int:
    ends_at = NOW + SignIn.LIFE
    asked = SignIn(email=email, form_key=f"k{number}", asked_at=NOW, expires_at=ends_at)
    asked.save()
    return asked.pk


def test_the_booking_page_lists_what_was_said(salon: Salon) -> None:
    booking = book(salon)
    work()
    listed = queries.list_messages(booking_id=booking.pk)
    assert [message.kind for message in listed] == ["BOOKED", "NEW_BOOKING"]
