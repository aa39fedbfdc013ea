"""The desk for one's own data, by link and signed in: asked for, seen, put right, taken along, and
erased by one tap and no sooner (rules S24, D10, D11)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.bookings.models import Booking
from apps.customers.models import Customer
from apps.privacy.models import DataRequest, PrivacyEntry
from apps.privacy.wiring import forget
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.money import work
from tests.factories.prepaid import make_gift_card
from tests.pages import text_of
from tests.privacy.people import AFTER, EMAIL, Zenobia, traces
from tests.self_service.test_own_data import signed_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_now"),
    pytest.mark.both_databases,
]
CARL = "carl@example.com"


def ask(client: Client, email: str = CARL, **extra: str) -> Any:
    return client.post("/juniper/data/", {"email": email, **extra})


def link_in_mail() -> str:
    text = "\n".join(str(it.body) for it in mail.outbox)
    (*_older, newest) = (it for it in text.splitlines() if "/m/data/" in it)
    return "/m/data/" + newest.split("/m/data/")[1]


def arrive(client: Client, email: str = CARL) -> str:
    """Ask, get the mail, open the link; return its address."""
    ask(client, email)
    work(NOW)
    link = link_in_mail()
    assert client.get(link)["Location"] == "/juniper/data/mine/"
    return link


@pytest.fixture
def booked(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    client: Client, booked: Booking
) -> None:
    known, unknown = ask(client), ask(client, "sam@example.com")

    assert known["Location"] == unknown["Location"] == "/juniper/data/sent/"
    assert "If we keep anything about this address" in text_of(client.get(known["Location"]))
    assert DataRequest.objects.count() == 2


def test_only_a_known_address_gets_a_mail(client: Client, booked: Booking) -> None:
    work(NOW)
    mail.outbox.clear()

    ask(client)
    ask(client, "sam@example.com")
    work(NOW)

    assert [it.to for it in mail.outbox] == [[CARL]]
    assert mail.outbox[0].subject == "Your data at Juniper Hair"


def test_the_page_that_asks_says_what_is_wrong_with_an_address(
    client: Client, salon: Salon
) -> None:
    answer = ask(client, "carl")

    assert answer.status_code == 422
    assert "Enter an e-mail address like name@example.com." in text_of(answer)


def test_nobody_sees_anything_without_the_link(client: Client, booked: Booking) -> None:
    for page in ("mine/", "mine.json", "erase/"):
        assert client.get(f"/juniper/data/{page}")["Location"] == "/juniper/data/"
    assert client.post("/juniper/data/erase/")["Location"] == "/juniper/data/"


def test_the_link_is_stored_as_a_hash_only(client: Client, booked: Booking) -> None:
    link = arrive(client)

    token = link.rsplit("/", 1)[1]
    assert len(token) == 43
    assert DataRequest.objects.get().token_hash not in token


def test_a_link_works_for_a_day_and_for_its_business_alone(client: Client, booked: Booking) -> None:
    other = make_salon(slug="rosewood")
    make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW)
    link = arrive(client)

    assert client.get("/rosewood/data/mine/")["Location"] == "/rosewood/data/"
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert client.get(link).status_code == 404
        assert client.get("/juniper/data/mine/")["Location"] == "/juniper/data/"


def test_a_made_up_link_leads_nowhere(client: Client, booked: Booking) -> None:
    for token in ("x", "x" * 43, "x" * 200):
        answer = client.get(f"/m/data/{token}")
        assert answer.status_code == 404
        assert "This link no longer works" in text_of(answer)


def test_the_page_shows_what_is_kept(client: Client, booked: Booking) -> None:
    Booking.objects.update(customer_note="Please be gentle")
    arrive(client)

    page = text_of(client.get("/juniper/data/mine/"))

    assert CARL in page
    assert "Cut and finish" in page
    assert booked.reference in page
    assert "Please be gentle" in page


def test_who_only_has_a_gift_card_sees_that(client: Client, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga)
    arrive(client, card.buyer_email)

    page = text_of(client.get("/juniper/data/mine/"))

    assert "1 gift card" in page
    assert client.post("/juniper/data/mine/", {"name": "Sam"}).status_code == 200


def test_name_and_phone_are_put_right_here_and_in_what_is_ahead(
    client: Client, booked: Booking
) -> None:
    arrive(client)
    typed = {"name": "Carla Vogt", "phone": "030 5550142"}

    for _tap in range(2):
        answer = client.post("/juniper/data/mine/", typed)
        assert answer["Location"] == "/juniper/data/mine/?saved=1"

    booked.refresh_from_db()
    known = Customer.objects.get()
    assert (known.name, known.phone) == ("Carla Vogt", "+49305550142")
    assert (booked.contact_name, booked.contact_phone) == ("Carla Vogt", "+49305550142")
    assert booked.history.filter(action="CORRECTED").count() == 1
    assert PrivacyEntry.objects.get().counts == {"bookings": 1}


def test_what_is_over_keeps_its_name(client: Client, booked: Booking) -> None:
    ask(client)
    with time_machine.travel(AFTER, tick=False):
        ask(client)
        work(AFTER)
        client.get(link_in_mail())
        client.post("/juniper/data/mine/", {"name": "Carla Vogt", "phone": ""})

    booked.refresh_from_db()
    assert (booked.contact_name, Customer.objects.get().name) == ("Carl Vogt", "Carla Vogt")


@pytest.mark.parametrize("typed", [{"name": "", "phone": ""}, {"name": "Carl", "phone": "abc"}])
def test_what_is_wrong_is_said_beside_the_field_and_kept(
    client: Client, booked: Booking, typed: dict[str, str]
) -> None:
    arrive(client)

    answer = client.post("/juniper/data/mine/", typed)

    assert answer.status_code == 422
    assert "One thing needs your attention" in text_of(answer)
    assert Customer.objects.get().name == "Carl Vogt"


def test_the_copy_has_this_business_and_no_other(client: Client, booked: Booking) -> None:
    other = make_salon(slug="rosewood")
    make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW)
    arrive(client)

    copy = client.get("/juniper/data/mine.json").json()

    assert [it["reference"] for it in copy["bookings"]] == [booked.reference]
    assert [it["business"] for it in copy["contacts"]] == ["Juniper Hair"]
    assert "Cut and finish" in copy["mails"][0]["text"]


@pytest.mark.parametrize("count", [1, 3])
def test_many_bookings_cost_no_more_questions(
    client: Client, salon: Salon, count: int, django_assert_num_queries: Any
) -> None:
    for day in range(26, 26 + count):
        make_booking(service=salon.cut, starts_at=salon.at(day, 10), now=NOW)
    arrive(client)

    with django_assert_num_queries(12):
        client.get("/juniper/data/mine/")


def test_reading_erases_nobody(client: Client, zenobia: Zenobia) -> None:
    with time_machine.travel(AFTER, tick=False):
        ask(client, EMAIL)
        work(AFTER)
        link = link_in_mail()
        before = len(traces())
        for _time in range(2):
            client.head(link)
            client.get(link)
            client.get("/juniper/data/erase/")
            client.head("/juniper/data/erase/")

    assert len(traces()) == before
    assert PrivacyEntry.objects.count() == 0


def test_the_page_says_what_goes_and_what_stays_and_one_tap_does_it(
    client: Client, zenobia: Zenobia
) -> None:
    with time_machine.travel(AFTER, tick=False):
        ask(client, EMAIL)
        work(AFTER)
        link = link_in_mail()
        client.get(link)
        page = text_of(client.get("/juniper/data/erase/"))
        done = client.post("/juniper/data/erase/")
        again = client.post("/juniper/data/erase/")
        dead = client.get(link)
    work(AFTER)

    assert "This goes" in page
    assert "This stays, without a name" in page
    assert done["Location"] == "/juniper/data/erased/"
    assert again["Location"] == "/juniper/data/"
    assert dead.status_code == 404
    assert "no longer knows who you are" in text_of(client.get("/juniper/data/erased/"))
    assert traces() == []


def test_what_is_ahead_is_named_with_what_to_do_about_it(client: Client, booked: Booking) -> None:
    arrive(client)

    page = text_of(client.get("/juniper/data/erase/"))
    tap = client.post("/juniper/data/erase/")

    assert f"({booked.reference}): cancel it, or wait until it is over." in page
    assert "Yes, erase it" not in page
    assert tap.status_code == 409
    assert "Nothing was erased: something is still open." in text_of(tap)
    assert Customer.objects.get().email == CARL


def test_who_is_signed_in_gets_from_there_to_what_is_ahead(client: Client, booked: Booking) -> None:
    signed_in(client, CARL)

    page = text_of(client.get("/juniper/data/erase/"))

    assert '<a class="btn primary" href="/me/">My bookings</a>' in page
    assert "Find my booking</a></p>" not in page
    assert booked.reference in text_of(client.get("/me/"))


def test_who_is_signed_in_reaches_every_business_without_a_link(
    client: Client, booked: Booking
) -> None:
    other = make_salon(slug="rosewood", name="Rosewood")
    make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW)
    make_salon(slug="unknown", name="Unknown")
    signed_in(client)

    page = client.get("/me/data/")

    assert "/juniper/data/mine/" in page.content.decode()
    assert "/rosewood/data/mine/" in page.content.decode()
    assert "/unknown/" not in page.content.decode()
    assert client.get("/rosewood/data/mine/").status_code == 200
    assert client.get("/unknown/data/mine/")["Location"] == "/unknown/data/"


def test_the_list_of_businesses_is_for_who_is_signed_in(client: Client, booked: Booking) -> None:
    assert client.get("/me/data/")["Location"] == "/me/sign-in/"


def test_forgetting_me_here_closes_the_desk(client: Client, booked: Booking) -> None:
    arrive(client)

    client.post("/me/forget")

    assert client.get("/juniper/data/mine/")["Location"] == "/juniper/data/"


def test_requests_and_addresses_of_receipts_are_forgotten(client: Client, salon: Salon) -> None:
    ask(client)
    PrivacyEntry.objects.create(
        business=salon.business, what="ERASED", actor="CUSTOMER", tell=CARL, at=NOW
    )

    forget(NOW + timedelta(days=2, seconds=1))

    assert DataRequest.objects.count() == 0
    assert PrivacyEntry.objects.get().tell == ""
