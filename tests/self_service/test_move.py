"""The pages on which customers move an appointment: the picker around it, the check, the tap, and
what each says when it is not possible (rules B4, B32)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Resource, Service, ServiceRequirement
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import fields_of, slot_at, slots_of, text_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15; whoever is free was wanted."""
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


@pytest.fixture
def his(client: Client, carl: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    return client


def path(booking: Booking, tail: str = "") -> str:
    return f"/manage/{booking.reference}/{tail}"


def local(salon: Salon, at: datetime) -> datetime:
    return at.astimezone(salon.business.zone)


def slot(salon: Salon, day: int, hour: int, minute: int = 0, *, staff: int | str = "") -> str:
    return slot_at(local(salon, salon.at(day, hour, minute)), staff=staff)


def send(client: Client, booking: Booking, value: str, *, revision: int | None = None) -> Any:
    data = {"slot": value, "revision": revision or booking.revision}
    return client.post(path(booking, "move"), data)


# ----- the way
def test_the_check_page_says_who_it_will_be(his: Client, salon: Salon, carl: Booking) -> None:
    ana = slot(salon, 27, 14, staff=salon.ana.resource_id)

    anybody = text_of(his.get(path(carl, "move/check"), {"slot": slot(salon, 27, 14)}))
    named = text_of(his.get(path(carl, "move/check"), {"slot": ana}))

    assert salon.ana.name in anybody
    assert "or whoever is free then, if they are taken first" in anybody
    assert salon.ana.name in named
    assert "or whoever is free then" not in named


def test_from_the_page_of_the_booking_to_another_time(
    his: Client, salon: Salon, carl: Booking
) -> None:
    manage = his.get(path(carl))
    assert f'href="/manage/{carl.reference}/move">Move to another time' in text_of(manage)
    assert "You can move it yourself until Wed 25 Nov, 10:15." in text_of(manage)

    picker = his.get(path(carl, "move"), {"date": "2026-11-27"})
    value = slot(salon, 27, 14)
    assert value in slots_of(picker)
    check = his.get(path(carl, "move/check"), {"slot": value})
    assert "Move to Fri 27 Nov, 14:00" in text_of(check)
    assert "<s>Thu 26 Nov, 10:15</s>" in text_of(check)
    answer = his.post(path(carl, "move"), fields_of(check))

    assert (answer.status_code, answer["Location"]) == (303, path(carl))
    assert Booking.objects.get().starts_at == salon.at(27, 14)
    words = "Moved to Fri 27 Nov, 14:00. We’ll e-mail you the new details."
    assert words in text_of(his.get(path(carl)))
    assert "Moved from Thu 26 Nov, 10:15 to Fri 27 Nov, 14:00" in text_of(his.get(path(carl)))
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_picker_opens_on_the_day_of_the_booking_and_leaves_its_own_time_out(
    his: Client, salon: Salon, carl: Booking
) -> None:
    page = his.get(path(carl, "move"))

    assert "Your time now: 10:15 – 11:00" in text_of(page)
    assert slot(salon, 26, 10, 15) not in slots_of(page)
    assert {slot(salon, 26, 10), slot(salon, 26, 10, 30)} <= set(slots_of(page))
    assert page.context["day"].count == len(slots_of(page))
    chosen = next(
        it for week in page.context["calendar"].weeks for it in week if it and it.is_chosen
    )
    assert chosen.count == len(slots_of(page))


def test_another_person_has_the_time_of_the_booking_free(
    his: Client, salon: Salon, carl: Booking
) -> None:
    ana, ben = salon.ana.resource_id, salon.ben.resource_id

    with_ben = his.get(path(carl, "move"), {"staff": str(ben), "date": "2026-11-26"})
    with_ana = his.get(path(carl, "move"), {"staff": str(ana), "date": "2026-11-26"})

    assert slot(salon, 26, 10, 15, staff=ben) in slots_of(with_ben)
    assert slot(salon, 26, 10, 15, staff=ana) not in slots_of(with_ana)
    assert slot(salon, 26, 10, 30, staff=ana) in slots_of(with_ana)
    assert [it.label for it in with_ben.context["staff"] if it.chosen] == ["Ben"]


def test_who_was_chosen_is_chosen_here_until_anybody_will_do(client: Client, salon: Salon) -> None:
    ben = salon.ben.resource_id
    booked = make_booking(
        service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW, resource_id=ben
    )
    client.get(f"/m/{bookings.create_access_link(booking=booked, now=NOW)}")

    first = client.get(path(booked, "move"))
    anybody = client.get(path(booked, "move"), {"staff": "", "near": "2026-11-26"})

    assert all(value.endswith(f";{ben};") for value in slots_of(first))
    assert all(value.endswith(";;") for value in slots_of(anybody))
    assert "staff=any" in anybody.context["picker_url"]


def test_htmx_gets_the_picker_alone(his: Client, carl: Booking) -> None:
    part = his.get(path(carl, "move"), {"staff": "any", "date": "2026-11-27"}, headers=HTMX)

    assert text_of(part).lstrip().startswith('<div id="picker"')
    assert "<html" not in text_of(part)


def test_looking_changes_nothing(his: Client, salon: Salon, carl: Booking) -> None:
    before = Booking.objects.values().get()

    for ask in (his.get, his.head):
        ask(path(carl, "move"))
        ask(path(carl, "move/check"), {"slot": slot(salon, 27, 14)})

    assert Booking.objects.values().get() == before


def test_a_stranger_finds_nothing(salon: Salon, carl: Booking) -> None:
    sam = Client()

    assert sam.get(path(carl, "move")).status_code == 404
    assert sam.get(path(carl, "move/check"), {"slot": slot(salon, 27, 14)}).status_code == 404
    assert send(sam, carl, slot(salon, 27, 14)).status_code == 404
    assert Booking.objects.get().starts_at == carl.starts_at


# ----- what is refused
def test_a_tap_sent_twice_leads_to_the_same_page(his: Client, salon: Salon, carl: Booking) -> None:
    answers = [send(his, carl, slot(salon, 27, 14)) for _time in range(2)]

    assert [it.status_code for it in answers] == [303, 303]
    assert Booking.objects.get().revision == carl.revision + 1


def test_another_device_was_faster(his: Client, salon: Salon, carl: Booking) -> None:
    send(his, carl, slot(salon, 27, 14))

    late = send(his, carl, slot(salon, 28, 9), revision=carl.revision)

    assert late.status_code == 409
    assert "This booking was changed in the meantime." in text_of(late)
    assert "Friday 27 November 2026" in text_of(late)
    assert Booking.objects.get().starts_at == salon.at(27, 14)


def test_nobody_moves_to_and_fro_all_day(his: Client, salon: Salon, carl: Booking) -> None:
    """The business gets an e-mail for each."""
    answers = [send(his, carl, slot(salon, 27, 14)).status_code for _time in range(21)]

    assert answers == [303] * 20 + [429]


@pytest.mark.parametrize("step", ["check", "tap"])
def test_a_time_that_is_gone_shows_the_nearest_ones_and_keeps_the_old_one(
    his: Client, salon: Salon, carl: Booking, step: str
) -> None:
    for person in (salon.ana, salon.ben):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 14),
            now=NOW,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )
    value = slot(salon, 27, 14)

    if step == "tap":
        page = send(his, carl, value)
    else:
        page = his.get(path(carl, "move/check"), {"slot": value})

    assert page.status_code == 409
    words = "These are the nearest free times. You keep the time you have until you choose another."
    assert words in text_of(page)
    near = [it.value for it in page.context["gone"]["slots"]]
    assert near == [slot(salon, 27, *at) for at in ((13, 0), (13, 15), (14, 45))]
    assert Booking.objects.get(pk=carl.pk).starts_at == carl.starts_at


