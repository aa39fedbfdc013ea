"""More is due than one look used to take, and what comes first never gets out of the way: whoever
comes last has a turn all the same."""

from datetime import timedelta
from typing import Any

import pytest

from apps.availability.models import Session
from apps.availability.operations import sweep_lapsed_seats
from apps.bookings.models import Booking, WaitlistEntry
from apps.catalog.queries import choose
from apps.checkout.models import Payment
from apps.checkout.operations import settle_open_payments
from apps.checkout.pricing import Way
from apps.outbox.models import OutboxItem
from apps.outbox.sweeping import BATCH_SIZE
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, make_salon
from tests.factories.bookings import make_visitor
from tests.factories.money import check_out, make_prepared
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = pytest.mark.django_db
MANY = BATCH_SIZE + 5


def copies(row: Any, number: int, **columns: Any) -> list[Any]:
    """So many rows like this one, with other values in some columns, which get the number."""
    model = type(row)
    made = []
    for each in range(number):
        copy = model.objects.get(pk=row.pk)
        copy.pk = None
        copy._state.adding = True
        for name, value in columns.items():
            setattr(copy, name, value(each) if callable(value) else value)
        made.append(copy)
    return list(model.objects.bulk_create(made))


def wait(studio: Studio, session: Session, name: str, *, people: int = 1) -> WaitlistEntry:
    return waitlists.join_waitlist(
        choice=choose(service=studio.flow, party_size=people),
        target=session,
        details=WaitingDetails(name=name, email=f"{name.lower()}@example.com"),
        visitor=make_visitor(name),
        now=NOW,
    )


def many_lines(studio: Studio, *, seats_taken: int) -> WaitlistEntry:
    """Two people wait in front of each of many classes for two; return the first of them."""
    first = make_session(studio, starts_at=studio.at(26, 18), capacity=2)
    join(first, email="sam@example.com", people=2)
    entry = wait(studio, first, "Eva", people=2)
    Session.objects.filter(pk=first.pk).update(seats_taken=seats_taken)
    sessions = copies(first, MANY, seats_taken=seats_taken)
    waiting = copies(
        Booking.objects.get(pk=entry.booking_id),
        MANY,
        reference=lambda n: f"W{n:07d}",
        draft_id=lambda n: f"waits-{n}",
        session_id=lambda n: sessions[n].pk,
    )
    copies(
        entry,
        MANY,
        booking_id=lambda n: waiting[n].pk,
        session_id=lambda n: sessions[n].pk,
    )
    return entry


@pytest.mark.long
def test_a_place_that_came_free_in_the_last_of_many_classes_is_offered() -> None:
    studio = make_studio()
    many_lines(studio, seats_taken=1)  # one place is free in each, and two people wait
    last = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    join(last, email="ida@example.com")
    entry = wait(studio, last, "Ida")
    Session.objects.filter(pk=last.pk).update(seats_taken=0)

    assert waitlists.offer_what_came_free(now=NOW) == 1

    entry.refresh_from_db()
    assert entry.state == WaitlistEntry.State.OFFERED


@pytest.mark.long
def test_every_line_whose_offer_ran_out_moves_on_at_one_look() -> None:
    studio = make_studio()
    many_lines(studio, seats_taken=2)
    WaitlistEntry.objects.update(state="OFFERED", offer_ends_at=NOW)
    Session.objects.update(seats_taken=0, seats_offered=2)

    assert waitlists.expire_offers(now=NOW) == MANY + 1


def test_every_held_place_comes_back_at_one_look() -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=2)
    draft = join(session, email="sam@example.com", submits=False)
    sessions = copies(Session.objects.get(pk=session.pk), MANY)
    assert draft.seating is not None
    copies(draft.seating, MANY, session_id=lambda n: sessions[n].pk)

    assert sweep_lapsed_seats(now=NOW + timedelta(minutes=10)) == MANY + 1


def test_the_newest_of_many_open_payments_is_asked_about_too() -> None:
    salon = make_salon()
    salon.cut.pays_online = True
    salon.cut.save()
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.FULL, now=NOW)
    payment = Payment.objects.get()
    made = copies(payment, MANY, provider_ref=lambda n: f"ref-{n}")
    later = NOW + timedelta(minutes=2)
    OutboxItem.objects.all().delete()

    assert settle_open_payments(now=later) == MANY + 1

    asked = {item.payload["payment_id"] for item in OutboxItem.objects.all()}
    assert asked == {payment.pk, *(it.pk for it in made)}


def test_one_line_that_is_broken_keeps_no_other_waiting() -> None:
    studio = make_studio()
    broken, fine = (
        make_session(studio, starts_at=studio.at(day, 18), capacity=1) for day in (26, 27)
    )
    entries = []
    for session, name in ((broken, "Eva"), (fine, "Ida")):
        join(session, email=f"{name}-sam@example.com")
        entries.append(wait(studio, session, name))
        Session.objects.filter(pk=session.pk).update(seats_taken=0)
    Session.objects.filter(pk=broken.pk).update(service=None)

    assert waitlists.offer_what_came_free(now=NOW) == 1

    entries[1].refresh_from_db()
    assert entries[1].state == WaitlistEntry.State.OFFERED
