from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import Business
from tests.factories import NOW, Salon, make_booking, make_salon, make_variant
from tests.pages import hold, slot_at, slots_of, tap, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def berlin(salon: Salon, day: int, hour: int, minute: int = 0) -> Any:
    return salon.at(day, hour, minute).astimezone(salon.business.zone)


def test_a_tap_holds_the_time_and_leads_to_the_details(client: Client, salon: Salon) -> None:
    address = hold(client, salon.cut, berlin(salon, 26, 10, 15))

    draft = Booking.objects.get()
    assert address == f"/book/{draft.draft_id}/"
    assert draft.status == Booking.Status.CREATED
    assert draft.starts_at == salon.at(26, 10, 15)
    assert draft.hold_expires_at == NOW + timedelta(minutes=10)
    assert draft.time_zone == "Europe/Berlin"
    assert len(draft.visitor_hash) == len(draft.network_hash) == 64


def test_a_visitor_holds_one_time_and_another_visitor_another(client: Client, salon: Salon) -> None:
    hold(client, salon.cut, berlin(salon, 26, 10))
    hold(client, salon.cut, berlin(salon, 26, 11))
    hold(Client(), salon.cut, berlin(salon, 26, 12))

    live = Booking.objects.filter(hold_expires_at__gt=NOW).order_by("starts_at")
    assert [it.starts_at for it in live] == [salon.at(26, 11), salon.at(26, 12)]


def test_a_lost_time_is_a_409_that_offers_the_nearest_three(client: Client, salon: Salon) -> None:
    for number in range(2):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26, 10, 30),
            now=NOW,
            email=f"sam{number}@example.com",
        )

    page = tap(client, salon.cut, slot_at(berlin(salon, 26, 10, 30)))

    assert page.status_code == 409
    assert "10:30 has just been taken." in text_of(page)
    assert [slot.starts_at for slot in page.context["gone"]["slots"]] == [
        salon.at(26, 9, 30),
        salon.at(26, 9, 45),
        salon.at(26, 11, 15),
    ]


def test_a_time_that_is_free_again_is_not_called_lost(client: Client, salon: Salon) -> None:
    page = client.get("/juniper/s/cut/times", {"gone": "2026-11-26T10:30+01:00"})

    assert page.context["gone"] is None
    assert page.context["chosen_on"] == salon.at(26, 10).date()


def test_the_times_after_a_lost_one_keep_person_variant_and_party(
    client: Client, salon: Salon
) -> None:
    salon.policy.max_participants = 3
    salon.policy.save()
    short = make_variant(service=salon.cut, name="Short", price=4000)
    make_booking(
        service=salon.cut, starts_at=salon.at(26, 10), now=NOW, resource_id=salon.ana.resource_id
    )
    slot = slot_at(berlin(salon, 26, 10), staff=salon.ana.resource_id, variant=short.pk)

    page = tap(client, salon.cut, slot, {"people": "2"})

    assert page.context["picker_url"] == (
        f"/juniper/s/cut/times?variant={short.pk}&people=2&staff={salon.ana.resource_id}"
        "&date=2026-11-26"
    )


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "2026-11-26T10:15+02:00;;",
        "2026-11-26T10:15;;",
        "2026-11-26T10:15+01:00",
        "2026-11-26T10:15+01:00;;;",
        "2026-11-26T10:15:01+01:00;;",
        "2026-11-26T10:15+99:00;;",
        "NaN;;",
        "9999-12-31T23:59+01:00;;",
        "2026-11-26T10:15+01:00;1e3;",
        "2026-11-26T10:15+01:00;;-1",
        "x" * 10_000,
        "\x00;;",
        "<script>;;",
    ],
)
def test_slots_nobody_of_ours_made_are_unreadable(client: Client, salon: Salon, slot: str) -> None:
    answer = tap(client, salon.cut, slot)

    assert answer.status_code == 422
    assert Booking.objects.count() == 0
    assert "/juniper/s/cut/times" in text_of(answer)


