"""A mistyped address is corrected once, in the browser that booked (rule S15)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.customers.models import Customer
from apps.messages.models import Message
from tests.factories import Salon
from tests.pages import fill, hold

pytestmark = pytest.mark.django_db

TYPED = {"name": "Eva Lindner", "email": "eva@gmial.example"}


@pytest.fixture
def eva(client: Client, salon: Salon, at_now: datetime) -> Booking:
    at = salon.at(26, 10).astimezone(salon.business.zone)
    fill(client, hold(client, salon.cut, at), TYPED)
    return Booking.objects.get()


def path_of(booking: Booking) -> str:
    return f"/done/{booking.reference}/address"


def test_the_done_page_leads_there_and_a_stranger_does_not_get_in(
    client: Client, eva: Booking
) -> None:
    page = client.get(f"/done/{eva.reference}/").content.decode()

    assert page.count(path_of(eva)) == 2  # a link, and the question whether the mail came back
    assert client.get(path_of(eva)).status_code == 200
    assert Client().get(path_of(eva)).status_code == 404
    assert Client().post(path_of(eva), {"email": "sam@example.com"}).status_code == 404


def test_the_booking_moves_to_the_right_address_and_old_links_die(
    client: Client, eva: Booking, at_now: datetime
) -> None:
    old = bookings.create_access_link(booking=eva, now=at_now)

    answer = client.post(path_of(eva), {"email": " Eva@Gmail.example "})

    eva.refresh_from_db()
    last = BookingEvent.objects.filter(booking=eva).latest("pk")
    assert (answer.status_code, answer["Location"]) == (303, f"/done/{eva.reference}/")
    assert eva.contact_email == "eva@gmail.example"
    assert eva.customer == Customer.objects.get(email="eva@gmail.example")
    assert (last.action, "gmail" in str((last.before, last.after))) == ("READDRESSED", False)
    assert bookings.exchange_link(token=old, now=at_now) is None
    call_command("check_ledger")


def test_only_the_customer_hears_of_it_once_more(
    client: Client, eva: Booking, at_now: datetime
) -> None:
    client.post(path_of(eva), {"email": "eva@gmail.example"})

    with time_machine.travel(at_now + timedelta(minutes=1), tick=False):
        call_command("worker", "--drain")

    told = Message.objects.filter(to_address__contains="eva").order_by("pk")
    team = Message.objects.exclude(to_address__contains="eva")
    assert [(it.to_address, it.kind) for it in told] == [
        ("eva@gmail.example", "BOOKED"),  # the first one finds the address corrected
        ("eva@gmail.example", "BOOKED"),
    ]
    assert team.count() == 1


def test_it_is_done_once(client: Client, eva: Booking) -> None:
    client.post(path_of(eva), {"email": "eva@gmail.example"})

    answer = client.post(path_of(eva), {"email": "all@example.com"})

    assert answer.status_code == 409
    assert "The address was corrected before." in answer.content.decode()
    assert 'value="all@example.com"' in answer.content.decode()
    assert Booking.objects.get().contact_email == "eva@gmail.example"


@pytest.mark.parametrize(
    "email", ["", "eva", "a@b.de,c@d.de", "x@y.de\r\nBcc: all@example.com", "x" * 10_000, "\x00"]
)
def test_what_is_no_address_comes_back_with_words(client: Client, eva: Booking, email: str) -> None:
    answer = client.post(path_of(eva), {"email": email})

    assert answer.status_code == 422
    assert Booking.objects.get().contact_email == "eva@gmial.example"


def test_a_cancelled_booking_is_left_alone(
    client: Client, salon: Salon, eva: Booking, at_now: datetime
) -> None:
    bookings.cancel_booking(
        booking_id=eva.pk,
        business_id=salon.business.pk,
        revision=eva.revision,
        by=salon.olga,
        now=at_now,
    )

    assert client.post(path_of(eva), {"email": "eva@gmail.example"}).status_code == 409
    assert path_of(eva) not in client.get(f"/done/{eva.reference}/").content.decode()


def test_many_tries_are_asked_to_wait(client: Client, eva: Booking) -> None:
    answers = [
        client.post(path_of(eva), {"email": f"eva{turn}@example.com"}).status_code
        for turn in range(11)
    ]

    assert answers == [303, *[409] * 9, 429]


def test_the_fragment_speaks_only_when_the_mail_came_back(client: Client, eva: Booking) -> None:
    quiet = client.get(path_of(eva), headers={"HX-Request": "true"}).content.decode()
    event = BookingEvent.objects.get(booking=eva)
    Message.objects.create(
        business=eva.business,
        booking=eva,
        event=event,
        kind="BOOKED",
        to_address=eva.contact_email,
        message_id="<1@portal>",
        outbox_key="mail:1",
        status="FAILED",
        created_at=event.at,
    )

    loud = client.get(path_of(eva), headers={"HX-Request": "true"}).content.decode()

    assert 'role="alert"' not in quiet
    assert 'We could not reach <span class="whole">e…@gmial.example</span>.' in loud
