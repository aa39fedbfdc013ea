"""Whoever has to wait does not type everything again (429)."""

from typing import Any

import pytest
from django.test import Client, override_settings

from apps.bookings.models import Booking
from apps.web import limit_rules as rules
from apps.web.limits import Hit, require_room
from tests.factories import NOW, Salon
from tests.factories.studio import join, make_session, make_studio
from tests.pages import DETAILS, fields_of, fill, hold, slot_at, text_of

pytestmark = pytest.mark.django_db
NOTE = "Zebra words that took ten minutes"
OWN = {"Origin": "http://testserver"}
HEADING = "This is what you typed:"


def use_up(rule: Any, key: str) -> None:
    for _time in range(rule.limit):
        require_room(hits=[Hit(rule, key)], now=NOW)


def from_our_page(client: Client) -> Client:
    """The same browser, which says where its forms come from."""
    client.defaults["HTTP_ORIGIN"] = OWN["Origin"]
    return client


def details_of(client: Client, salon: Salon, *, day: int = 26) -> str:
    return hold(client, salon.cut, salon.at(day, 10, 15).astimezone(salon.business.zone))


def test_the_details_are_shown_and_kept_on_their_page(client: Client, salon: Salon) -> None:
    address = details_of(client, salon)
    use_up(rules.BOOKINGS_PER_EMAIL, f"carl@example.com:{salon.business.pk}")

    refused = fill(
        from_our_page(client), address, {**DETAILS, "note": NOTE, "phone": "030 1234567"}
    )

    assert refused.status_code == 429
    assert HEADING in text_of(refused)
    for words in (DETAILS["name"], DETAILS["email"], NOTE, "030 1234567"):
        assert f'<p class="keep-lines mt-1">{words}</p>' in text_of(refused)
    again = client.get(address)
    assert NOTE in text_of(again)
    assert fields_of(again)["name"] == DETAILS["name"]
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_nothing_is_shown_of_what_another_site_sent(client: Client, salon: Salon) -> None:
    address = details_of(client, salon)
    use_up(rules.BOOKINGS_PER_EMAIL, f"carl@example.com:{salon.business.pk}")

    refused = fill(client, address, {**DETAILS, "note": NOTE})

    assert refused.status_code == 429
    assert HEADING not in text_of(refused)


def test_a_waitlist_shows_what_was_typed(client: Client, at_now: Any) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    join(session, email="first@example.com")
    use_up(rules.BOOKINGS_PER_EMAIL, f"carl@example.com:{studio.business.pk}")

    refused = fill(
        from_our_page(client),
        f"/harbor/classes/{session.pk}/wait",
        {**DETAILS, "notice": "0", "people": "1"},
    )

    assert refused.status_code == 429
    assert DETAILS["email"] in text_of(refused)


def test_find_my_booking_shows_what_was_typed(client: Client, salon: Salon) -> None:
    for number in range(rules.LINKS_PER_NETWORK.limit):
        client.post("/juniper/find/", {"email": f"carl{number}@example.com"})

    refused = client.post("/juniper/find/", {"email": "carl@example.com"}, headers=OWN)

    assert refused.status_code == 429
    assert '<p class="keep-lines mt-1">carl@example.com</p>' in text_of(refused)


def test_a_tap_is_nothing_that_was_typed(client: Client, salon: Salon) -> None:
    at = salon.at(26, 10).astimezone(salon.business.zone)
    tapped = {"service": salon.cut.slug, "slot": slot_at(at)}
    address, browser = f"/{salon.business.slug}/hold", from_our_page(client)

    with override_settings(RATE_LIMIT_SCALE=0.01):
        refused = [browser.post(address, tapped) for _time in range(2)][-1]

    assert refused.status_code == 429
    assert HEADING not in text_of(refused)
