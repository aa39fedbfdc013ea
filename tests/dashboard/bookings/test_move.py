"""The team moves an appointment: the picker around it, the page to check, the tap, and what each
says when it is not possible (rules B4, B32)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from icalendar import Calendar

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.catalog.models import StaffMember
from apps.customers.models import Customer
from apps.ledger.check import find_all
from tests.dashboard.conftest import Sit
from tests.dashboard.test_query_counts import queries_of
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, slot_at, slots_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SOON = NOW + timedelta(seconds=11)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15; whoever is free was wanted."""
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


def path(booking: Booking, tail: str = "") -> str:
    return f"/own/juniper/bookings/{booking.reference}/{tail}"


def slot(salon: Salon, day: int, hour: int, minute: int = 0, *, staff: int | str = "") -> str:
    at: datetime = salon.at(day, hour, minute)
    return slot_at(at.astimezone(salon.business.zone), staff=staff)


def send(client: Client, booking: Booking, value: str, **said: Any) -> Any:
    data = {"slot": value, "revision": booking.revision, **said}
    return client.post(path(booking, "move/"), data)


def broken_laws() -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=NOW)]


# ----- the way
def test_from_the_page_of_the_booking_to_another_time(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    assert f'href="{path(carl, "move/")}">Move to another time' in text_of(olga.get(path(carl)))

    picker = olga.get(path(carl, "move/"), {"date": "2026-11-27"})
    value = slot(salon, 27, 14)
    assert value in slots_of(picker)
    check = olga.get(path(carl, "move/check/"), {"slot": value})
    assert "<s>Thu 26 Nov, 10:15</s>" in text_of(check)
    assert "It stays the same." in text_of(check)
    assert "The customer gets an e-mail with both times" in text_of(check)
    answer = olga.post(path(carl, "move/"), {**fields_of(check), "message": "Ana is away."})

    assert (answer.status_code, answer["Location"]) == (303, path(carl))
    assert Booking.objects.get().starts_at == salon.at(27, 14)
    page = text_of(olga.get(path(carl)))
    assert "Moved by olga@juniper.example" in page
    assert "From Thu 26 Nov, 10:15 to Fri 27 Nov, 14:00" in page
    assert "Ana is away." in page
    assert broken_laws() == []


def test_the_customer_reads_both_times_and_the_message_and_the_team_nothing(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    work(SOON)
    mail.outbox.clear()

    send(olga, carl, slot(salon, 27, 14), message="Ana is away that day.")
    work(SOON)

    (letter,) = mail.outbox
    assert letter.to == ["carl@example.com"]
    assert letter.subject.startswith("Moved: ")
    assert "Thu 26 Nov, 10:15" in str(letter.body)
    assert "Friday 27 November 2026\n14:00 – 14:45" in str(letter.body)
    assert "Juniper Hair writes: Ana is away that day." in str(letter.body)
    part: Any = next(it for it in letter.attachments if "calendar" in str(it))
    (event,) = Calendar.from_ical(part.get_payload(decode=True).decode()).walk("VEVENT")
    assert str(event["UID"]).partition("@")[0] == carl.reference
    assert str(event["SEQUENCE"]) == str(Booking.objects.get().revision)


def test_what_the_team_wrote_stands_in_that_mail_only(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    send(olga, carl, slot(salon, 27, 14), message="Ana is away that day.")
    work(SOON)
    mail.outbox.clear()

    bookings.move_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=Booking.objects.get().revision,
        starts_at=salon.at(27, 15),
        resource_id=None,
        by=None,
        now=SOON,
    )
    work(SOON)

    assert [letter for letter in mail.outbox if "Ana is away" in str(letter.body)] == []
    assert mail.outbox


def test_the_picker_opens_on_the_day_of_the_booking_and_leaves_its_own_time_out(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    page = olga.get(path(carl, "move/"))

    assert "Booked now: 10:15 – 11:00" in text_of(page)
    assert slot(salon, 26, 10, 15) not in slots_of(page)
    assert {slot(salon, 26, 10), slot(salon, 26, 10, 30)} <= set(slots_of(page))


def test_a_part_of_the_page_is_the_picker_alone(olga: Client, carl: Booking) -> None:
    page = olga.get(path(carl, "move/"), {"date": "2026-11-27"}, headers={"HX-Request": "true"})

    assert text_of(page).lstrip().startswith('<div id="picker"')


def test_another_person_is_chosen_by_name(olga: Client, salon: Salon, carl: Booking) -> None:
    ben = salon.ben.resource_id
    value = slot(salon, 26, 10, 15, staff=ben)

    picker = olga.get(path(carl, "move/"), {"staff": str(ben), "date": "2026-11-26"})
    check = olga.get(path(carl, "move/check/"), {"slot": value})
    send(olga, carl, value)

    assert value in slots_of(picker)
    assert "<dt>With</dt><dd>Ben" in text_of(check)
    assert Booking.objects.get().resource_id == ben


def test_whoever_it_will_be_is_named_where_anybody_is_chosen(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    check = olga.get(path(carl, "move/check/"), {"slot": slot(salon, 26, 12)})
    send(olga, carl, slot(salon, 26, 12))

    person = StaffMember.objects.get(resource=Booking.objects.get().resource_id).name
    assert f"<dt>With</dt><dd>{person}<br>" in text_of(check)
    assert "or whoever is free then" in text_of(check)


# ----- what binds customers and not the team
def test_the_team_sees_times_sooner_and_farther_than_customers_book(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    salon.policy.min_notice_minutes = 24 * 60
    salon.policy.max_advance_minutes = 7 * 24 * 60
    salon.policy.save()
    today, far = slot(salon, 24, 15), salon.at(24, 10) + timedelta(days=21)

    near_page = olga.get(path(carl, "move/"), {"date": "2026-11-24"})
    far_page = olga.get(path(carl, "move/"), {"date": "2026-12-15"})

    assert today in slots_of(near_page)
    assert slot(salon, 24, 9) not in slots_of(near_page)  # that has passed
    assert slot_at(far.astimezone(salon.business.zone)) in slots_of(far_page)
    assert send(olga, carl, today).status_code == 303
    assert Booking.objects.get().starts_at == salon.at(24, 15)
    assert broken_laws() == []


def test_a_customer_is_still_held_by_those(salon: Salon, carl: Booking) -> None:
    salon.policy.min_notice_minutes = 24 * 60
    salon.policy.save()

    with pytest.raises(bookings.SlotGone):
        bookings.move_booking(
            booking_id=carl.pk,
            business_id=carl.business_id,
            revision=carl.revision,
            starts_at=salon.at(24, 15),
            resource_id=None,
            by=None,
            now=NOW,
        )


def test_it_tells_that_the_new_time_cannot_be_cancelled_free_of_charge(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    words = "At the new time the customer can no longer cancel free of charge."

    soon = olga.get(path(carl, "move/check/"), {"slot": slot(salon, 24, 15)})
    later = olga.get(path(carl, "move/check/"), {"slot": slot(salon, 27, 14)})

    assert words in text_of(soon)
    assert words not in text_of(later)


def test_without_an_address_the_team_tells_the_customer(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    Booking.objects.update(contact_email="")
    Customer.objects.update(email="1@erased.invalid", phone="", erased_at=NOW)

    check = text_of(olga.get(path(carl, "move/check/"), {"slot": slot(salon, 27, 14)}))

    assert "There is no e-mail address, so please tell the customer yourself." in check
    assert 'name="message"' not in check


def test_a_request_stays_one(olga: Client, salon: Salon) -> None:
    ines = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    value = slot(salon, 28, 9, 45)

    check = olga.get(path(ines, "move/check/"), {"slot": value})
    send(olga, ines, value)

    assert "It stays a request, and still waits for your answer." in text_of(check)
    moved = Booking.objects.get()
    assert (moved.status, moved.starts_at) == ("PENDING", salon.at(28, 9, 45))


# ----- what is refused
def test_a_page_that_is_old_moves_nothing_and_keeps_the_words(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    old = carl.revision
    send(olga, carl, slot(salon, 27, 14))

    answer = send(olga, carl, slot(salon, 28, 9), revision=old, message="Ana is away.")

    assert answer.status_code == 409
    assert "Changed by olga@juniper.example" in text_of(answer)
    assert "Ana is away." in text_of(answer)
    assert Booking.objects.get().starts_at == salon.at(27, 14)


def test_sent_twice_it_moves_once(olga: Client, salon: Salon, carl: Booking) -> None:
    answers = [send(olga, carl, slot(salon, 27, 14)).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert BookingEvent.objects.filter(action="MOVED").count() == 1


def test_a_time_that_is_gone_shows_the_nearest_ones_and_the_words(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    for person in (salon.ana, salon.ben):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 14),
            now=NOW,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )

    check = olga.get(path(carl, "move/check/"), {"slot": slot(salon, 27, 14)})
    answer = send(olga, carl, slot(salon, 27, 14), message="Ana is away.")

    assert (check.status_code, answer.status_code) == (409, 409)
    assert "14:00 has just been taken." in text_of(answer)
    assert "The booking stays as it is until you choose one." in text_of(answer)
    assert "Ana is away." in text_of(answer)
    assert Booking.objects.get(pk=carl.pk).starts_at == carl.starts_at


def test_a_message_that_is_too_long_is_asked_for_again(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    answer = send(olga, carl, slot(salon, 27, 14), message="a" * 501)

    assert answer.status_code == 422
    assert "a" * 501 in text_of(answer)
    assert Booking.objects.get().starts_at == carl.starts_at


@pytest.mark.parametrize("value", ["", "yesterday", "2026-11-27T14:00+01:00;999;", "x;y;z"])
def test_what_none_of_our_pages_made_is_not_there(olga: Client, carl: Booking, value: str) -> None:
    assert olga.get(path(carl, "move/check/"), {"slot": value}).status_code == 404
    assert send(olga, carl, value).status_code == 404


def test_what_is_cancelled_goes_nowhere(olga: Client, salon: Salon, carl: Booking) -> None:
    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=salon.olga,
        now=NOW,
    )
    fresh = Booking.objects.get()

    assert "Move to another time" not in text_of(olga.get(path(carl)))
    assert olga.get(path(carl, "move/")).status_code == 409
    assert send(olga, fresh, slot(salon, 27, 14)).status_code == 409


def test_what_was_missed_goes_nowhere(
    olga: Client, salon: Salon, carl: Booking, clock: time_machine.Traveller
) -> None:
    Booking.objects.update(cancellation_fee=2400)

    assert "Move to another time" not in text_of(olga.get(path(carl)))
    assert olga.get(path(carl, "move/")).status_code == 409


@pytest.mark.parametrize(("role", "status"), [("FRONT_DESK", 200), ("STAFF", 403)])
def test_whoever_may_cancel_may_move(seat: Sit, carl: Booking, role: str, status: int) -> None:
    browser = seat(role)

    is_offered = "Move to another time" in text_of(browser.get(path(carl)))
    assert (is_offered, browser.get(path(carl, "move/")).status_code) == (status == 200, status)


def test_the_picker_costs_the_same_with_a_full_day(
    olga: Client, salon: Salon, carl: Booking
) -> None:
    one = queries_of(olga, path(carl, "move/"))
    for hour in (11, 13, 15):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26, hour),
            now=NOW,
            email=f"{hour}@example.com",
        )

    assert queries_of(olga, path(carl, "move/")) == one


# ----- a class
@pytest.fixture
def studio(clock: object) -> Studio:
    return make_studio(slug="harbor")


@pytest.fixture
def yogi(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_class_is_looked_at_before_it_moves(yogi: Client, studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(26, 18)), people=2)
    friday = make_session(studio, starts_at=studio.at(27, 18), capacity=5)
    home = f"/own/harbor/bookings/{carl.reference}/"

    check = yogi.get(f"{home}move/check/", {"target": friday.pk})
    untouched = Booking.objects.get().session_id
    sent = {**fields_of(check), "message": "The room is being painted."}
    answers = [yogi.post(f"{home}move/", sent).status_code for _ in range(2)]
    work(SOON)

    assert untouched == carl.session_id
    assert "<dt>Places</dt><dd>5 left</dd>" in text_of(check)
    assert "It stays the same." in text_of(check)
    assert answers == [303, 409]  # the second page is old
    assert Booking.objects.get().session_id == friday.pk
    assert "Harbor Yoga writes: The room is being painted." in str(mail.outbox[-1].body)
    assert broken_laws() == []


def test_an_old_page_of_a_class_moves_nothing_and_none_at_all_neither(
    yogi: Client, studio: Studio
) -> None:
    carl = join(make_session(studio, starts_at=studio.at(26, 18)))
    friday = make_session(studio, starts_at=studio.at(27, 18))
    home = f"/own/harbor/bookings/{carl.reference}/"
    long = {"target": friday.pk, "revision": carl.revision, "message": "a" * 501}

    old = yogi.post(f"{home}move/", {"target": friday.pk, "revision": carl.revision - 1})
    without = yogi.post(f"{home}move/", {"target": friday.pk})
    too_long = yogi.post(f"{home}move/", long)
    nowhere = yogi.get(f"{home}move/check/", {"target": "999999"})

    assert [it.status_code for it in (old, without, too_long, nowhere)] == [409, 422, 422, 404]
    assert "a" * 501 in text_of(too_long)
    assert Booking.objects.get().session_id == carl.session_id


def test_a_class_that_is_full_by_now_takes_nobody(yogi: Client, studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(26, 18)))
    friday = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    home = f"/own/harbor/bookings/{carl.reference}/"
    check = yogi.get(f"{home}move/check/", {"target": friday.pk})
    join(friday, email="first@example.com")

    answer = yogi.post(f"{home}move/", {**fields_of(check), "message": "Come on Friday."})

    assert answer.status_code == 409
    assert "Come on Friday." in text_of(answer)
    assert Booking.objects.get(pk=carl.pk).session_id == carl.session_id
