"""A course lasts from the first to the last date that takes place, for everybody who is enrolled,
waits or is about to book; without any date it is called off (rule B15)."""

from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client

from apps.availability.models import CourseRun, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import Change, change_since
from apps.bookings.queries.joinables import joinable_of, lead_of
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import seen_of_date
from apps.dashboard.classes.queries.roster import list_scopes
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, make_visitor
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_run, make_studio

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(db: None, at_now: datetime) -> Studio:
    return make_studio()


@pytest.fixture
def run(studio: Studio) -> CourseRun:
    """Three Thursdays at six in the evening: 26 November, 3 and 10 December."""
    return make_run(studio, first=studio.at(26, 18), weeks=3, capacity=1)


def dates(run: CourseRun) -> list[Session]:
    return list(run.sessions.order_by("starts_at"))


def cancel(studio: Studio, date: Session) -> None:
    date.refresh_from_db()
    seen = seen_of_date(session=date)
    classes.cancel_course_date(
        session_id=date.pk, seen=seen, reason="Noor is away.", by=studio.olga, now=NOW
    )


def findings() -> list[str]:
    return [it.rule for it in find_all(business_id=None, now=NOW)]


def spans(*rows: Any) -> list[tuple[datetime, datetime]]:
    for row in rows:
        row.refresh_from_db()
    return [(it.starts_at, it.ends_at) for it in rows]


def test_without_its_first_date_it_begins_with_the_second_for_all(
    studio: Studio, run: CourseRun
) -> None:
    carl = join(run)
    eva = waitlists.join_waitlist(
        target=run,
        choice=choose(service=studio.course),
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    first, second, last = dates(run)

    cancel(studio, first)

    assert spans(run, carl, eva.booking) == [(second.starts_at, last.ends_at)] * 3
    assert carl.wall_time == "2026-12-03T18:00"
    assert joinable_of(run, besides=None, now=NOW).starts == (second.starts_at, last.starts_at)
    assert lead_of(run) == studio.noor.resource_id
    assert findings() == []


def test_the_mail_names_the_date_that_goes_and_the_one_it_begins_with(
    studio: Studio, run: CourseRun
) -> None:
    join(run)
    work(NOW)
    mail.outbox.clear()

    cancel(studio, dates(run)[0])
    work(NOW)

    (told,) = mail.outbox
    words = " ".join(str(told.body).split())
    assert told.to == ["carl@example.com"]
    assert "Thu 26 Nov, 18:00 has been cancelled. Noor is away." in words
    assert "The course now starts on Thu 3 Dec, 18:00." in words


def test_the_last_date_of_several_only_shortens_it(studio: Studio, run: CourseRun) -> None:
    carl = join(run)
    first, second, last = dates(run)

    cancel(studio, last)

    assert spans(run, carl) == [(first.starts_at, second.ends_at)] * 2
    assert findings() == []


def test_one_in_the_middle_changes_no_span(studio: Studio, run: CourseRun) -> None:
    carl = join(run)
    first, second, last = dates(run)

    cancel(studio, second)

    assert spans(run, carl) == [(first.starts_at, last.ends_at)] * 2


def test_without_any_date_it_is_called_off_with_everybody(studio: Studio, run: CourseRun) -> None:
    carl = join(run)
    work(NOW)
    for date in dates(run):
        cancel(studio, date)

    run.refresh_from_db()
    carl.refresh_from_db()
    assert (run.state, run.seats_taken) == (CourseRun.State.CANCELED, 0)
    assert carl.status == Booking.Status.CANCELED
    assert findings() == []


def test_the_only_date_left_is_offered_as_the_whole_course(studio: Studio, run: CourseRun) -> None:
    first, second, last = dates(run)
    before = [it.scope for it in list_scopes(last, now=NOW)]
    cancel(studio, first)
    cancel(studio, second)
    last = Session.objects.select_related("course_run").get(pk=last.pk)

    assert before == ["THIS", "ALL"]
    assert [it.scope for it in list_scopes(last, now=NOW)] == ["ALL"]


def test_whoever_is_about_to_enrol_sees_the_other_days_before_they_do(
    studio: Studio, run: CourseRun
) -> None:
    draft = join(run, submits=False)

    cancel(studio, dates(run)[0])

    draft.refresh_from_db()
    assert change_since(draft) is Change.MOVED
    with pytest.raises(bookings.SlotGone):
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=bookings.Details(name="Carl", email="carl@example.com"),
            seen_price=draft.price,
            now=NOW,
        )


def test_nobody_reads_that_it_has_begun(client: Client, studio: Studio, run: CourseRun) -> None:
    cancel(studio, dates(run)[0])

    page = client.get("/harbor/courses/beginners/").content.decode()

    assert "Thu 3 Dec" in page
    assert "Wed 25 Nov" not in page


def test_a_course_that_lost_its_first_date_before_the_rule_is_made_true(
    studio: Studio, run: CourseRun
) -> None:
    carl = join(run)
    first, second, last = dates(run)
    Session.objects.filter(pk=first.pk).update(state=Session.State.CANCELED)
    assert "course_spans_its_dates" in findings()

    migration = import_module("apps.bookings.migrations.0024_courses_span_their_dates")
    migration.span_the_dates(apps, None)

    assert spans(run, carl) == [(second.starts_at, last.ends_at)] * 2
    assert carl.wall_time == "2026-12-03T18:00"
    assert "course_spans_its_dates" not in findings()
