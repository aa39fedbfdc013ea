"""My bookings in a browser: its own at all businesses, at once, and nobody else's (rule S18)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.self_service.queries.mine import A_PAGE
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.pages import fill, hold, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def book(client: Client, salon: Salon, day: int, hour: int = 10) -> Booking:
    at = salon.at(day, hour).astimezone(salon.business.zone)
    assert fill(client, hold(client, salon.cut, at)).status_code == 303
    return Booking.objects.latest("pk")


def listed(page: Any) -> list[str]:
    return [it.partition('"')[0] for it in text_of(page).split('<li data-booking-reference="')[1:]]


def test_an_empty_page_leads_on(client: Client, salon: Salon) -> None:
    page = client.get("/me/")

    assert page.status_code == 200
    assert "Nothing booked here yet" in text_of(page)
    assert 'href="/">Find a business' in text_of(page)
    assert "sessionid" not in page.cookies


def test_a_browser_that_just_booked_sees_its_bookings_of_all_businesses(
    client: Client, salon: Salon
) -> None:
    other = make_salon(slug="rosewood")
    later, sooner = book(client, salon, 27), book(client, other, 26)

    page = client.get("/me/")

    assert listed(page) == [sooner.reference, later.reference]
    assert f'href="/manage/{sooner.reference}/"' in text_of(page)
    assert "Thursday 26 November" in text_of(page)
    assert "carl@example.com" not in text_of(page)
    assert page.headers["Cache-Control"].find("no-store") >= 0


def test_another_browser_sees_nothing_of_it(client: Client, salon: Salon) -> None:
    booking = book(client, salon, 26)

    assert listed(Client().get("/me/")) == []
    assert Client().get(f"/manage/{booking.reference}/again").status_code == 404


def test_each_booking_stands_under_its_heading(client: Client, salon: Salon) -> None:
    book(client, salon, 26)
    at = salon.at(27, 10).astimezone(salon.business.zone)
    fill(client, hold(client, salon.bridal, at))
    gone = book(client, salon, 28)
    bookings.cancel_booking(
        booking_id=gone.pk,
        business_id=gone.business_id,
        revision=gone.revision,
        by=salon.olga,
        now=NOW,
        reason="Ana is ill",
    )

    text = text_of(client.get("/me/"))

    headings = [it.partition("<")[0] for it in text.split('<h2 id="part-')[1:]]
    told = ["Upcoming", "Requests", "Past and cancelled"]
    assert [it.partition(">")[2] for it in headings] == told
    assert text.count("Book again") == 1


def test_a_booking_that_is_over_leads_to_its_times_once_more(client: Client, salon: Salon) -> None:
    booking = book(client, salon, 26)

    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        page = client.get("/me/")
        again = client.get(f"/manage/{booking.reference}/again")

    assert "Past</h2>" in text_of(page)
    assert f'href="/manage/{booking.reference}/again"' in text_of(page)
    assert again.status_code == 303
    assert again["Location"].startswith("/juniper/s/cut/times")


def test_a_draft_is_no_booking_yet(client: Client, salon: Salon) -> None:
    hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))

    assert "Nothing booked here yet" in text_of(client.get("/me/"))


def test_a_link_from_a_mail_puts_its_booking_on_the_list(client: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")

    assert listed(client.get("/me/")) == [booking.reference]


def test_a_device_that_only_remembers_a_booking_names_it_and_opens_nothing(
    client: Client, salon: Salon
) -> None:
    booking = book(client, salon, 26)
    client.post(f"/done/{booking.reference}/remember")
    del client.cookies[settings.SESSION_COOKIE_NAME]

    text = text_of(client.get("/me/"))

    assert "Cut and finish" in text
    assert f"/manage/{booking.reference}/" not in text
    assert 'href="/juniper/find/"' in text


def test_forgetting_takes_everything_from_the_browser_and_cancels_nothing(
    client: Client, salon: Salon
) -> None:
    booking = book(client, salon, 26)
    client.post(f"/done/{booking.reference}/remember")
    key = client.session.session_key

    answer = client.post("/me/forget")

    assert answer["Location"] == "/me/"
    assert listed(client.get("/me/")) == []
    assert client.get(f"/manage/{booking.reference}/").status_code == 404
    assert client.session.session_key != key
    booking.refresh_from_db()
    assert booking.status == Booking.Status.CONFIRMED


def test_forgetting_leaves_a_sign_in_of_the_team(salon: Salon) -> None:
    client = Client()
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    client.post("/me/forget")

    assert client.get("/own/juniper/").status_code in {200, 302, 303}
    assert client.session.get("_auth_user_id") == str(salon.olga.user.pk)


def opened(client: Client, salon: Salon, count: int) -> list[Booking]:
    """So many bookings on different days, each opened by its link."""
    found = [
        make_booking(
            service=salon.cut,
            starts_at=salon.at(25, 9) + timedelta(days=7 * number),
            now=NOW,
            email=f"carl{number}@example.com",
        )
        for number in range(count)
    ]
    for booking in found:
        client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    return found


@pytest.mark.parametrize("count", [1, 3])
def test_many_rows_cost_no_more_questions(
    client: Client,
    salon: Salon,
    count: int,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    opened(client, salon, count)

    with django_assert_num_queries(6):  # one of them asks which links were closed
        page = client.get("/me/")

    assert len(listed(page)) == count


def test_a_long_list_has_pages(client: Client, salon: Salon, monkeypatch: Any) -> None:
    monkeypatch.setattr("apps.self_service.queries.mine.A_PAGE", 2)
    assert A_PAGE > 2
    found = opened(client, salon, 3)

    first, second = client.get("/me/"), client.get("/me/?page=2")

    assert listed(first) == [it.reference for it in found[:2]]
    assert listed(second) == [found[2].reference]
    assert 'href="?page=2"' in text_of(first)


@pytest.mark.parametrize("page", ["0", "-1", "x" * 10_000, "9" * 30, "\x00", "٣"])
def test_an_odd_page_is_a_page(client: Client, salon: Salon, page: str) -> None:
    opened(client, salon, 1)

    assert client.get("/me/", {"page": page}).status_code == 200


def test_the_pages_of_a_business_lead_here(client: Client, salon: Salon) -> None:
    assert 'href="/me/">My bookings' in text_of(client.get("/juniper/"))
    assert 'href="/me/">My bookings' in text_of(client.get("/"))
    assert 'href="/me/">All my bookings' in text_of(
        client.get(f"/done/{book(client, salon, 26).reference}/")
    )
