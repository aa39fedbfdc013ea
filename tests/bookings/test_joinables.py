"""How many places are left, as somebody sees it who came a moment before another one did."""

from datetime import timedelta

import pytest

from apps.availability.models import Session
from apps.availability.operations import sweep_lapsed_seats
from apps.bookings.queries.joinables import joinable_of
from tests.factories import NOW
from tests.factories.studio import join, make_session, make_studio

LATER = NOW + timedelta(minutes=11)


@pytest.mark.django_db
def test_a_class_whose_holds_were_released_a_moment_ago_is_not_called_full() -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=2)
    for number in range(2):
        join(session, email=f"dreamer{number}@example.com", submits=False)
    seen_before = Session.objects.select_related("location").get(pk=session.pk)

    left = [joinable_of(seen_before, besides=None, now=at).seats_left for at in (NOW, LATER)]
    sweep_lapsed_seats(now=LATER)

    assert left == [0, 2]
    assert joinable_of(seen_before, besides=None, now=LATER).seats_left == 2
