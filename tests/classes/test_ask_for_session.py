"""Where the team agrees to each booking of a class, its customer asks for another session and keeps
their places until the answer (rule B38)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from apps.availability.models import Session
from apps.availability.operations import NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent, MoveRequest
from apps.bookings.operations.transitions import Actor
from apps.bookings.policy import Reason
from apps.catalog.models import BookingPolicy, Service
from apps.classes import operations as classes
from apps.classes.operations.cancel import call_off
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.self_service.test_cancel import let_in, words_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_now"),
    pytest.mark.both_databases,
]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def studio(at_now: Any) -> Studio:
    """Noor says yes or no to each booking of her class."""
    studio = make_studio()
    Service.objects.filter(pk=studio.flow.pk).update(requires_approval=True)
    return studio


@pytest.fixture
def thursday(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(26, 18), capacity=4)


@pytest.fixture
def friday(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(27, 18), capacity=4)


@pytest.fixture
def carl(studio: Studio, thursday: Session) -> Booking:
    """Two people on Thursday, to which Olga said yes."""
    return said_yes(studio, join(thursday, people=2))


def said_yes(studio: Studio, asked: Booking) -> Booking:
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=studio.olga, now=NOW
    )


def ask(booking: Booking, target: Session, **named: Any) -> Booking:
    facts = {"revision": booking.revision, "target_id": target.pk, "now": NOW, **named}
    return classes.ask_for_session(booking_id=booking.pk, business_id=booking.business_id, **facts)


def accept(booking: Booking, studio: Studio, **named: Any) -> Booking:
    facts = {"revision": booking.revision, "by": studio.olga, "now": LATER, **named}
    return classes.accept_session(booking_id=booking.pk, business_id=booking.business_id, **facts)


def seats() -> list[int]:
    return [it.seats_taken for it in Session.objects.filter(kind="CLASS").order_by("starts_at")]


def broken_laws(now: Any = LATER) -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=now)]


def test_the_old_places_stay_and_none_is_taken_twice(carl: Booking, friday: Session) -> None:
    asked = ask(carl, friday)

    request = MoveRequest.objects.get()
    assert (asked.session_id, asked.status) == (carl.session_id, "CONFIRMED")
    assert (request.state, request.session_id) == ("OPEN", friday.pk)
    assert request.answer_by == NOW + timedelta(hours=24)
    assert seats() == [2, 0]
    assert broken_laws() == []


def test_a_yes_takes_the_new_places_and_gives_the_old_ones_back(
    studio: Studio, carl: Booking, friday: Session
) -> None:
    moved = accept(ask(carl, friday), studio)

    assert (moved.session_id, moved.starts_at) == (friday.pk, studio.at(27, 18))
    assert MoveRequest.objects.get().state == "ACCEPTED"
    assert seats() == [0, 2]
    assert [it.state for it in Session.objects.filter(kind="CLASS")] == ["SCHEDULED"] * 2
    assert broken_laws() == []


def test_a_no_changes_nothing_but_the_question(
    studio: Studio, carl: Booking, friday: Session
) -> None:
    asked = ask(carl, friday)

    bookings.decline_move(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=asked.revision,
        by=studio.olga,
        now=LATER,
    )

    assert MoveRequest.objects.get().state == "DECLINED"
    assert Booking.objects.get().session_id == carl.session_id
    assert seats() == [2, 0]
    assert [it.state for it in Session.objects.filter(kind="CLASS")] == ["SCHEDULED"] * 2
    assert broken_laws() == []


def test_taken_back_or_cancelled_it_asks_no_more(
    studio: Studio, carl: Booking, friday: Session
) -> None:
    asked = ask(carl, friday)
    withdrawn = bookings.withdraw_move(
        booking_id=carl.pk, business_id=carl.business_id, revision=asked.revision, now=LATER
    )
    again = ask(withdrawn, friday)
    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=again.revision,
        by=studio.olga,
        now=LATER,
    )

    states = [it.state for it in MoveRequest.objects.order_by("pk")]
    assert states == ["WITHDRAWN", "ENDED"]
    assert seats() == [0, 0]
    assert Session.objects.get(pk=friday.pk).state == "SCHEDULED"
    assert broken_laws() == []


def test_nobody_goes_past_the_team(carl: Booking, friday: Session) -> None:
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=friday, by=None, now=NOW)
    assert seats() == [2, 0]


def test_sent_twice_it_is_asked_once_and_another_one_not_at_all(
    studio: Studio, carl: Booking, friday: Session
) -> None:
    saturday = make_session(studio, starts_at=studio.at(28, 18))
    asked = ask(carl, friday)

    again = ask(carl, friday)
    with pytest.raises(bookings.NotAllowed) as refused:
        ask(asked, saturday)
    with pytest.raises(bookings.StaleRevision):
        ask(carl, saturday)

    assert again.revision == asked.revision
    assert refused.value.reason is Reason.HAS_ASKED
    assert MoveRequest.objects.count() == 1


def test_what_is_full_by_then_is_refused_and_the_places_stay(
    studio: Studio, carl: Booking, friday: Session
) -> None:
    asked = ask(carl, friday)
    said_yes(studio, join(friday, people=3, email="eva@example.com"))

    with pytest.raises(NoSeats):
        accept(asked, studio)

    assert seats() == [2, 3]
    assert MoveRequest.objects.get().state == "OPEN"
    assert broken_laws() == []


def test_what_is_called_off_is_refused(studio: Studio, carl: Booking, friday: Session) -> None:
    asked = ask(carl, friday)
    call_off([friday.pk], reason="Noor is ill.", actor=Actor.of(studio.olga), now=NOW)

    with pytest.raises(NoSeats):
        accept(asked, studio)

    assert Booking.objects.get(pk=carl.pk).session_id == carl.session_id


def test_of_another_class_or_its_own_it_is_not_asked(
    studio: Studio, carl: Booking, thursday: Session
) -> None:
    for target in (thursday, Session(pk=10**6)):
        with pytest.raises(bookings.CannotMove):
            ask(carl, target)


def test_the_policy_of_a_move_counts(studio: Studio, friday: Session, thursday: Session) -> None:
    BookingPolicy.objects.update(move_by_link=False, max_moves=1)
    carl = said_yes(studio, join(thursday, email="ben@example.com"))

    with pytest.raises(bookings.NotAllowed) as guest:
        ask(carl, friday)
    moved = accept(ask(carl, friday, is_known=True), studio)
    with pytest.raises(bookings.NotAllowed) as often:
        ask(moved, thursday, is_known=True, now=LATER)

    assert guest.value.reason is Reason.SWITCHED_OFF
    assert often.value.reason is Reason.MOVED_OFTEN


def test_nobody_answers_in_time(studio: Studio, carl: Booking, friday: Session) -> None:
    ask(carl, friday)
    over = friday.starts_at

    bookings.settle_unanswered_moves(now=over)

    assert MoveRequest.objects.get().state == "LAPSED"
    assert Session.objects.get(pk=friday.pk).state == "SCHEDULED"
    last = BookingEvent.objects.order_by("pk").last()
    assert last is not None
    assert last.action == "MOVE_LAPSED"


def test_both_sides_are_told(studio: Studio, carl: Booking, friday: Session) -> None:
    work(LATER - timedelta(minutes=1))
    mail.outbox.clear()
    asked = ask(carl, friday)
    work(LATER)
    accept(asked, studio)
    work(LATER + timedelta(minutes=1))

    mine = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    assert [str(it.subject).partition(":")[0] for it in mine] == ["Asked to move", "Moved"]
    assert "No place is held there until then." in str(mine[0].body)
    assert "Moved from" in str(mine[1].body)
    (theirs,) = [it for it in mail.outbox if it not in mine]
    assert str(theirs.subject).startswith("Please answer")


def test_the_page_of_the_booking_asks_and_takes_it_back(
    client: Client, carl: Booking, friday: Session
) -> None:
    let_in(client, carl)
    home = f"/manage/{carl.reference}/"
    page = words_of(client.get(home))
    assert "agrees each time in person. You keep yours until they answer." in page
    sent = {"target": friday.pk, "revision": carl.revision}

    answers = [client.post(f"{home}move", sent) for _tap in range(2)]

    assert [it.status_code for it in answers] == [303, 303]
    page = words_of(client.get(home))
    assert "You asked for Sat 28 Nov, 00:00." in page  # six in the evening there, by his clock
    assert "No place is held there until then." in page
    assert "Ask for another day" not in page
    carl.refresh_from_db()
    assert client.post(f"{home}move/withdraw", {"revision": carl.revision}).status_code == 303
    assert MoveRequest.objects.get().state == "WITHDRAWN"


def test_an_old_page_asks_nothing(client: Client, carl: Booking, friday: Session) -> None:
    let_in(client, carl)

    for revision in (carl.revision - 1, ""):
        sent = {"target": friday.pk, "revision": revision}
        answer = client.post(f"/manage/{carl.reference}/move", sent)
        assert answer.status_code in {404, 409}

    assert not MoveRequest.objects.exists()


def test_the_team_answers_in_the_inbox(
    client: Client, studio: Studio, carl: Booking, friday: Session
) -> None:
    asked = ask(carl, friday)
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    own = "/own/harbor/"
    assert "Request to move" in words_of(client.get(f"{own}requests/"))

    answer = client.post(
        f"{own}bookings/{carl.reference}/accept-move/?at=requests", {"revision": asked.revision}
    )

    assert answer.status_code == 303
    assert Booking.objects.get().session_id == friday.pk


def test_the_team_is_told_that_it_is_full(
    client: Client, studio: Studio, carl: Booking, friday: Session
) -> None:
    asked = ask(carl, friday)
    said_yes(studio, join(friday, people=3, email="eva@example.com"))
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(
        f"/own/harbor/bookings/{carl.reference}/accept-move/", {"revision": asked.revision}
    )

    assert answer.status_code == 409
    assert Booking.objects.get(pk=carl.pk).session_id == carl.session_id


def test_an_appointment_has_a_way_of_its_own(
    studio: Studio, carl: Booking, friday: Session
) -> None:
    asked = ask(carl, friday)

    with pytest.raises(bookings.CannotMove):
        bookings.accept_move(
            booking_id=carl.pk,
            business_id=carl.business_id,
            revision=asked.revision,
            by=studio.olga,
            now=LATER,
        )
