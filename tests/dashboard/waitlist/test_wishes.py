"""The line of those who wait for a time, in the hands of the team (rules B19, B20)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking, WaitlistEntry
from tests.dashboard.conftest import Sit
from tests.factories import Salon
from tests.pages import text_of
from tests.waitlists.test_times import cancel, fill, states, wait

pytestmark = pytest.mark.django_db
LINE = "/own/juniper/waitlist/"


def page_of(entry: WaitlistEntry) -> str:
    return f"{LINE}{entry.booking.reference}/"


def queries_of(olga: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert olga.get(LINE).status_code == 200
    return len(queries)


def test_the_inbox_leads_to_the_line(olga: Client, salon: Salon) -> None:
    assert "Nobody is waiting for a time." in text_of(olga.get(LINE))
    fill(salon)
    wait(salon, "Eva")

    assert f'href="{LINE}"' in text_of(olga.get("/own/juniper/requests/"))
    page = text_of(olga.get(LINE))
    assert "Eva" in page
    assert "Thursday 26 November, any time" in page


def test_the_line_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    fill(salon)
    wait(salon, "Eva")
    one = queries_of(olga)
    wait(salon, "Ida")
    wait(salon, "Uma")

    assert queries_of(olga) == one


def test_a_free_time_is_booked_for_somebody(olga: Client, salon: Salon) -> None:
    taken = fill(salon)
    eva = wait(salon, "Eva")
    assert "There are no free times in these hours." in text_of(olga.get(page_of(eva)))
    cancel(taken[3], salon)
    value = f"{taken[3].starts_at:%Y-%m-%dT%H:%M:%SZ}"
    assert f'value="{value}"' in text_of(olga.get(page_of(eva)))

    answer = olga.post(page_of(eva), {"verb": "give", "time": value})

    assert (answer.status_code, answer["Location"]) == (303, LINE)
    assert Booking.objects.get(pk=eva.booking_id).status == "CONFIRMED"
    assert olga.get(page_of(eva)).status_code == 404


def test_a_free_time_is_offered_at_once(olga: Client, salon: Salon) -> None:
    taken = fill(salon)
    wait(salon, "Eva")
    ida = wait(salon, "Ida")
    cancel(taken[3], salon)

    olga.post(page_of(ida), {"verb": "offer", "time": f"{taken[3].starts_at:%Y-%m-%dT%H:%M:%SZ}"})

    assert states() == {"Eva": "WAITING", "Ida": "OFFERED"}
    assert "Offered until" in text_of(olga.get(LINE))


def test_a_time_that_is_taken_is_a_409(olga: Client, salon: Salon) -> None:
    taken = fill(salon)
    eva = wait(salon, "Eva")

    page = olga.post(
        page_of(eva), {"verb": "give", "time": f"{taken[3].starts_at:%Y-%m-%dT%H:%M:%SZ}"}
    )

    assert page.status_code == 409
    assert "This time has gone to somebody else." in text_of(page)


@pytest.mark.parametrize(
    "body", [{"verb": "give"}, {"verb": "give", "time": "soon"}, {"verb": "eat"}, {}]
)
def test_anything_else_is_a_422(olga: Client, salon: Salon, body: dict[str, str]) -> None:
    fill(salon)
    eva = wait(salon, "Eva")

    assert olga.post(page_of(eva), body).status_code == 422
    assert states() == {"Eva": "WAITING"}


def test_the_order_is_changed_and_somebody_removed(olga: Client, salon: Salon) -> None:
    fill(salon)
    eva, ida = wait(salon, "Eva"), wait(salon, "Ida")

    olga.post(page_of(ida), {"verb": "first"})
    page = text_of(olga.get(LINE))
    assert page.index("<b>Ida") < page.index("<b>Eva")
    olga.post(page_of(eva), {"verb": "remove"})

    assert states() == {"Eva": "LEFT", "Ida": "WAITING"}


def test_staff_do_not_order_the_line(seat: Sit) -> None:
    assert seat("STAFF").get(LINE).status_code == 403


NEW = {
    "first_on": "2026-11-26",
    "days": "1",
    "hours": "0",
    "name": "Eva Lindner",
    "email": "eva@example.com",
}


def test_the_team_puts_somebody_in_line_who_has_called(olga: Client, salon: Salon) -> None:
    fill(salon)

    answer = olga.post(f"{LINE}new/", {**NEW, "service": str(salon.cut.pk)})

    assert (answer.status_code, answer["Location"]) == (303, LINE)
    entry = WaitlistEntry.objects.get()
    assert entry.booking.contact_name == "Eva Lindner"
    assert entry.booking.history.get().actor == "TEAM"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"first_on": "2026-11-27"}, 409),  # Friday is free
        ({"first_on": "2026-11-20"}, 409),  # it has passed
        ({"first_on": "soon"}, 422),
        ({"email": "eva@"}, 422),
        ({"service": "0"}, 422),
    ],
)
def test_who_need_not_wait_is_not_put_in_line(
    olga: Client, salon: Salon, body: dict[str, str], status: int
) -> None:
    fill(salon)

    page = olga.post(f"{LINE}new/", {**NEW, "service": str(salon.cut.pk), **body})

    assert page.status_code == status
    assert not WaitlistEntry.objects.exists()
