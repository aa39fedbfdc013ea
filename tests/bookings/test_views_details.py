import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import create_access_link
from apps.customers.operations import find_or_add_customer
from apps.outbox.models import OutboxItem
from apps.web.models import RateCounter
from tests.factories import NOW, Salon, make_booking
from tests.pages import DETAILS, fields_of, fill, hold, slot_at, tap, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def address(client: Client, salon: Salon) -> str:
    return hold(client, salon.cut, salon.at(26, 10, 15).astimezone(salon.business.zone))


def test_details_become_a_booking_once_also_after_back(client: Client, address: str) -> None:
    answer = fill(client, address)
    booking = Booking.objects.get()
    again = client.post(address, DETAILS)
    back = client.get(address)

    assert booking.status == Booking.Status.CONFIRMED
    assert (booking.contact_name, booking.contact_email) == ("Carl Vogt", "carl@example.com")
    done = f"/done/{booking.reference}/"
    assert [it["Location"] for it in (answer, again, back)] == [done] * 3
    assert [it.status_code for it in (answer, again, back)] == [303] * 3
    assert Booking.objects.count() == BookingEvent.objects.count() == 1
    assert OutboxItem.objects.filter(topic="booking.confirmed").count() == 1


def test_a_service_with_approval_sends_a_request(client: Client, salon: Salon) -> None:
    address = hold(client, salon.bridal, salon.at(27, 10).astimezone(salon.business.zone))
    page = client.get(address)

    answer = fill(client, address)

    assert "Send request" in text_of(page)
    assert Booking.objects.get().status == Booking.Status.PENDING
    done = text_of(client.get(answer["Location"]))
    assert "Request sent, Carl." in done
    assert "answers within 24 hours" in done


def test_mistakes_come_back_with_words_and_everything_typed(client: Client, address: str) -> None:
    answer = fill(client, address, {"name": "", "email": "carl@", "note": "Left side"})
    text = text_of(answer)

    assert answer.status_code == 422
    assert "<title>Error: Your details" in text
    assert "Two things need your attention" in text
    assert '<a href="#name">Enter your full name.</a>' in text
    assert "Enter an e-mail address like name@example.com." in text
    assert 'value="carl@"' in text
    assert "Left side" in text
    assert Booking.objects.get().draft_text["note"] == ["Left side"]
    assert 'value="carl@"' in text_of(client.get(address))


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "x" * 10_000, "email": "carl@example.com"},
        {"name": "Carl", "email": "x" * 10_000},
        {"name": "Carl", "email": "carl@example.com\r\nBcc: all@example.com"},
        {"name": "Carl", "email": "a@b.de,c@d.de"},
        {"name": "Carl", "email": ["a@b.de", "c@d"]},
        {"name": "\x00\u202e", "email": "carl@example.com"},
        {"name": "Carl", "email": "carl@example.com", "phone": "NaN"},
        {"name": "Carl", "email": "carl@example.com", "phone": "9" * 10_000},
        {"name": "Carl", "email": "carl@example.com", "note": "n" * 10_000},
    ],
)
def test_hostile_details_are_refused_with_words(
    client: Client, address: str, typed: dict[str, Any]
) -> None:
    answer = fill(client, address, typed)

    assert answer.status_code == 422
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_markup_and_marks_come_out_as_inert_text(client: Client, address: str) -> None:
    name = "<script>alert(1)</script>\u202e {{7*7}} =1+1"

    answer = fill(client, address, {"name": name, "email": "carl@example.com"})
    done = text_of(client.get(answer["Location"]))

    assert Booking.objects.get().contact_name == "<script>alert(1)</script> {{7*7}} =1+1"
    assert "<script>alert" not in done
    assert "Booked, &lt;script&gt;alert(1)&lt;/script&gt;." in done


