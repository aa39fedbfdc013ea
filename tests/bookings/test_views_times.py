from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from apps.availability.models import DateException, Schedule
from apps.businesses.models import Business
from apps.catalog.models import AddOn, AddOnGroup
from tests.factories import Salon, make_booking, make_salon, make_staff, make_variant
from tests.pages import slots_of, text_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BERLIN = ZoneInfo("Europe/Berlin")


def look(client: Client, salon: Salon, **query: str) -> Any:
    return client.get(times_url(salon.cut), query)


def close(salon: Salon, first: date, days: int) -> None:
    schedule = Schedule.objects.get(business=salon.business, resource=None, service=None)
    DateException.objects.bulk_create(
        DateException(schedule=schedule, on=first + timedelta(days=it)) for it in range(days)
    )


def test_the_picker_opens_on_the_first_bookable_day_with_its_times(
    client: Client, salon: Salon
) -> None:
    close(salon, date(2026, 11, 24), 2)

    page = look(client, salon)

    assert page.status_code == 200
    assert page.context["chosen_on"] == date(2026, 11, 26)
    assert slots_of(page)[0] == "2026-11-26T09:00+01:00;;"


def test_the_picker_jumps_to_the_first_month_with_a_free_day(client: Client, salon: Salon) -> None:
    close(salon, date(2026, 11, 24), 60)

    page = look(client, salon)

    assert page.context["chosen_on"] == date(2027, 1, 23)
    assert page.context["calendar"].first == date(2027, 1, 1)
    assert page.context["calendar"].earlier_url.endswith("?month=2026-12")


@pytest.mark.parametrize(
    ("locale", "first_on", "weekday"),
    [
        ("de-DE", date(2026, 11, 23), "Montag"),
        ("en-US", date(2026, 11, 22), "Sunday"),
        ("ar-EG", date(2026, 11, 21), "السبت"),
    ],
)
def test_the_weeks_of_the_calendar_start_as_the_locale_has_it(
    client: Client, salon: Salon, *, locale: str, first_on: date, weekday: str
) -> None:
    """In a month that is shown from this week on, and in a whole one."""
    Business.objects.filter(pk=salon.business.pk).update(locale=locale)

    near = look(client, salon).context["calendar"]
    far = look(client, salon, month="2027-01").context["calendar"]

    for calendar in (near, far):
        assert calendar.weekdays[0].full == weekday
        columns = [
            {cell.on.weekday() for cell in it if cell} for it in zip(*calendar.weeks, strict=True)
        ]
        assert [len(it) for it in columns] == [1] * 7
        assert columns[0] == {first_on.weekday()}
    assert near.first == near.weeks[0][0].on == first_on


def test_a_calendar_without_any_time_says_why(client: Client, salon: Salon) -> None:
    close(salon, date(2026, 11, 24), 120)

    page = look(client, salon)

    assert page.context["day"].reason == "Closed on this day."
    assert "030 555 0142" in text_of(page)


def test_in_the_last_ten_days_the_month_rolls_on_and_nothing_is_earlier(
    client: Client, salon: Salon
) -> None:
    calendar = look(client, salon).context["calendar"]

    assert (calendar.first, calendar.last) == (date(2026, 11, 23), date(2026, 12, 31))
    assert calendar.earlier_url is None
    assert calendar.strip_earlier_url is None
    assert calendar.weeks[0][0].on == date(2026, 11, 23)
    assert [cell.month_word for cell in calendar.weeks[1]] == ["", "Dec", "", "", "", "", ""]


def test_three_marks_say_which_parts_of_a_day_are_free(client: Client, salon: Salon) -> None:
    make_booking(
        service=salon.bridal,
        starts_at=salon.at(25, 9),
        now=salon.at(24, 11),
        resource_id=salon.ana.resource_id,
    )
    strip = look(client, salon).context["calendar"].strip

    assert [cell.marks for cell in strip[:2]] == [7, 7]
    assert strip[0].is_today


