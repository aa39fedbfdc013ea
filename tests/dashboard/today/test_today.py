"""What now, what needs me; live parts that cost nothing while nothing changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import Service
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = pytest.mark.both_databases

TODAY = "/own/juniper/"
HTMX = {"HX-Request": "true"}


def ask(salon: Salon, *, email: str = "lena@example.com", name: str = "Lena Hartmann") -> Booking:
    return make_request(
        service=salon.bridal, starts_at=salon.at(28, 10), now=NOW, email=email, name=name
    )


def test_today_shows_the_day_and_what_needs_olga(olga: Client, salon: Salon) -> None:
    lena = ask(salon)
    eva = make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW, name="Eva Lindner")

    page = olga.get(TODAY)

    text = page.content.decode()
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert f'id="card-{lena.reference}"' in text
    assert f'id="row-{eva.reference}"' in text
    assert "<title>(1) Today" in text


def test_what_was_booked_keeps_its_name_in_the_lists(olga: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW, name="Eva Lindner")
    ask(salon)
    Service.objects.update(name="Another name")

    pages = [olga.get(f"{TODAY}{page}") for page in ("", "agenda/", "requests/")]

    assert ["Another name" in page.content.decode() for page in pages] == [False] * 3


def test_the_figures_count_today_only(olga: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW)
    make_booking(service=salon.cut, starts_at=salon.at(25, 9), now=NOW, email="eva@example.com")

    figures = olga.get(TODAY).context["figures"]

    assert (figures.booked, figures.left, figures.worth.amount) == (1, 1, 4800)
    assert figures.tomorrow.starts_at == salon.at(25, 9)
    assert (figures.gap.starts_at, figures.gap.staff_name) == (NOW, "Ana")


def test_a_request_that_overlaps_says_with_what(olga: Client, salon: Salon) -> None:
    lena = ask(salon)
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 11),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )

    page = olga.get(TODAY)

    assert "Ana is taken 11:00 – 11:45." in page.content.decode()
    assert f'id="confirm-{lena.reference}"' not in page.content.decode()


def test_a_request_that_fits_tells_of_the_room_around_it(olga: Client, salon: Salon) -> None:
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 9),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )
    ask(salon)

    assert "15 min free before." in olga.get(TODAY).content.decode()


def test_people_who_want_the_same_time_are_counted(olga: Client, salon: Salon) -> None:
    for name in ("lena", "carla", "ines"):
        ask(salon, email=f"{name}@example.com", name=name.title())

    assert [card.rivals for card in olga.get(TODAY).context["needs"].cards] == [2, 2, 2]


def test_more_than_five_requests_wait_in_the_inbox(olga: Client, salon: Salon) -> None:
    for number in range(7):
        ask(salon, email=f"guest{number}@example.com")

    needs = olga.get(TODAY).context["needs"]

    assert (len(needs.cards), needs.waiting, needs.hidden) == (5, 7, 2)


def test_nothing_needs_you_names_who_comes_next(olga: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW, name="Eva Lindner")

    assert "Next: 14:00 Eva Lindner, Cut and finish." in olga.get(TODAY).content.decode()


@pytest.mark.parametrize("part", ["needs", "day"])
def test_a_live_part_that_shows_the_same_answers_304(olga: Client, salon: Salon, part: str) -> None:
    ask(salon)
    first = olga.get(f"{TODAY}{part}/", headers=HTMX)

    again = olga.get(f"{TODAY}{part}/", headers={**HTMX, "If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["ETag"].strip('"') in first.content.decode()


def test_a_live_part_changes_with_a_new_request(olga: Client, salon: Salon) -> None:
    first = olga.get(f"{TODAY}needs/", headers=HTMX)
    ask(salon)

    again = olga.get(f"{TODAY}needs/", headers={**HTMX, "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, "Lena Hartmann" in again.content.decode()) == (200, True)


def test_a_live_part_typed_into_the_address_bar_is_today(olga: Client) -> None:
    answer = olga.get(f"{TODAY}needs/")

    assert (answer.status_code, answer.headers["Location"]) == (303, TODAY)


def test_the_day_keeps_what_is_over_short(
    olga: Client, salon: Salon, clock: time_machine.Traveller
) -> None:
    for hour in (11, 12, 13, 14, 15):
        make_booking(
            service=salon.cut, starts_at=salon.at(24, hour), now=NOW, email=f"{hour}@example.com"
        )
    clock.move_to(salon.at(24, 17))

    lines = olga.get(TODAY).context["lines"]

    kinds = [line.kind for line in lines]
    assert kinds == ["earlier", "booking", "booking", "booking", "now", "free"]
    assert lines[0].count == 2


def test_staff_see_no_money(seat: Callable[[str], Client], salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW)

    page = seat("STAFF").get(TODAY)

    assert page.context["figures"].worth is None
    assert "€" not in page.content.decode()


def test_an_accountant_gets_nothing_to_decide(seat: Callable[[str], Client], salon: Salon) -> None:
    lena = ask(salon)

    page = seat("ACCOUNTANT").get(TODAY)

    assert page.context["needs"].cards == ()
    assert lena.reference not in page.content.decode()


def test_an_answer_shows_for_ten_seconds(
    olga: Client, salon: Salon, clock: time_machine.Traveller
) -> None:
    lena = ask(salon)
    olga.post(f"{TODAY}bookings/{lena.reference}/confirm/", {"revision": "2"})

    within = olga.get(TODAY).context["needs"].cards
    clock.shift(timedelta(seconds=11))
    after = olga.get(TODAY).context["needs"].cards

    assert [(card.kind, card.seconds) for card in within] == [("undo", 10)]
    assert after == ()