@pytest.mark.parametrize("name", ["party_size", "price", "starts_at", "status", "resource"])
def test_fields_nobody_asked_for_change_nothing(
    client: Client, address: str, name: str, salon: Salon
) -> None:
    fill(client, address, {**DETAILS, name: "1"})

    booking = Booking.objects.get()
    assert (booking.price, booking.party_size) == (4800, 1)
    assert booking.starts_at == salon.at(26, 10, 15)


def test_phones_are_kept_in_one_form(client: Client, address: str) -> None:
    fill(client, address, {**DETAILS, "phone": "030 555 0142"})

    assert Booking.objects.get().contact_phone == "+49305550142"


def test_a_changed_price_is_shown_before_anything_is_booked(
    client: Client, salon: Salon, address: str
) -> None:
    page = client.get(address)
    salon.cut.price = 5200
    salon.cut.save()
    seals = {k: v for k, v in fields_of(page).items() if k.endswith("_seal")}

    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        answer = client.post(address, {**seals, **DETAILS})
        assert Booking.objects.get().status == Booking.Status.CREATED
        again = client.post(address, fields_of(answer))

    text = text_of(answer)
    assert answer.status_code == 409
    assert "€48.00" in text
    assert "Continue with €52.00" in text
    assert again.status_code == 303
    assert Booking.objects.get().price == 5200


@pytest.mark.parametrize("seal", ["", "x", "1:2:3"])
def test_a_broken_price_seal_books_nothing(client: Client, address: str, seal: str) -> None:
    answer = fill(client, address, {**DETAILS, "price_seal": seal})

    assert answer.status_code == 422
    assert "Please check the price" in text_of(answer)
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_an_expired_hold_is_taken_again_without_a_word(
    client: Client, address: str, salon: Salon
) -> None:
    seals = fields_of(client.get(address))

    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        answer = client.post(address, {**seals, **DETAILS})

    assert answer.status_code == 303
    assert Booking.objects.get().status == Booking.Status.CONFIRMED


def test_a_lost_hold_leads_to_the_nearest_times_with_the_text_kept(
    client: Client, address: str, salon: Salon
) -> None:
    seals = fields_of(client.get(address))
    later = NOW + timedelta(minutes=30)
    with time_machine.travel(later, tick=False):
        for number in range(2):
            make_booking(
                service=salon.cut,
                starts_at=salon.at(26, 10, 15),
                now=later,
                email=f"sam{number}@example.com",
            )
        page = client.post(address, {**seals, **DETAILS, "note": "Left side"})
        next_slot = page.context["gone"]["slots"][0].value
        again = client.get(tap(client, salon.cut, next_slot)["Location"])

    assert page.status_code == 409
    assert "10:15 has just been taken." in text_of(page)
    assert "Left side" in text_of(again)
    assert 'value="carl@example.com"' in text_of(again)


def test_robots_are_asked_once_more_and_lose_no_text(client: Client, address: str) -> None:
    seals = fields_of(client.get(address))

    hasty = client.post(address, {**seals, **DETAILS})
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        trapped = client.post(address, {**seals, **DETAILS, "website_address": "http://x"})
        forged = client.post(address, {**seals, **DETAILS, "form_seal": "x"})
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        stale = client.post(address, {**seals, **DETAILS})

    assert [it.status_code for it in (hasty, trapped, forged, stale)] == [422] * 4
    assert "Please check your details" in text_of(hasty)
    assert 'value="carl@example.com"' in text_of(stale)
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_an_address_with_three_bookings_ahead_proves_its_mailbox_first(salon: Salon) -> None:
    zone = salon.business.zone
    for number in range(3):
        make_booking(service=salon.cut, starts_at=salon.at(26, 9 + number), now=NOW)
    client = Client()
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(zone))

    refused = fill(client, address)
    token = create_access_link(booking=Booking.objects.order_by("pk")[0], now=NOW)
    client.get(f"/m/{token}")
    allowed = fill(client, address)

    assert refused.status_code == 422
    assert (
        "To book more with this address or phone number, please open one of the bookings"
        in text_of(refused)
    )
    assert allowed.status_code == 303


