"""A day or a week by person, every filter in the address."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.availability.models import DateException, Schedule, WeeklyHours
from apps.businesses.models import Business
from apps.dashboard.calendar.queries.agenda import Agenda
from tests.factories import NOW, Salon, make_booking, make_business, make_member, make_request

AGENDA = "/own/juniper/agenda/"


def shown(browser: Client, **query: str) -> Agenda:
    agenda = browser.get(AGENDA, query).context["agenda"]
    assert isinstance(agenda, Agenda)
    return agenda


def names(agenda: Agenda) -> list[list[str]]:
    return [
        [row.customer_name for cell in lane.cells for row in cell.rows] for lane in agenda.lanes
    ]


@pytest.fixture
def full(salon: Salon) -> Salon:
    """Eva with Ana and Tom with Ben on Wednesday, Lena's request with Ana on Saturday."""
    for name, person in (("Eva", salon.ana), ("Tom", salon.ben)):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(25, 10),
            now=NOW,
            name=name,
            email=f"{name}@example.com",
            resource_id=person.resource_id,
        )
    make_request(
        service=salon.bridal,
        starts_at=salon.at(28, 10),
        now=NOW,
        name="Lena",
        email="lena@example.com",
    )
    return salon


def test_a_day_has_a_lane_for_each_person(olga: Client, full: Salon) -> None:
    agenda = shown(olga, on="2026-11-25")

    assert [lane.name for lane in agenda.lanes] == ["Ana", "Ben"]
    assert names(agenda) == [["Eva"], ["Tom"]]


def test_a_week_runs_from_monday_to_sunday(olga: Client, full: Salon) -> None:
    agenda = shown(olga, view="week", on="2026-11-25")

    assert (agenda.dates[0].isoformat(), agenda.dates[-1].isoformat()) == (
        "2026-11-23",
        "2026-11-29",
    )
    assert names(agenda) == [["Eva", "Lena"], ["Tom"]]


def test_filters_stand_in_the_address(olga: Client, full: Salon) -> None:
    week = {"view": "week", "on": "2026-11-25"}

    by_person = shown(olga, **week, staff=str(full.ben.resource_id))
    by_status = shown(olga, **week, status="PENDING")

    assert names(by_person) == [["Tom"]]
    assert names(by_status) == [["Lena"], []]


def test_a_holiday_shows_as_not_working(olga: Client, full: Salon) -> None:
    schedule = Schedule.objects.get(business=full.business, resource=None, service=None)
    DateException.objects.create(schedule=schedule, on="2026-11-25", reason="Holiday")

    agenda = shown(olga, on="2026-11-25")

    assert [cell.hours.starts_at for lane in agenda.lanes for cell in lane.cells] == [None, None]


def test_hours_are_the_persons_own(olga: Client, full: Salon) -> None:
    (cell, *_rest) = (cell for lane in shown(olga, on="2026-11-25").lanes for cell in lane.cells)

    assert (cell.hours.starts_at, cell.hours.ends_at) == (full.at(25, 9), full.at(25, 18))


def test_staff_have_one_lane(seat: Callable[[str], Client], full: Salon) -> None:
    agenda = shown(seat("STAFF"), on="2026-11-25")

    assert (names(agenda), [it.name for it in agenda.people]) == ([["Eva"]], ["Ana"])


@pytest.mark.parametrize(
    "query",
    [
        {"on": "2026-02-30"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"on": "x" * 5000},
        {"view": "year"},
        {"staff": "0"},
        {"staff": "9" * 400},
        {"staff": "-1"},
        {"status": "CANCELED"},
        {"on": "2000-01-01", "view": "week"},
        {"on": "2100-12-31", "view": "week"},
    ],
)
def test_any_address_is_answered(olga: Client, query: dict[str, str]) -> None:
    assert olga.get(AGENDA, query).status_code == 200


def test_the_fragment_is_one_root_and_varies(olga: Client, full: Salon) -> None:
    answer = olga.get(AGENDA, headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<div id="agenda"')
    assert "HX-Request" in answer.headers["Vary"]


def test_the_history_gets_the_whole_page(olga: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<!doctype html>" in olga.get(AGENDA, headers=headers).content.decode()


def test_the_clock_change_shows_its_day_whole(olga: Client, full: Salon) -> None:
    for on in ("2026-10-25", "2027-03-28"):
        assert olga.get(AGENDA, {"on": on}).status_code == 200


def test_the_front_door_leads_to_the_only_business(olga: Client) -> None:
    answer = olga.get("/own/")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/own/juniper/")


def test_somebody_with_two_businesses_chooses(olga: Client, salon: Salon) -> None:
    other = make_business(slug="harbor", name="Harbor Yoga")
    make_member(business=other, email=salon.olga.user.email, role="MANAGER")

    text = olga.get("/own/").content.decode()

    assert ("Harbor Yoga" in text, "/own/harbor/" in text, "Manager" in text) == (True,) * 3


def test_somebody_without_a_business_is_told_so(client: Client, salon: Salon) -> None:
    sam = make_member(business=make_business(slug="gone"), email="sam@example.com")
    sam.delete()
    client.force_login(sam.user, backend="django.contrib.auth.backends.ModelBackend")

    assert "does not belong to a business yet" in client.get("/own/").content.decode()


def test_what_goes_past_midnight_says_the_day_it_ends_on(olga: Client, salon: Salon) -> None:
    WeeklyHours.objects.update(ends_minute=26 * 60)
    make_booking(
        service=salon.cut,
        starts_at=salon.at(25, 23, 30),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )

    page = olga.get(AGENDA, {"on": "2026-11-25"}).content.decode()

    assert "Cut and finish, to Thu 00:15<" in page
    assert "Break" not in page
    assert "<small>09:00 – Thu 26 Nov, 02:00</small>" in page


def test_a_week_runs_as_the_locale_of_the_business_has_it(olga: Client, full: Salon) -> None:
    Business.objects.filter(pk=full.business.pk).update(locale="en-US")

    agenda = shown(olga, view="week", on="2026-11-25")
    classes = olga.get("/own/juniper/classes/", {"week": "2026-W48"}).context["week"]
    public = olga.get("/juniper/classes/", {"week": "2026-W48"}).context["week"]
    form = olga.get("/own/juniper/classes/new/").context["form"]

    assert (agenda.dates[0].isoformat(), agenda.dates[-1].isoformat()) == (
        "2026-11-22",
        "2026-11-28",
    )
    assert {it.first.isoformat() for it in (classes, public)} == {"2026-11-22"}
    assert [value for value, _name in form.fields["weekdays"].choices] == [6, 0, 1, 2, 3, 4, 5]
