"""The team says that it takes place while the worker is about to call it off: one of the two holds,
and everybody who booked is told the same (rule B16)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from apps.availability.models import CourseRun, Session
from apps.availability.operations import BusyTryAgain
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


def owner_or_worker(client: int, facts: dict[str, Any]) -> str:
    due = parse_datetime(facts["due"])
    assert due is not None
    try:
        if client:
            classes.decide_minimums(now=due)
        else:
            olga = TeamMember.objects.get(pk=facts["olga"])
            classes.let_take_place(session_id=facts["session"], by=olga, now=due)
    except BusyTryAgain:
        return "busy"
    return "done"


def make_target(studio: Studio, *, turn: int) -> Session | CourseRun:
    """By turns a class and a course, and by turns with somebody who waits and with nobody."""
    begins = studio.at(27, 7 + 2 * turn)
    target: Session | CourseRun
    if turn % 2:
        target = make_run(studio, first=begins, weeks=2)
    else:
        target = make_session(studio, starts_at=begins)
    if turn % 4 < 2:
        join(target)
    return target


def test_the_word_of_the_team_and_the_worker_do_not_both_count() -> None:
    studio = make_studio()
    for service in (studio.flow, studio.course):
        service.min_participants = 3
        service.save()
    with storm_of(owner_or_worker, clients=2, processes=2) as storm:
        for turn in range(6):
            target = make_target(studio, turn=turn)
            session = target if isinstance(target, Session) else target.sessions.earliest("pk")
            due = (target.starts_at - DAY).isoformat()

            told = storm.round(olga=studio.olga.pk, session=session.pk, due=due)

            target.refresh_from_db()
            assert told == {"done": 2}
            takes_place = target.state in {"SCHEDULED", "OPEN"}
            assert takes_place is (target.decided_at is not None)
            status = "CONFIRMED" if takes_place else "CANCELED"
            mine = {"session": target} if isinstance(target, Session) else {"course_run": target}
            assert set(Booking.objects.filter(**mine).values_list("status", flat=True)) <= {status}
            assert not classes.decide_minimums(now=NOW)
    assert list(find_all(business_id=None, now=NOW)) == []