def test_too_late_says_until_when_it_was_possible_and_whom_to_call(
    his: Client, salon: Salon, carl: Booking
) -> None:
    Business.objects.update(phone="+49305550142")
    with time_machine.travel(carl.starts_at - timedelta(hours=23), tick=False):
        manage, page = his.get(path(carl)), his.get(path(carl, "move"))
        tapped = send(his, carl, slot(salon, 27, 14))

    words = "You could move it yourself until Wed 25 Nov, 10:15."
    for each in (manage, page, tapped):
        assert words in text_of(each)
        assert "/move" not in text_of(each)
        assert "tel:" in text_of(each)
    assert (page.status_code, tapped.status_code) == (409, 409)
    assert Booking.objects.get().starts_at == carl.starts_at


@pytest.mark.parametrize("what", ["service", "business"])
def test_where_nobody_can_book_nobody_moves(
    his: Client, salon: Salon, carl: Booking, what: str
) -> None:
    if what == "service":
        Service.objects.update(bookable_online=False)
    else:
        Business.objects.update(state=Business.State.PAUSED)

    assert "/move" not in text_of(his.get(path(carl)))
    for page in (his.get(path(carl, "move")), send(his, carl, slot(salon, 27, 14))):
        assert page.status_code == 409
        assert "This cannot be booked online right now. You keep your time." in text_of(page)


def test_what_the_team_said_yes_to_is_asked_about_and_says_why(
    client: Client, salon: Salon
) -> None:
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=asked, now=NOW)}")
    assert "Move to another time" in text_of(client.get(path(asked)))

    bookings.confirm_request(booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW)

    page = client.get(path(asked))
    name = salon.business.name
    assert f"{name} agrees each time in person. You keep yours until they answer." in text_of(page)
    assert "Ask for another time" in text_of(page)
    assert "Move to another time" not in text_of(page)
    assert client.get(path(asked, "move")).status_code == 200


def test_what_waits_for_people_where_the_team_answers_too_cannot_be_moved_here_and_says_why(
    client: Client, salon: Salon
) -> None:
    """It would come past the team (rule B31)."""
    Service.objects.filter(pk=salon.cut.pk).update(min_participants=3)
    cut = Service.objects.select_related("business").get(pk=salon.cut.pk)
    waits = make_booking(service=cut, starts_at=salon.at(28, 10, 15), now=NOW)
    assert waits.status == "PENDING"
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True)
    client.get(f"/m/{bookings.create_access_link(booking=waits, now=NOW)}")

    page = client.get(path(waits))

    name = salon.business.name
    assert f"{name} agrees each time in person, so this one cannot be moved online." in text_of(
        page
    )
    assert "/move" not in text_of(page)
    assert client.get(path(waits, "move")).status_code == 409


