"""Mails through a real mail server, and what happens when it is ill (rule C8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from apps.bookings.models import Booking
from apps.messages.models import Message
from apps.outbox import operations as outbox
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from bookings_portal.mail import parse_email_url
from tests.factories import NOW, make_booking, make_salon
from tests.messages.mail_server import MailServer, serving
from tests.ports import free_port

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(seconds=11)


@pytest.fixture
def booking() -> Booking:
    """Carl's booking; only he is told, because the business has no address and no owner's."""
    salon = make_salon(slug="juniper")
    salon.business.email = ""
    salon.business.save(update_fields=["email"])
    salon.olga.delete()
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


@contextmanager
def mailing_by(url: str, *, patience: float = 5) -> Iterator[None]:
    settings = parse_email_url(url, data_dir=Path("/nowhere"))
    with override_settings(**{**settings, "EMAIL_TIMEOUT": patience}):
        yield


def work(server: MailServer, *, at: datetime = SOON, patience: float = 5) -> None:
    with mailing_by(server.url, patience=patience), time_machine.travel(at, tick=False):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()


def the_item() -> OutboxItem:
    return OutboxItem.objects.get(topic="mail.send")


def require_still_booked(booking: Booking) -> None:
    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"


def test_a_mail_arrives_whole_and_at_one_person(booking: Booking) -> None:
    with serving(MailServer()) as server:
        work(server)
    assert server.recipients == [["carl@example.com"]]
    (mail,) = server.accepted
    assert mail["Subject"] == "Booked: Thu 26 Nov, 10:15, Cut and finish"
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    message = Message.objects.get()
    assert mail["Message-ID"] == message.message_id
    assert (message.status, message.sent_at, message.subject) == ("SENT", SOON, mail["Subject"])
    assert the_item().state == "DONE"


def test_a_dead_server_loses_no_booking_and_no_mail(booking: Booking) -> None:
    server = MailServer(port=free_port())
    work(server)
    require_still_booked(booking)
    item = the_item()
    assert (item.state, item.attempts) == ("OPEN", 1)
    assert item.not_before == SOON + timedelta(minutes=1)
    assert Message.objects.get().status == "QUEUED"

    with serving(server):
        work(server, at=SOON + timedelta(seconds=59))
        assert server.accepted == []
        work(server, at=SOON + timedelta(minutes=1))
        work(server, at=SOON + timedelta(days=1))
    assert len(server.accepted) == 1


def test_pauses_grow_while_the_server_stays_dead(booking: Booking) -> None:
    server = MailServer(port=free_port())
    at, pauses = SOON, []
    for _ in range(5):
        work(server, at=at)
        pauses.append((the_item().not_before - at) / timedelta(minutes=1))
        at = the_item().not_before
    assert pauses == [1, 5, 15, 60, 60]


@pytest.mark.parametrize(
    "ill", [MailServer(rcpt="450 mailbox busy"), MailServer(data="451 try again later")]
)
def test_a_refusal_for_now_is_tried_again_and_sent_once(booking: Booking, ill: MailServer) -> None:
    with serving(ill):
        work(ill)
        assert (the_item().state, the_item().attempts) == ("OPEN", 1)
        message = Message.objects.get()
        assert (message.status, message.error[:2]) == ("QUEUED", "45")
        ill.rcpt = ill.data = ""
        work(ill, at=SOON + timedelta(minutes=1))
    assert len(ill.accepted) == 1
    assert Message.objects.get().error == ""
    require_still_booked(booking)


@pytest.mark.parametrize(
    "ill", [MailServer(rcpt="550 no such mailbox"), MailServer(data="554 not wanted")]
)
def test_a_refusal_for_good_is_shown_and_not_tried_again(booking: Booking, ill: MailServer) -> None:
    with serving(ill):
        work(ill)
        ill.rcpt = ill.data = ""
        work(ill, at=SOON + timedelta(days=2))
    assert ill.accepted == []
    message = Message.objects.get()
    assert message.status == "FAILED"
    assert message.error[:3] in {"550", "554"}
    assert the_item().state == "FAILED"
    require_still_booked(booking)


def test_an_operator_can_have_a_failed_mail_sent_again(booking: Booking) -> None:
    with serving(MailServer(rcpt="550 no such mailbox")) as server:
        work(server)
        server.rcpt = ""
        outbox.retry_now(item_ids=[the_item().pk], now=SOON)
        work(server)
    assert len(server.accepted) == 1
    assert Message.objects.get().status == "SENT"


@pytest.mark.slow
def test_a_hanging_server_is_left_after_the_time_limit(booking: Booking) -> None:
    with serving(MailServer(hang=3)) as server:
        work(server, patience=0.5)
        item = the_item()
        assert (item.state, item.attempts) == ("OPEN", 1)
        assert Message.objects.get().status == "QUEUED"
    require_still_booked(booking)


def test_a_copy_sent_twice_has_the_same_message_id(booking: Booking) -> None:
    """The server takes the mail and the connection breaks before it says so: nobody can know."""
    with serving(MailServer(drop_after_accept=True)) as server:
        work(server)
        server.drop_after_accept = False
        work(server, at=SOON + timedelta(minutes=1))
    assert len(server.accepted) == 2
    assert server.accepted[0]["Message-ID"] == server.accepted[1]["Message-ID"]
    assert Message.objects.get().status == "SENT"


def test_one_dead_mailbox_does_not_hold_up_the_others() -> None:
    salon = make_salon(slug="juniper")
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    with serving(MailServer(refused="carl@example.com")) as server:
        work(server)
    assert server.recipients == [["hello@juniper.example"]]
    states = OutboxItem.objects.filter(topic="mail.send").order_by("pk")
    assert [item.state for item in states] == ["FAILED", "DONE"]
