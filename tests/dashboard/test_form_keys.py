"""What the team makes with a form, it makes once, however often the form is sent (rule B6)."""

from typing import Any

import pytest
from django.test import Client

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.catalog.models import PricingPlan
from apps.checkout.models import Coupon, Discount
from apps.outbox.models import OutboxItem
from apps.web.form_keys import KeyedForm
from tests.dashboard.conftest import note_that_it_is_used
from tests.dashboard.waitlist.test_wishes import NEW as WISH
from tests.factories import Salon
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of
from tests.waitlists.test_times import fill

pytestmark = pytest.mark.django_db
KEY = "a-form-of-the-desk"
CLASS = {
    "first_on": "2026-11-30",
    "at": "07:00",
    "capacity": "12",
    "every_weeks": "1",
    "skip_closed": "on",
    "anyway": "on",
    "reason": "Noor assists only",
    "key": KEY,
}


@pytest.fixture
def studio(clock: object, db: None) -> Studio:
    return make_studio()


@pytest.fixture
def desk(studio: Studio, client: Client) -> Client:
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    note_that_it_is_used(client)
    return client


def twice(browser: Client, path: str, data: dict[str, Any]) -> list[tuple[int, str]]:
    answers = [browser.post(path, data) for _time in range(2)]
    return [(answer.status_code, answer.get("Location", "")) for answer in answers]


def test_a_class_is_scheduled_once_although_something_is_there(
    desk: Client, studio: Studio
) -> None:
    make_session(studio, starts_at=studio.at(30, 7), capacity=5)
    typed = {
        **CLASS,
        "service": studio.flow.pk,
        "staff": studio.noor.resource_id,
        "room": studio.pier.pk,
    }

    first, again = twice(desk, "/own/harbor/classes/new/", typed)

    assert first == again == (303, "/own/harbor/classes/?week=2026-W49")
    assert Session.objects.count() == 2
    desk.post("/own/harbor/classes/new/", {**typed, "at": "08:00"})  # Back, and another time
    assert Session.objects.count() == 3


def test_a_run_of_a_course_is_scheduled_once(desk: Client, studio: Studio) -> None:
    typed = {
        **CLASS,
        "service": studio.course.pk,
        "staff": studio.noor.resource_id,
        "room": studio.pier.pk,
        "weekdays": ["0"],
        "count": "4",
    }

    first, again = twice(desk, "/own/harbor/classes/new/", typed)

    assert first == again
    assert first[0] == 303
    assert (CourseRun.objects.count(), Session.objects.count()) == (1, 4)


def test_somebody_at_the_door_is_put_in_once(desk: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=10)
    path = f"/own/harbor/classes/{session.pk}/"
    typed = {"name": "Ida Holm", "email": "ida@example.com", "people": "1", "key": KEY}

    answers = twice(desk, f"{path}add/", typed)

    assert answers == [(303, path), (303, path)]
    assert [it.contact_name for it in Booking.objects.all()] == ["Ida Holm"]
    assert OutboxItem.objects.filter(topic="booking.confirmed").count() == 1
    session.refresh_from_db()
    assert session.seats_taken == 1
    desk.post(f"{path}add/", {**typed, "name": "Una Holm", "email": "una@example.com"})
    assert sorted(it.contact_name for it in Booking.objects.all()) == ["Ida Holm", "Una Holm"]