@pytest.mark.parametrize("value", ["", "x", "2026-11-27T14:00+05:00;;", "2026-11-27T14:00+01:00"])
def test_what_none_of_our_pages_sends_is_not_found(his: Client, carl: Booking, value: str) -> None:
    assert send(his, carl, value).status_code == 404
    assert his.get(path(carl, "move/check"), {"slot": value}).status_code == 404


@pytest.mark.parametrize("goes", ["leaves", "does it no more"])
def test_somebody_who_left_while_the_page_was_open_is_told_of_and_nothing_is_lost(
    his: Client, salon: Salon, carl: Booking, goes: str
) -> None:
    ben = salon.ben.resource
    value = slot(salon, 27, 14, staff=ben.pk)
    assert his.get(path(carl, "move/check"), {"slot": value}).status_code == 200

    if goes == "leaves":
        Resource.objects.filter(pk=ben.pk).update(active=False)
    else:
        ServiceRequirement.objects.get(service=salon.cut).eligible.remove(ben)

    for page in (
        his.get(path(carl, "move"), {"staff": ben.pk}),
        his.get(path(carl, "move/check"), {"slot": value}),
        send(his, carl, value),
    ):
        assert page.status_code == 409
        words = "Ben does not take bookings for this any more. You keep your time."
        assert words in text_of(page)
        assert f'href="/manage/{carl.reference}/move">Move to another time' in text_of(page)
    carl.refresh_from_db()
    assert carl.starts_at == salon.at(26, 10, 15)


def test_whom_nobody_knows_is_not_found(his: Client, salon: Salon, carl: Booking) -> None:
    odd = slot(salon, 27, 14, staff=salon.wash.pk)

    assert his.get(path(carl, "move"), {"staff": salon.wash.pk}).status_code == 404
    assert his.get(path(carl, "move/check"), {"slot": odd}).status_code == 404
    assert send(his, carl, odd).status_code == 404


def test_a_time_too_soon_to_be_cancelled_for_nothing_says_so_before_the_tap(
    his: Client, salon: Salon, carl: Booking
) -> None:
    soon = his.get(path(carl, "move/check"), {"slot": slot(salon, 24, 17)})
    later = his.get(path(carl, "move/check"), {"slot": slot(salon, 27, 14)})

    words = "This time is too soon for free cancellation."
    assert (words in text_of(soon), words in text_of(later)) == (True, False)


# ----- what it costs
def test_the_page_asks_about_as_much_as_the_picker_however_many_bookings_there_are(
    his: Client, salon: Salon, carl: Booking
) -> None:
    def queries(address: str) -> int:
        his.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert his.get(address).status_code == 200
        return len(asked)

    move, picker = path(carl, "move"), times_url(salon.cut)
    few = queries(move)
    for hour in (9, 10, 11, 12, 14, 15):
        make_booking(
            service=salon.cut, starts_at=salon.at(27, hour), now=NOW, email=f"{hour}@example.com"
        )

    assert queries(move) == few
    assert few <= queries(picker) + 2


# ----- clocks
def test_over_a_change_of_the_clocks_it_is_the_reading_of_the_wall_that_was_tapped(
    his: Client, salon: Salon, carl: Booking
) -> None:
    """In March the salon is another hour away from UTC than in November."""
    type(salon.policy).objects.update(horizon_days=200)
    page = his.get(path(carl, "move"), {"date": "2027-03-29"})
    value = "2027-03-29T10:15+02:00;;"
    assert value in slots_of(page)

    send(his, carl, value)

    moved = Booking.objects.get()
    assert (moved.wall_time, moved.starts_at.hour) == ("2027-03-29T10:15", 8)
    assert "10:15" in text_of(his.get(path(carl)))


def test_online_the_times_are_those_of_the_customers_own_clock(
    client: Client, salon: Salon
) -> None:
    salon.cut.locations.clear()
    Service.objects.filter(pk=salon.cut.pk).update(online=True)
    cut = Service.objects.select_related("business").get(pk=salon.cut.pk)
    booked = make_booking(service=cut, starts_at=salon.at(26, 15), now=NOW)
    Booking.objects.update(time_zone="America/New_York")
    client.get(f"/m/{bookings.create_access_link(booking=booked, now=NOW)}")

    page = client.get(path(booked, "move"))
    check = client.get(path(booked, "move/check"), {"slot": slot(salon, 26, 16)})
    send(client, booked, slot(salon, 26, 16))

    assert "Your time now: 09:00 – 09:45" in text_of(page)
    assert "Move to Thu 26 Nov, 10:00" in text_of(check)
    moved = Booking.objects.get()
    assert (moved.starts_at, moved.time_zone) == (salon.at(26, 16), "America/New_York")
    assert "Moved to Thu 26 Nov, 10:00." in text_of(client.get(path(booked)))
