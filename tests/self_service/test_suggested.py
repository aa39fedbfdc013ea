"""A declined customer takes one of the suggested times by the link of the mail."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import Salon, make_booking, make_request
from tests.pages import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(salon: Salon, at_now: datetime) -> Booking:
    request = make_request(
        service=salon.bridal,
        starts_at=salon.at(28, 10),
        now=at_now,
        email="ines@example.com",
        name="Ines Moreau",
    )
    Booking.objects.filter(pk=request.pk).update(
        customer_note="Wedding on 12 December.", contact_phone="+493055501421"
    )
    return bookings.suggest_times(
        booking_id=request.pk,
        revision=2,
        by=salon.olga,
        starts=[salon.at(28, 13), salon.at(30, 10)],
        now=at_now,
    )


def open_by_link(client: Client, booking: Booking, now: datetime) -> str:
    token = bookings.create_access_link(booking=booking, now=now)
    return client.get(f"/m/{token}", follow=True).content.decode()


def form_of(text: str) -> dict[str, str]:
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    slots = re.findall(r'name="slot" value="([^"]*)"', text)
    return {**fields, "slot": slots[0]}


def test_both_times_are_buttons(client: Client, ines: Booking, at_now: datetime) -> None:
    text = open_by_link(client, ines, at_now)

    assert text.count('name="slot"') == 2
    assert "Juniper Hair suggests" in text


def test_a_tap_holds_the_time_and_nothing_has_to_be_typed_again(
    client: Client, salon: Salon, ines: Booking, at_now: datetime
) -> None:
    text = open_by_link(client, ines, at_now)

    held = client.post("/juniper/hold", form_of(text))
    details = client.get(held["Location"]).content.decode()

    draft = Booking.objects.get(status="CREATED")
    assert (held.status_code, draft.starts_at) == (303, salon.at(28, 13))
    assert 'value="Ines Moreau"' in details
    assert 'value="ines@example.com"' in details
    assert "Wedding on 12 December." in details


def test_somebody_who_did_not_open_the_link_is_told_nothing(
    client: Client, ines: Booking, at_now: datetime
) -> None:
    text = open_by_link(client, ines, at_now)
    stranger = Client()

    held = stranger.post("/juniper/hold", form_of(text))
    details = stranger.get(held["Location"]).content.decode()

    assert held.status_code == 303
    assert ("ines@example.com" in details, "Ines" in details) == (False, False)


def test_a_time_that_went_meanwhile_is_not_offered(
    client: Client, salon: Salon, ines: Booking, at_now: datetime
) -> None:
    for hour, day in ((13, 28), (10, 30)):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(day, hour),
            now=at_now,
            email=f"eva{day}@example.com",
            resource_id=salon.ana.resource_id,
        )

    text = open_by_link(client, ines, at_now)

    assert 'name="slot"' not in text
    assert "The suggested times have been taken" in text


@pytest.mark.parametrize("reference", ["", "NOTHING1", "<script>", "\u202e", "A" * 500])
def test_an_odd_reference_changes_nothing(
    client: Client, salon: Salon, ines: Booking, at_now: datetime, reference: str
) -> None:
    fields = {**form_of(open_by_link(client, ines, at_now)), "instead_of": reference}

    held = client.post("/juniper/hold", fields)

    assert held.status_code == 303
    assert Booking.objects.get(status="CREATED").draft_text == {}


def take(client: Client, ines: Booking, at_now: datetime, slot: int = 0) -> tuple[Any, Booking]:
    """Open the link, tap a suggested time, send the details; return the answer and the draft."""
    text = open_by_link(client, ines, at_now)
    fields = form_of(text)
    fields["slot"] = re.findall(r'name="slot" value="([^"]*)"', text)[slot]
    held = client.post("/juniper/hold", fields)
    draft = Booking.objects.filter(status="CREATED").latest("pk")
    typed = {"name": "Ines Moreau", "email": "ines@example.com", "phone": "+493055501421"}
    return fill(client, held["Location"], typed), draft


def test_a_time_that_the_business_suggested_is_confirmed_when_it_is_taken(
    client: Client, salon: Salon, ines: Booking, at_now: datetime
) -> None:
    text = open_by_link(client, ines, at_now)
    answer, draft = take(client, ines, at_now)

    draft.refresh_from_db()
    assert "Choose one and it’s booked." in text
    assert (answer.status_code, draft.status, draft.answer_by) == (303, "CONFIRMED", None)
    kept = Occupancy.objects.filter(session=draft.session)
    assert [it.enforced for it in kept] == [True]
    with pytest.raises(bookings.SlotGone):
        make_booking(service=salon.bridal, starts_at=draft.starts_at, now=at_now)


def test_the_page_before_promises_a_booking_rather_than_a_request(
    client: Client, ines: Booking, at_now: datetime
) -> None:
    held = client.post("/juniper/hold", form_of(open_by_link(client, ines, at_now)))

    details = client.get(held["Location"]).content.decode()

    assert "Book this time" in details
    assert "Send request" not in details
    assert Booking.objects.get(status="CREATED").hold_expires_at is not None


@pytest.mark.parametrize(
    "other",
    [
        {"slot": "2026-11-28T15:30+01:00;;"},
        {"people": "2"},
        {"instead_of": ""},
    ],
    ids=["another time", "more people", "nobody's suggestion"],
)
def test_whatever_was_not_suggested_is_asked_for(
    client: Client, salon: Salon, ines: Booking, at_now: datetime, other: dict[str, str]
) -> None:
    salon.policy.max_participants = 4
    salon.policy.save()
    fields = {**form_of(open_by_link(client, ines, at_now)), **other}

    held = client.post("/juniper/hold", fields)

    assert held.status_code == 303
    assert "Send request" in client.get(held["Location"]).content.decode()


def test_a_stranger_with_the_reference_only_asks(
    client: Client, ines: Booking, at_now: datetime
) -> None:
    fields = form_of(open_by_link(client, ines, at_now))

    held = Client().post("/juniper/hold", fields)

    assert held.status_code == 303
    assert [it.skip_business_confirmation for it in Booking.objects.filter(status="CREATED")] == [
        False
    ]


def test_only_one_of_the_suggested_times_is_confirmed_by_itself(
    client: Client, ines: Booking, at_now: datetime
) -> None:
    take(client, ines, at_now)

    _answer, second = take(client, ines, at_now, slot=0)

    second.refresh_from_db()
    assert second.status == "PENDING"


def test_two_tabs_confirm_one_of_two_suggested_times(
    client: Client, ines: Booking, at_now: datetime
) -> None:
    text = open_by_link(client, ines, at_now)
    slots = re.findall(r'name="slot" value="([^"]*)"', text)
    held, draft = [], ""
    for slot in slots:
        fields = {**form_of(text), "slot": slot, "replaces": draft}
        held.append(client.post("/juniper/hold", fields))
        draft = held[-1]["Location"].split("/")[2]
    typed = {"name": "Ines Moreau", "email": "ines@example.com", "phone": "+493055501421"}

    for answer in held:
        fill(client, answer["Location"], typed)

    found = Booking.objects.exclude(pk=ines.pk).order_by("pk")
    assert sorted(it.status for it in found) == ["CONFIRMED", "PENDING"]


def test_a_suggested_time_that_is_gone_is_not_confirmed(
    client: Client, salon: Salon, ines: Booking, at_now: datetime
) -> None:
    text = open_by_link(client, ines, at_now)
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 13),
        now=at_now,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )

    assert client.post("/juniper/hold", form_of(text)).status_code == 409
