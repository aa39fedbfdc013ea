"""Journey F: a class for two, paid at the studio, and a course as a whole (rule W9)."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.availability.models import Session
from apps.bookings.models import Booking
from tests.factories import Salon
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import READING, SCRIPTS, book

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def studio(salon: Salon) -> Studio:
    """Harbor Yoga beside the salon, on the same clock."""
    return make_studio(late_entry=True)


@pytest.fixture
def evening(studio: Studio) -> Session:
    """Vinyasa flow tomorrow at six, with one place of twelve taken."""
    session = make_session(studio, starts_at=studio.at(25, 18))
    join(session, email="sam@example.com")
    return session


def type_two_people(page: Page) -> None:
    page.locator("[name=name]").fill("Eva Lindner")
    page.locator("[name=email]").fill("eva@example.com")
    page.wait_for_timeout(READING)


@SCRIPTS
def test_f_two_people_come_to_a_class(
    open_page: OpenPage, studio: Studio, evening: Session, *, scripts: bool
) -> None:
    page = open_page("/harbor/", scripts=scripts)

    page.get_by_role("link", name="Vinyasa flow").click()
    expect(page.get_by_text("11 left")).to_be_visible()
    page.get_by_role("link", name="Book Vinyasa flow, Wednesday").click()
    expect_page(page, "Vinyasa flow")
    if scripts:
        page.get_by_role("button", name="One person more").click()
        expect(page.locator("#quote b")).to_have_text("US$36.00")
    else:
        page.locator("#people").fill("2")
    page.get_by_role("button", name="Book", exact=True).click()
    expect_page(page, "Your details")
    type_two_people(page)
    book(page).click()

    expect(page).to_have_url(re.compile(r"/done/\w{8}/$"))
    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (booking.session, booking.party_size, booking.price) == (evening, 2, 3600)
    page.goto("/harbor/classes/")
    expect(page.get_by_text("You’re booked")).to_be_visible()


@SCRIPTS
def test_a_course_is_taken_as_a_whole(
    open_page: OpenPage, studio: Studio, *, scripts: bool
) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=6)
    page = open_page("/harbor/courses/beginners/", scripts=scripts)

    page.get_by_text("All 6 dates").click()
    expect(page.get_by_text("Thu 31 Dec")).to_be_visible()
    page.get_by_role("button", name="Enrol").click()
    expect_page(page, "Your details")
    type_two_people(page)
    book(page).click()

    expect(page).to_have_url(re.compile(r"/done/\w{8}/$"))
    assert Booking.objects.get(contact_email="eva@example.com").course_run == run


@pytest.mark.long
def test_the_pages_of_classes_and_courses_are_accessible(
    open_page: OpenPage, studio: Studio, evening: Session
) -> None:
    make_session(studio, starts_at=studio.at(27, 9), capacity=1)
    run = make_run(studio, first=studio.at(26, 18), capacity=1)
    join(run, email="sam@example.com")
    page = open_page("/harbor/classes/")

    for path in (
        "/harbor/classes/",
        f"/harbor/classes/{evening.pk}/",
        "/harbor/courses/beginners/",
    ):
        page.goto(path)
        expect_no_flaw(page, widths=(320, 1280), schemes=SCHEMES)


def test_the_week_turns_without_a_new_page(
    open_page: OpenPage, studio: Studio, evening: Session
) -> None:
    make_session(studio, starts_at=studio.at(31, 9))
    page = open_page("/harbor/classes/")

    page.get_by_role("link", name="Next week").click()

    expect(page.get_by_role("heading", name="Tuesday 1 December")).to_be_visible()
    expect(page).to_have_url(re.compile(r"week=2026-W49"))
    page.get_by_role("link", name="Previous week").click()
    expect(page.get_by_role("heading", name="Wednesday 25 November")).to_be_visible()


@SCRIPTS
def test_somebody_waits_is_offered_a_place_and_takes_it(
    open_page: OpenPage, studio: Studio, *, scripts: bool
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    page = open_page("/harbor/classes/", scripts=scripts)

    page.get_by_role("link", name="Waitlist Vinyasa flow").click()
    page.get_by_role("link", name="Join the waitlist").click()
    expect_page(page, "Join the waitlist")
    type_two_people(page)
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_text("You’re first on the waitlist.")).to_be_visible()
    if scripts:
        expect_no_flaw(page)

    owner = open_page(f"/own/harbor/classes/{session.pk}/", member=studio.olga, scripts=scripts)
    expect(owner.get_by_role("heading", name="1 waiting")).to_be_visible()
    owner.get_by_role("link", name=sam.reference).click()
    owner.get_by_text("Cancel this booking").click()
    owner.get_by_role("button", name="Yes, cancel").click()
    expect(owner.locator("body")).to_have_attribute("data-booking-status", "CANCELED")

    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^A place has opened up"))).to_be_visible()
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("body")).to_have_attribute("data-booking-status", "CONFIRMED")
    assert Booking.objects.get(contact_email="eva@example.com").status == "CONFIRMED"


@pytest.mark.long
def test_an_owner_plans_a_series_and_keeps_the_roster(
    open_page: OpenPage, studio: Studio, evening: Session
) -> None:
    page = open_page("/own/harbor/classes/", member=studio.olga)
    expect_no_flaw(page)

    page.get_by_role("link", name="New class").click()
    expect_page(page, "New class")
    page.locator("[name=service]").select_option("Vinyasa flow")
    page.locator("[name=staff]").select_option("Dan Wells")
    page.locator("[name=first_on]").fill("2026-11-30")
    page.locator("[name=at]").fill("07:00")
    page.locator("[name=capacity]").fill("10")
    page.get_by_label("Mon", exact=True).check()
    page.get_by_label("Or number of times").fill("3")
    page.get_by_label("Or number of times").blur()
    expect(page.get_by_role("heading", name="3 dates")).to_be_visible()
    expect_no_flaw(page)
    page.get_by_role("button", name="Add to the timetable").click()
    expect(page).to_have_url(re.compile(r"week=2026-W49"))
    assert Session.objects.exclude(series=None).count() == 3

    page.goto(f"/own/harbor/classes/{evening.pk}/")
    page.get_by_role("button", name="Here Sam").click()
    expect(page.get_by_role("heading", name="1 of 1 here")).to_be_visible()
    expect(page.get_by_role("button", name="Here Sam")).to_be_focused()
    for path in ("/own/harbor/classes/", f"/own/harbor/classes/{evening.pk}/"):
        page.goto(path)
        expect_no_flaw(page)
