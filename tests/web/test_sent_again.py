"""A form of ours whose token does not fit any more is not lost: one button sends it again."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

from apps.bookings.models import Booking
from tests.factories import Salon, make_salon
from tests.pages import fields_of, slots_of, tap, text_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
OURS = {"Origin": "http://testserver"}
FIELD = re.compile(r'<textarea name="([^"]*)" hidden[^>]*>\n?([^<]*)</textarea>')


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def strict() -> Client:
    """A browser whose forms need a token, as all do outside of tests."""
    return Client(enforce_csrf_checks=True)


def given_back(page: object) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in FIELD.findall(text_of(page))}


def test_what_a_customer_typed_is_sent_by_one_button(salon: Salon, strict: Client) -> None:
    strict.handler.enforce_csrf_checks = False
    times = strict.get(times_url(salon.cut))
    details = tap(strict, salon.cut, slots_of(times)[-1])["Location"]
    typed = {**fields_of(strict.get(details)), "name": "Eva <Lindner>", "email": "eva@example.com"}
    strict.handler.enforce_csrf_checks = True
    address = f"{details}?from=mail"

    refused = strict.post(address, {**typed, "csrfmiddlewaretoken": "old"}, headers=OURS)

    page = text_of(refused)
    assert refused.status_code == 403
    assert given_back(refused) == typed
    assert f'action="{address}"' in page
    assert "Eva <Lindner>" not in page
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)
    assert token
    sent = {**given_back(refused), "csrfmiddlewaretoken": token[1]}
    again = strict.post(address, sent, headers=OURS)
    assert again.status_code in {303, 422}  # the quick hand of a test may be taken for a robot
    assert Booking.objects.filter(contact_name="").count() <= 1


@override_settings(ALLOWED_HOSTS=["testserver"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/http://testserver/"},
    ],
)
def test_what_another_site_sent_is_not_shown(strict: Client, headers: dict[str, str]) -> None:
    page = strict.post("/own/sign-in/", {"note": "Pay me"}, headers=headers)

    assert page.status_code == 403
    assert given_back(page) == {}
    assert "Pay me" not in text_of(page)


@pytest.mark.parametrize("name", ["password", "card_number", "otp", "new_password1"])
def test_no_secret_comes_back(strict: Client, name: str) -> None:
    page = strict.post("/own/sign-in/", {name: "correct horse", "login": "eva"}, headers=OURS)

    assert page.status_code == 403
    assert given_back(page) == {}
    assert "correct horse" not in text_of(page)


def test_a_form_comes_back_without_its_code(strict: Client) -> None:
    typed = {"name": "Eva", "code": "TEN", "used_gift": "ABCD", "seen_gift_amount": "500"}

    page = strict.post("/juniper/plans/ten/", typed, headers=OURS)

    assert given_back(page) == {"name": "Eva", "seen_gift_amount": "500"}
    assert "TEN" not in text_of(page)


def test_htmx_shows_it_in_place_of_the_page(strict: Client) -> None:
    page = strict.post(
        "/own/juniper/bookings/ABCD2345/notes/",
        {"note": "Allergic to <henna>"},
        headers={
            **OURS,
            "HX-Request": "true",
            "HX-Target": "notes",
            "HX-Current-URL": "http://testserver/own/juniper/bookings/ABCD2345/?from=today",
        },
    )

    text = text_of(page)
    assert page.status_code == 403
    assert (page["HX-Retarget"], page["HX-Reswap"]) == ("body", "innerHTML show:window:top")
    assert given_back(page) == {"note": "Allergic to <henna>"}
    assert "what you typed is still here" in text
    assert 'name="page_around" value="/own/juniper/bookings/ABCD2345/?from=today"' in text


def test_a_button_without_any_text_is_pressed_once_more_too(strict: Client) -> None:
    page = strict.post("/own/juniper/classes/1/all-here/", headers=OURS)

    assert "Please send this again" in text_of(page)
    assert ">Send it</button>" in text_of(page)


def test_an_address_is_asked_about_without_a_cookie(strict: Client) -> None:
    asked = strict.post("/s/did-you-mean", {"email": "eva@gmial.com"})

    assert "Did you mean <b>eva@gmail.com</b>?" in text_of(asked)


def test_answers_that_open_questions_come_back_on_their_page(salon: Salon, strict: Client) -> None:
    strict.handler.enforce_csrf_checks = False
    times = strict.get(times_url(salon.cut))
    details = tap(strict, salon.cut, slots_of(times)[-1])["Location"]
    typed = {**fields_of(strict.get(details)), "name": "Eva Lindner"}
    strict.cookies.clear()

    sent = strict.post(f"{details}fields", typed)

    assert (sent.status_code, sent["Location"]) == (303, details)
    assert 'value="Eva Lindner"' in text_of(strict.get(details))


def test_the_page_that_was_typed_into_is_known_after_it_is_sent_once_more(strict: Client) -> None:
    page = "/own/juniper/bookings/ABCD2345/"
    strict.handler.enforce_csrf_checks = False

    away = strict.post(f"{page}notes/", {"note": "Henna", "page_around": page}, headers=OURS)

    assert parse_qs(urlsplit(away["Location"]).query)["next"] == [page]
