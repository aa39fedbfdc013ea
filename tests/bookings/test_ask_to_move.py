"""Where the team agrees to each time, a customer asks for another one and keeps theirs until the
answer (rule B38)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent, MoveRequest
from apps.bookings.policy import Reason
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.money import work

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15, who said yes to it."""
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(
        service=salon.cut,
        starts_at=salon.at(26, 10, 15),
        now=NOW - timedelta(hours=1),
        resource_id=salon.ana.resource_id,
    )
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW - timedelta(hours=1)
    )


def ask(booking: Booking, **named: Any) -> Booking:
    facts = {"revision": booking.revision, "resource_id": None, "now": NOW}
    return bookings.ask_to_move(
        booking_id=booking.pk, business_id=booking.business_id, **{**facts, **named}
    )


def answer(verb: Any, booking: Booking, salon: Salon, **named: Any) -> Booking:
    facts = {"revision": booking.revision, "by": salon.olga, "now": LATER}
    found: Booking = verb(
        booking_id=booking.pk, business_id=booking.business_id, **{**facts, **named}
    )
    return found


def withdraw(booking: Booking, **named: Any) -> Booking:
    facts = {"revision": booking.revision, "now": LATER}
    return bookings.withdraw_move(
        booking_id=booking.pk, business_id=booking.business_id, **{**facts, **named}
    )


def taken() -> list[tuple[int, Any, bool]]:
    """Whose time is taken, from when, and whether for good."""
    rows = Occupancy.objects.order_by("starts_at", "pk")
    return [(it.resource_id, it.starts_at, it.expires_at is None) for it in rows]


def broken_laws() -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=LATER)]


def mails_to(address: str) -> list[str]:
    return [str(it.subject) for it in mail.outbox if it.to == [address]]


def test_what_is_asked_for_is_held_and_the_booking_stays(salon: Salon, carl: Booking) -> None:
    ana = salon.ana.resource_id

    asked = ask(carl, starts_at=salon.at(27, 14), resource_id=ana)

    request = MoveRequest.objects.get()
    assert (asked.starts_at, asked.status) == (salon.at(26, 10, 15), "CONFIRMED")
    assert (request.state, request.session.starts_at) == ("OPEN", salon.at(27, 14))
    assert request.answer_by == NOW + timedelta(hours=24)
    assert taken() == [
        (ana, salon.at(26, 10, 15), True),
        (ana, salon.at(27, 14), False),
    ]
    assert broken_laws() == []


def test_nobody_else_gets_what_is_held(salon: Salon, carl: Booking) -> None:
    ana = salon.ana.resource_id
    ask(carl, starts_at=salon.at(27, 14), resource_id=ana)

    with pytest.raises(bookings.SlotGone):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 14),
            now=LATER,
            email="eva@example.com",
            resource_id=ana,
        )


def test_a_yes_takes_the_new_time_and_frees_the_old_one(salon: Salon, carl: Booking) -> None:
    ana = salon.ana.resource_id
    asked = ask(carl, starts_at=salon.at(27, 14), resource_id=ana)

    moved = answer(bookings.accept_move, asked, salon)

    assert (moved.starts_at, moved.status) == (salon.at(27, 14), "CONFIRMED")
    assert (moved.session_id, moved.resource_id) == (carl.session_id, ana)
    assert moved.selection == "SPECIFIC_RESOURCE"
    assert taken() == [(ana, salon.at(27, 14), True)]
    assert MoveRequest.objects.get().state == "ACCEPTED"
    line = BookingEvent.objects.latest("pk")
    assert (line.action, line.actor) == ("MOVED", "TEAM")
    assert broken_laws() == []


def test_a_no_leaves_the_booking_and_frees_what_was_held(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))

    left = answer(bookings.decline_move, asked, salon, reason="Ana is away then")

    assert (left.starts_at, left.status) == (salon.at(26, 10, 15), "CONFIRMED")
    assert taken() == [(salon.ana.resource_id, salon.at(26, 10, 15), True)]
    assert MoveRequest.objects.get().state == "DECLINED"
    assert broken_laws() == []


