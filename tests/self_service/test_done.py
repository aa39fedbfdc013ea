import re

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.web.templatetags.portal import whole_address
from tests.factories import NOW, Salon, make_booking
from tests.pages import fill, hold, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def done(client: Client, salon: Salon) -> str:
    zone = salon.business.zone
    answer = fill(client, hold(client, salon.cut, salon.at(26, 10, 15).astimezone(zone)))
    return str(answer["Location"])


def test_the_confirmation_says_all_of_it_and_survives_reload(client: Client, done: str) -> None:
    booking = Booking.objects.get()
    text = text_of(client.get(done))

    for words in (
        "Booked, Carl.",
        "Thursday 26 November 2026",
        "10:15",
        "11:00",
        "Berlin time",
        "Kastanienallee 12, 10435 Berlin",
        "€48.00, at the studio",
        '<span class="whole">c…@example.com</span>',
        "Free cancellation until then.",
        booking.reference,
        f"/manage/{booking.reference}/calendar.ics",
    ):
        assert words in text
    assert f'data-booking-reference="{booking.reference}"' in text
    assert 'data-booking-status="CONFIRMED"' in text
    assert "carl@example.com" not in text


def test_calendar_links_carry_the_stored_instant(client: Client, done: str) -> None:
    text = text_of(client.get(done))

    assert "dates=20261126T091500Z%2F20261126T100000Z" in text
    assert "startdt=2026-11-26T09%3A15%3A00%2B00%3A00" in text


def test_it_is_moved_and_cancelled_from_there(client: Client, done: str) -> None:
    reference = Booking.objects.get().reference

    assert changes_on(client, done) == {f"/manage/{reference}/move", f"/manage/{reference}/cancel"}
    assert [client.get(url).status_code for url in sorted(changes_on(client, done))] == [200, 200]


@pytest.mark.parametrize(
    ("switched_off", "left"),
    [("cancel_allowed", {"move"}), ("move_allowed", {"cancel"})],
)
def test_what_the_rules_do_not_allow_is_not_offered_there(
    client: Client, done: str, switched_off: str, left: set[str]
) -> None:
    booking = Booking.objects.get()
    booking.policy_snapshot[switched_off] = False
    booking.save(update_fields=["policy_snapshot"])

    assert {url.rpartition("/")[2] for url in changes_on(client, done)} == left


def changes_on(client: Client, done: str) -> set[str]:
    """Where the page leads to change a booking."""
    return set(re.findall(r'href="(/manage/\w+/(?:move|cancel))"', text_of(client.get(done))))


def test_another_browser_is_told_to_open_its_mail(done: str) -> None:
    answer = Client().get(done)

    assert answer.status_code == 403
    text = text_of(answer)
    assert "Open the link in your e-mail" in text
    assert "10:15" not in text
    assert "Carl" not in text


def test_unknown_references_and_drafts_are_not_found(client: Client, salon: Salon) -> None:
    hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))
    draft = Booking.objects.get()

    for reference in ("AAAAAAAA", draft.reference, "x" * 500, "%00"):
        assert client.get(f"/done/{reference}/").status_code == 404


def test_only_the_one_who_booked_is_remembered(client: Client, salon: Salon, done: str) -> None:
    other = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    assert client.post(f"/done/{other.reference}/remember").status_code == 404
    answer = client.post(f"{done}remember")

    cookie = answer.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "carl" not in cookie.value
    assert "Your details are remembered" in text_of(client.get(done))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("k…@example.com", "k…@example.com"),
        ("k…@verein-der-freunde.example", "k…@<wbr>verein-der-freunde.example"),
        ("<b>@example.com", "&lt;b&gt;@example.com"),
    ],
)
def test_a_masked_address_stays_on_one_line_and_a_long_one_breaks_behind_its_at(
    address: str, shown: str
) -> None:
    """Seen to fail: a line ended with "k…"."""
    assert whole_address(address) == f'<span class="whole">{shown}</span>'
