"""Whatever way leads to *booked*, it asks what a tap on the page asks: is this sold, does the team
say yes first, is it decided that it takes place, and does the plan pay for that day (rule B31)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.test import Client

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, SuggestedTime, WaitlistEntry
from apps.bookings.operations import Details
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import list_open_to, list_other_sessions
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.bookings import make_draft, make_visitor
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import DETAILS, fields_of, hold, text_of
from tests.waitlists import test_times
from tests.waitlists.test_places import cancel, wait

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
AFTER_THE_HOLD = NOW + timedelta(minutes=30)


@pytest.fixture
def salon(db: None, at_now: Any) -> Salon:
    return make_salon()


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


@pytest.fixture
def with_three(studio: Studio) -> Studio:
    """A class takes place with three people."""
    Service.objects.filter(pk=studio.flow.pk).update(min_participants=3)
    studio.flow.refresh_from_db()
    return studio


def send(draft: Booking, *, now: Any) -> Booking:
    details = Details(name="Carl", email="carl@example.com")
    return bookings.submit_draft(
        draft_id=draft.draft_id, details=details, seen_price=draft.price, now=now
    )


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def is_clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


# ----- what is not sold
def switch_off(what: str) -> None:
    if what == "service":
        Service.objects.update(bookable_online=False)
    else:
        Business.objects.update(state=Business.State.PAUSED)


@pytest.mark.parametrize("what", ["service", "business"])
def test_a_hold_that_lives_is_booked_and_one_that_ran_out_is_not_sold_anew(
    salon: Salon, what: str
) -> None:
    living = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    ended = make_draft(service=salon.cut, starts_at=salon.at(26, 12), now=NOW, visitor="eva")
    switch_off(what)

    assert send(living, now=LATER).status == "CONFIRMED"
    with pytest.raises(bookings.SlotGone):
        send(ended, now=AFTER_THE_HOLD)
    with pytest.raises(bookings.SlotGone):
        bookings.hold_draft_again(draft_id=ended.draft_id, now=AFTER_THE_HOLD)


@pytest.mark.parametrize("what", ["service", "business"])
def test_places_of_a_class_are_not_sold_anew_either(studio: Studio, what: str) -> None:
    draft = join(make_session(studio, starts_at=studio.at(27, 18)), submits=False)
    switch_off(what)

    with pytest.raises(bookings.SlotGone):
        send(draft, now=AFTER_THE_HOLD)
    assert status(draft) == "CREATED"


@pytest.mark.parametrize("what", ["service", "business"])
def test_the_page_says_that_it_is_not_sold_and_not_that_it_went(
    salon: Salon, client: Client, what: str
) -> None:
    address = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))
    page = client.get(address)
    switch_off(what)

    with time_machine.travel(AFTER_THE_HOLD, tick=False):
        typed = {**fields_of(page), **DETAILS, "note": "Left side, please"}
        answer = client.post(address, typed, headers={"Origin": "http://testserver"})

    text = text_of(answer)
    assert answer.status_code == 409
    assert "This cannot be booked online right now" in text
    assert ("Left side, please" in text, 'name="slot"' in text) == (True, False)


# ----- the team's own yes
def taken_suggestion(salon: Salon) -> tuple[Booking, Booking]:
    """Olga suggests another time for a request, and its customer holds it at once."""
    asked = make_booking(service=salon.bridal, starts_at=salon.at(26, 12), now=NOW)
    asked = suggest(salon, asked, salon.at(27, 12))
    return asked, hold_suggested(salon, SuggestedTime.objects.get(), visitor="carl")


def suggest(salon: Salon, asked: Booking, *starts: datetime) -> Booking:
    return bookings.suggest_times(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, starts=starts, now=NOW
    )


def undo(salon: Salon, asked: Booking) -> Booking:
    return bookings.undo_decision(
        booking_id=asked.pk,
        revision=asked.revision,
        by=salon.olga,
        now=NOW + timedelta(seconds=5),
    )


def test_a_suggestion_that_was_taken_back_is_no_yes(salon: Salon) -> None:
    asked, draft = taken_suggestion(salon)

    assert undo(salon, asked).status == "PENDING"

    assert send(draft, now=LATER).status == "PENDING"
    assert is_clean()


def test_a_suggestion_that_is_booked_cannot_be_taken_back(salon: Salon) -> None:
    asked, draft = taken_suggestion(salon)
    send(draft, now=NOW)

    with pytest.raises(bookings.TooLateToUndo):
        undo(salon, asked)

    assert (status(asked), status(draft)) == ("DECLINED", "CONFIRMED")


def hold_suggested(salon: Salon, suggested: SuggestedTime, *, visitor: str) -> Booking:
    return bookings.place_hold(
        choice=choose(service=salon.bridal),
        starts_at=suggested.starts_at,
        visitor=make_visitor(visitor),
        suggested=suggested,
        now=NOW,
    )


def test_a_tap_that_a_colleague_s_undo_came_before_asks_like_any_other(salon: Salon) -> None:
    asked = make_booking(service=salon.bridal, starts_at=salon.at(26, 12), now=NOW)
    asked = suggest(salon, asked, salon.at(27, 12))
    tapped = SuggestedTime.objects.get()  # read by the page, before the undo
    undo(salon, asked)

    draft = hold_suggested(salon, tapped, visitor="carl")

    assert send(draft, now=LATER).status == "PENDING"
    assert is_clean()


def test_one_yes_is_good_for_one_booking_however_many_are_tapped_at_once(salon: Salon) -> None:
    asked = make_booking(service=salon.bridal, starts_at=salon.at(26, 12), now=NOW)
    suggest(salon, asked, salon.at(27, 12), salon.at(28, 12))
    first, second = SuggestedTime.objects.order_by("starts_at")  # both read before either is held

    assert send(hold_suggested(salon, first, visitor="phone"), now=NOW).status == "CONFIRMED"
    assert send(hold_suggested(salon, second, visitor="tablet"), now=NOW).status == "PENDING"
    assert is_clean()


def test_no_place_is_offered_where_the_team_says_yes_first(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    carl = join(session)
    eva = wait(session, "Eva")
    Service.objects.filter(pk=studio.flow.pk).update(requires_approval=True)

    cancel(carl, studio)

    eva.refresh_from_db()
    assert eva.state == WaitlistEntry.State.WAITING
    enrolled = waitlists.enrol_from_line(booking=eva.booking, by=studio.olga, now=LATER)
    assert enrolled.status == "CONFIRMED"
    assert is_clean()


def test_customers_ask_for_such_a_class_and_do_not_wait_for_it(
    studio: Studio, client: Client
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    join(session)
    Service.objects.filter(pk=studio.flow.pk).update(requires_approval=True)

    with pytest.raises(bookings.NotBookable):
        wait(session, "Eva")

    page = text_of(client.get(f"/harbor/classes/{session.pk}/"))
    assert ("Full" in page, "waitlist" in page) == (True, False)


def test_no_time_is_offered_once_the_team_says_yes_first(salon: Salon) -> None:
    taken = test_times.fill(salon)
    eva = test_times.wait(salon, "Eva")
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True)
    test_times.cancel(taken[3], salon)

    assert waitlists.offer_what_came_free(now=LATER) == 0
    eva.refresh_from_db()
    assert eva.state == WaitlistEntry.State.WAITING


def test_a_yes_is_for_that_day_and_those_people(studio: Studio) -> None:
    booking = join(make_session(studio, starts_at=studio.at(27, 18)))
    later = make_session(studio, starts_at=studio.at(28, 18))
    Service.objects.filter(pk=studio.flow.pk).update(requires_approval=True)
    booking = Booking.objects.get(pk=booking.pk)

    assert list_open_to(booking=booking, now=NOW) == []
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=booking, target=later, by=None, now=NOW)
    with pytest.raises(classes.NotComing):
        checkout.add_people(booking=booking, more=1, now=NOW)

    moved = classes.move_places(booking=booking, target=later, by=studio.olga, now=NOW)
    assert (moved.status, moved.session) == ("CONFIRMED", later)


# ----- enough people
def test_nobody_moves_in_confirmed_where_too_few_are(with_three: Studio) -> None:
    full = make_session(with_three, starts_at=with_three.at(27, 18))
    three = [join(full, email=f"{name}@example.com") for name in ("ada", "eva", "ida")]
    classes.decide_minimums(now=NOW)
    waiting = make_session(with_three, starts_at=with_three.at(28, 18))
    carl = join(waiting)
    ada = Booking.objects.get(pk=three[0].pk)

    assert list_open_to(booking=ada, now=NOW) == []
    assert list_other_sessions(booking=ada, now=NOW) == []  # no button that is refused (rule B4)
    for by in (None, with_three.olga):
        with pytest.raises(bookings.TooFewSoFar):
            classes.move_places(booking=ada, target=waiting, by=by, now=NOW)

    classes.decide_minimums(now=NOW)
    assert (status(ada), status(carl)) == ("CONFIRMED", "PENDING")


def test_with_whom_it_is_enough_may_come(with_three: Studio) -> None:
    full = make_session(with_three, starts_at=with_three.at(27, 18))
    ada = join(full, people=3)
    classes.decide_minimums(now=NOW)
    waiting = make_session(with_three, starts_at=with_three.at(28, 18))
    carl = join(waiting)
    ada = Booking.objects.get(pk=ada.pk)

    assert list_open_to(booking=ada, now=NOW) == [waiting]
    classes.move_places(booking=ada, target=waiting, by=None, now=NOW)
    classes.decide_minimums(now=NOW)

    assert (status(ada), status(carl)) == ("CONFIRMED", "CONFIRMED")
    assert is_clean()


def test_whom_the_team_adds_waits_for_more_people_like_everybody(with_three: Studio) -> None:
    session = make_session(with_three, starts_at=with_three.at(27, 18))
    carl = join(session)

    added = classes.add_booking(
        choice=choose(service=with_three.flow),
        target=session,
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        by=with_three.olga,
        now=NOW,
    )
    classes.decide_minimums(now=NOW)
    assert (status(added), status(carl)) == ("PENDING", "PENDING")
    assert added.answer_by == session.starts_at - timedelta(days=1)

    join(session, email="ida@example.com")
    classes.decide_minimums(now=NOW)
    assert (status(added), status(carl)) == ("CONFIRMED", "CONFIRMED")
    assert is_clean()


@pytest.fixture
def with_five(studio: Studio) -> Studio:
    """A class takes place with five people; six at most come on one booking."""
    Service.objects.filter(pk=studio.flow.pk).update(min_participants=5)
    studio.flow.refresh_from_db()
    studio.policy.max_participants = 6
    studio.policy.save()
    return studio


def wait_together(name: str, session: Session, studio: Studio, *, people: int) -> WaitlistEntry:
    return waitlists.join_waitlist(
        choice=choose(service=studio.flow, party_size=people),
        target=session,
        details=WaitingDetails(name=name, email=f"{name.lower()}@example.com"),
        visitor=make_visitor(name.lower()),
        now=NOW,
    )


def test_those_who_are_too_few_are_stepped_over_for_those_with_whom_it_is_enough(
    with_five: Studio,
) -> None:
    session = make_session(with_five, starts_at=with_five.at(27, 18), capacity=6)
    join(session, email="sam@example.com")
    tom = join(session, email="tom@example.com", people=3)
    eva = wait_together("Eva", session, with_five, people=3)
    ida = wait_together("Ida", session, with_five, people=4)

    cancel(tom, with_five)

    eva.refresh_from_db()
    ida.refresh_from_db()
    assert (eva.state, ida.state) == ("WAITING", "OFFERED")
    assert waitlists.take_offer(booking=ida.booking, now=LATER).status == "CONFIRMED"
    assert is_clean()


def test_an_offer_is_no_way_in_where_too_few_are_left_meanwhile(with_five: Studio) -> None:
    session = make_session(with_five, starts_at=with_five.at(27, 18), capacity=6)
    sam, tom = (join(session, email=f"{it}@example.com", people=2) for it in ("sam", "tom"))
    eva = wait_together("Eva", session, with_five, people=3)
    cancel(tom, with_five)
    cancel(sam, with_five)

    with pytest.raises(bookings.TooFewSoFar):
        waitlists.take_offer(booking=eva.booking, now=LATER)
    assert status(eva.booking) == "WAITING_LIST"

    join(session, email="tom@example.com", people=2)
    assert waitlists.take_offer(booking=eva.booking, now=LATER).status == "CONFIRMED"
    assert is_clean()


def test_whom_the_team_puts_in_from_the_line_waits_for_more_people_like_everybody(
    with_five: Studio,
) -> None:
    session = make_session(with_five, starts_at=with_five.at(27, 18), capacity=6)
    sam = join(session, email="sam@example.com", people=6)
    eva = wait_together("Eva", session, with_five, people=3)
    cancel(sam, with_five)

    waitlists.enrol_from_line(booking=eva.booking, by=with_five.olga, now=LATER)
    classes.decide_minimums(now=LATER)

    put_in = Booking.objects.get(pk=eva.booking_id)
    assert (put_in.status, put_in.answer_by) == ("PENDING", session.starts_at - timedelta(days=1))
    session.refresh_from_db()
    assert session.seats_taken == 3
    assert is_clean()

    join(session, email="tom@example.com", people=2)
    classes.decide_minimums(now=LATER)
    assert status(put_in) == "CONFIRMED"
    assert is_clean()


def test_an_offer_that_would_be_refused_is_no_button(with_five: Studio, client: Client) -> None:
    session = make_session(with_five, starts_at=with_five.at(27, 18), capacity=6)
    sam, tom = (join(session, email=f"{it}@example.com", people=2) for it in ("sam", "tom"))
    eva = wait_together("Eva", session, with_five, people=3)
    cancel(tom, with_five)
    client.get(f"/m/{bookings.create_access_link(booking=eva.booking, now=NOW)}")
    address = f"/manage/{eva.booking.reference}/"
    assert "Take it" in text_of(client.get(address))

    cancel(sam, with_five)

    page = text_of(client.get(address))
    assert ("Take it" in page, "there are now too few for it to go ahead" in page) == (False, True)
    join(session, email="tom@example.com", people=2)
    assert "Take it" in text_of(client.get(address))


def test_what_cannot_be_gone_to_hides_nothing_that_can(with_three: Studio) -> None:
    """Before the first that suits come more than a page shows."""
    ada = join(make_session(with_three, starts_at=with_three.at(25, 6)), people=3)
    classes.decide_minimums(now=NOW)
    for hour in range(7, 21):
        make_session(with_three, starts_at=with_three.at(25, hour))
    late = make_session(with_three, starts_at=with_three.at(28, 18))
    ada.refresh_from_db()
    Booking.objects.filter(pk=ada.pk).update(party_size=2)
    ada.refresh_from_db()
    join(late, email="sam@example.com")

    assert list_other_sessions(booking=ada, now=NOW) == [late]
    assert list_open_to(booking=ada, now=NOW) == [late]


@pytest.mark.parametrize("rule", ["min_notice_minutes", "max_advance_minutes"])
def test_customers_are_shown_only_where_their_tap_is_accepted(studio: Studio, rule: str) -> None:
    here = make_session(studio, starts_at=studio.at(27, 18))
    booking = join(here)
    days = [studio.at(day, 18) for day in (25, 26, 28, 29)]
    others = [make_session(studio, starts_at=at) for at in days]
    limit = int((days[1] - NOW) / timedelta(minutes=1))
    type(studio.policy).objects.filter(pk=studio.policy.pk).update(**{rule: limit})
    booking = Booking.objects.get(pk=booking.pk)

    shown = list_open_to(booking=booking, now=NOW)

    assert shown == (others[1:] if rule == "min_notice_minutes" else others[:2])
    assert list_other_sessions(booking=booking, now=NOW) == others  # the team is never too late
    for other in set(others) - set(shown):
        with pytest.raises(bookings.CannotJoin):
            classes.move_places(booking=booking, target=other, by=None, now=NOW)
    assert classes.move_places(booking=booking, target=shown[0], by=None, now=NOW)


# ----- a plan's end
def test_a_plan_pays_for_no_day_after_its_end(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], valid_days=7)
    purchase = make_purchase(plan=plan, by=studio.olga)  # good through 1 December
    booking = book_with_plan(make_session(studio, starts_at=studio.at(28, 18)), purchase)
    sooner = make_session(studio, starts_at=studio.at(29, 18))
    too_late = make_session(studio, starts_at=studio.at(33, 18))

    assert list_open_to(booking=booking, now=NOW) == [sooner]
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=booking, target=too_late, by=None, now=NOW)
    classes.move_places(booking=booking, target=sooner, by=None, now=NOW)

    assert status(booking) == "CONFIRMED"


# ----- the end of a request
def test_a_request_that_goes_to_a_sooner_class_ends_with_it(studio: Studio) -> None:
    Service.objects.filter(pk=studio.flow.pk).update(requires_approval=True)
    later = make_session(studio, starts_at=studio.at(27, 18))
    sooner = make_session(studio, starts_at=studio.at(24, 12))
    booking = join(later)

    moved = classes.move_places(booking=booking, target=sooner, by=studio.olga, now=NOW)

    assert (moved.status, moved.answer_by) == ("PENDING", sooner.starts_at)
    assert is_clean()
    Booking.objects.update(answer_by=F("ends_at"))
    found = [it.rule for it in find_all(business_id=None, now=LATER)]
    assert found == ["requests_end_in_time"]
