"""The page on which an owner gives a place another time zone, and what it says before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.availability import operations as availability
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.messages.models import Message
from apps.waitlists import operations as waitlists
from tests.dashboard.test_query_counts import fill, queries_of
from tests.factories import NOW, Salon, make_booking, make_draft, make_member
from tests.factories.businesses import make_location
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import work
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def path_of(salon: Any) -> str:
    return f"/own/{salon.business.slug}/places/{salon.location.pk}/clock/"


def page(browser: Client, path: str, status: int = 200, **query: str) -> str:
    answer = browser.get(path, query)
    assert answer.status_code == status
    return answer.content.decode()


def seal_in(text: str) -> str:
    return text.partition('name="seen" value="')[2].partition('"')[0]


def cells(text: str) -> list[list[str]]:
    """The cells of the rows that are listed, without marks."""
    rows = text.split("<tbody>")[1:]
    return [
        [td.partition(">")[2].partition("<")[0] for td in row.split("<td")[1:]]
        for part in rows
        for row in part.partition("</tbody>")[0].split("<tr>")[1:]
    ]


def test_the_places_are_listed_with_their_clocks(olga: Client, salon: Salon) -> None:
    make_location(business=salon.business, name="Porto", time_zone="Europe/Lisbon")

    text = page(olga, "/own/juniper/places/")

    assert "Berlin time, for the business and all places without their own time zone" in text
    assert "Berlin time, same as the business" in text
    assert "Lisbon time" in text
    assert "Today 10:42" in text
    assert "Today 09:42" in text


@pytest.mark.parametrize(
    ("words", "city"),
    [("lisb", "Lisbon"), ("Portugal", "Lisbon"), ("europe/lisbon", "Lisbon"), ("york", "New York")],
)
def test_a_zone_is_found_by_names_that_people_know(
    olga: Client, salon: Salon, words: str, city: str
) -> None:
    assert f"<b>{city}</b>" in page(olga, path_of(salon), q=words)


def test_what_no_zone_is_called_stays_typed_beside_its_error(olga: Client, salon: Salon) -> None:
    text = page(olga, path_of(salon), status=422, q="Atlantis")

    assert 'value="Atlantis"' in text
    assert "No time zone found for “Atlantis”." in text


@pytest.mark.parametrize("name", ["Atlantis/City", "../etc", "", "x" * 80])
def test_an_address_with_a_zone_that_there_is_not_leads_back_to_the_choice(
    olga: Client, salon: Salon, name: str
) -> None:
    text = page(olga, "/own/juniper/places/clock/", status=422, zone=name)

    assert 'data-page="clock"' in text


def test_the_list_says_what_each_booking_would_read(olga: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    make_booking(service=salon.bridal, starts_at=salon.at(27, 9), now=NOW, email="ida@example.com")
    make_draft(service=salon.cut, starts_at=salon.at(28, 10), now=NOW, visitor="dora")

    text = page(olga, path_of(salon), zone="Europe/Lisbon")

    assert cells(text) == [
        ["Thu 26 Nov, 10:00", "Thu 26 Nov, 10:00", "Thu 26 Nov, 09:00"],
        ["Fri 27 Nov, 09:00", "Fri 27 Nov, 09:00", "Fri 27 Nov, 08:00"],
    ]
    assert text.count("2 e-mails go to customers.") == 2
    assert "1 person is booking right now" in text
    assert "From Berlin time to Lisbon time" in text


@pytest.mark.parametrize(("keep", "hour"), [("CLOCK", 11), ("MOMENT", 10)])
def test_the_choice_is_done_and_leads_to_the_places(
    olga: Client, salon: Salon, keep: str, hour: int
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    path = path_of(salon)
    seen = seal_in(page(olga, path, zone="Europe/Lisbon"))

    answer = olga.post(path, {"zone": "Europe/Lisbon", "keep": keep, "seen": seen})

    booking.refresh_from_db()
    event = booking.history.last()
    assert (answer.status_code, answer["Location"]) == (303, "/own/juniper/places/?saved=1")
    assert booking.starts_at == salon.at(26, hour)
    assert event is not None
    assert event.user == salon.olga.user
    assert Location.objects.get(pk=salon.location.pk).time_zone == "Europe/Lisbon"
    assert "The time zone has been changed." in page(olga, answer["Location"])
    history = page(olga, f"/own/juniper/bookings/{booking.reference}/")
    assert "Time zone changed by" in history


@pytest.mark.parametrize("whole", [False, True])
def test_a_double_tap_leads_to_the_same_page(olga: Client, salon: Salon, *, whole: bool) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    path = "/own/juniper/places/clock/" if whole else path_of(salon)
    seen = seal_in(page(olga, path, zone="Europe/Lisbon"))
    choice = {"zone": "Europe/Lisbon", "keep": "CLOCK", "seen": seen}

    answers = [olga.post(path, choice) for _tap in range(2)]

    booking.refresh_from_db()
    assert [(it.status_code, it["Location"]) for it in answers] == [
        (303, "/own/juniper/places/?saved=1")
    ] * 2
    assert booking.starts_at == salon.at(26, 11)
    assert booking.history.filter(action="REZONED").count() == 1


def test_the_zone_it_has_already_is_no_choice(olga: Client, salon: Salon) -> None:
    path = "/own/juniper/places/clock/"

    shown = page(olga, path, status=422, zone="Europe/Berlin")
    sent = olga.post(path, {"zone": "Europe/Berlin", "seen": "x"})

    assert "It is already in this time zone." in shown
    assert sent.status_code == 422


def test_the_page_says_what_keeps_its_last_day() -> None:
    studio = make_studio()
    browser = Client()
    browser.force_login(studio.olga.user)
    make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    make_coupon(business=studio.business, ends_at=NOW + timedelta(days=9))
    make_coupon(business=studio.business, code="OVER", ends_at=NOW - timedelta(days=9))
    make_discount(business=studio.business, ends_at=NOW + timedelta(days=9))
    words = "the last days of 3 plans, promo codes and discounts."

    whole = page(browser, "/own/harbor/places/clock/", zone="America/Chicago")
    place = page(browser, path_of(studio), zone="America/Chicago")

    assert words in whole
    assert words not in place


def told_of_on(text: str) -> tuple[int, int]:
    """How many e-mails the page promises when the clock stays, and when the moment does."""
    promised = [
        0 if "No customer needs to be told." in part else int(part.split(" e-mail")[0].split()[-1])
        for part in text.split('name="keep"')[1:]
    ]
    return promised[0], promised[1]


def crowd_of(studio: Studio) -> None:
    """Three in a class, somebody in its line, and two online."""
    late = make_session(studio, starts_at=studio.at(26, 18), capacity=3)
    online = make_session(studio, starts_at=studio.at(27, 18), capacity=9)
    for number in range(3):
        join(late, email=f"at{number}@example.com")
    for number in range(2):
        booking = join(online, email=f"online{number}@example.com")
        booked = {**booking.service_snapshot, "venue": "ONLINE"}
        Booking.objects.filter(pk=booking.pk).update(service_snapshot=booked)
    waitlists.join_waitlist(
        choice=choose(service=Service.objects.select_related("business").get(pk=studio.flow.pk)),
        target=late,
        details=waitlists.WaitingDetails(name="Ida", email="ida@example.com"),
        visitor=bookings.Visitor("ida", "ida", "America/New_York"),
        now=NOW,
    )


@pytest.mark.parametrize("keep", ["CLOCK", "MOMENT"])
def test_as_many_mails_are_written_as_the_page_said(keep: str) -> None:
    studio = make_studio()
    browser = Client()
    browser.force_login(studio.olga.user)
    crowd_of(studio)
    work(NOW)
    Message.objects.all().delete()
    path = "/own/harbor/places/clock/"
    text = page(browser, path, zone="America/Chicago")
    said = dict(zip(("CLOCK", "MOMENT"), told_of_on(text), strict=True))

    browser.post(path, {"zone": "America/Chicago", "keep": keep, "seen": seal_in(text)})
    work(NOW + timedelta(minutes=1))

    assert said == {"CLOCK": 6, "MOMENT": 4}
    assert Message.objects.count() == said[keep]


def test_without_a_choice_nothing_changes(olga: Client, salon: Salon) -> None:
    path = path_of(salon)
    seen = seal_in(page(olga, path, zone="Europe/Lisbon"))

    answer = olga.post(path, {"zone": "Europe/Lisbon", "seen": seen})

    assert answer.status_code == 422
    assert "Choose what should stay the same." in answer.content.decode()
    assert Location.objects.get(pk=salon.location.pk).time_zone == ""


def test_what_was_booked_in_between_is_shown_first(olga: Client, salon: Salon) -> None:
    path = path_of(salon)
    seen = seal_in(page(olga, path, zone="Europe/Lisbon"))
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    answer = olga.post(path, {"zone": "Europe/Lisbon", "keep": "CLOCK", "seen": seen})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Something has been booked or changed since this list was made." in text
    assert booking.reference in text
    assert 'value="CLOCK" id="id_keep_0" checked' in text
    assert Location.objects.get(pk=salon.location.pk).time_zone == ""
    again = olga.post(path, {"zone": "Europe/Lisbon", "keep": "CLOCK", "seen": seal_in(text)})
    assert again.status_code == 303


def test_what_is_in_the_way_is_named_and_nothing_changes(olga: Client, salon: Salon) -> None:
    make_booking(
        service=salon.cut,
        starts_at=salon.at(26, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    availability.block_time(
        business_id=salon.business.pk,
        resource_ids=[salon.ana.resource_id],
        starts_at=salon.at(26, 11),
        ends_at=salon.at(26, 12),
        note="Dentist",
        now=NOW,
    )
    path = path_of(salon)
    text = page(olga, path, zone="Europe/Lisbon")

    assert (
        "Carl Vogt, Cut and finish, Thu 26 Nov, 10:00 would be at the same time as Dentist, "
        "Thu 26 Nov, 11:00." in text
    )
    answer = olga.post(path, {"zone": "Europe/Lisbon", "keep": "CLOCK", "seen": seal_in(text)})
    assert answer.status_code == 409
    assert "check what is in the way" in answer.content.decode()
    assert Booking.objects.get().starts_at == salon.at(26, 10)


def test_times_that_the_new_clock_skips_or_shows_twice_are_named() -> None:
    studio = make_studio(horizon_days=700)
    type(studio.business).objects.filter(pk=studio.business.pk).update(time_zone="America/Phoenix")
    browser = Client()
    browser.force_login(studio.olga.user)
    for at in (datetime(2027, 3, 14, 9, 30, tzinfo=UTC), datetime(2027, 11, 7, 8, 30, tzinfo=UTC)):
        make_session(studio, starts_at=at, resource_ids=())

    text = page(browser, "/own/harbor/places/clock/", zone="America/New_York")

    assert "The new clock skips this time on that day." in text
    assert "The new clock shows this time twice on that day: the first counts." in text
    assert "1 time does not exist on the new clock" in text
    assert "1 time comes twice on the new clock" in text
    assert cells(text)[0] == ["Sun 14 Mar, 02:30", "Sun 14 Mar, 03:30", "Sun 14 Mar, 05:30"]


def test_a_long_list_is_counted_and_cut(olga: Client, salon: Salon) -> None:
    for number in range(22):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26 + number // 8, 9 + number % 8),
            now=NOW,
            email=f"at{number}@example.com",
        )

    text = page(olga, path_of(salon), zone="Europe/Lisbon")

    assert len(cells(text)) == 20
    assert "And 2 more." in text


def test_the_list_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    fill(salon, rows=1)
    path = f"{path_of(salon)}?zone=Europe%2FLisbon"
    once = queries_of(olga, path)
    fill(salon, rows=2, start=1)

    assert queries_of(olga, path) == once


def test_classes_and_those_in_line_are_listed() -> None:
    studio = make_studio()
    browser = Client()
    browser.force_login(studio.olga.user)
    join(make_session(studio, starts_at=studio.at(26, 18)))

    text = page(browser, path_of(studio), zone="America/Chicago")

    assert "Classes and dates of courses" in text
    assert cells(text) == [["Thu 26 Nov, 18:00", "Thu 26 Nov, 18:00", "Thu 26 Nov, 17:00"]] * 2


@pytest.mark.parametrize("role", ["FRONT_DESK", "STAFF", "ACCOUNTANT"])
def test_only_who_may_change_settings_gets_there(salon: Salon, role: str) -> None:
    member = make_member(business=salon.business, email="sam@juniper.example", role=role)
    browser = Client()
    browser.force_login(member.user)

    answers = [browser.get(it).status_code for it in ("/own/juniper/places/", path_of(salon))]

    assert answers == [403, 403]


def test_a_place_of_another_business_is_not_there(olga: Client) -> None:
    elsewhere = make_studio()

    assert olga.get(f"/own/juniper/places/{elsewhere.location.pk}/clock/").status_code == 404


@pytest.mark.parametrize("kind", ["location", "business"])
def test_an_operator_gets_there_from_admin(admin_client: Client, salon: Salon, kind: str) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    pk = salon.location.pk if kind == "location" else salon.business.pk
    path = f"/operator/clocks/{kind}/{pk}/"
    form = page(admin_client, f"/operator/businesses/{kind}/{pk}/change/")
    assert f'href="{path}"' in form

    assert 'data-page="operator-clock"' in page(admin_client, path)
    seen = seal_in(page(admin_client, path, zone="Europe/Lisbon"))
    answer = admin_client.post(path, {"zone": "Europe/Lisbon", "keep": "CLOCK", "seen": seen})

    booking.refresh_from_db()
    assert answer.status_code == 303
    assert booking.starts_at == salon.at(26, 11)


def test_no_owner_gets_to_the_operators_page(olga: Client, salon: Salon) -> None:
    answer = olga.get(f"/operator/clocks/location/{salon.location.pk}/")

    assert answer.status_code in {302, 303}
    assert not User.objects.get(pk=salon.olga.user_id).is_staff
