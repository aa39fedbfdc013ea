"""A misspelt mail domain is asked about, in every form, and stops nobody."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.test import Client

from apps.bookings.models import Booking
from apps.outbox.models import OutboxItem
from apps.prepaid.forms import GiftFields, GiftForm
from apps.web.fields import AddressField, AsksAboutSlips
from apps.web.text import suggest_address
from tests.factories import NOW, Salon, make_salon
from tests.pages import fields_of, fill, hold, text_of
from tests.waitlists.test_times import fill as fill_the_day

HINT = "/s/did-you-mean"


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Eva@gmial.com", "eva@gmail.com"),
        ("eva@gmail.con", "eva@gmail.com"),
        ("eva@hotmial.com", "eva@hotmail.com"),
        ("eva@gmx.dee", "eva@gmx.de"),
        ("eva@gmail.com", ""),
        ("eva@mail.com", ""),
        ("eva@ymail.com", ""),
        ("eva@gmx.com", ""),
        ("eva@mail.de", ""),
        ("eva@juniper.example", ""),
        ("@gmial.com", ""),
        ("eva", ""),
    ],
)
def test_only_a_slip_of_the_finger_is_asked_about(typed: str, meant: str) -> None:
    assert suggest_address(typed) == meant


def test_the_answer_is_a_question_or_nothing(client: Client) -> None:
    asked = client.post(HINT, {"email": "eva@gmial.com"})
    nothing = client.post(HINT, {"email": "eva@gmail.com"})

    assert "Did you mean <b>eva@gmail.com</b>?" in text_of(asked)
    assert text_of(nothing).strip() == ""
    assert client.get(HINT).status_code == 405


def test_an_odd_address_is_harmless(client: Client) -> None:
    asked = client.post(HINT, {"email": "<script>@gmial.com"})

    assert "<script>" not in text_of(asked)
    assert client.post(HINT).status_code == 200


@pytest.mark.usefixtures("at_now")
def test_every_form_asks(client: Client, salon: Salon) -> None:
    fill_the_day(salon)
    pages = [
        client.get("/juniper/find/"),
        client.get("/juniper/s/cut/wait?date=2026-11-26"),
        client.get(hold(client, salon.cut, salon.at(27, 10).astimezone(salon.business.zone))),
    ]

    for page in pages:
        assert f'hx-post="{HINT}"' in text_of(page)
        assert text_of(page).count('-hint" role="status"') == 1


@pytest.mark.usefixtures("at_now")
def test_it_stops_nobody_and_the_page_after_asks_where_scripts_are_off(
    client: Client, salon: Salon
) -> None:
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(salon.business.zone))

    done = fill(client, address, {"name": "Eva", "email": "eva@gmial.com"})

    page = text_of(client.get(done["Location"]))
    assert done.status_code == 303
    assert 'Did you mean <b><span class="whole">e…@gmail.com</span></b>?' in page
    assert "Correct the address" in page
    assert "Wrong address?" not in page


SLIP = "eva@gmial.com"
MEANT = "eva@gmail.com"


def asked_in(page: Any) -> tuple[bool, bool, bool]:
    """Whether a page asks, and has both buttons."""
    text = text_of(page)
    return (
        f"Did you mean {MEANT}?" in text,
        f'value="{SLIP}">Keep {SLIP}</button>' in text,
        f'value="{MEANT}">Use {MEANT}</button>' in text,
    )


def send_later(client: Client, url: str, page: Any, typed: dict[str, str]) -> Any:
    """Send what a page holds, after half a minute of typing."""
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        return client.post(url, {**fields_of(page), **typed})


@pytest.mark.usefixtures("at_now")
def test_the_way_to_lost_bookings_asks_once(client: Client, salon: Salon) -> None:
    url = "/juniper/find/"

    asked = client.post(url, {"email": SLIP, "reference": ""})
    kept = client.post(url, {**fields_of(asked), "email": SLIP})
    used = client.post(url, {**fields_of(asked), "email": SLIP, "use_email": MEANT})
    with_scripts = client.post(url, {"email": SLIP, "asked": SLIP})
    other = client.post(url, {"email": "eva@hotmial.com", "asked": SLIP})

    assert (asked.status_code, asked_in(asked)) == (422, (True, True, True))
    assert [it.status_code for it in (kept, used, with_scripts, other)] == [303, 303, 303, 422]
    mailed = [it.payload["email"] for it in OutboxItem.objects.order_by("pk")]
    assert mailed == [SLIP, MEANT, SLIP]


@pytest.mark.usefixtures("at_now")
def test_the_hint_of_the_scripts_says_that_it_has_asked(client: Client) -> None:
    page = text_of(client.post(HINT, {"email": SLIP}))

    assert f'<input type="hidden" name="asked" value="{SLIP}">' in page


@pytest.mark.usefixtures("at_now")
def test_a_waitlist_asks_once_and_keeps_the_rest(client: Client, salon: Salon) -> None:
    fill_the_day(salon)
    url = "/juniper/s/cut/wait"
    page = client.get(f"{url}?date=2026-11-26")
    typed = {"name": "Eva Lindner", "email": SLIP, "notice": "0", "days": "1", "hours": "0"}

    asked = send_later(client, url, page, typed)
    with time_machine.travel(NOW + timedelta(seconds=60), tick=False):
        used = client.post(url, {**fields_of(asked), **typed, "use_email": MEANT})

    assert (asked.status_code, asked_in(asked)) == (422, (True, True, True))
    assert 'value="Eva Lindner"' in text_of(asked)
    assert used.status_code == 303, text_of(used)
    assert Booking.objects.filter(status="WAITING_LIST").get().contact_email == MEANT


@pytest.mark.usefixtures("at_now")
def test_a_gift_card_asks_about_the_buyer_and_about_whom_it_is_for(salon: Salon) -> None:
    typed = {"amount": "50", "name": "Eva", "email": SLIP, "to_email": "ida@hotmial.com"}
    key = {"key": "k" * 30}

    def filled(**more: str) -> GiftForm:
        return GiftForm(data={**typed, **key, **more}, business=salon.business)

    form, one, both, sent = (
        filled(),
        filled(asked="ida@hotmial.com", use_email=MEANT),
        filled(kept=SLIP, keep_to_email="ida@hotmial.com"),
        filled(email=MEANT, asked="ida@hotmial.com"),
    )

    assert {name: list(it) for name, it in form.errors.items()} == {
        "email": ["Did you mean eva@gmail.com?"],
        "to_email": ["Did you mean ida@hotmail.com?"],
    }
    assert {name: list(it) for name, it in one.errors.items()} == {
        "to_email": ["Did you mean ida@hotmail.com?"]
    }
    assert one["email"].value() == MEANT
    assert (both.is_valid(), both.cleaned_data["to_email"]) == (True, "ida@hotmial.com")
    assert (sent.is_valid(), sent.buyer().email) == (True, MEANT)


def test_every_form_with_an_address_of_a_customer_asks_but_the_one_that_asks_afterwards() -> None:
    found = {
        form
        for form in [*every(forms.Form)]
        if form.__module__.startswith("apps.")
        and any(isinstance(it, AddressField) for it in form.base_fields.values())
    }

    assert [it.__name__ for it in found if not issubclass(it, AsksAboutSlips | GiftFields)] == []
    assert len(found) > 8


def every(form: type[forms.Form]) -> Iterator[type[forms.Form]]:
    for below in form.__subclasses__():
        yield below
        yield from every(below)


@pytest.mark.usefixtures("at_now")
def test_what_is_not_booked_online_says_so_instead_of_going_in_a_circle(
    client: Client, salon: Salon
) -> None:
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(salon.business.zone))
    slot = fields_of(client.get(address))
    salon.cut.bookable_online = False
    salon.cut.save()

    home = text_of(client.get("/juniper/"))
    times = client.get("/juniper/s/cut/times?date=2026-11-27")
    page = text_of(client.get(times["Location"]))
    tapped = client.post("/juniper/hold", {"service": "cut", "slot": "2026-11-27T11:00+01:00;;"})

    assert slot
    assert "Not bookable online" in home
    assert (times.status_code, times["Location"]) == (303, "/juniper/s/cut/")
    assert "This service cannot be booked online." in page
    assert "Please call 030 555 0142." in page
    assert tapped.status_code == 409
    assert 'href="/juniper/s/cut/"' in text_of(tapped)
