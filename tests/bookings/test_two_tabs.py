"""One browser, two tabs: what was sent in one is not given away by the other."""

import pytest

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.operations._drafts import let_go
from tests.factories import NOW, make_draft, make_salon

pytestmark = pytest.mark.django_db


def test_a_draft_that_another_tab_has_sent_keeps_its_time() -> None:
    salon = make_salon()
    seen_by_the_second_tab = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    bookings.submit_draft(
        draft_id=seen_by_the_second_tab.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=4800,
        now=NOW,
    )

    let_go(seen_by_the_second_tab, now=NOW)

    booking = Booking.objects.get()
    assert (booking.status, booking.hold_expires_at) == ("CONFIRMED", None)
    assert Occupancy.objects.get().session_id == booking.session_id
