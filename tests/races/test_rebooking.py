"""However many taps one customer sends at once, the limit holds (rule B46)."""

from typing import Any

import pytest

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.catalog.models import BookingPolicy, Service
from tests.factories import NOW, make_draft, make_salon
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]

TAPS, MOST = 10, 2
SPELLINGS = ("carl@example.com", "carl+a@example.com", "carl+b@example.com")


def send(client: int, facts: dict[str, Any]) -> str:
    """The details of one of ten drafts, from as many browsers, in several spellings."""
    details = Details(name="Carl", email=SPELLINGS[client % facts["spellings"]])
    try:
        bookings.submit_draft(
            draft_id=facts["drafts"][client], details=details, seen_price=4800, now=NOW
        )
    except bookings.BookedOften:
        return "often"
    except BusyTryAgain:
        return "busy"
    return "booked"


@pytest.mark.parametrize("spellings", [1, 3])
def test_of_ten_taps_at_once_two_are_booked(spellings: int) -> None:
    salon = make_salon()
    BookingPolicy.objects.update(rebooking_limit=MOST)
    cut = Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)
    with storm_of(send, clients=TAPS, processes=5) as storm:
        for number in range(3):
            Booking.objects.filter(status="CONFIRMED").update(status="CANCELED")
            drafts = [
                make_draft(
                    service=cut,
                    starts_at=salon.at(25 + number, 9 + tap // 2),
                    now=NOW,
                    visitor=f"{number}-{tap}",
                    resource_id=(salon.ana, salon.ben)[tap % 2].resource_id,
                ).draft_id
                for tap in range(TAPS)
            ]
            told = storm.round(drafts=drafts, spellings=spellings)

            assert told == {"booked": MOST, "often": TAPS - MOST}
            assert Booking.objects.filter(status="CONFIRMED").count() == MOST