def test_a_day_without_times_offers_the_free_days_beside_it(client: Client, salon: Salon) -> None:
    close(salon, date(2026, 11, 26), 1)

    page = look(client, salon, date="2026-11-26")

    near = [other.on for other in page.context["day"].near]
    assert near == [date(2026, 11, 25), date(2026, 11, 27)]
    assert slots_of(page) == []


def test_beyond_the_horizon_the_page_says_when_booking_opens(client: Client, salon: Salon) -> None:
    page = look(client, salon, date="2027-03-30")

    assert page.context["day"].reason == "Booking opens on Wed 30 Dec, 00:00."


def test_a_fragment_has_one_root_and_the_page_has_it_inside(client: Client, salon: Salon) -> None:
    page = look(client, salon, date="2026-11-26")
    fragment = client.get(
        times_url(salon.cut), {"date": "2026-11-26"}, headers={"HX-Request": "true"}
    )

    assert text_of(fragment).lstrip().startswith('<div id="picker"')
    assert "<html" not in text_of(fragment)
    assert slots_of(fragment) == slots_of(page)
    assert "HX-Request" in fragment["Vary"]
    assert 'data-announce="34 times on Thursday 26 November"' in text_of(fragment)


def test_a_page_restored_from_history_is_whole(client: Client, salon: Salon) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    page = client.get(times_url(salon.cut), headers=headers)

    assert "<html" in text_of(page)


def test_a_chosen_person_narrows_the_times_and_goes_along_in_the_slot(
    client: Client, salon: Salon
) -> None:
    make_booking(
        service=salon.cut,
        starts_at=salon.at(25, 9),
        now=salon.at(24, 11),
        resource_id=salon.ana.resource_id,
    )
    ana = str(salon.ana.resource_id)

    page = look(client, salon, date="2026-11-25", staff=ana)

    assert slots_of(page)[0] == f"2026-11-25T09:45+01:00;{ana};"
    assert slots_of(look(client, salon, date="2026-11-25"))[0] == "2026-11-25T09:00+01:00;;"


def test_variants_and_extras_decide_length_and_price(client: Client, salon: Salon) -> None:
    make_variant(service=salon.cut, name="Short", price=4000, duration_minutes=30)
    long = make_variant(service=salon.cut, name="Long", price=6200, duration_minutes=60)
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    wash = AddOn.objects.create(group=group, name="Wash", price=500, duration_minutes=15)

    page = look(client, salon, variant=str(long.pk), add_on=str(wash.pk), date="2026-11-26")

    assert "1 h 15 min, €67.00, Wash" in text_of(page)
    assert slots_of(page)[-1] == f"2026-11-26T16:45+01:00;;{long.pk}"


def test_an_online_service_is_shown_on_the_customers_clock(client: Client, salon: Salon) -> None:
    salon.cut.online = True
    salon.cut.save()
    client.cookies["zone"] = "America/New_York"

    page = look(client, salon)

    assert "Times are shown in your time zone: New York time." in text_of(page)
    assert page.context["zone"].key == "America/New_York"
    first = page.context["day"].groups[0].slots[0]
    assert first.starts_at.astimezone(page.context["zone"]).hour == 4
    assert slots_of(page)[0] == "2026-11-24T10:45+01:00;;"
    asked = look(client, salon, tz="Asia/Tokyo")
    assert asked.context["zone"].key == "Asia/Tokyo"


def test_a_visitor_elsewhere_is_told_how_far_the_clocks_are_apart(
    client: Client, salon: Salon
) -> None:
    client.cookies["zone"] = "America/New_York"

    page = look(client, salon)

    assert "It is 6 hours earlier where you are." in text_of(page)
    assert page.context["zone"].key == "Europe/Berlin"


