"""An appointment goes to another time: the old one is free when the new one is taken, not before
(rule B32)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.policy import Reason
from apps.bookings.wishes import Wish
from apps.businesses.models import Business
from apps.catalog.models import AddOn, AddOnGroup, Service
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.ledger.check import find_all
from apps.messages.queries import get_booking_facts
from apps.waitlists import operations as waitlists
from tests.factories import (
    NOW,
    Salon,
    make_booking,
    make_request,
    make_variant,
    make_visitor,
)
from tests.factories.money import work
from tests.factories.prepaid import make_plan, make_purchase

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SOON = NOW + timedelta(seconds=11)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15."""
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


def move(booking: Booking, **named: Any) -> Booking:
    facts = {"revision": booking.revision, "resource_id": None, "by": None, "now": NOW}
    return bookings.move_booking(
        booking_id=booking.pk, business_id=booking.business_id, **{**facts, **named}
    )


def taken() -> list[tuple[int, Any, Any]]:
    rows = Occupancy.objects.order_by("starts_at", "pk")
    return list(rows.values_list("resource_id", "starts_at", "ends_at"))


def broken_laws() -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=NOW)]


def test_the_new_time_is_taken_and_the_old_one_free_again(salon: Salon, carl: Booking) -> None:
    moved = move(carl, starts_at=salon.at(27, 14))

    at = salon.at(27, 14)
    assert (moved.starts_at, moved.ends_at) == (at, at + timedelta(minutes=45))
    assert (moved.status, moved.session_id) == ("CONFIRMED", carl.session_id)
    assert moved.wall_time == "2026-11-27T14:00"
    assert moved.policy_snapshot == carl.policy_snapshot
    assert taken() == [(salon.ana.resource_id, at, at + timedelta(minutes=45))]
    assert broken_laws() == []


def test_a_quarter_of_an_hour_later_overlaps_its_own_time_and_nobody_elses(
    salon: Salon, carl: Booking
) -> None:
    ana = salon.ana.resource_id

    moved = move(carl, starts_at=salon.at(26, 10, 30), resource_id=ana)

    assert (moved.starts_at, moved.resource_id) == (salon.at(26, 10, 30), ana)
    assert moved.selection == "SPECIFIC_RESOURCE"
    assert len(taken()) == 1


def test_another_person_at_the_same_time_is_a_move_too(salon: Salon, carl: Booking) -> None:
    ben = salon.ben.resource_id

    moved = move(carl, starts_at=carl.starts_at, resource_id=ben)

    assert (moved.starts_at, moved.resource_id) == (carl.starts_at, ben)
    assert [row[0] for row in taken()] == [ben]
    assert broken_laws() == []


def test_what_was_chosen_comes_along_at_the_price_it_was_booked_at(salon: Salon) -> None:
    long = make_variant(service=salon.cut, name="Long", price=6200, duration_minutes=60)
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    wash = AddOn.objects.create(group=group, name="Wash", price=500, duration_minutes=15)
    choice = choose(service=salon.cut, variant_id=long.pk, add_on_ids=[wash.pk])
    draft = bookings.place_hold(
        choice=choice, starts_at=salon.at(26, 10), visitor=make_visitor(), now=NOW
    )
    booked = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl Vogt", email="carl@example.com", note="Short, please"),
        seen_price=6700,
        now=NOW,
    )
    AddOn.objects.update(active=False, price=900)
    Service.objects.update(duration_minutes=30)

    moved = move(booked, starts_at=salon.at(27, 14))

    assert moved.ends_at - moved.starts_at == timedelta(minutes=75)
    assert (moved.price, moved.variant_id, moved.customer_note) == (6700, long.pk, "Short, please")
    assert [it.name for it in moved.add_ons.all()] == ["Wash"]
    assert broken_laws() == []


def test_sent_twice_it_moves_once(salon: Salon, carl: Booking) -> None:
    first = move(carl, starts_at=salon.at(27, 14))

    second = move(carl, starts_at=salon.at(27, 14))

    assert second.revision == first.revision == carl.revision + 1
    assert BookingEvent.objects.filter(action="MOVED").count() == 1