def test_a_phone_with_three_bookings_ahead_proves_a_mailbox_whatever_the_address(
    salon: Salon,
) -> None:
    zone = salon.business.zone
    for number, typed in enumerate(["030 5550142", "+49 30 555 0142", "(030) 555-0142"]):
        client = Client(REMOTE_ADDR=f"198.51.{number}.7")
        address = hold(client, salon.cut, salon.at(26, 9 + number).astimezone(zone))
        who = {"name": "Carl", "email": f"carl{number}@example.com", "phone": typed}
        assert fill(client, address, who).status_code == 303
    RateCounter.objects.all().delete()
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(zone))

    who = {"name": "Carl", "email": "another@example.com", "phone": "0049 30 5550142"}
    refused = fill(client, address, who)
    allowed = fill(client, address, {**who, "phone": "030 5550143"})

    assert refused.status_code == 422
    assert "To book more with this address or phone number" in text_of(refused)
    assert allowed.status_code == 303


def test_a_phone_is_counted_by_what_was_typed_also_of_people_known_without_one(
    salon: Salon,
) -> None:
    zone = salon.business.zone
    for number in range(3):
        email = f"carl{number}@example.com"
        find_or_add_customer(
            business_id=salon.business.pk, name="Carl", email=email, phone="", now=NOW
        )
        client = Client(REMOTE_ADDR=f"198.51.{number}.7")
        address = hold(client, salon.cut, salon.at(26, 9 + number).astimezone(zone))
        who = {"name": "Carl", "email": email, "phone": f"030 5550142 ext. {number}"}
        assert fill(client, address, who).status_code == 303
    RateCounter.objects.all().delete()
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(zone))

    refused = fill(client, address, {**who, "email": "another@example.com", "phone": "0305550142"})

    assert refused.status_code == 422
    assert "To book more with this address or phone number" in text_of(refused)


def test_one_phone_books_three_times_a_day_whatever_the_addresses(salon: Salon) -> None:
    salon.cut.price_kind = "FREE"
    salon.cut.save()
    answers = []
    for number, typed in enumerate(
        ["030 5550142", "+49 30 5550142 ext. 1", "0049305550142", "0305550142 ext. 2"]
    ):
        client = Client(REMOTE_ADDR=f"198.51.{number}.7")
        slot = salon.at(26, 9 + number).astimezone(salon.business.zone)
        who = {"name": "Carl", "email": f"carl{number}@example.com", "phone": typed}
        answers.append(fill(client, hold(client, salon.cut, slot), who).status_code)

    assert answers == [303] * 3 + [429]


@pytest.mark.parametrize(
    ("booked", "typed"),
    [
        ("carl+{}@example.com", "carl@example.com"),
        ("carl@example.com", "carl+another@example.com"),
        ("c.arl+{}@gmail.com", "carl@googlemail.com"),
    ],
)
def test_an_address_with_three_bookings_ahead_is_the_same_however_it_is_spelled(
    salon: Salon, booked: str, typed: str
) -> None:
    for number in range(3):
        starts_at = salon.at(26, 9 + number)
        make_booking(service=salon.cut, starts_at=starts_at, now=NOW, email=booked.format(number))
    clients = [Client() for _ in range(2)]
    slots = [salon.at(27, 11 + it).astimezone(salon.business.zone) for it in range(2)]
    addresses = [hold(*it) for it in zip(clients, [salon.cut] * 2, slots, strict=True)]
    token = create_access_link(booking=Booking.objects.order_by("pk")[0], now=NOW)
    clients[1].get(f"/m/{token}")

    answers = [
        fill(client, it, {"name": "Carl", "email": typed}).status_code
        for client, it in zip(clients, addresses, strict=True)
    ]

    assert answers == [422, 303]