@pytest.mark.parametrize("value", ["../../etc/passwd", "x" * 10_000, "%00", "Europe", "Mars/Base"])
def test_a_made_up_zone_in_a_cookie_changes_nothing(
    client: Client, salon: Salon, value: str
) -> None:
    client.cookies["zone"] = value

    assert look(client, salon).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date", "2026-13-40"),
        ("date", "9999-12-31"),
        ("date", "20261126"),
        ("date", "NaN"),
        ("month", "2026-11-26"),
        ("week", "x" * 10_000),
        ("staff", "999999"),
        ("staff", "9" * 400),
        ("staff", "１２"),
        ("staff", "-1"),
        ("staff", "1e3"),
        ("variant", "1 OR 1=1"),
        ("variant", "12345"),
        ("add_on", "77"),
        ("people", "1e9"),
        ("people", "999"),
        ("tz", "Mars/Base"),
        ("gone", "yesterday"),
        ("gone", "2026-11-26T10:15"),
        ("gone", "9999-12-31T23:59+00:00"),
    ],
)
def test_addresses_nobody_of_ours_made_are_not_found(
    client: Client, salon: Salon, name: str, value: str
) -> None:
    assert look(client, salon, **{name: value}).status_code == 404


def test_arrays_and_repeated_keys_are_no_accident(client: Client, salon: Salon) -> None:
    address = times_url(salon.cut)

    assert client.get(f"{address}?staff[]=1&date=&people=&add_on=").status_code == 200
    assert client.get(address + "?" + "&".join(["add_on=1"] * 60)).status_code == 404


def test_past_dates_of_old_bookmarks_show_today(client: Client, salon: Salon) -> None:
    page = look(client, salon, date="2026-11-01")

    assert page.context["chosen_on"] == date(2026, 11, 24)


def test_services_of_another_business_are_not_found(client: Client, salon: Salon) -> None:
    make_salon(slug="sam")
    salon.colour.slug = "only-here"
    salon.colour.save()

    assert client.get("/sam/s/only-here/times").status_code == 404
    assert client.get("/nobody/s/cut/times").status_code == 404


def test_drafts_of_businesses_are_not_public(client: Client, salon: Salon) -> None:
    Business.objects.update(state=Business.State.DRAFT)

    assert look(client, salon).status_code == 404


@pytest.mark.parametrize("staff", [1, 3])
@pytest.mark.parametrize("query", [{}, {"date": "2026-12-15"}, {"month": "2027-01"}])
def test_the_picker_asks_at_most_twelve_questions(
    client: Client,
    salon: Salon,
    django_assert_max_num_queries: Any,
    staff: int,
    query: dict[str, str],
) -> None:
    for rank in range(staff):
        person = make_staff(business=salon.business, name=f"Cara {rank}", rank=5 + rank)
        salon.cut.requirements.get().eligible.add(person.resource)
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26, 9 + rank),
            now=salon.at(24, 11),
            email=f"carl{rank}@example.com",
        )
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    wash = AddOn.objects.create(group=group, name="Wash", price=500, duration_minutes=15)

    with django_assert_max_num_queries(12):
        assert look(client, salon, add_on=str(wash.pk), **query).status_code == 200


def test_looking_further_costs_one_more_question_at_most(
    client: Client, salon: Salon, django_assert_max_num_queries: Any
) -> None:
    close(salon, date(2026, 11, 24), 60)

    with django_assert_max_num_queries(12):
        assert look(client, salon).context["chosen_on"] == date(2027, 1, 23)


@pytest.mark.long
def test_too_many_looks_are_asked_to_wait(client: Client, salon: Salon, settings: Any) -> None:
    answers = [look(client, salon).status_code for _look in range(121)]

    assert answers[-2:] == [200, 429]


def test_a_repeated_hour_carries_its_abbreviation(client: Client, salon: Salon) -> None:
    Schedule.objects.get(business=salon.business, resource=None).weekly_hours.update(
        starts_minute=60, ends_minute=300
    )
    with time_machine.travel(datetime(2026, 10, 24, 9, tzinfo=BERLIN), tick=False):
        text = text_of(look(client, salon, date="2026-10-25"))

    assert text.count("<small>CEST</small>") == 4
    assert text.count("<small>CET</small>") == 4
