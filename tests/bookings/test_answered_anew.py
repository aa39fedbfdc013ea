"""An answer that was taken back is given anew: there is time for it, and pages say until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.deadlines import deadline_anew
from apps.bookings.models import Booking
from apps.bookings.queries.requests import awaiting_of
from apps.catalog.models import Service
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_request
from tests.factories.money import work
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of

SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
pytestmark = pytest.mark.django_db
BY = datetime(2026, 11, 25, 9, 42, tzinfo=UTC)
START = BY + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("now", "by"),
    [
        (BY - timedelta(hours=1), BY),
        (BY - QUARTER, BY),
        (BY - SECOND, BY - SECOND + QUARTER),
        (BY, BY + QUARTER),
        (BY + SECOND, BY + SECOND + QUARTER),
        (START - QUARTER + SECOND, START),
        (START + SECOND, START),
    ],
)
def test_there_is_a_quarter_of_an_hour_and_never_past_the_start(
    now: datetime, by: datetime
) -> None:
    assert deadline_anew(BY, ends_at=START, was_reminded=False, now=now) == by


def test_what_the_team_was_reminded_of_stays_overdue() -> None:
    assert deadline_anew(BY, ends_at=START, was_reminded=True, now=BY + SECOND) == BY


def ask(salon: Salon, rule: str, *, answer_by: datetime | None = None) -> Booking:
    """A request for Friday at 15:00, answered by tomorrow if nothing else is said."""
    Service.objects.filter(pk=salon.bridal.pk).update(
        allows_multiple_requests=False, unanswered=rule
    )
    salon.bridal.refresh_from_db()
    request = make_request(service=salon.bridal, starts_at=salon.at(27, 15), now=NOW)
    if answer_by is not None:
        Booking.objects.filter(pk=request.pk).update(answer_by=answer_by)
        request.refresh_from_db()
    return request


def deadline(request: Booking) -> datetime:
    assert request.answer_by is not None
    return request.answer_by


def answer(request: Booking, salon: Salon, decision: str, *, at: datetime) -> None:
    say = bookings.confirm_request if decision == "confirm" else bookings.decline_request
    say(booking_id=request.pk, revision=request.revision, by=salon.olga, now=at)
    request.refresh_from_db()


def take_back(request: Booking, salon: Salon, *, at: datetime) -> None:
    bookings.undo_decision(booking_id=request.pk, revision=request.revision, by=salon.olga, now=at)
    request.refresh_from_db()


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).split())


@pytest.mark.parametrize("decision", ["confirm", "decline"])
@pytest.mark.parametrize("rule", ["DECLINE", "REMIND"])
def test_a_rule_does_not_answer_what_was_taken_back_a_second_ago(
    salon: Salon, rule: str, decision: str
) -> None:
    request = ask(salon, rule)
    by = deadline(request)
    answer(request, salon, decision, at=by - 4 * SECOND)
    undone = by + 3 * SECOND
    take_back(request, salon, at=undone)

    settled = [bookings.settle_unanswered(now=undone + QUARTER - SECOND)]
    request.refresh_from_db()
    assert (request.status, request.answer_by) == ("PENDING", undone + QUARTER)
    settled.append(bookings.settle_unanswered(now=undone + QUARTER))

    request.refresh_from_db()
    assert settled == [0, 1]
    assert request.status == {"DECLINE": "DECLINED", "REMIND": "PENDING"}[rule]
    assert list(find_all(business_id=None, now=undone + QUARTER)) == []


def test_a_deadline_far_away_stays(salon: Salon) -> None:
    request = ask(salon, "DECLINE")
    by = deadline(request)
    answer(request, salon, "decline", at=NOW)

    take_back(request, salon, at=NOW + SECOND)

    assert request.answer_by == by


def test_it_ends_with_its_start_at_the_latest(salon: Salon) -> None:
    start = salon.at(27, 15)
    request = ask(salon, "DECLINE", answer_by=start - 5 * SECOND)
    answer(request, salon, "decline", at=start - 9 * SECOND)
    take_back(request, salon, at=start - 4 * SECOND)

    assert (request.status, request.answer_by) == ("PENDING", start)
    assert bookings.settle_unanswered(now=start) == 1
    assert list(find_all(business_id=None, now=start)) == []


def test_one_reminder_of_a_request_is_enough(salon: Salon) -> None:
    request = ask(salon, "REMIND")
    by = deadline(request)
    bookings.settle_unanswered(now=by)
    request.refresh_from_db()
    answer(request, salon, "decline", at=by + SECOND)

    take_back(request, salon, at=by + 2 * SECOND)

    awaiting = awaiting_of(booking=request, now=by + 2 * SECOND)
    assert awaiting is not None
    assert (request.answer_by, awaiting.is_over) == (by, True)
    assert bookings.settle_unanswered(now=by + QUARTER + 3 * SECOND) == 0


@pytest.mark.usefixtures("at_now")
def test_customer_and_team_read_the_new_end(salon: Salon, client: Client) -> None:
    request = ask(salon, "DECLINE")
    token = bookings.create_access_link(booking=request, now=NOW)
    by = deadline(request)
    answer(request, salon, "decline", at=by - 4 * SECOND)
    undone = by + 3 * SECOND
    take_back(request, salon, at=undone)
    mail.outbox.clear()
    work(undone + 30 * SECOND)

    with time_machine.travel(undone + 30 * SECOND, tick=False):
        page = words_of(client.get(f"/m/{token}", follow=True))
        client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
        inbox = words_of(client.get("/own/juniper/requests/"))

    assert "We’re holding this time until Wed 25 Nov, 10:57." in page
    assert "Answer by Wed 25 Nov, 10:57 or it is declined" in inbox
    assert [it.subject for it in mail.outbox if it.subject.startswith("Not possible")] == []


def test_what_waits_for_people_is_decided_when_it_was_said() -> None:
    studio = make_studio()
    studio.flow.min_participants = 3
    studio.flow.save()
    request = join(make_session(studio, starts_at=studio.at(27, 18)))
    by = deadline(request)
    at = by - 4 * SECOND
    bookings.decline_request(
        booking_id=request.pk, revision=request.revision, by=studio.olga, now=at
    )
    request.refresh_from_db()

    bookings.undo_decision(
        booking_id=request.pk, revision=request.revision, by=studio.olga, now=at + SECOND
    )

    request.refresh_from_db()
    assert (request.status, request.answer_by) == ("PENDING", by)
