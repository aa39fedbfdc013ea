"""A declined customer takes one of the suggested times by the link of the mail (C12)."""

import re
from datetime import datetime

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import Salon, make_booking, make_request

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
    assert "The suggested times are taken meanwhile" in text


@pytest.mark.parametrize("reference", ["", "NOTHING1", "<script>", "\u202e", "A" * 500])
def test_an_odd_reference_changes_nothing(
    client: Client, salon: Salon, ines: Booking, at_now: datetime, reference: str
) -> None:
    fields = {**form_of(open_by_link(client, ines, at_now)), "instead_of": reference}

    held = client.post("/juniper/hold", fields)

    assert held.status_code == 303
    assert Booking.objects.get(status="CREATED").draft_text == {}