def test_a_question_that_is_taken_back_leaves_no_trace_in_the_calendar(
    salon: Salon, carl: Booking
) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))

    back = withdraw(asked)

    assert taken() == [(salon.ana.resource_id, salon.at(26, 10, 15), True)]
    assert MoveRequest.objects.get().state == "WITHDRAWN"
    again = ask(back, starts_at=salon.at(28, 9), now=LATER)
    assert again.move_requests.filter(state="OPEN").count() == 1
    assert broken_laws() == []


def test_asked_twice_it_is_one_question(salon: Salon, carl: Booking) -> None:
    first = ask(carl, starts_at=salon.at(27, 14))

    second = ask(carl, starts_at=salon.at(27, 14))

    assert second.revision == first.revision
    assert MoveRequest.objects.count() == 1


def test_there_is_one_question_at_a_time(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))

    with pytest.raises(bookings.NotAllowed) as refused:
        ask(asked, starts_at=salon.at(28, 9))

    assert refused.value.reason is Reason.HAS_ASKED


def test_a_page_that_is_old_asks_and_answers_nothing(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))

    with pytest.raises(bookings.StaleRevision):
        ask(carl, starts_at=salon.at(28, 9))
    for verb in (bookings.accept_move, bookings.decline_move):
        with pytest.raises(bookings.StaleRevision):
            answer(verb, carl, salon)
    with pytest.raises(bookings.StaleRevision):
        withdraw(carl)
    assert asked.move_requests.get().state == "OPEN"


def test_answered_once_it_is_answered(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))
    declined = answer(bookings.decline_move, asked, salon)

    for verb in (bookings.accept_move, bookings.decline_move):
        with pytest.raises(bookings.NotAllowed):
            answer(verb, declined, salon)
    with pytest.raises(bookings.NotAllowed):
        withdraw(declined)


def test_a_time_that_is_gone_is_not_asked_for(salon: Salon, carl: Booking) -> None:
    ana = salon.ana.resource_id
    make_request(
        service=salon.cut,
        starts_at=salon.at(27, 14),
        now=NOW,
        email="eva@example.com",
        resource_id=ana,
    )

    for starts_at in (salon.at(27, 14, 15), salon.at(27, 20), salon.at(27, 14, 7)):
        with pytest.raises(bookings.SlotGone):
            ask(carl, starts_at=starts_at, resource_id=ana)

    assert MoveRequest.objects.count() == 0


def test_a_quarter_of_an_hour_later_overlaps_its_own_time_and_is_taken_with_the_yes(
    salon: Salon, carl: Booking
) -> None:
    """Its own time keeps most of it, so that nothing is held beside it."""
    ana = salon.ana.resource_id
    asked = ask(carl, starts_at=salon.at(26, 10, 30), resource_id=ana)
    assert taken() == [(ana, salon.at(26, 10, 15), True)]
    assert broken_laws() == []

    moved = answer(bookings.accept_move, asked, salon)

    assert moved.starts_at == salon.at(26, 10, 30)
    assert taken() == [(ana, salon.at(26, 10, 30), True)]
    assert broken_laws() == []


# ----- several may ask for one time
@pytest.fixture
def lena(salon: Salon) -> Booking:
    """A bridal styling on Saturday at ten: several may ask for one time of it."""
    asked = make_request(
        service=salon.bridal, starts_at=salon.at(28, 10), now=NOW, email="lena@example.com"
    )
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )


def test_where_several_may_ask_nothing_is_held(salon: Salon, lena: Booking) -> None:
    before = taken()

    asked = ask(lena, starts_at=salon.at(27, 10))

    assert taken() == before
    moved = answer(bookings.accept_move, asked, salon)
    assert moved.starts_at == salon.at(27, 10)
    assert broken_laws() == []