def test_somebody_is_put_on_the_waitlist_once(desk: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    join(session)
    path = f"/own/harbor/classes/{session.pk}/"
    typed = {"name": "Ida Holm", "email": "ida@example.com", "people": "1", "line": "1", "key": KEY}

    assert twice(desk, f"{path}add/", typed) == [(303, path), (303, path)]
    assert WaitlistEntry.objects.count() == 1


def test_a_message_to_all_is_sent_once(desk: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=10)
    join(session, email="carl@example.com")
    join(session, email="eva@example.com")
    path = f"/own/harbor/classes/{session.pk}/message/"

    twice(desk, path, {"text": "Bring a towel", "key": KEY})

    told = BookingEvent.objects.filter(action=BookingEvent.Action.MESSAGED)
    assert [it.reason for it in told] == ["Bring a towel", "Bring a towel"]
    assert OutboxItem.objects.filter(topic="booking.messaged").count() == 2
    desk.post(path, {"text": "And water", "key": KEY})
    assert told.all().count() == 4


def test_somebody_who_calls_waits_for_a_time_once(olga: Client, salon: Salon) -> None:
    fill(salon)
    path = "/own/juniper/waitlist/new/"

    answers = twice(olga, path, {**WISH, "service": str(salon.cut.pk), "key": KEY})

    line = "/own/juniper/waitlist/"
    assert answers == [(303, line), (303, line)]
    assert WaitlistEntry.objects.count() == 1


def test_the_same_key_with_other_words_makes_another_one(olga: Client, salon: Salon) -> None:
    discount = {"name": "Autumn", "kind": "PERCENT", "value": "10", "key": KEY}
    coupon = {**discount, "code": "AUTUMN26"}
    plan = {"name": "Ten", "kind": "PACKAGE", "credits": "10", "price": "90", "tax_rate": "0"}
    plan |= {"services": str(salon.cut.pk), "key": KEY}

    for path, typed, other in (
        ("discounts/", discount, {"name": "Winter"}),
        ("coupons/", coupon, {"code": "WINTER26"}),
        ("plans/new/", plan, {"name": "Ten cuts"}),
    ):
        for sent in (typed, typed, {**typed, **other}):
            assert olga.post(f"/own/juniper/{path}", sent).status_code == 303

    assert [it.name for it in Discount.objects.order_by("pk")] == ["Autumn", "Winter"]
    assert [it.code for it in Coupon.objects.order_by("pk")] == ["AUTUMN26", "WINTER26"]
    assert [it.name for it in PricingPlan.objects.order_by("pk")] == ["Ten", "Ten cuts"]


def test_a_key_is_good_for_its_own_business_only(olga: Client, salon: Salon, db: None) -> None:
    discount = {"name": "Autumn", "kind": "PERCENT", "value": "10", "key": KEY}
    other = make_studio()
    browser = Client()
    browser.force_login(other.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    olga.post("/own/juniper/discounts/", discount)
    browser.post("/own/harbor/discounts/", discount)

    assert Discount.objects.count() == 2


def test_a_form_is_shown_with_a_key_and_keeps_it_when_it_is_refused(olga: Client) -> None:
    path = "/own/juniper/waitlist/new/"
    shown = fields_of(olga.get(path))["key"]

    refused = olga.post(path, {"key": shown})

    assert refused.status_code == 422
    assert fields_of(refused)["key"] == shown
    assert fields_of(olga.get(path))["key"] != shown
    assert 'name="key"' in text_of(olga.get("/own/juniper/coupons/"))


@pytest.mark.parametrize(
    "odd", ["", "short", "k" * 25, "white space is odd", "<b>bold-and-odd</b>"]
)
def test_an_odd_key_is_no_key_and_is_not_shown_again(odd: str) -> None:
    shown = KeyedForm({"key": odd})["key"].value()

    assert KeyedForm({"key": odd}).fields["key"].widget.format_value(shown) != odd


def test_the_same_key_at_two_addresses_is_two_forms(desk: Client, studio: Studio) -> None:
    """Nobody makes a key twice, but a page that was copied by hand, or saved, has it."""
    sessions = [make_session(studio, starts_at=studio.at(day, 18)) for day in (27, 28)]
    somebody = {"name": "Eva", "email": "eva@example.com", "people": "1", "key": KEY}
    for session in sessions:
        join(session)
        roster = f"/own/harbor/classes/{session.pk}/"
        assert desk.post(f"{roster}add/", somebody).status_code == 303
        assert (
            desk.post(f"{roster}message/", {"text": "Bring a mat", "key": KEY}).status_code == 303
        )

    eva = Booking.objects.filter(contact_email="eva@example.com")
    written = BookingEvent.objects.filter(action="MESSAGED")
    assert sorted(eva.values_list("session_id", flat=True)) == [it.pk for it in sessions]
    assert {it.booking.session_id for it in written} == {it.pk for it in sessions}
