"""Who decides about a request is who its customer was told, the team or the number of people,
however often the owner switches approval on and off while it waits (rules B5, B16)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.queries.requests import (
    ASKS_THE_TEAM,
    awaiting_of,
    is_before_the_team,
    is_for_people,
)
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import list_open_to
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import make_visitor
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import text_of

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
INBOX = "/own/juniper/requests/"


@pytest.fixture
def salon(salon: Salon) -> Salon:
    """A cut is done on a day with three people at least."""
    change(salon.cut, min_participants=3)
    return salon


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    """A class takes place with two people."""
    studio = make_studio()
    change(studio.flow, min_participants=2)
    return studio


def change(service: Service, **columns: Any) -> None:
    """The owner changes it, whatever waits."""
    Service.objects.filter(pk=service.pk).update(**columns)
    service.refresh_from_db()


def want(salon: Salon, hour: int) -> Booking:
    name = f"a{hour}"
    return make_booking(
        service=salon.cut,
        starts_at=salon.at(29, hour),
        now=NOW,
        name=name.title(),
        email=f"{name}@example.com",
    )


def statuses() -> list[str]:
    return list(Booking.objects.order_by("pk").values_list("status", flat=True))


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).split())


def seen_by(client: Client, booking: Booking, *, at: Any) -> str:
    token = bookings.create_access_link(booking=booking, now=NOW)
    with time_machine.travel(at, tick=False):
        return words_of(client.get(f"/m/{token}", follow=True))


def told() -> list[tuple[str, str]]:
    return [(it.to[0], it.subject.partition(":")[0]) for it in mail.outbox]


# ----- approval goes while somebody waits for the team
@pytest.mark.parametrize("rule", ["REMIND", "DECLINE"])
def test_whoever_asked_the_team_hears_from_it_though_approval_is_off_by_now(
    salon: Salon, client: Client, rule: str
) -> None:
    change(salon.cut, requires_approval=True, unanswered=rule)
    request = want(salon, 10)
    assert request.answer_by == NOW + timedelta(hours=24)
    change(salon.cut, requires_approval=False)
    work(NOW)
    mail.outbox.clear()
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    (group,) = client.get(INBOX).context["inbox"].groups
    assert [it.card.reference for it in group.people] == [request.reference]
    at = request.answer_by

    done = [classes.decide_minimums(now=at), bookings.settle_unanswered(now=at)]
    work(at + SECOND)

    assert done == [0, 1]
    assert statuses() == [{"REMIND": "PENDING", "DECLINE": "DECLINED"}[rule]]
    assert (
        told()
        == {
            "REMIND": [
                ("a10@example.com", "Not answered yet"),
                ("hello@juniper.example", "Please answer"),
            ],
            "DECLINE": [
                ("a10@example.com", "Not possible"),
                ("hello@juniper.example", "Ended without an answer"),
            ],
        }[rule]
    )
    assert list(find_all(business_id=None, now=at)) == []


def test_its_page_goes_on_to_speak_of_the_answer(salon: Salon, client: Client) -> None:
    change(salon.cut, requires_approval=True)
    request = want(salon, 10)
    change(salon.cut, requires_approval=False)

    page = seen_by(client, request, at=NOW + SECOND)

    words = (
        "Juniper Hair has not answered yet. We’re holding this time until they "
        "answer. If nobody has answered by Wed 25 Nov, 10:42, we’ll remind them "
        "and e-mail you. 1 of 3 people so far."
    )
    assert words in page


def test_no_page_says_that_it_takes_place_before_the_team_said_yes(
    salon: Salon, client: Client
) -> None:
    change(salon.cut, requires_approval=True)
    requests = [want(salon, hour) for hour in (10, 12, 14)]

    page = seen_by(client, requests[0], at=NOW + SECOND)

    assert ("has not answered yet" in page, "takes place" in page) == (True, False)


def test_who_comes_after_approval_went_is_confirmed_with_enough_and_no_request_is(
    salon: Salon,
) -> None:
    change(salon.cut, requires_approval=True)
    want(salon, 10)
    change(salon.cut, requires_approval=False)
    want(salon, 12)
    want(salon, 14)

    classes.decide_minimums(now=NOW)

    assert statuses() == ["PENDING", "CONFIRMED", "CONFIRMED"]


def test_too_few_are_called_off_whoever_was_to_decide(salon: Salon) -> None:
    change(salon.cut, requires_approval=True, unanswered="REMIND")
    want(salon, 10)
    change(salon.cut, requires_approval=False)
    want(salon, 12)

    classes.decide_minimums(now=salon.at(28, 0))

    assert statuses() == ["CANCELED", "CANCELED"]


# ----- approval comes while somebody waits for people
def test_whoever_waits_for_people_is_confirmed_with_enough_though_approval_is_on_by_now(
    studio: Studio, client: Client
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    carl = join(session)
    change(studio.flow, requires_approval=True)
    eva = join(session, email="eva@example.com")

    classes.decide_minimums(now=NOW)

    assert statuses() == ["CONFIRMED", "PENDING"]
    assert eva.answer_by == NOW + timedelta(hours=24)
    carl.refresh_from_db()
    assert "confirmed" in seen_by(client, carl, at=NOW + SECOND).lower()
    assert list(find_all(business_id=None, now=NOW)) == []


def test_nobody_is_said_to_owe_an_answer_to_who_waits_for_people(
    studio: Studio, client: Client
) -> None:
    carl = join(make_session(studio, starts_at=studio.at(27, 18)))
    change(studio.flow, requires_approval=True)
    work(NOW)
    mail.outbox.clear()
    at = carl.answer_by
    assert at is not None
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    inbox = client.get("/own/harbor/requests/")
    assert (inbox.context["inbox"].groups, inbox.context["nav"]["waiting"]) == ((), 0)

    settled = bookings.settle_unanswered(now=at)
    classes.decide_minimums(now=at)
    work(at + timedelta(seconds=11))

    assert (settled, statuses()) == (0, ["CANCELED"])
    assert "Not answered yet" not in [subject for _to, subject in told()]


def test_who_waits_for_people_does_not_come_past_the_team_to_another_class(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    later = make_session(studio, starts_at=studio.at(28, 18))
    carl = join(session)
    assert list_open_to(booking=carl, now=NOW) == [later]
    change(studio.flow, requires_approval=True)
    carl = Booking.objects.get(pk=carl.pk)

    assert list_open_to(booking=carl, now=NOW) == []
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=later, by=None, now=NOW)
    with pytest.raises(classes.NotComing):
        checkout.add_people(booking=carl, more=1, now=NOW)


def test_a_request_may_go_to_another_class_and_asks_there(studio: Studio) -> None:
    change(studio.flow, requires_approval=True)
    carl = join(make_session(studio, starts_at=studio.at(27, 18)))
    later = make_session(studio, starts_at=studio.at(28, 18))

    moved = classes.move_places(booking=carl, target=later, by=None, now=NOW)

    assert (moved.status, is_before_the_team(moved)) == ("PENDING", True)


# ----- nobody waits for ever
def test_with_the_minimum_gone_the_team_is_asked(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(27, 18)))
    change(studio.flow, min_participants=0)
    at = carl.answer_by
    assert at is not None

    assert bookings.settle_unanswered(now=at) == 1
    assert bookings.settle_unanswered(now=carl.starts_at) == 1
    assert statuses() == ["DECLINED"]


@pytest.mark.parametrize("minimum", [0, 2])
@pytest.mark.parametrize("asks_now", [False, True])
@pytest.mark.parametrize("asked_then", [False, True])
def test_each_request_is_decided_by_the_team_or_by_people(
    studio: Studio, *, asked_then: bool, asks_now: bool, minimum: int
) -> None:
    change(studio.flow, requires_approval=asked_then)
    carl = join(make_session(studio, starts_at=studio.at(27, 18)))
    change(studio.flow, requires_approval=asks_now, min_participants=minimum)
    carl = Booking.objects.get(pk=carl.pk)

    asks_the_team = Booking.objects.filter(ASKS_THE_TEAM).exists()

    assert asks_the_team is (asked_then or minimum == 0)
    assert (is_before_the_team(carl), is_for_people(carl)) == (asks_the_team, not asks_the_team)
    assert (awaiting_of(booking=carl, now=NOW) is not None) is asks_the_team


# ----- whom the team said yes to already
def test_whom_the_team_puts_in_from_the_line_waits_for_people_though_approval_is_on(
    studio: Studio,
) -> None:
    change(studio.flow, requires_approval=True)
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    carl = join(session)
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        by=studio.olga,
        now=NOW,
    )
    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=studio.olga,
        now=NOW,
    )

    eva = waitlists.enrol_from_line(booking=entry.booking, by=studio.olga, now=NOW)

    assert eva.status == "PENDING"
    assert (is_for_people(eva), is_before_the_team(eva)) == (True, False)


def test_a_suggested_time_that_waits_for_people_is_kept_through_an_undo(salon: Salon) -> None:
    change(salon.cut, requires_approval=True, allows_multiple_requests=True)
    asked = want(salon, 10)
    bookings.suggest_times(
        booking_id=asked.pk,
        revision=asked.revision,
        starts=[salon.at(29, 14)],
        by=salon.olga,
        now=NOW,
    )
    draft = bookings.place_hold(
        choice=choose(service=salon.cut),
        starts_at=salon.at(29, 14),
        visitor=make_visitor("carl"),
        suggested=SuggestedTime.objects.get(),
        now=NOW,
    )
    taken = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    assert (taken.status, is_for_people(taken)) == ("PENDING", True)
    bookings.confirm_request(booking_id=taken.pk, revision=2, by=salon.olga, now=NOW)

    bookings.undo_decision(booking_id=taken.pk, revision=3, by=salon.olga, now=NOW + SECOND)

    kept = Booking.objects.get(pk=taken.pk)
    assert kept.session is not None
    assert (kept.status, kept.session.state) == ("PENDING", "SCHEDULED")
    assert list(find_all(business_id=None, now=NOW + SECOND)) == []