def test_a_yes_to_what_somebody_else_has_by_then_changes_nothing(
    salon: Salon, lena: Booking
) -> None:
    asked = ask(lena, starts_at=salon.at(27, 10))
    for person in (salon.ana, salon.ben):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 10),
            now=NOW,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )
    before = taken()

    with pytest.raises(bookings.DoesNotFit):
        answer(bookings.accept_move, asked, salon)

    assert taken() == before
    assert Booking.objects.get(pk=lena.pk).starts_at == salon.at(28, 10)
    assert MoveRequest.objects.get().state == "OPEN"
    answer(bookings.decline_move, asked, salon)
    assert broken_laws() == []


# ----- who may ask, and until when
def test_customers_ask_until_the_second_of_the_frozen_policy(salon: Salon, carl: Booking) -> None:
    last = carl.starts_at - timedelta(hours=24)

    with pytest.raises(bookings.NotAllowed) as late:
        ask(carl, starts_at=salon.at(27, 14), now=last + timedelta(seconds=1))
    ask(carl, starts_at=salon.at(27, 14), now=last)

    assert late.value.reason is Reason.TOO_LATE
    assert MoveRequest.objects.get().answer_by == carl.starts_at


def test_what_needs_no_yes_is_moved_and_not_asked_about(salon: Salon) -> None:
    plain = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)

    with pytest.raises(bookings.NotAllowed) as refused:
        ask(plain, starts_at=salon.at(27, 14))

    assert refused.value.reason is Reason.WRONG_STATUS


def test_nobody_asks_where_nobody_can_book(salon: Salon, carl: Booking) -> None:
    Business.objects.update(state=Business.State.PAUSED)

    with pytest.raises(bookings.NotBookable):
        ask(carl, starts_at=salon.at(27, 14))


# ----- what happens meanwhile
def test_a_booking_that_is_cancelled_asks_nothing_any_more(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))

    bookings.cancel_own(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=asked.revision,
        seen_fee=0,
        now=LATER,
    )

    assert MoveRequest.objects.get().state == "ENDED"
    assert [start for _whose, start, _firm in taken()] == [salon.at(26, 10, 15)]
    assert broken_laws() == []


def test_a_cancellation_that_is_taken_back_asks_again(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))
    named: Any = {"booking_id": carl.pk, "business_id": carl.business_id, "now": LATER}
    gone = bookings.cancel_own(revision=asked.revision, seen_fee=0, **named)

    back = bookings.undo_cancellation(revision=gone.revision, **named)

    assert (back.status, back.starts_at) == ("CONFIRMED", salon.at(26, 10, 15))
    assert MoveRequest.objects.get().state == "OPEN"
    assert broken_laws() == []


def test_a_booking_that_the_team_moves_asks_nothing_any_more(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))

    answer(bookings.move_booking, asked, salon, starts_at=salon.at(28, 9), resource_id=None)

    assert MoveRequest.objects.get().state == "ENDED"
    assert [start for _whose, start, _firm in taken()] == [salon.at(28, 9)]
    assert broken_laws() == []


def test_whoever_may_move_alone_by_now_moves_and_the_question_is_over(
    salon: Salon, carl: Booking
) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=False)

    bookings.move_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=asked.revision,
        starts_at=salon.at(28, 9),
        resource_id=None,
        by=None,
        now=LATER,
    )

    assert MoveRequest.objects.get().state == "ENDED"
    assert broken_laws() == []


# ----- nobody answers
def test_the_team_is_reminded_once_and_may_still_answer(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(28, 9))
    due = NOW + timedelta(hours=24)

    assert bookings.settle_unanswered_moves(now=due - timedelta(seconds=1)) == 0
    assert bookings.settle_unanswered_moves(now=due) == 1
    assert bookings.settle_unanswered_moves(now=due) == 0

    assert BookingEvent.objects.latest("pk").action == "MOVE_OVERDUE"
    fresh = Booking.objects.get(pk=asked.pk)
    assert answer(bookings.accept_move, fresh, salon, now=due).starts_at == salon.at(28, 9)
    assert broken_laws() == []


