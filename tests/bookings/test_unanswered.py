"""A request has an end: the team is reminded, or it is declined with other times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.deadlines import Due, Rule, due_of, last_moment, rule_of
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.queries.offered import choice_of
from apps.bookings.queries.requests import awaiting_of
from apps.bookings.queries.suggestions import find_suggestion
from apps.catalog.models import Service
from apps.ledger.check import find_all
from apps.messages.queries import get_booking_facts
from apps.self_service.queries.booking import suggested_slots
from tests.factories import NOW, Salon, make_request
from tests.factories.money import work

SECOND = timedelta(seconds=1)
BY = datetime(2026, 11, 25, 9, 42, tzinfo=UTC)
START = datetime(2026, 11, 27, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "now", "was_reminded", "due"),
    [
        (Rule.REMIND, BY - SECOND, False, Due.NOTHING),
        (Rule.REMIND, BY, False, Due.REMIND),
        (Rule.REMIND, BY + SECOND, False, Due.REMIND),
        (Rule.REMIND, BY + SECOND, True, Due.NOTHING),
        (Rule.REMIND, START - SECOND, True, Due.NOTHING),
        (Rule.REMIND, START, True, Due.DECLINE),
        (Rule.REMIND, START, False, Due.DECLINE),
        (Rule.DECLINE, BY - SECOND, False, Due.NOTHING),
        (Rule.DECLINE, BY, False, Due.DECLINE),
        (Rule.DECLINE, BY + SECOND, False, Due.DECLINE),
    ],
)
def test_what_is_due_and_from_which_second_on(
    rule: Rule,
    now: datetime,
    was_reminded: bool,  # noqa: FBT001 - a column of the table above
    due: Due,
) -> None:
    found = due_of(rule=rule, answer_by=BY, ends_at=START, was_reminded=was_reminded, now=now)
    assert found is due


def test_whoever_asks_after_a_course_has_begun_waits_for_its_end_at_most() -> None:
    ends_at = START + timedelta(days=30)
    assert last_moment(starts_at=START, ends_at=ends_at, asked_at=START - SECOND) == START
    assert last_moment(starts_at=START, ends_at=ends_at, asked_at=START) == ends_at


def test_a_booking_of_before_there_was_a_choice_reminds() -> None:
    assert rule_of({"cancel_allowed": True}) is Rule.REMIND


def ask(salon: Salon, rule: str, *, day: int = 27, name: str = "carl") -> Booking:
    Service.objects.filter(pk=salon.bridal.pk).update(unanswered=rule)
    salon.bridal.refresh_from_db()
    return make_request(
        service=salon.bridal,
        starts_at=salon.at(day, 15),
        now=NOW,
        name=name.title(),
        email=f"{name}@example.com",
    )


def deadline(request: Booking) -> datetime:
    assert request.answer_by is not None
    return request.answer_by


def told() -> list[tuple[str, str]]:
    return [(it.to[0], it.subject.partition(":")[0]) for it in mail.outbox]


def test_a_second_before_the_deadline_nothing_happens(salon: Salon) -> None:
    request = ask(salon, "DECLINE")

    assert bookings.settle_unanswered(now=deadline(request) - SECOND) == 0


@pytest.mark.parametrize("after", [timedelta(0), SECOND])
def test_the_team_is_reminded_once_and_the_customer_told(salon: Salon, after: timedelta) -> None:
    request = ask(salon, "REMIND")
    work(NOW)
    mail.outbox.clear()
    at = deadline(request) + after

    settled = [bookings.settle_unanswered(now=at) for _turn in range(2)]
    work(at)

    request.refresh_from_db()
    assert (settled, request.status) == ([1, 0], "PENDING")
    assert told() == [
        ("carl@example.com", "Not answered yet"),
        ("hello@juniper.example", "Please answer"),
    ]
    words = str(mail.outbox[0].body)
    assert words.startswith("There is no answer yet, Carl.\n")
    assert "Juniper Hair has not answered yet. We have reminded them." in words
    assert list(find_all(business_id=None, now=at)) == []


def test_a_request_is_declined_with_the_nearest_times_at_the_second_it_is_over(
    salon: Salon,
) -> None:
    Service.objects.filter(pk=salon.bridal.pk).update(allows_multiple_requests=False)
    request = ask(salon, "DECLINE")
    work(NOW)
    mail.outbox.clear()
    at = deadline(request)

    settled = [bookings.settle_unanswered(now=at) for _turn in range(2)]
    work(at)

    request.refresh_from_db()
    assert (settled, request.status) == ([1, 0], "DECLINED")
    assert not Occupancy.objects.filter(session=request.session_id).exists()
    assert request.suggestions.count() == 3
    assert told() == [
        ("carl@example.com", "Not possible"),
        ("hello@juniper.example", "Ended without an answer"),
    ]
    words = str(mail.outbox[0].body)
    assert "Juniper Hair could not answer in time." in words
    assert "These times are free: Fri 27 Nov" in words
    again = "Choose one and we’ll send it to Juniper Hair as a new request."
    letter = mail.outbox[0]
    assert isinstance(letter, mail.EmailMultiAlternatives)
    assert [again in it for it in (words, str(letter.alternatives[0][0]))] == [True, True]
    last = request.history.last()
    assert last is not None
    assert (last.action, last.actor) == ("LAPSED", BookingEvent.Actor.SYSTEM)
    assert list(find_all(business_id=None, now=at)) == []


def test_where_nobody_has_to_answer_any_more_no_new_request_is_told(salon: Salon) -> None:
    request = ask(salon, "DECLINE")
    bookings.settle_unanswered(now=deadline(request))
    Service.objects.filter(pk=salon.bridal.pk).update(
        requires_approval=False, allows_multiple_requests=False
    )
    request.refresh_from_db()

    found = suggested_slots(booking=request, now=deadline(request))
    facts = get_booking_facts(booking_id=request.pk)

    assert found is not None
    assert (found.asks_again, facts.asks_again) == (False, False)


def test_a_time_that_nobody_suggested_is_asked_for_again(salon: Salon) -> None:
    request = ask(salon, "DECLINE")
    bookings.settle_unanswered(now=deadline(request))
    request.refresh_from_db()

    found = suggested_slots(booking=request, now=deadline(request))

    assert found is not None
    assert (len(found.slots), found.is_by_rule, found.asks_again) == (3, True, True)
    choice = choice_of(booking=request)
    starts_at = found.slots[0].starts_at
    assert find_suggestion(declined=request, choice=choice, starts_at=starts_at) is None


def test_the_longest_overdue_come_first(salon: Salon) -> None:
    later, sooner = ask(salon, "DECLINE"), ask(salon, "DECLINE", name="eva")
    Booking.objects.filter(pk=sooner.pk).update(answer_by=deadline(later) - SECOND)

    assert bookings.settle_unanswered(now=deadline(later) - SECOND) == 1
    assert bookings.settle_unanswered(now=deadline(later)) == 1

    lapsed = BookingEvent.objects.filter(action="LAPSED").order_by("pk")
    assert [it.booking_id for it in lapsed] == [sooner.pk, later.pk]


def test_an_answer_in_time_is_the_end_of_it(salon: Salon) -> None:
    request = ask(salon, "DECLINE")
    bookings.confirm_request(
        booking_id=request.pk, revision=request.revision, by=salon.olga, now=NOW
    )

    assert bookings.settle_unanswered(now=deadline(request)) == 0


def test_what_the_customer_was_told_stays_when_the_rule_changes(salon: Salon) -> None:
    request = ask(salon, "DECLINE")
    Service.objects.filter(pk=salon.bridal.pk).update(unanswered="REMIND")

    bookings.settle_unanswered(now=deadline(request))

    request.refresh_from_db()
    assert request.status == "DECLINED"


def test_a_request_that_was_only_reminded_of_ends_when_its_time_begins(salon: Salon) -> None:
    request = ask(salon, "REMIND")
    bookings.settle_unanswered(now=deadline(request))

    before = bookings.settle_unanswered(now=request.starts_at - SECOND)
    after = bookings.settle_unanswered(now=request.starts_at)

    request.refresh_from_db()
    assert (before, after, request.status) == (0, 1, "DECLINED")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "DECLINE",
            (
                "We’re holding this time until then. If nobody has answered by then, "
                "your request ends and we suggest other times."
            ),
        ),
        (
            "REMIND",
            (
                "We’re holding this time until they answer. If nobody has answered by "
                "then, we’ll remind them and e-mail you."
            ),
        ),
    ],
)
def test_the_mail_says_what_happens_without_an_answer(salon: Salon, rule: str, words: str) -> None:
    Service.objects.filter(pk=salon.bridal.pk).update(allows_multiple_requests=False)
    ask(salon, rule)
    work(NOW)

    assert f"Juniper Hair answers by Wed 25 Nov, 10:42. {words}" in str(mail.outbox[0].body)


def test_the_page_of_a_request_is_true_before_and_after_the_deadline(salon: Salon) -> None:
    request = ask(salon, "REMIND")

    found = [
        awaiting_of(booking=request, now=deadline(request) + step)
        for step in (-SECOND, timedelta(0), SECOND)
    ]

    assert [it.is_over for it in found if it] == [False, True, True]


def test_the_owner_chooses_and_a_stale_page_changes_nothing(salon: Salon, client: Client) -> None:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/own/juniper/services/{salon.bridal.pk}/requests/"
    revision = salon.bridal.revision

    saved = client.post(address, {"unanswered": "DECLINE", "revision": revision})
    stale = client.post(address, {"unanswered": "REMIND", "revision": revision})
    wrong = client.post(address, {"unanswered": "FORGET", "revision": revision})
    other = client.get(f"/own/juniper/services/{salon.cut.pk}/requests/")

    assert [it.status_code for it in (saved, stale, wrong, other)] == [303, 409, 422, 404]
    salon.bridal.refresh_from_db()
    assert (salon.bridal.unanswered, salon.bridal.revision) == ("DECLINE", revision + 1)
