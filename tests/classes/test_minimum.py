"""Only with three: a class that needs people is confirmed or called off by itself (rule B16)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import CourseRun, Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.deadlines import Verdict, judge_minimum
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import fill, text_of

START = datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("people", "hours_before", "verdict"),
    [
        (3, 100, Verdict.TAKES_PLACE),
        (2, 25, Verdict.WAIT),
        (2, 24, Verdict.CALLED_OFF),
        (3, 24, Verdict.TAKES_PLACE),
        (0, 1, Verdict.CALLED_OFF),
    ],
)
def test_enough_people_settle_it_and_time_calls_it_off(
    people: int, hours_before: int, verdict: Verdict
) -> None:
    now = START - timedelta(hours=hours_before)

    found = judge_minimum(people=people, minimum=3, starts_at=START, minutes_before=1440, now=now)

    assert found is verdict


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    studio = make_studio()
    studio.flow.min_participants = 3
    studio.flow.save()
    return studio


@pytest.fixture
def session(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(27, 18))


def statuses() -> list[str]:
    return list(Booking.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.django_db
def test_who_comes_first_waits_and_the_third_settles_it(session: Session) -> None:
    carl, eva = join(session), join(session, email="eva@example.com")
    assert statuses() == ["PENDING", "PENDING"]
    assert carl.answer_by == eva.answer_by == session.starts_at - timedelta(days=1)
    assert classes.decide_minimums(now=NOW) == 0

    join(session, email="ida@example.com")
    assert statuses() == ["PENDING", "PENDING", "CONFIRMED"]
    classes.decide_minimums(now=NOW)

    assert statuses() == ["CONFIRMED"] * 3
    join(session, email="sam@example.com")
    assert statuses() == ["CONFIRMED"] * 4
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_too_few_are_called_off_in_time_and_told(session: Session) -> None:
    carl = join(session, people=2)

    classes.decide_minimums(now=session.starts_at - timedelta(days=1))

    session.refresh_from_db()
    assert (statuses(), session.state, session.seats_taken) == (["CANCELED"], "CANCELED", 0)
    event = carl.history.latest("pk")
    assert (event.actor, event.reason) == ("SYSTEM", "Not enough people have booked.")
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_the_owner_may_decide_earlier(studio: Studio, session: Session) -> None:
    join(session)

    classes.let_take_place(session_id=session.pk, by=studio.olga, now=NOW)

    assert statuses() == ["CONFIRMED"]
    classes.decide_minimums(now=session.starts_at - timedelta(hours=1))
    assert statuses() == ["CONFIRMED"]


@pytest.mark.django_db
def test_pages_say_how_many_have_come_together(client: Client, session: Session) -> None:
    path = f"/harbor/classes/{session.pk}/"
    join(session, email="sam@example.com")

    shown = client.get(path)
    assert "1 of 3 people so far." in text_of(shown)
    done = client.get(fill(client, client.post(f"{path}hold")["Location"])["Location"])

    assert "2 of 3 people so far." in text_of(done)


@pytest.mark.django_db
def test_what_waits_for_people_is_no_request_to_answer(studio: Studio, session: Session) -> None:
    join(session)
    olga = Client()
    olga.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    inbox = olga.get("/own/harbor/requests/")
    roster = olga.get(f"/own/harbor/classes/{session.pk}/")

    assert inbox.context["nav"]["waiting"] == 0
    assert "Go ahead anyway" in text_of(roster)


@pytest.mark.django_db
def test_a_class_nobody_came_to_is_called_off_before_anybody_comes_too_late(
    session: Session,
) -> None:
    due = session.starts_at - timedelta(days=1)
    assert classes.decide_minimums(now=due - timedelta(minutes=1)) == 0

    assert classes.decide_minimums(now=due) == 1

    session.refresh_from_db()
    assert session.state == "CANCELED"
    assert classes.decide_minimums(now=due) == 0


@pytest.fixture
def run(studio: Studio) -> CourseRun:
    studio.course.min_participants = 3
    studio.course.save()
    return make_run(studio, first=studio.at(28, 18), weeks=4)


@pytest.mark.django_db
def test_a_course_takes_place_when_enough_enrol(client: Client, run: CourseRun) -> None:
    join(run, people=2)
    assert "2 of 3 people so far." in text_of(client.get("/harbor/courses/beginners/"))
    assert classes.decide_minimums(now=NOW) == 0

    join(run, email="eva@example.com")
    classes.decide_minimums(now=NOW)

    assert statuses() == ["CONFIRMED", "CONFIRMED"]
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_a_course_with_too_few_is_called_off_as_a_whole(run: CourseRun) -> None:
    carl = join(run, people=2)

    classes.decide_minimums(now=run.starts_at - timedelta(days=1))

    run.refresh_from_db()
    assert (statuses(), run.state, run.seats_taken) == (["CANCELED"], "CANCELED", 0)
    assert set(run.sessions.values_list("state", flat=True)) == {"CANCELED"}
    assert carl.history.latest("pk").reason == "Not enough people have booked."
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_the_owner_lets_a_course_take_place(studio: Studio, run: CourseRun) -> None:
    join(run)

    classes.let_take_place(session_id=run.sessions.earliest("pk").pk, by=studio.olga, now=NOW)

    assert statuses() == ["CONFIRMED"]


@pytest.fixture
def make_up(salon: Salon) -> Salon:
    """The salon works on a day only when three people want a cut, decided a day before it."""
    salon.cut.min_participants = 3
    salon.cut.save()
    return salon


def want(salon: Salon, hour: int, *, day: int = 27, now: datetime = NOW) -> Booking:
    return make_booking(
        service=salon.cut, starts_at=salon.at(day, hour), now=now, email=f"a{hour}@example.com"
    )


@pytest.mark.django_db
def test_a_day_is_worked_only_with_three(client: Client, make_up: Salon) -> None:
    first = want(make_up, 10)
    assert (first.status, first.answer_by) == ("PENDING", make_up.at(26, 0))
    want(make_up, 12)
    other_day = want(make_up, 11, day=28)
    page = client.get("/juniper/s/cut/times?date=2026-11-27")
    assert "2 of 3 people so far." in text_of(page)
    assert classes.decide_minimums(now=NOW) == 0

    want(make_up, 14)
    classes.decide_minimums(now=NOW)

    assert statuses() == ["CONFIRMED", "CONFIRMED", "PENDING", "CONFIRMED"]
    assert want(make_up, 16).status == "CONFIRMED"
    other_day.refresh_from_db()
    assert other_day.status == "PENDING"
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_a_day_with_too_few_is_called_off_and_not_offered_any_more(make_up: Salon) -> None:
    carl = want(make_up, 10)
    due = make_up.at(26, 0)

    assert classes.decide_minimums(now=due - timedelta(minutes=1)) == 0
    assert classes.decide_minimums(now=due) == 1

    assert statuses() == ["CANCELED"]
    assert not Occupancy.objects.filter(session_id=carl.session_id or 0).exists()
    with pytest.raises(bookings.SlotGone):
        want(make_up, 12, now=due)
    assert want(make_up, 12, day=28, now=due).status == "PENDING"
    assert list(find_all(business_id=None, now=due)) == []


@pytest.mark.django_db
def test_a_day_that_is_worked_takes_more_until_the_end(make_up: Salon) -> None:
    for hour in (10, 12, 14):
        want(make_up, hour)
    classes.decide_minimums(now=NOW)

    assert want(make_up, 16, now=make_up.at(27, 9)).status == "CONFIRMED"


@pytest.mark.django_db
def test_where_the_team_answers_itself_too_few_are_called_off_but_nobody_is_confirmed(
    make_up: Salon,
) -> None:
    make_up.cut.requires_approval = True
    make_up.cut.save()
    for hour in (10, 12, 14):
        want(make_up, hour)
    want(make_up, 11, day=28)

    classes.decide_minimums(now=NOW)
    assert statuses() == ["PENDING"] * 4
    classes.decide_minimums(now=make_up.at(27, 0))

    assert statuses() == ["PENDING", "PENDING", "PENDING", "CANCELED"]


@pytest.mark.parametrize("away", [timedelta(minutes=1), timedelta(days=3)])
def test_a_worker_that_was_away_over_the_start_calls_off_what_lacked_people(
    studio: Studio, session: Session, run: CourseRun, away: timedelta
) -> None:
    join(session)
    join(run, email="ida@example.com")

    classes.decide_minimums(now=max(session.starts_at, run.starts_at) + away)

    session.refresh_from_db()
    assert (statuses(), session.seats_taken) == (["CANCELED"] * 2, 0)
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_a_day_of_appointments_is_called_off_after_its_day_too(make_up: Salon) -> None:
    make_booking(service=make_up.cut, starts_at=make_up.at(27, 10), now=NOW)

    classes.decide_minimums(now=make_up.at(28, 12))

    assert statuses() == ["CANCELED"]


@pytest.mark.django_db
def test_who_came_in_time_and_were_enough_are_confirmed_however_late(session: Session) -> None:
    for name in ("carl", "eva", "ida"):
        join(session, email=f"{name}@example.com")
    assert statuses() == ["PENDING", "PENDING", "CONFIRMED"]

    classes.decide_minimums(now=session.starts_at + timedelta(minutes=1))

    assert statuses() == ["CONFIRMED"] * 3


@pytest.mark.parametrize("is_empty", [False, True])
def test_what_is_decided_at_its_start_is_decided_there(
    studio: Studio, session: Session, *, is_empty: bool
) -> None:
    Service.objects.filter(pk=studio.flow.pk).update(decide_before_minutes=0)
    if not is_empty:
        join(session)
    assert classes.decide_minimums(now=session.starts_at - timedelta(seconds=1)) == 0

    assert classes.decide_minimums(now=session.starts_at) == 1

    session.refresh_from_db()
    assert (session.state, statuses()) == ("CANCELED", [] if is_empty else ["CANCELED"])


@pytest.mark.django_db
def test_a_class_that_is_over_and_had_nobody_is_let_rest(session: Session) -> None:
    assert classes.decide_minimums(now=session.ends_at) == 0