@pytest.mark.parametrize(
    ("slot", "extra"),
    [
        ("2026-11-26T10:15+01:00;999999;", {}),
        ("2026-11-26T10:15+01:00;;999999", {}),
        ("2026-11-26T10:15+01:00;;", {"people": "40"}),
        ("2026-11-26T10:15+01:00;;", {"add_on": "999"}),
        ("2026-11-26T10:15+01:00;;", {"service": "nothing"}),
        ("2026-11-26T10:15+01:00;;", {"service": "x" * 10_000}),
        ("2026-11-26T10:15+01:00;;", {"service": "cut\x00"}),
    ],
)
def test_foreign_ids_in_a_tap_are_not_found(
    client: Client, salon: Salon, slot: str, extra: dict[str, str]
) -> None:
    assert tap(client, salon.cut, slot, extra).status_code == 404


def test_staff_of_another_business_cannot_be_held(client: Client, salon: Salon) -> None:
    other = make_salon(slug="sam")
    slot = slot_at(berlin(salon, 26, 10), staff=other.ana.resource_id)

    assert tap(client, salon.cut, slot).status_code == 404
    assert Booking.objects.count() == 0


def test_a_paused_business_takes_no_bookings(client: Client, salon: Salon) -> None:
    Business.objects.update(state=Business.State.PAUSED)

    answer = tap(client, salon.cut, slot_at(berlin(salon, 26, 10)))

    assert answer.status_code == 409
    assert "This cannot be booked online right now" in text_of(answer)
    assert Booking.objects.count() == 0


def test_one_network_holds_three_times_at_once(client: Client, salon: Salon) -> None:
    answers = [
        tap(Client(), salon.cut, slot_at(berlin(salon, 26, 9 + number))) for number in range(4)
    ]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert answers[-1]["Retry-After"] == "601"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert tap(elsewhere, salon.cut, slot_at(berlin(salon, 26, 14))).status_code == 303


def test_one_visitor_may_change_their_mind_often_but_not_for_ever(
    client: Client, salon: Salon
) -> None:
    answers, draft = [], ""
    for number in range(21):
        slot = slot_at(berlin(salon, 26, 9 + number % 8))
        answer = tap(client, salon.cut, slot, {"replaces": draft})
        answers.append(answer.status_code)
        draft = answer.headers.get("Location", "").removeprefix("/book/").rstrip("/")

    assert answers == [303] * 20 + [429]


def test_a_hold_needs_a_post(client: Client, salon: Salon) -> None:
    assert client.get("/juniper/hold").status_code == 405


def test_a_hold_can_be_kept_longer_and_given_back(client: Client, salon: Salon) -> None:
    address = hold(client, salon.cut, berlin(salon, 26, 10))

    with time_machine.travel(NOW + timedelta(minutes=8), tick=False):
        assert client.post(f"{address}longer").status_code == 303
        draft = Booking.objects.get()
        assert draft.hold_expires_at == NOW + timedelta(minutes=18)
        back = client.post(f"{address}release")["Location"]
        assert back == "/juniper/s/cut/times?date=2026-11-26"
        page = client.get(back)

    assert "2026-11-26T10:00+01:00;;" in slots_of(page)


def test_other_browsers_have_no_way_to_a_draft(client: Client, salon: Salon) -> None:
    address = hold(client, salon.cut, berlin(salon, 26, 10))
    sam = Client()
    hold(sam, salon.cut, berlin(salon, 26, 12))

    assert sam.get(address).status_code == 404
    assert sam.post(address, {"name": "Sam"}).status_code == 404
    for action in ("longer", "release", "fields", "address", "not-me"):
        assert sam.post(f"{address}{action}").status_code == 404
    assert client.get(address).status_code == 200


def test_text_of_a_lapsed_draft_moves_to_the_next_one(client: Client, salon: Salon) -> None:
    address = hold(client, salon.cut, berlin(salon, 26, 10))
    bookings.store_draft_text(booking=Booking.objects.get(), typed={"name": ["Carl Vogt"]})

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        again = hold(client, salon.cut, berlin(salon, 26, 15))
        page = client.get(again)

    assert again != address
    assert 'value="Carl Vogt"' in text_of(page)