def test_sent_twice_it_is_not_too_late_for_what_was_done(salon: Salon, carl: Booking) -> None:
    """The first tap brought it nearer than customers may move."""
    move(carl, starts_at=salon.at(24, 17))

    assert move(carl, starts_at=salon.at(24, 17)).starts_at == salon.at(24, 17)


def test_a_page_that_is_old_moves_nothing(salon: Salon, carl: Booking) -> None:
    move(carl, starts_at=salon.at(27, 14))

    with pytest.raises(bookings.StaleRevision):
        move(carl, starts_at=salon.at(28, 9))

    assert Booking.objects.get().starts_at == salon.at(27, 14)


def test_a_time_that_is_gone_leaves_everything_as_it_was(salon: Salon, carl: Booking) -> None:
    for person in (salon.ana, salon.ben):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 14),
            now=NOW,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )
    before = taken()

    for starts_at in (salon.at(27, 14, 15), salon.at(27, 20), salon.at(27, 14, 7)):
        with pytest.raises(bookings.SlotGone):
            move(carl, starts_at=starts_at)

    assert taken() == before
    assert Booking.objects.get(pk=carl.pk).revision == carl.revision


def test_whom_the_service_does_not_know_is_not_free(salon: Salon, carl: Booking) -> None:
    with pytest.raises(bookings.SlotGone):
        move(carl, starts_at=salon.at(27, 14), resource_id=salon.wash.pk)


def test_customers_move_until_the_second_of_the_frozen_policy(salon: Salon, carl: Booking) -> None:
    type(salon.policy).objects.update(move_until_minutes=10)
    last = carl.starts_at - timedelta(hours=24)

    with pytest.raises(bookings.NotAllowed) as late:
        move(carl, starts_at=salon.at(27, 14), now=last + timedelta(seconds=1))
    moved = move(carl, starts_at=salon.at(27, 14), now=last)

    assert late.value.reason is Reason.TOO_LATE
    assert moved.starts_at == salon.at(27, 14)


def test_the_team_moves_later_than_customers_may(salon: Salon, carl: Booking) -> None:
    late = carl.starts_at - timedelta(hours=1)

    moved = move(carl, starts_at=salon.at(27, 14), by=salon.olga, now=late)

    assert moved.starts_at == salon.at(27, 14)
    assert BookingEvent.objects.latest("pk").actor == "TEAM"


@pytest.mark.parametrize("what", ["service", "business"])
def test_nobody_moves_where_nobody_can_book_and_the_team_may(
    salon: Salon, carl: Booking, what: str
) -> None:
    if what == "service":
        Service.objects.update(bookable_online=False)
    else:
        Business.objects.update(state=Business.State.PAUSED)

    with pytest.raises(bookings.NotBookable):
        move(carl, starts_at=salon.at(27, 14))
    assert move(carl, starts_at=salon.at(27, 14), by=salon.olga).starts_at == salon.at(27, 14)


def test_what_is_cancelled_goes_nowhere(salon: Salon, carl: Booking) -> None:
    gone = bookings.cancel_booking(
        booking_id=carl.pk, business_id=carl.business_id, revision=carl.revision, by=None, now=NOW
    )

    for by in (None, salon.olga):
        with pytest.raises(bookings.NotAllowed) as final:
            move(gone, starts_at=salon.at(27, 14), by=by)
        assert final.value.reason is Reason.FINAL
    assert taken() == []


# ----- days that need people, plans, lines
def test_nobody_confirmed_goes_to_a_day_that_waits_for_more_people(
    salon: Salon, carl: Booking
) -> None:
    salon.cut.min_participants = 3
    salon.cut.save()

    with pytest.raises(bookings.TooFewSoFar):
        move(carl, starts_at=salon.at(28, 14))
    assert move(carl, starts_at=salon.at(26, 14)).starts_at == salon.at(26, 14)