def test_it_ends_when_the_first_of_both_times_begins(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(25, 14))
    begins = salon.at(25, 14)
    bookings.settle_unanswered_moves(now=begins - timedelta(seconds=1))
    fresh = Booking.objects.get(pk=asked.pk)

    with pytest.raises(bookings.NotAllowed):
        answer(bookings.accept_move, fresh, salon, now=begins)
    assert bookings.settle_unanswered_moves(now=begins) == 1

    assert MoveRequest.objects.get().state == "LAPSED"
    assert Booking.objects.get(pk=asked.pk).starts_at == salon.at(26, 10, 15)
    assert [start for _whose, start, _firm in taken()] == [salon.at(26, 10, 15)]
    assert broken_laws() == []


def test_it_ends_by_the_rule_of_the_service_and_its_time_is_free_by_that(
    salon: Salon, carl: Booking
) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(unanswered="DECLINE")
    asked = ask(carl, starts_at=salon.at(28, 9), resource_id=salon.ana.resource_id)
    due = NOW + timedelta(hours=24)

    with pytest.raises(bookings.NotAllowed):
        answer(bookings.accept_move, asked, salon, now=due)
    eva = make_request(
        service=salon.cut,
        starts_at=salon.at(28, 9),
        now=due,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )
    assert bookings.settle_unanswered_moves(now=due) == 1

    assert eva.status == "PENDING"
    assert MoveRequest.objects.get().state == "LAPSED"
    assert broken_laws() == []


# ----- the mails
def test_customer_and_team_are_told_of_each_step(salon: Salon, carl: Booking) -> None:
    work(NOW)
    mail.outbox.clear()
    asked = ask(carl, starts_at=salon.at(27, 14))
    work(NOW)
    assert mails_to("carl@example.com") == ["Asked to move: Thu 26 Nov, 10:15, Cut and finish"]
    (to_team,) = [it for it in mail.outbox if it.to != ["carl@example.com"]]
    assert to_team.subject == "Please answer: Thu 26 Nov, 10:15, Cut and finish"
    assert "Fri 27 Nov, 14:00" in to_team.body
    mail.outbox.clear()

    answer(bookings.decline_move, asked, salon, reason="Ana is away then")
    work(LATER)

    (told,) = mail.outbox
    assert told.to == ["carl@example.com"]
    assert told.subject == "Not moved: Thu 26 Nov, 10:15, Cut and finish"
    assert "Juniper Hair writes: Ana is away then" in told.body
    assert "Your booking stays as it is." in told.body
    assert not told.attachments


def test_a_yes_is_told_with_both_times_and_the_same_event(salon: Salon, carl: Booking) -> None:
    asked = ask(carl, starts_at=salon.at(27, 14))
    work(NOW)
    mail.outbox.clear()

    answer(bookings.accept_move, asked, salon)
    work(LATER)

    (told,) = mail.outbox
    assert told.subject == "Moved: Fri 27 Nov, 14:00, Cut and finish"
    assert "Thu 26 Nov, 10:15" in told.body


def test_nobody_is_asked_about_what_was_taken_back(salon: Salon, carl: Booking) -> None:
    work(NOW)
    mail.outbox.clear()
    withdraw(ask(carl, starts_at=salon.at(27, 14)))

    work(LATER)

    assert mail.outbox == []


def test_the_end_of_a_question_is_told_to_both(salon: Salon, carl: Booking) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(unanswered="DECLINE")
    ask(carl, starts_at=salon.at(28, 9))
    work(NOW)
    mail.outbox.clear()
    due = NOW + timedelta(hours=24)

    bookings.settle_unanswered_moves(now=due)
    work(due)

    assert mails_to("carl@example.com") == ["Not answered: Thu 26 Nov, 10:15, Cut and finish"]
    assert len(mail.outbox) == 2
