"""The pages on which a customer of a class goes to another day: choose, check, tap, and put it back
(rules B18, B45, B4)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy
from tests.factories import NOW, Salon, make_booking
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def let_in(client: Client, booking: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    return client


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).replace("\xa0", " ").split())


def path(booking: Booking, tail: str = "") -> str:
    return f"/manage/{booking.reference}/{tail}"


def undo_fields(page: Any) -> dict[str, str]:
    form = re.search(r"/move/undo\".*?</form>", text_of(page), re.DOTALL)
    assert form is not None
    revision = re.search(r'name="revision" value="(\d+)"', form.group())
    assert revision is not None
    return {"revision": revision[1]}


def test_choose_check_tap_and_put_it_back(client: Client, studio: Studio) -> None:
    here = make_session(studio, starts_at=studio.at(26, 18))
    there = make_session(studio, starts_at=studio.at(28, 18), capacity=5)
    carl = join(here, people=2)
    let_in(client, carl)

    assert f'href="{path(carl, "move")}">Move to another day' in text_of(client.get(path(carl)))
    choose = client.get(path(carl, "move"))
    assert "room for the 2 of you. The price stays the same." in words_of(choose)
    check = client.get(path(carl, "move/check"), {"target": there.pk})
    words = words_of(check)
    assert "5 left, you need 2" in words
    assert "$36.00, at the studio stays the same" in words
    carl.refresh_from_db()
    assert carl.session == here  # looking moves nobody
    sent = fields_of(check)
    answers = [client.post(path(carl, "move"), sent) for _tap in range(2)]
    carl.refresh_from_db()
    assert ([it.status_code for it in answers], carl.session) == ([303, 303], there)

    page = client.get(path(carl))
    assert "You can put it back until" in words_of(page)
    backs = [client.post(path(carl, "move/undo"), undo_fields(page)) for _tap in range(2)]

    carl.refresh_from_db()
    assert ([it.status_code for it in backs], carl.session) == ([303, 303], here)
    page = client.get(path(carl))
    assert "It is back at" in words_of(page)
    assert "/move/undo" not in text_of(page)


def test_a_day_that_filled_up_leads_to_the_others(client: Client, studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(26, 18)))
    full = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    let_in(client, carl)
    join(full, email="eva@example.com")

    alone = client.get(path(carl, "move/check"), {"target": full.pk})
    make_session(studio, starts_at=studio.at(28, 18))
    among = client.get(path(carl, "move/check"), {"target": full.pk})

    assert (alone.status_code, among.status_code) == (409, 409)
    assert "There is no other date with room right now." in words_of(alone)
    assert "That one cannot be booked any more." in words_of(among)
    for odd in ("x", "999999", ""):
        answer = client.get(path(carl, "move/check"), {"target": odd})
        assert answer.status_code == 404


def test_no_button_where_it_is_refused(client: Client, studio: Studio) -> None:
    BookingPolicy.objects.update(move_allowed=False)
    carl = join(make_session(studio, starts_at=studio.at(26, 18)))
    there = make_session(studio, starts_at=studio.at(28, 18))
    let_in(client, carl)

    assert "Move to another day" not in words_of(client.get(path(carl)))
    for tail, asked in (("move", {}), ("move/check", {"target": str(there.pk)})):
        assert client.get(path(carl, tail), asked).status_code == 409


def test_what_is_taken_is_not_offered_back(client: Client, studio: Studio) -> None:
    here = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    there = make_session(studio, starts_at=studio.at(28, 18))
    carl = join(here)
    let_in(client, carl)
    sent = {"target": there.pk, "revision": carl.revision}
    client.post(path(carl, "move"), sent)
    undo = undo_fields(client.get(path(carl)))
    join(here, email="eva@example.com")

    assert "/move/undo" not in text_of(client.get(path(carl)))
    late = client.post(path(carl, "move/undo"), undo)

    assert late.status_code == 409
    assert "Somebody else has your old place by now. You keep the new one." in words_of(late)


def test_it_is_over_after_ten_minutes(client: Client, studio: Studio) -> None:
    there = make_session(studio, starts_at=studio.at(28, 18))
    carl = join(make_session(studio, starts_at=studio.at(26, 18)))
    let_in(client, carl)
    client.post(path(carl, "move"), {"target": there.pk, "revision": carl.revision})
    undo = undo_fields(client.get(path(carl)))

    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert "/move/undo" not in text_of(client.get(path(carl)))
        late = client.post(path(carl, "move/undo"), undo)

    assert late.status_code in {409, 410}
    assert "It is too late to take this back." in words_of(late)


def test_an_appointment_is_put_back_from_its_page(client: Client, salon: Salon) -> None:
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    let_in(client, carl)
    bookings.move_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        starts_at=salon.at(27, 14),
        resource_id=None,
        by=None,
        now=NOW,
    )
    page = client.get(path(carl))
    assert "Your old place, Thu 26 Nov, 10:15, is still free." in words_of(page)

    answer = client.post(path(carl, "move/undo"), undo_fields(page))

    carl.refresh_from_db()
    assert (answer.status_code, carl.starts_at) == (303, salon.at(26, 10, 15))
    stranger = Client().post(path(carl, "move/undo"), {"revision": carl.revision})
    assert stranger.status_code == 404
