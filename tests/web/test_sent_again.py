"""A form of ours whose token does not fit any more is not lost: one button sends it again."""

import html
import re

import pytest
from django.test import Client, override_settings

from apps.bookings.models import Booking
from tests.bookings.pages import fields_of, slots_of, tap, text_of, times_url
from tests.factories import Salon, make_salon

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


@pytest.mark.parametrize("name", ["password", "code", "card_number", "otp", "new_password1"])
def test_no_secret_comes_back(strict: Client, name: str) -> None:
    page = strict.post("/own/sign-in/", {name: "correct horse", "login": "eva"}, headers=OURS)

    assert page.status_code == 403
    assert given_back(page) == {}
    assert "correct horse" not in text_of(page)
