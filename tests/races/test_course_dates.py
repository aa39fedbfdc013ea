"""Two of the team cancel the last two dates of a course at once: it is called off, once."""

from typing import Any

import pytest

from apps.availability.models import CourseRun, Session
from apps.availability.operations import BusyTryAgain
from apps.bookings.operations import StaleRevision
from apps.businesses.models import TeamMember
from apps.classes import operations as classes
from apps.classes.queries.attending import seen_of_date
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.studio import make_run, make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def cancel_one(client: int, facts: dict[str, Any]) -> str:
    date = Session.objects.get(pk=facts["dates"][client])
    try:
        classes.cancel_course_date(
            session_id=date.pk,
            seen=seen_of_date(session=date),
            reason="Noor is away.",
            by=TeamMember.objects.get(pk=facts["olga"]),
            now=NOW,
        )
    except (StaleRevision, BusyTryAgain) as no:
        return type(no).__name__
    return "cancelled"


def test_a_course_without_anybody_loses_its_last_two_dates_at_once() -> None:
    studio = make_studio()
    with storm_of(cancel_one, clients=2, processes=2) as storm:
        for week in range(5):
            run = make_run(studio, first=studio.at(26, 7 + 2 * week), weeks=2)
            dates = list(run.sessions.values_list("pk", flat=True))

            told = storm.round(dates=dates, olga=studio.olga.pk)

            run.refresh_from_db()
            assert told == {"cancelled": 2}
            assert run.state == CourseRun.State.CANCELED
    assert list(find_all(business_id=None, now=NOW)) == []