def test_the_time_that_comes_free_is_offered_to_whoever_waits(salon: Salon) -> None:
    ana = salon.ana.resource_id
    for hour, minute in ((9, 0), (9, 45), (10, 30), (11, 15)):
        email = f"c{hour}{minute}@example.com"
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26, hour, minute),
            now=NOW,
            email=email,
            resource_id=ana,
        )
    carl = Booking.objects.get(starts_at=salon.at(26, 9, 45))
    on = carl.starts_at.date()
    entry = waitlists.wait_for_time(
        choice=choose(service=salon.cut, resource_id=ana),
        wish=Wish(on, on, 9 * 60, 12 * 60),
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    assert waitlists.offer_what_came_free(now=NOW) == 0

    move(carl, starts_at=salon.at(27, 14), now=SOON)

    assert waitlists.offer_what_came_free(now=SOON) == 1
    entry.refresh_from_db()
    assert entry.booking.starts_at == salon.at(26, 9, 45)
    assert broken_laws() == []


def test_a_plan_pays_for_the_new_time_as_well_or_the_booking_stays(salon: Salon) -> None:
    purchase = make_purchase(plan=make_plan(services=[salon.cut], valid_days=3), by=salon.olga)
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    checkout.pay_with_plan(
        booking_id=carl.pk,
        revision=carl.revision,
        purchase_id=purchase.pk,
        by=salon.olga,
        now=NOW,
    )
    booked = Booking.objects.get(pk=carl.pk)

    with pytest.raises(bookings.PlanDoesNotPay):
        move(booked, starts_at=salon.at(30, 10))

    booked.refresh_from_db()
    assert booked.starts_at == salon.at(26, 10)
    assert move(booked, starts_at=salon.at(26, 14)).starts_at == salon.at(26, 14)
    assert broken_laws() == []


# ----- requests
def test_what_the_team_said_yes_to_stays_where_it_is_and_a_request_may_still_go(
    salon: Salon,
) -> None:
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    assert asked.status == "PENDING"

    moved = move(asked, starts_at=salon.at(27, 14))

    assert (moved.status, moved.starts_at) == ("PENDING", salon.at(27, 14))
    confirmed = bookings.confirm_request(
        booking_id=moved.pk, revision=moved.revision, by=salon.olga, now=NOW
    )
    with pytest.raises(bookings.NotAllowed) as refused:
        move(confirmed, starts_at=salon.at(28, 14))
    assert refused.value.reason is Reason.ASKS_FIRST
    assert broken_laws() == []


def test_a_request_never_outlives_the_time_it_went_to(salon: Salon) -> None:
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(28, 10), now=NOW)

    moved = move(asked, starts_at=salon.at(24, 15))

    assert moved.answer_by == min(asked.answer_by or NOW, salon.at(24, 15))


def test_a_request_that_takes_no_time_takes_none_there_either(salon: Salon) -> None:
    asked = make_request(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    other = make_request(
        service=salon.bridal, starts_at=salon.at(27, 10), now=NOW, email="eva@example.com"
    )

    moved = move(asked, starts_at=salon.at(27, 10))

    session = Session.objects.get(pk=moved.session_id or 0)
    assert (session.state, session.starts_at) == ("REQUESTED", other.starts_at)
    assert taken() == []
    assert broken_laws() == []


# ----- who is told
def test_both_are_told_once_with_both_times_and_the_calendar_keeps_its_event(
    salon: Salon, carl: Booking
) -> None:
    work(SOON)
    mail.outbox.clear()
    before = get_booking_facts(booking_id=carl.pk)

    move(carl, starts_at=salon.at(27, 14), now=SOON)
    work(SOON)

    told = [(it.to[0], it.subject) for it in mail.outbox]
    assert told == [
        ("carl@example.com", "Moved: Fri 27 Nov, 14:00, Cut and finish"),
        (salon.business.email, "Moved: Fri 27 Nov, 14:00, Cut and finish"),
    ]
    assert all("Moved from  Thu 26 Nov, 10:15" in str(it.body) for it in mail.outbox)
    after = get_booking_facts(booking_id=carl.pk)
    assert (after.reference, after.revision) == (before.reference, before.revision + 1)
    event = BookingEvent.objects.latest("pk")
    assert event.moved == (salon.at(26, 10, 15), salon.at(27, 14))