def test_one_mailbox_books_five_times_a_day_however_it_is_spelled(salon: Salon) -> None:
    salon.cut.price_kind = "FREE"
    salon.cut.save()
    answers = []
    for number in range(6):
        client = Client(REMOTE_ADDR=f"198.51.{number}.7")
        slot = salon.at(26, 9 + number).astimezone(salon.business.zone)
        who = {"name": "Carl", "email": f"c.arl+{number}@gmail.com"}
        answers.append(fill(client, hold(client, salon.cut, slot), who).status_code)

    assert answers == [303] * 5 + [429]


def test_one_address_books_five_times_a_day_at_most(salon: Salon) -> None:
    salon.cut.price_kind = "FREE"
    salon.cut.save()
    answers = []
    for number in range(6):
        client = Client(REMOTE_ADDR=f"198.51.{number}.7")
        slot = salon.at(26, 9 + number).astimezone(salon.business.zone)
        answers.append(fill(client, hold(client, salon.cut, slot)).status_code)

    assert answers == [303] * 5 + [429]


def test_a_mistyped_address_is_asked_about(client: Client, address: str) -> None:
    (ask,) = set(re.findall(r'hx-post="(/s/[^"]*)"', text_of(client.get(address))))

    answer = client.post(ask, {"email": "carl@gmial.com"})
    fine = client.post(ask, {"email": "carl@gmail.com"})
    hostile = client.post(ask, {"email": "<b>" * 5000 + "@gmial.com"})

    assert "Did you mean <b>carl@gmail.com</b>?" in text_of(answer)
    assert text_of(fine).strip() == ""
    assert hostile.status_code == 200


def test_personal_pages_are_never_stored(client: Client, address: str) -> None:
    page = client.get(address)
    done = client.get(fill(client, address)["Location"])

    for response in (page, done):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex"


def test_a_remembered_device_books_with_what_is_known(client: Client, salon: Salon) -> None:
    zone = salon.business.zone
    first = fill(client, hold(client, salon.cut, salon.at(26, 10).astimezone(zone)))
    client.post(f"{first['Location']}remember")

    home = text_of(client.get("/juniper/"))
    slot = slot_at(salon.at(27, 10).astimezone(zone))
    address = tap(client, salon.cut, slot)["Location"]
    page = text_of(client.get(address))
    seals = {k: v for k, v in fields_of(client.get(address)).items() if k.endswith("_seal")}
    answer = client.post(address, seals)

    assert "Book again, Carl" in home
    assert "carl@example.com" not in home + page
    assert "Carl V." in page
    assert "c…@example.com" in page
    assert 'name="email"' not in page
    assert answer.status_code == 303
    assert Booking.objects.order_by("-pk")[0].contact_email == "carl@example.com"


def test_not_you_forgets_at_once(client: Client, salon: Salon) -> None:
    zone = salon.business.zone
    first = fill(client, hold(client, salon.cut, salon.at(26, 10).astimezone(zone)))
    client.post(f"{first['Location']}remember")
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(zone))

    client.post(f"{address}not-me")

    assert 'name="email"' in text_of(client.get(address))
    assert "Book again" not in text_of(client.get("/juniper/"))


def test_the_cookie_of_a_device_holds_ids_only_and_cannot_be_made_up(
    client: Client, salon: Salon
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 15), now=NOW, email="eva@example.com")
    client.cookies["device"] = "[1, 2, 3]"

    assert "Book again" not in text_of(client.get("/juniper/"))


def test_an_online_booking_keeps_the_clock_the_customer_saw(client: Client, salon: Salon) -> None:
    salon.cut.online = True
    salon.cut.save()
    client.cookies["zone"] = "America/New_York"
    address = hold(client, salon.cut, salon.at(26, 17).astimezone(salon.business.zone))

    page = text_of(client.get(address))
    done = text_of(client.get(fill(client, address)["Location"]))

    assert Booking.objects.get().time_zone == "America/New_York"
    for text in (page, done):
        assert "11:00" in text
        assert "New York time" in text
