"""Whoever picks up a phone on which somebody booked reads nowhere how to reach that person (D7): no
page, part of a page or file has the whole address or number before they sign in."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.bookings.models import Booking
from apps.catalog.models import BookingForm
from apps.self_service.urls import urlpatterns
from tests.factories import Salon
from tests.pages import fill, hold, text_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
MAILBOX, LINE = "carl.vogt@example.com", "30901820"
CARL = {"name": "Carl Vogt", "email": MAILBOX, "phone": f"+49 {LINE[:2]} {LINE[2:]}"}


@pytest.fixture
def booking(client: Client, salon: Salon) -> Booking:
    """Made on this device, which remembers it."""
    salon.form.phone_rule = BookingForm.PhoneRule.OPTIONAL
    salon.form.save()
    client.post(f"{fill(client, chosen(client, salon, 10), CARL)['Location']}remember")
    made = Booking.objects.get()
    assert (made.contact_email, made.contact_phone) == (MAILBOX, f"+49{LINE}")
    return made


def chosen(client: Client, salon: Salon, hour: int) -> str:
    return hold(client, salon.cut, salon.at(27, hour).astimezone(salon.business.zone))


def own_addresses(booking: Booking) -> set[str]:
    """Every address of a customer's own pages that needs no more than a booking or a business."""
    values = {"reference": booking.reference, "business": booking.business.slug}
    found = set()
    for it in urlpatterns:
        asked = set(it.pattern.converters)
        if asked <= values.keys():
            parts = {name: values[name] for name in asked}
            found.add(reverse(f"self_service:{it.name}", kwargs=parts))
    return found


def tells(answer: Any) -> list[str]:
    """What of the address or the number stands in an answer, in whatever groups of digits."""
    whole = re.sub(r"\r?\n ", "", text_of(answer))  # a calendar file folds its lines
    joined = re.sub(r"(?<=\d)[\s().\-/\xa0]+(?=\d)", "", whole)
    return [it for it in (MAILBOX, LINE) if it in joined]


def test_the_test_would_see_it(client: Client, salon: Salon) -> None:
    details = chosen(client, salon, 10)
    client.post(details, {"name": "", "email": MAILBOX, "phone": CARL["phone"]})

    assert tells(client.get(details)) == [MAILBOX, LINE]


@pytest.mark.parametrize("keeps_session", [True, False])
@pytest.mark.parametrize("part", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_before_signing_in_no_page_and_no_file_tells_it(
    client: Client, salon: Salon, booking: Booking, part: dict[str, str], *, keeps_session: bool
) -> None:
    if not keeps_session:
        client.cookies.pop(settings.SESSION_COOKIE_NAME)
    details = chosen(client, salon, 15)
    addresses = {*own_addresses(booking), "/juniper/", times_url(salon.cut), details}

    answers = {path: client.get(path, headers=part) for path in addresses}

    assert "Carl V." in text_of(answers[details])
    assert {path: told for path, it in answers.items() if (told := tells(it))} == {}
    assert max(it.status_code for it in answers.values()) < 500
