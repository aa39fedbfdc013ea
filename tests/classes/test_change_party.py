"""Customers take people off a booking of a class or a course, or add some, and read before the tap
what it costs then (rule B42)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import UnknownChoice, choose
from apps.checkout import operations as checkout
from apps.checkout.models import Order
from apps.checkout.queries.party import plan_party
from apps.classes import operations as classes
from apps.classes.party import Kind, taken_off, without
from apps.classes.queries.party import Obstacle, PartyFixed
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.catalog import make_variant
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADULT, CHILD = Kind(1, "Adult", 2, 1800), Kind(2, "Child", 1, 900)


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def change(booking: Booking, wanted: Mapping[int, int], **changed: Any) -> Booking:
    """As a customer who reads what the page says, and taps."""
    fresh = Booking.objects.select_related("service__business").get(pk=booking.pk)
    given = {"revision": fresh.revision, "now": NOW, **changed}
    if "seen_price" not in given:
        planned = plan_party(booking=fresh, wanted=wanted, now=given["now"])
        given["seen_price"] = planned.money.price
    return checkout.change_party(booking=fresh, wanted=wanted, **given)


# ----- what it costs then
def test_those_who_joined_last_go_first() -> None:
    later = Kind(1, "Adult", 1, 2000)

    assert without([ADULT, CHILD, later], {1: 2}) == [Kind(1, "Adult", 1, 1800), CHILD]
    assert without([ADULT], {}) == [ADULT]


@pytest.mark.parametrize(
    ("price", "extras", "before", "after", "expected"),
    [
        (4500, 0, [ADULT, CHILD], [ADULT], 900),
        (4500, 0, [ADULT, CHILD], [Kind(1, "", 1, 1800), CHILD], 1800),
        (5400, 0, [Kind(0, "", 3, 0)], [Kind(0, "", 1, 0)], 3600),
        (5900, 500, [Kind(0, "", 3, 0)], [Kind(0, "", 1, 0)], 3600),
        (1000, 0, [Kind(0, "", 3, 0)], [Kind(0, "", 2, 0)], 334),
        (0, 0, [ADULT], [Kind(1, "", 1, 1800)], 0),
    ],
)
def test_a_share_of_all_but_the_extras_goes_with_them(
    price: int, extras: int, before: list[Kind], after: list[Kind], expected: int
) -> None:
    assert taken_off(price, extras=extras, before=before, after=after) == expected


# ----- fewer and more
def test_fewer_people_give_their_places_and_their_price_back(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=3)
    carl = join(session, people=3)

    changed = change(carl, {0: 1})

    session.refresh_from_db()
    assert (changed.party_size, changed.price, session.seats_taken) == (1, 1800, 1)
    assert changed.history.latest("pk").action == "RESIZED"
    assert list(find_all(business_id=None, now=NOW)) == []


def test_more_people_take_places_and_cost_the_price_of_today(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=3)
    carl = join(session)
    Service.objects.filter(pk=studio.flow.pk).update(price=2000)

    changed = change(carl, {0: 3})

    session.refresh_from_db()
    assert (changed.party_size, changed.price, session.seats_taken) == (3, 5800, 3)
    assert list(find_all(business_id=None, now=NOW)) == []


def test_each_kind_counts_for_itself(studio: Studio) -> None:
    Service.objects.filter(pk=studio.flow.pk).update(price_kind="VARIED")
    studio.flow.refresh_from_db()
    adult = make_variant(service=studio.flow, name="Adult", price=1800)
    child = make_variant(service=studio.flow, name="Child", price=900)
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=9)
    draft = classes.hold_seats(
        choice=choose(service=studio.flow, mix={adult.pk: 2, child.pk: 1}),
        target=session,
        visitor=make_visitor("carl"),
        now=NOW,
    )
    carl = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl", email="carl@example.com"),
        seen_price=4500,
        now=NOW,
    )

    changed = change(carl, {adult.pk: 1})
    assert (changed.party_size, changed.price) == (2, 2700)
    assert changed.as_booked.mix == ((1, "Adult"), (1, "Child"))

    child.price = 1000
    child.save()
    changed = change(carl, {adult.pk: 0, child.pk: 2})
    assert (changed.party_size, changed.price) == (2, 1900)
    rows = changed.mix.order_by("pk").values_list("name", "people", "price")
    assert list(rows) == [("Child", 1, 900), ("Child", 1, 1000)]
    assert list(find_all(business_id=None, now=NOW)) == []
    with pytest.raises(UnknownChoice):
        change(carl, {0: 1})


def test_a_course_too(studio: Studio) -> None:
    run = make_run(studio, first=studio.at(27, 18), capacity=5)
    carl = join(run, people=2)

    assert change(carl, {0: 1}).party_size == 1
    run.refresh_from_db()
    assert run.seats_taken == 1


def test_the_place_that_comes_free_is_offered_to_whoever_waits(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=2)
    carl = join(session, people=2)
    waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )

    change(carl, {0: 1})

    session.refresh_from_db()
    assert (session.seats_taken, session.seats_offered) == (1, 1)
    assert WaitlistEntry.objects.get().state == "OFFERED"


def test_its_order_follows(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=9)
    carl = join(session, people=3)
    order = order_of(carl, amount=1800, quantity=3)

    change(carl, {0: 2})
    order.refresh_from_db()
    lines = order.lines.values_list("amount", "quantity", "total")
    assert (order.total, list(lines)) == (3600, [(1800, 2, 3600)])

    change(carl, {0: 3})
    order.refresh_from_db()
    assert (order.total, order.lines.count()) == (5400, 2)
    assert list(find_all(business_id=None, now=NOW)) == []


def order_of(booking: Booking, *, amount: int, quantity: int) -> Order:
    order = Order.objects.create(
        business=booking.business,
        booking=booking,
        reference="ORDER123",
        status="APPROVED",
        way="IN_PERSON",
        currency="USD",
        total=amount * quantity,
        due_now=0,
        placed_at=NOW,
        approved_at=NOW,
    )
    total = amount * quantity
    order.lines.create(name=booking.title, amount=amount, quantity=quantity, total=total)
    return order


# ----- refused
def test_the_same_form_sent_twice_changes_once(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(27, 18)), people=3)

    for _time in range(2):
        change(carl, {0: 2}, revision=carl.revision, seen_price=3600)

    carl.refresh_from_db()
    assert (carl.party_size, carl.history.filter(action="RESIZED").count()) == (2, 1)
    with pytest.raises(bookings.StaleRevision):
        change(carl, {0: 1}, revision=carl.revision - 1)
    with pytest.raises(bookings.StaleRevision):
        change(carl, {0: 1}, seen_price=1700)


def test_nobody_is_taken_off_once_cancelling_costs_something(studio: Studio) -> None:
    BookingPolicy.objects.update(cancel_until_minutes=60, fee_windows=[[1440, 5000, 0]])
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=9)
    carl = join(session, people=2)
    last_moment = carl.starts_at - timedelta(days=1)

    assert change(carl, {0: 1}, now=last_moment).party_size == 1
    change(carl, {0: 2}, now=last_moment)
    with pytest.raises(PartyFixed) as no:
        change(carl, {0: 1}, now=last_moment + timedelta(seconds=1))
    assert no.value.obstacle is Obstacle.NOT_FREE
    assert change(carl, {0: 3}, now=last_moment + timedelta(seconds=1)).party_size == 3


def test_somebody_has_to_come_and_no_more_than_the_owner_allows(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(27, 18), capacity=2), people=2)

    with pytest.raises(PartyFixed) as no:
        change(carl, {0: 0})
    assert (no.value.obstacle, no.value.status) == (Obstacle.NOBODY, 422)
    with pytest.raises(bookings.TooManyPeople):
        change(carl, {0: 4})
    with pytest.raises(bookings.CannotJoin):
        change(carl, {0: 3})


def test_what_is_over_stays_as_it_is(studio: Studio) -> None:
    over = join(make_session(studio, starts_at=studio.at(27, 18), capacity=9), people=2)
    bookings.cancel_booking(
        booking_id=over.pk,
        business_id=over.business_id,
        revision=over.revision,
        by=studio.olga,
        now=NOW,
    )

    with pytest.raises(PartyFixed) as no:
        change(over, {0: 1})
    assert no.value.obstacle is Obstacle.FIXED


def test_what_something_was_taken_off_would_count_anew(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(27, 18)), people=2)
    order = order_of(carl, amount=1800, quantity=2)
    Order.objects.filter(pk=order.pk).update(discount=100)

    with pytest.raises(PartyFixed) as no:
        change(carl, {0: 1})
    assert no.value.obstacle is Obstacle.MONEY
    carl.refresh_from_db()
    assert carl.party_size == 2
