"""Appointments of a salon in every state of their life, each with the moment at which they are
looked at."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.checkout.test_conflicts import TOO_LATE, make_conflict
from tests.factories import NOW, Salon, make_booking, make_draft, make_service
from tests.factories.bookings import cancel_as_customer, make_visitor
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.waitlists.test_times import THURSDAY

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
LATER = NOW + timedelta(minutes=1)
"""When the e-mails about what was done at NOW have left, and ten minutes of undo have not."""
Make = Callable[[Salon], tuple[Booking, datetime]]


def start(salon: Salon) -> datetime:
    return salon.at(27, 10, 15)


def service(salon: Salon, **columns: Any) -> Service:
    Service.objects.filter(pk=salon.cut.pk).update(**columns)
    return Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)


def books(salon: Salon, **columns: Any) -> Booking:
    ana = salon.ana.resource_id
    found = service(salon, **columns)
    return make_booking(service=found, starts_at=start(salon), now=NOW, resource_id=ana)


def by(salon: Salon, booking: Booking) -> dict[str, Any]:
    """What an operation of the owner is told of a booking as it is now."""
    booking.refresh_from_db()
    return {"booking_id": booking.pk, "revision": booking.revision, "by": salon.olga}


def cancels(salon: Salon, booking: Booking) -> Booking:
    told = by(salon, booking)
    return bookings.cancel_booking(business_id=salon.business.pk, now=NOW, **told)


def with_fee(salon: Salon) -> None:
    """Cancelling, or not coming, costs half within three days."""
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()


def draft(salon: Salon) -> tuple[Booking, datetime]:
    return make_draft(service=service(salon), starts_at=start(salon), now=NOW), LATER


def requested(salon: Salon) -> tuple[Booking, datetime]:
    return books(salon, requires_approval=True), LATER


def asked_to_wait(salon: Salon) -> tuple[Booking, datetime]:
    found = books(salon, requires_approval=True)
    at = found.starts_at - timedelta(hours=48)
    bookings.ask_who_waits(now=at)
    return found, at


def never_answered(salon: Salon) -> tuple[Booking, datetime]:
    found = books(salon, requires_approval=True)
    return found, found.starts_at + SECOND


def confirmed(salon: Salon) -> tuple[Booking, datetime]:
    return books(salon), LATER


def too_late(salon: Salon) -> tuple[Booking, datetime]:
    found = books(salon)
    return found, found.starts_at - DAY + SECOND


def over(salon: Salon) -> tuple[Booking, datetime]:
    found = books(salon)
    return found, found.starts_at + timedelta(minutes=5)


def taken_in_person(salon: Salon) -> tuple[Booking, datetime]:
    found = books(salon)
    checkout.mark_paid(now=NOW, **by(salon, found))
    return found, LATER


def paid_online(salon: Salon) -> tuple[Booking, datetime]:
    Service.objects.filter(pk=salon.cut.pk).update(pays_online=True)
    prepared = make_prepared(service=service(salon), starts_at=start(salon), now=NOW)
    check_out(prepared, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    return prepared, LATER


def half_paid(salon: Salon) -> tuple[Booking, datetime]:
    columns = {"deposit": 2000, "pays_online": True}
    prepared = make_prepared(service=service(salon, **columns), starts_at=start(salon), now=NOW)
    check_out(prepared, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    return prepared, LATER


def paid_too_late(salon: Salon) -> tuple[Booking, datetime]:
    Service.objects.filter(pk=salon.cut.pk).update(deposit=2000, pays_online=True)
    salon.cut.refresh_from_db()
    return make_conflict(salon), TOO_LATE


def just_agreed(salon: Salon) -> tuple[Booking, datetime]:
    asked = books(salon, requires_approval=True)
    return bookings.confirm_request(now=NOW, **by(salon, asked)), NOW + SECOND


def agreed(salon: Salon) -> tuple[Booking, datetime]:
    found, _at = just_agreed(salon)
    work(LATER)
    return found, LATER


def asking(salon: Salon) -> tuple[Booking, datetime]:
    found, _at = agreed(salon)
    found.refresh_from_db()
    bookings.ask_to_move(
        booking_id=found.pk,
        business_id=found.business_id,
        revision=found.revision,
        starts_at=salon.at(28, 15),
        resource_id=salon.ana.resource_id,
        now=LATER,
    )
    return found, LATER


def moved_often(salon: Salon) -> tuple[Booking, datetime]:
    """As often as its policy lets a customer."""
    type(salon.policy).objects.update(max_moves=1)
    found = books(salon)
    for by_whom, day in ((None, 28), (salon.olga, 27)):
        found = _moved(salon, found, day=day, by_whom=by_whom)
    return found, NOW + timedelta(hours=1)


def _moved(salon: Salon, found: Booking, *, day: int, by_whom: TeamMember | None) -> Booking:
    return bookings.move_booking(
        booking_id=found.pk,
        business_id=found.business_id,
        revision=found.revision,
        starts_at=salon.at(day, 10, 15),
        resource_id=salon.ana.resource_id,
        by=by_whom,
        now=NOW,
    )


def just_moved(salon: Salon) -> tuple[Booking, datetime]:
    """By its customer, who can put it back for ten minutes."""
    return _moved(salon, books(salon), day=28, by_whom=None), LATER


def switched_off(salon: Salon) -> tuple[Booking, datetime]:
    type(salon.policy).objects.update(cancel_allowed=False, move_allowed=False)
    return books(salon), LATER


def not_for_guests(salon: Salon) -> tuple[Booking, datetime]:
    """Its policy lets nobody cancel or move who is not signed in."""
    type(salon.policy).objects.update(cancel_by_link=False, move_by_link=False)
    return books(salon), LATER


def full_thursday(salon: Salon) -> Booking:
    """Ben is busy all of it, so that a better time with him is something to wait for."""
    whole = make_service(
        business=salon.business,
        name="Wedding party",
        slug="party",
        duration_minutes=9 * 60,
        needs=[[salon.ben.resource]],
        form=salon.form,
    )
    whole.locations.add(salon.location)
    at = salon.at(26, 9)
    return make_booking(service=whole, starts_at=at, now=NOW, name="Ida", email="ida@example.com")


def wishing(salon: Salon) -> tuple[Booking, datetime]:
    found, _taken = _wishes(salon)
    return found, LATER


def _wishes(salon: Salon) -> tuple[Booking, Booking]:
    """Carl would rather come on Thursday, to Ben, who is busy then."""
    taken = Booking.objects.get(service__slug="party")
    found = Booking.objects.select_related("service__business", "location").get(pk=books(salon).pk)
    ben = salon.ben.resource_id
    waitlists.wish_for_better_time(
        booking=found, wish=THURSDAY, resource_id=ben, revision=found.revision, now=NOW
    )
    return found, taken


def better_offered(salon: Salon) -> tuple[Booking, datetime]:
    found, taken = _wishes(salon)
    cancels(salon, taken)
    assert waitlists.offer_better_times(now=LATER) == 1
    return found, LATER


def did_not_come(salon: Salon) -> tuple[Booking, datetime]:
    """And owes half of the price."""
    with_fee(salon)
    found = books(salon)
    at = found.starts_at + timedelta(minutes=30)
    checkout.mark_no_show(now=at, **by(salon, found))
    return found, at + timedelta(minutes=1)


def fee_waived(salon: Salon) -> tuple[Booking, datetime]:
    found, at = did_not_come(salon)
    checkout.waive_fee(now=at, reason="Was ill", **by(salon, found))
    return found, at + timedelta(minutes=1)


def cancelled(salon: Salon) -> tuple[Booking, datetime]:
    return cancels(salon, books(salon)), LATER


def cancelled_alone(salon: Salon) -> tuple[Booking, datetime]:
    """It can be taken back for ten minutes."""
    return cancel_as_customer(books(salon), fee=0, now=NOW), LATER


def cancelled_for_good(salon: Salon) -> tuple[Booking, datetime]:
    found, _at = cancelled_alone(salon)
    at = NOW + timedelta(minutes=10)
    checkout.finish_cancellations(now=at)
    return found, at


def owing_a_fee(salon: Salon) -> tuple[Booking, datetime]:
    with_fee(salon)
    found = cancel_as_customer(books(salon), fee=2400, now=NOW)
    at = NOW + timedelta(minutes=10)
    checkout.finish_cancellations(now=at)
    return found, at


def cancelled_when_paid(salon: Salon) -> tuple[Booking, datetime]:
    """The team cancelled, and the money went back."""
    found, _at = taken_in_person(salon)
    told = by(salon, found)
    checkout.cancel_as_decided(
        choice=MoneyChoice.BACK, fee=None, seen_fee=0, reason="Ana is ill", now=NOW, **told
    )
    work(LATER)
    return found, LATER


def just_declined(salon: Salon) -> tuple[Booking, datetime]:
    asked = books(salon, requires_approval=True)
    return bookings.decline_request(now=NOW, **by(salon, asked)), NOW + SECOND


def declined(salon: Salon) -> tuple[Booking, datetime]:
    found, _at = just_declined(salon)
    work(LATER)
    return found, LATER


def waiting(salon: Salon) -> tuple[Booking, datetime]:
    found, _taken = _waits(salon)
    return found, LATER


def _waits(salon: Salon) -> tuple[Booking, Booking]:
    taken = Booking.objects.get(service__slug="party")
    entry = waitlists.wait_for_time(
        choice=choose(service=salon.cut, resource_id=salon.ben.resource_id),
        wish=THURSDAY,
        details=WaitingDetails(name="Carl Vogt", email="carl@example.com"),
        visitor=make_visitor("carl"),
        now=NOW,
    )
    return entry.booking, taken


def offered(salon: Salon) -> tuple[Booking, datetime]:
    found, taken = _waits(salon)
    cancels(salon, taken)
    assert waitlists.offer_what_came_free(now=LATER) == 1
    return found, LATER


STATES: Mapping[str, Make] = {
    "CREATED": draft,
    "PENDING": requested,
    "PENDING, asked to wait on": asked_to_wait,
    "PENDING, never answered": never_answered,
    "CONFIRMED": confirmed,
    "CONFIRMED, too late": too_late,
    "CONFIRMED, over": over,
    "CONFIRMED, paid in person": taken_in_person,
    "CONFIRMED, paid online": paid_online,
    "CONFIRMED, deposit paid": half_paid,
    "CONFIRMED, paid too late": paid_too_late,
    "CONFIRMED, agreed just now": just_agreed,
    "CONFIRMED, agreed": agreed,
    "CONFIRMED, asking to move": asking,
    "CONFIRMED, just moved": just_moved,
    "CONFIRMED, moved often": moved_often,
    "CONFIRMED, switched off": switched_off,
    "CONFIRMED, not for guests": not_for_guests,
    "CONFIRMED, wishing": wishing,
    "CONFIRMED, better offered": better_offered,
    "CONFIRMED, did not come": did_not_come,
    "CONFIRMED, fee waived": fee_waived,
    "CANCELED": cancelled,
    "CANCELED, by the customer": cancelled_alone,
    "CANCELED, for good": cancelled_for_good,
    "CANCELED, owing a fee": owing_a_fee,
    "CANCELED, money back": cancelled_when_paid,
    "DECLINED, just now": just_declined,
    "DECLINED": declined,
    "WAITING_LIST": waiting,
    "WAITING_LIST, offered": offered,
}
