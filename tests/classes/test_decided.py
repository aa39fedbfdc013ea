"""The team said that it takes place, however few come: the word stands by itself, whoever of those
who heard it is still there (rule B16)."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.availability import operations as availability
from apps.availability.models import CourseRun, DecidedDay, Session
from apps.availability.operations import SessionChange
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.minimum import group_of, progress_of_days
from apps.bookings.queries.undecided import find_undecided
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, Seen, seen_of_class, seen_of_run
from apps.classes.queries.other_sessions import list_other_sessions
from apps.ledger.check import find_all
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, Salon, make_booking
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import fill, text_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    studio = make_studio()
    for service in (studio.flow, studio.course):
        service.min_participants = 3
        service.save()
    return studio


@pytest.fixture
def session(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(27, 18))


@pytest.fixture
def run(studio: Studio) -> CourseRun:
    return make_run(studio, first=studio.at(28, 18), weeks=4)


@pytest.fixture
def workday(salon: Salon) -> Salon:
    """The salon works on a day only when three people want a cut, decided a day before it."""
    salon.cut.min_participants = 3
    salon.cut.save()
    return salon


@pytest.fixture
def olga(studio: Studio) -> Client:
    client = Client()
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def decide(target: Session | CourseRun, studio: Studio, *, now: datetime = NOW) -> None:
    session = target if isinstance(target, Session) else target.sessions.earliest("pk")
    classes.let_take_place(session_id=session.pk, by=studio.olga, now=now)
    target.refresh_from_db()


def leave(booking: Booking, by: Any) -> None:
    booking.refresh_from_db()
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=by,
        reason="",
        now=NOW,
    )


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def want(salon: Salon, hour: int, *, day: int = 27, now: datetime = NOW) -> Booking:
    return make_booking(
        service=salon.cut, starts_at=salon.at(day, hour), now=now, email=f"a{hour}@example.com"
    )


def is_clean(now: datetime = NOW) -> bool:
    return list(find_all(business_id=None, now=now)) == []


# ----- it is not forgotten
@pytest.mark.parametrize("kind", ["session", "run"])
def test_whoever_books_after_all_have_left_is_booked_at_once(
    studio: Studio, request: pytest.FixtureRequest, kind: str
) -> None:
    target = request.getfixturevalue(kind)
    carl = join(target)
    decide(target, studio)
    assert (status(carl), target.decided_at) == ("CONFIRMED", NOW)
    leave(carl, studio.olga)

    eva = join(target, email="eva@example.com")

    assert (eva.status, eva.answer_by) == ("CONFIRMED", None)
    assert is_clean()


@pytest.mark.parametrize("kind", ["session", "run"])
def test_nobody_has_to_come_for_the_word_to_hold(
    studio: Studio, request: pytest.FixtureRequest, kind: str
) -> None:
    target = request.getfixturevalue(kind)
    decide(target, studio)
    due = target.starts_at - timedelta(days=1)

    assert list(find_undecided(now=due)) == []
    assert classes.decide_minimums(now=due) == 0

    target.refresh_from_db()
    assert target.state in {"SCHEDULED", "OPEN"}
    assert join(target, now=due + MINUTE).status == "CONFIRMED"


def test_a_day_stays_decided_when_all_have_left(workday: Salon) -> None:
    carl = want(workday, 10)
    classes.let_take_place(session_id=carl.session_id or 0, by=workday.olga, now=NOW)
    assert status(carl) == "CONFIRMED"
    leave(carl, workday.olga)

    day = DecidedDay.objects.get()
    assert (day.service, day.on.isoformat(), day.decided_at) == (workday.cut, "2026-11-27", NOW)
    assert want(workday, 12).status == "CONFIRMED"
    assert want(workday, 14, day=28).status == "PENDING"
    assert is_clean()


def test_a_decided_day_is_offered_until_its_end(client: Client, workday: Salon) -> None:
    carl = want(workday, 10)
    classes.let_take_place(session_id=carl.session_id or 0, by=workday.olga, now=NOW)
    leave(carl, workday.olga)
    late = workday.at(27, 9)

    page = client.get("/juniper/s/cut/times?date=2026-11-27")

    assert "people so far" not in text_of(page)
    assert want(workday, 12, now=late).status == "CONFIRMED"


def test_it_is_decided_once(studio: Studio, session: Session, workday: Salon) -> None:
    carl = want(workday, 10)
    decide(session, studio)
    revision = session.revision

    decide(session, studio, now=NOW + MINUTE)
    for now in (NOW, NOW + MINUTE):
        classes.let_take_place(session_id=carl.session_id or 0, by=workday.olga, now=now)

    assert (session.decided_at, session.revision) == (NOW, revision)
    assert DecidedDay.objects.get().decided_at == NOW


def test_who_booked_while_it_was_decided_is_confirmed_by_the_next_look(
    studio: Studio, session: Session
) -> None:
    carl = join(session)
    availability.decide_target(target=session, now=NOW)

    classes.decide_minimums(now=NOW)

    assert status(carl) == "CONFIRMED"


def test_enough_people_who_leave_again_are_no_word_of_anybody(
    studio: Studio, session: Session
) -> None:
    three = [join(session, email=f"{name}@example.com") for name in ("ada", "eva", "ida")]
    classes.decide_minimums(now=NOW)
    for booking in three:
        leave(booking, studio.olga)

    session.refresh_from_db()
    assert session.decided_at is None
    assert join(session, email="sam@example.com").status == "PENDING"


def test_where_the_team_says_yes_first_it_still_does(
    studio: Studio, session: Session, client: Client
) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()
    decide(session, studio)
    draft = join(session, submits=False)
    done = client.get(f"/harbor/classes/{session.pk}/")
    assert "people so far" not in text_of(done)

    carl = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    classes.decide_minimums(now=session.starts_at - timedelta(hours=1))

    assert status(carl) == "PENDING"
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    page = text_of(client.get(f"/manage/{carl.reference}/"))
    assert "Harbor Yoga has not answered yet." in page
    assert "people so far" not in page


# ----- who comes by another way
def test_whom_the_team_adds_is_booked_at_once(studio: Studio, session: Session) -> None:
    decide(session, studio)

    added = classes.add_booking(
        choice=choose(service=studio.flow, party_size=1),
        target=session,
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        by=studio.olga,
        now=NOW,
    )

    assert added.status == "CONFIRMED"


@pytest.mark.parametrize("kind", ["session", "run"])
def test_who_is_confirmed_may_go_where_it_is_decided(
    studio: Studio, request: pytest.FixtureRequest, kind: str
) -> None:
    target = request.getfixturevalue(kind)
    carl = join(target)
    decide(target, studio)
    carl.refresh_from_db()
    if kind == "session":
        other: Session | CourseRun = make_session(studio, starts_at=studio.at(28, 12))
    else:
        other = make_run(studio, first=studio.at(29, 12), weeks=2)
    assert list_other_sessions(booking=carl, now=NOW) == []

    decide(other, studio)

    assert list_other_sessions(booking=carl, now=NOW) == [other]
    moved = classes.move_places(booking=carl, target=other, by=studio.olga, now=NOW)
    assert (moved.status, is_clean()) == ("CONFIRMED", True)


# ----- taken back with the class itself
def test_the_word_goes_with_the_class_to_another_time(studio: Studio, session: Session) -> None:
    decide(session, studio)
    change = SessionChange((studio.noor.resource_id, studio.pier.pk), at=time(19))
    seen = seen_of_class(session=session, scope=Scope.THIS, now=NOW)

    classes.change_class(
        session_id=session.pk, scope=Scope.THIS, change=change, seen=seen, by=studio.olga, now=NOW
    )

    session.refresh_from_db()
    assert (session.starts_at, session.decided_at) == (studio.at(27, 19), NOW)


def cancel(target: Session | CourseRun, seen: Seen, studio: Studio) -> None:
    told: dict[str, Any] = {"seen": seen, "reason": "Noor is ill.", "by": studio.olga, "now": NOW}
    if isinstance(target, Session):
        classes.cancel_class(session_id=target.pk, scope=Scope.THIS, **told)
    else:
        classes.cancel_run(course_run_id=target.pk, **told)


def test_who_cancels_a_class_or_a_course_takes_the_word_back(
    studio: Studio, session: Session, run: CourseRun
) -> None:
    for target in (session, run):
        decide(target, studio)

    cancel(session, seen_of_class(session=session, scope=Scope.THIS, now=NOW), studio)
    cancel(run, seen_of_run(course_run_id=run.pk), studio)

    for target in (session, run):
        target.refresh_from_db()
        assert (target.state, target.decided_at) == ("CANCELED", None)
    assert is_clean()


def test_what_is_cancelled_is_not_decided_any_more(
    studio: Studio, session: Session, run: CourseRun
) -> None:
    cancel(session, seen_of_class(session=session, scope=Scope.THIS, now=NOW), studio)
    dates = run.sessions.earliest("pk")
    cancel(run, seen_of_run(course_run_id=run.pk), studio)

    classes.let_take_place(session_id=session.pk, by=studio.olga, now=NOW)
    classes.let_take_place(session_id=dates.pk, by=studio.olga, now=NOW)

    for target in (session, run):
        target.refresh_from_db()
        assert target.decided_at is None


def test_no_row_can_say_that_a_cancelled_one_takes_place(
    session: Session, run: CourseRun, workday: Salon
) -> None:
    day = want(workday, 10).session
    assert day is not None
    rows = (
        Session.objects.filter(pk=session.pk).update,
        CourseRun.objects.filter(pk=run.pk).update,
    )
    for update in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            update(decided_at=NOW, state="CANCELED")
    for wrong in (day, run.sessions.earliest("pk")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Session.objects.filter(pk=wrong.pk).update(decided_at=NOW)


def test_the_worker_does_not_call_off_what_was_decided_a_moment_ago(
    studio: Studio, session: Session, run: CourseRun
) -> None:
    """It read that nobody had; the lock of the row shows it what is true."""
    for target in (session, run):
        decide(target, studio)

    with pytest.raises(availability.IsDecided), transaction.atomic():
        availability.cancel_sessions(
            session_ids=[session.pk], reason="", unless_decided=True, now=NOW
        )
    with pytest.raises(availability.IsDecided), transaction.atomic():
        availability.cancel_course_run(
            course_run_id=run.pk, reason="", unless_decided=True, now=NOW
        )

    for target in (session, run):
        target.refresh_from_db()
        assert target.state in {"SCHEDULED", "OPEN"}


# ----- what pages say
def test_customers_read_nothing_of_a_minimum(
    client: Client, studio: Studio, session: Session, run: CourseRun
) -> None:
    path = f"/harbor/classes/{session.pk}/"
    pages = (path, "/harbor/courses/beginners/")
    assert all("0 of 3 people so far." in text_of(client.get(page)) for page in pages)

    for target in (session, run):
        decide(target, studio)

    assert all("people so far" not in text_of(client.get(page)) for page in pages)
    done = client.get(fill(client, client.post(f"{path}hold")["Location"])["Location"])
    assert "Booked, Carl." in text_of(done)
    assert "people" not in text_of(done)


@pytest.mark.parametrize("kind", ["session", "run"])
def test_the_roster_says_so_and_counts_no_more(
    olga: Client, request: pytest.FixtureRequest, kind: str
) -> None:
    target = request.getfixturevalue(kind)
    session = target if kind == "session" else target.sessions.earliest("pk")
    path = f"/own/harbor/classes/{session.pk}/"
    assert "0 of 3 people so far." in text_of(olga.get(path))
    assert "Go ahead anyway" in text_of(olga.get(path))  # also before anybody has come

    assert olga.post(f"{path}takes-place/").status_code == 303
    page = text_of(olga.get(path))

    assert "This is going ahead, however few come." in page
    assert ("people so far" in page, "Go ahead anyway" in page) == (False, False)


def test_a_roster_of_a_cancelled_class_says_only_that(
    olga: Client, studio: Studio, session: Session
) -> None:
    decide(session, studio)
    cancel(session, seen_of_class(session=session, scope=Scope.THIS, now=NOW), studio)

    page = text_of(olga.get(f"/own/harbor/classes/{session.pk}/"))

    assert "however few come" not in page


def test_a_request_for_a_decided_day_says_so(workday: Salon) -> None:
    workday.cut.requires_approval = True
    workday.cut.save()
    carl = want(workday, 10)
    classes.let_take_place(session_id=carl.session_id or 0, by=workday.olga, now=NOW)
    eva = want(workday, 12)
    olga = Client()
    olga.force_login(workday.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    page = text_of(olga.get("/own/juniper/requests/"))

    assert "The day is going ahead, however few come." in page
    progress = progress_of_days([eva], now=NOW)[eva.pk]
    assert (progress.is_settled, progress.is_decided) == (True, True)
    assert group_of(eva, eva.service) is not None
