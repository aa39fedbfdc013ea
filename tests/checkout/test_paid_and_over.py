"""Whoever paid for what is over reads, in that mail and on the page, what becomes of the money
(rule M30)."""

from datetime import timedelta

import pytest

from apps.bookings import operations as bookings
from apps.bookings import wiring
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from apps.messages.models import Message
from tests.checkout.test_balance import carl, page_of
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now"), pytest.mark.detail]
MINUTE = timedelta(minutes=1)
LOOKED_AT = (
    "Juniper Hair still has your €20.00. They are looking into it, and we’ll "
    "e-mail you when it is refunded."
)
BACK = "€20.00 is refunded the way you paid."
STAYS = "€20.00 stays with Juniper Hair."


def paid(salon: Salon, *, asks_meanwhile: bool = False, **columns: object) -> Booking:
    """Carl's cut of €48.00 with its deposit of €20.00 taken; asks_meanwhile: the team answers such
    bookings itself since he went to the bank."""
    Service.objects.filter(pk=salon.cut.pk).update(**columns)
    salon.cut.refresh_from_db()
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    if asks_meanwhile:
        Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True, unanswered="DECLINE")
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    assert draft.paid == 2000
    return draft


def told(booking: Booking, words: str, *, kind: str) -> None:
    """The mail that says that it is over says so, and so does the page."""
    booking.refresh_from_db()
    assert booking.status == kind
    mail = Message.objects.get(kind=kind)
    assert words in " ".join(mail.body_text.split())
    assert words in page_of(carl(booking), booking)


def test_called_off_because_too_few_came(salon: Salon) -> None:
    booking = paid(salon, min_participants=3, decide_before_minutes=60)
    at = salon.at(26, 12) - 55 * MINUTE
    classes.decide_minimums(now=at)
    work(at)
    work(at + MINUTE)

    told(booking, LOOKED_AT, kind="CANCELED")


def test_declined_by_the_team(salon: Salon) -> None:
    booking = paid(salon, asks_meanwhile=True)
    bookings.decline_request(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW
    )
    work(NOW + MINUTE)

    told(booking, LOOKED_AT, kind="DECLINED")


def test_ended_without_an_answer(salon: Salon) -> None:
    booking = paid(salon, asks_meanwhile=True)
    assert booking.answer_by is not None
    at = booking.answer_by + MINUTE
    wiring.look_after_requests(at)
    work(at)

    told(booking, LOOKED_AT, kind="DECLINED")


def test_cancelled_by_the_team_with_the_money_back(salon: Salon) -> None:
    booking = paid(salon)
    checkout.cancel_and_refund(
        booking_id=booking.pk,
        business_id=booking.business_id,
        reason="",
        by=salon.olga,
        now=NOW,
    )
    work(NOW + MINUTE)

    told(booking, BACK, kind="CANCELED")
    assert LOOKED_AT not in page_of(carl(booking), booking)


def test_cancelled_by_the_team_and_kept(salon: Salon) -> None:
    booking = paid(salon)
    checkout.cancel_and_keep(
        booking_id=booking.pk, revision=booking.revision, reason="", by=salon.olga, now=NOW
    )
    work(NOW + MINUTE)

    told(booking, STAYS, kind="CANCELED")


def test_the_page_says_it_when_the_team_decides_later(salon: Salon) -> None:
    booking = paid(salon)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=NOW,
    )
    work(NOW + MINUTE)
    told(booking, LOOKED_AT, kind="CANCELED")

    checkout.refund_the_rest(booking_id=booking.pk, by=salon.olga, now=NOW + 2 * MINUTE)
    page = page_of(carl(booking), booking)
    assert BACK in page
    assert LOOKED_AT not in page


def test_a_booking_that_goes_on_says_nothing_of_it(salon: Salon) -> None:
    booking = paid(salon)
    assert "still has" not in page_of(carl(booking), booking)
