"""What pages ask about messages, and what facts cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.messages import queries
from apps.messages.composing import calendars_of
from apps.messages.models import Message
from tests.factories import NOW, make_booking, make_salon

pytestmark = pytest.mark.django_db


def test_facts_of_a_booking_cost_two_queries_at_most() -> None:
    salon = make_salon(slug="juniper")
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    with CaptureQueriesContext(connection) as captured:
        facts = queries.get_booking_facts(booking_id=booking.pk)
    assert len(captured) <= 2
    assert (facts.reference, facts.service) == (booking.reference, "Cut and finish")
    assert (facts.staff, facts.address) == ("Ana Petrović", "Kastanienallee 12, 10435 Berlin")
    assert facts.customer_name == "Carl Vogt"
    assert facts.cancel_until == salon.at(25, 10, 15)


def test_a_page_can_offer_the_calendar_file() -> None:
    salon = make_salon(slug="juniper")
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    (file,) = calendars_of(facts=queries.get_booking_facts(booking_id=booking.pk), now=NOW)
    assert file.method == "PUBLISH"
    assert f"UID:{booking.reference}@".encode() in file.content


@pytest.mark.parametrize(
    ("statuses", "address"),
    [
        ([], ""),
        (["SENT"], ""),
        (["FAILED"], "carl@example.com"),
        (["FAILED", "SENT"], ""),
        (["FAILED", "SKIPPED"], "carl@example.com"),
    ],
)
def test_an_address_that_refused_the_last_mail_is_known(statuses: list[str], address: str) -> None:
    salon = make_salon(slug="juniper")
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    for number, status in enumerate(statuses):
        Message.objects.create(
            business=salon.business,
            booking=booking,
            event=booking.history.get(),
            kind="BOOKED",
            to_address="carl@example.com",
            message_id=f"<{number}@book.example>",
            outbox_key=f"mail:{number}",
            status=status,
            created_at=NOW,
            sent_at=NOW,
        )
    assert queries.find_undelivered_address(booking_id=booking.pk) == address
