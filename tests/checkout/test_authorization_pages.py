"""Every page and mail says in words what is authorized, taken or released."""

import html
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, SandboxSession
from tests.factories import NOW, Salon
from tests.factories.money import make_prepared, work
from tests.pages import fields_of, fill, hold, text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
SETTLED = LATER + timedelta(seconds=11)
PROMISE = "€40.00 is held on your card and only charged if Juniper Hair confirms."
TEAM = "€40.00 is held on the customer’s card"
RELEASED = "You have not been charged: the €40.00 held on your card is released."


def words_of(page: Any) -> str:
    return " ".join(html.unescape(text_of(page)).split())


@pytest.fixture
def olga(asking: Salon) -> Client:
    browser = Client()
    browser.force_login(asking.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def to_pay_page(client: Client, salon: Salon) -> str:
    at = salon.at(26, 10).astimezone(salon.business.zone)
    return str(fill(client, hold(client, salon.bridal, at))["Location"])


@pytest.fixture
def sent(client: Client, asking: Salon) -> Booking:
    """Carl has gone through all of the pages; his request is in."""
    path = to_pay_page(client, asking)
    there = client.post(path, {**fields_of(client.get(path)), "way": "DEPOSIT"})["Location"]
    client.post(there, {"act": "PAY"})
    work(LATER)
    return Booking.objects.get()


def answer(verb: Any, salon: Salon, booking: Booking, **more: Any) -> None:
    booking.refresh_from_db()
    verb(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER, **more)


def carry_out() -> None:
    checkout.look_after_authorized(now=SETTLED)
    work(SETTLED)


def mails_to(mailoutbox: list[EmailMultiAlternatives], address: str) -> list[str]:
    return [" ".join(str(it.body).split()) for it in mailoutbox if it.to == [address]]


def test_the_picker_says_beforehand_that_nothing_is_taken_yet(
    client: Client, asking: Salon
) -> None:
    page = words_of(client.get("/juniper/s/bridal/times"))

    assert (
        "You pay a deposit of €40.00 online. What you pay online is only charged "
        "if Juniper Hair confirms."
    ) in page


def test_the_pay_page_speaks_of_keeping_not_of_paying(client: Client, asking: Salon) -> None:
    path = to_pay_page(client, asking)
    page = words_of(client.get(path))

    for words in (
        "Deposit by card",
        "Held on your card; the rest at the studio",
        "Hold €40.00 on card",
    ):
        assert words in page
    assert PROMISE in page
    assert "Held on card now" in page
    assert "Due now" not in page
    assert "Pay €40.00 deposit" not in page


def test_in_person_is_a_request_without_a_card(client: Client, asking: Salon) -> None:
    asking.bridal.deposit = None
    asking.bridal.save()
    path = to_pay_page(client, asking)

    page = words_of(client.get(f"{path}?way=IN_PERSON"))

    assert "Send request" in page
    assert "is held on your card" not in page


def test_the_provider_says_it_too(client: Client, asking: Salon) -> None:
    path = to_pay_page(client, asking)
    there = client.post(path, {**fields_of(client.get(path)), "way": "DEPOSIT"})["Location"]

    assert "The amount is only held on the card." in words_of(client.get(there))
    client.post(there, {"act": "PAY"})
    assert "Held on card." in words_of(client.get(there))


def test_the_customer_reads_it_where_the_request_is_shown(client: Client, sent: Booking) -> None:
    done = words_of(client.get(f"/done/{sent.reference}/"))
    mine = words_of(client.get(f"/manage/{sent.reference}/"))

    for page in (done, mine):
        assert PROMISE in page
        assert "€120.00, €40.00 of it held on card" in page
    assert "Pay €80.00 online" not in mine


def test_the_owner_reads_it_beside_the_answer(olga: Client, sent: Booking) -> None:
    page = words_of(olga.get(f"/own/juniper/bookings/{sent.reference}/"))

    assert f"{TEAM}. It is charged when you confirm and released when you decline." in page
    assert "Online, held on card" in page
    assert "Still to be paid" in page
    assert "€80.00" in page


def test_both_mails_of_a_request_say_it(
    sent: Booking, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    (mine,) = mails_to(mailoutbox, "carl@example.com")
    others = [str(it.body) for it in mailoutbox if it.to != ["carl@example.com"]]

    assert PROMISE in mine
    assert "€120.00, €40.00 of it held on card" in mine
    assert [f"{TEAM} and charged when you confirm." in " ".join(it.split()) for it in others] == [
        True
    ]


def test_after_a_yes_it_was_paid(
    client: Client, olga: Client, asking: Salon, sent: Booking
) -> None:
    answer(bookings.confirm_request, asking, sent)
    mine = words_of(client.get(f"/manage/{sent.reference}/"))
    owner = words_of(olga.get(f"/own/juniper/bookings/{sent.reference}/"))
    assert "€40.00 is held on your card and is being charged now." in mine
    assert f"{TEAM} and is being charged now." in owner

    carry_out()

    mine = words_of(client.get(f"/manage/{sent.reference}/"))
    assert "€40.00 paid, €80.00 at the studio" in mine
    assert "held on" not in mine
    assert "Pay €80.00 online" in mine


def test_after_a_no_it_is_released(
    client: Client,
    olga: Client,
    asking: Salon,
    sent: Booking,
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    answer(bookings.decline_request, asking, sent)
    before = words_of(client.get(f"/manage/{sent.reference}/"))
    owner = words_of(olga.get(f"/own/juniper/bookings/{sent.reference}/"))
    assert RELEASED in before
    assert "The €40.00 held on the customer’s card is released." in owner

    carry_out()

    assert RELEASED in words_of(client.get(f"/manage/{sent.reference}/"))
    assert RELEASED in mails_to(mailoutbox, "carl@example.com")[-1]


def test_a_booking_that_was_paid_and_cancelled_speaks_of_no_release(
    client: Client, asking: Salon, sent: Booking
) -> None:
    answer(bookings.confirm_request, asking, sent)
    carry_out()
    answer(bookings.cancel_booking, asking, sent, business_id=asking.business.pk)

    assert "released" not in words_of(client.get(f"/manage/{sent.reference}/"))


def test_who_lost_the_time_before_anything_was_taken_sees_what_is_free(
    client: Client, asking: Salon
) -> None:
    over = NOW + timedelta(minutes=40)
    path = to_pay_page(client, asking)
    there = client.post(path, {**fields_of(client.get(path)), "way": "DEPOSIT"})["Location"]
    SandboxSession.objects.update(expires_at=over + timedelta(minutes=5))
    make_prepared(
        service=asking.bridal, starts_at=asking.at(26, 10), now=over, email="eva@example.com"
    )
    with time_machine.travel(over, tick=False):
        client.post(there, {"act": "PAY"})
        work(over)
        lost = client.get(f"{path[:-3]}wait")

        held = hold(client, asking.bridal, asking.at(27, 10).astimezone(asking.business.zone))

    assert Payment.objects.get().status == "CANCELED"
    assert lost.status_code == 409
    assert "has just been taken" in words_of(lost)
    assert fields_of(client.get(held))["name"] == "Carl Vogt"


def test_a_card_that_failed_leads_back_while_the_time_is_there(
    client: Client, asking: Salon
) -> None:
    path = to_pay_page(client, asking)
    there = client.post(path, {**fields_of(client.get(path)), "way": "DEPOSIT"})["Location"]
    client.post(there, {"act": "DECLINE"})
    work(LATER)

    back = client.get(f"{path[:-3]}wait")

    assert (back.status_code, back["Location"]) == (303, f"{path}?failed=1")
