"""A minimum is judged as things stand under the lock, and by nothing that may still be taken back
(rules B16, B11)."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail

from apps.availability.models import Session
from apps.availability.operations import SessionChange
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.minimum import MinimumGroup
from apps.bookings.queries.undecided import find_undecided
from apps.classes import operations as classes
from apps.classes.operations import minimum
from apps.classes.queries.attending import Scope, seen_of_class
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def studio(db: None) -> Studio:
    studio = make_studio()
    studio.flow.min_participants = 3
    studio.flow.save()
    return studio


@pytest.fixture
def session(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(27, 18))


def move(studio: Studio, session: Session, *, at: time, now: datetime) -> None:
    classes.change_class(
        session_id=session.pk,
        scope=Scope.THIS,
        change=SessionChange((studio.noor.resource_id, studio.pier.pk), at=at),
        seen=seen_of_class(session=session, scope=Scope.THIS, now=now),
        by=studio.olga,
        now=now,
    )


def status_of(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


@pytest.mark.parametrize("comes", [True, False])
def test_a_class_that_was_moved_a_moment_ago_is_not_called_off(
    studio: Studio, session: Session, *, comes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read its list; before it comes to this class, Olga moves it to 21:00."""
    carl = join(session) if comes else None

    def found(*, now: datetime) -> list[MinimumGroup]:
        groups = find_undecided(now=now)
        move(studio, session, at=time(21), now=now)
        return groups

    monkeypatch.setattr(minimum, "find_undecided", found)

    assert classes.decide_minimums(now=session.starts_at - DAY) == 0

    session.refresh_from_db()
    assert (session.state, session.starts_at) == ("SCHEDULED", studio.at(27, 21))
    assert carl is None or status_of(carl) == "PENDING"


def test_a_minimum_that_was_lowered_a_moment_ago_counts(
    studio: Studio, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    carl = join(session)

    def found(*, now: datetime) -> list[MinimumGroup]:
        groups = find_undecided(now=now)
        studio.flow.min_participants = 1
        studio.flow.save()
        return groups

    monkeypatch.setattr(minimum, "find_undecided", found)

    classes.decide_minimums(now=session.starts_at - DAY)

    assert status_of(carl) == "CONFIRMED"


def confirm(studio: Studio, booking: Booking, *, now: datetime) -> None:
    booking.refresh_from_db()
    bookings.confirm_request(
        booking_id=booking.pk, revision=booking.revision, by=studio.olga, now=now
    )


def undo(studio: Studio, booking: Booking, *, now: datetime) -> None:
    booking.refresh_from_db()
    bookings.undo_decision(
        booking_id=booking.pk, revision=booking.revision, by=studio.olga, now=now
    )


def test_a_confirm_that_is_taken_back_confirms_nobody_else(
    studio: Studio, session: Session
) -> None:
    carl, eva = join(session), join(session, email="eva@example.com")
    work(NOW + SECOND)
    mail.outbox.clear()
    confirm(studio, carl, now=NOW + 2 * SECOND)
    classes.decide_minimums(now=NOW + 4 * SECOND)
    work(NOW + 5 * SECOND)

    undo(studio, carl, now=NOW + 7 * SECOND)
    classes.decide_minimums(now=NOW + 40 * SECOND)
    work(NOW + 60 * SECOND)

    assert [status_of(carl), status_of(eva)] == ["PENDING", "PENDING"]
    assert [it.subject for it in mail.outbox] == []
    assert list(find_all(business_id=None, now=NOW + 60 * SECOND)) == []


def test_whoever_comes_while_it_may_be_taken_back_waits(studio: Studio, session: Session) -> None:
    carl = join(session)
    confirm(studio, carl, now=NOW)

    ida = join(session, email="ida@example.com", now=NOW + 5 * SECOND)

    assert status_of(ida) == "PENDING"
    assert classes.decide_minimums(now=NOW + 9 * SECOND) == 0
    assert classes.decide_minimums(now=NOW + 10 * SECOND) == 1
    assert status_of(ida) == "CONFIRMED"


@pytest.mark.parametrize("answer", [bookings.confirm_request, bookings.decline_request])
def test_nobody_is_called_off_while_an_answer_may_be_taken_back(
    studio: Studio, session: Session, answer: Any
) -> None:
    carl, due = join(session), session.starts_at - DAY
    eva = join(session, email="eva@example.com")
    answer(booking_id=carl.pk, revision=carl.revision, by=studio.olga, now=due - 5 * SECOND)

    assert classes.decide_minimums(now=due + 4 * SECOND) == 0
    assert status_of(eva) == "PENDING"

    undo(studio, carl, now=due + 4 * SECOND)
    classes.decide_minimums(now=due + 20 * SECOND)
    assert [status_of(carl), status_of(eva)] == ["CANCELED", "CANCELED"]
