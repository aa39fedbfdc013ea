"""A mail about something that is over says what is true of its money, whoever ended it, and leads
to the same once more (rule M36)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.money_words import Ended, PaidPart, ended_words
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from apps.messages.facts import Kind
from tests.factories import NOW, Salon, make_booking, make_request, make_salon
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.studio import join, make_session, make_studio
from tests.messages.facts import EVA_S_CUT
from tests.messages.test_composing import composed

DAY = 24 * 60
LATER = NOW + timedelta(minutes=11)
OVER = Ended(
    price="€48.00", paid=0, returned=0, fee=0, owed=0, currency="EUR", locale="en-GB", parts=()
)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "€48.00, nothing to pay"),
        ({"price": ""}, "Nothing to pay"),
        ({"returned": 4800}, "€48.00 refunded"),
        ({"fee": 2400, "owed": 2400}, "€24.00 fee, still to be paid"),
        ({"fee": 2400, "owed": 400, "paid": 2000}, "€24.00 fee, €4.00 of it still to be paid"),
        ({"fee": 2400, "paid": 2400}, "€24.00 fee paid"),
        ({"fee": 1200, "paid": 1200, "returned": 3600}, "€12.00 fee paid, €36.00 refunded"),
        ({"fee": 1200, "paid": 4800}, "€48.00 paid, €12.00 of it the fee"),
        ({"paid": 4800}, "€48.00 paid"),
        ({"paid": 2000, "returned": 2800}, "€20.00 paid, €28.00 refunded"),
        (
            {"paid": 4800, "parts": (PaidPart("GIFT", 3000), PaidPart("ONLINE", 1800))},
            "€48.00 paid (€30.00 by gift card, €18.00 online)",
        ),
    ],
)
def test_what_became_of_the_money_is_one_line(changed: dict[str, object], words: str) -> None:
    assert ended_words(replace(OVER, **changed)) == words  # type: ignore[arg-type]


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def half(salon: Salon) -> Salon:
    """From three days before, cancelling costs half of the price."""
    salon.policy.fee_windows = [[3 * DAY, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    return salon


def paid(salon: Salon, way: Way) -> Booking:
    salon.cut.pays_online = True
    salon.cut.deposit = 2000
    salon.cut.save()
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, way, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    booking.refresh_from_db()
    return booking


def cancel_by_team(booking: Booking, salon: Salon) -> None:
    booking.refresh_from_db()
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )


def cancel_by_customer(booking: Booking) -> None:
    booking.refresh_from_db()
    cancel_as_customer(booking, fee=100_000, now=NOW)
    checkout.finish_cancellations(now=LATER)


def mails(start: str, at: datetime = LATER) -> list[str]:
    """The plain texts whose subjects begin so, the customer's first."""
    work(at)
    found = [it for it in mail.outbox if it.subject.startswith(start)]
    return [" ".join(str(it.body).split()) for it in found]


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_nothing_is_to_pay_of_what_the_team_cancelled(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    cancel_by_team(booking, salon)

    (told,) = mails("Cancelled:")

    assert "Price €48.00, nothing to pay Reference" in told
    assert "Book again: http" in told
    assert "at the salon" not in told


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_nor_of_a_request_that_was_declined(salon: Salon) -> None:
    booking = make_request(service=salon.bridal, starts_at=salon.at(27, 15), now=NOW)
    bookings.decline_request(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW
    )

    (told,) = mails("Not possible:")

    assert "nothing to pay" in told.lower()
    assert "at the salon" not in told
    assert "Find another time: http" in told


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_nor_of_one_that_was_withdrawn(salon: Salon) -> None:
    booking = make_request(service=salon.bridal, starts_at=salon.at(27, 15), now=NOW)
    cancel_by_customer(booking)

    told, to_team = mails("Withdrawn")

    assert told.startswith("Your request is withdrawn, Carl.")
    assert to_team.startswith("A customer withdrew a request.")
    assert [it.lower().count("nothing to pay") for it in (told, to_team)] == [1, 1]
    assert "at the salon" not in told + to_team


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_nor_where_not_enough_people_came() -> None:
    studio = make_studio()
    studio.flow.min_participants = 3
    studio.flow.save()
    session = make_session(studio, starts_at=studio.at(27, 18))
    join(session)
    called_off = session.starts_at - timedelta(days=1)
    classes.decide_minimums(now=called_off)

    (told,) = mails("Cancelled:", called_off + timedelta(minutes=1))

    assert "Price US$18.00, nothing to pay Reference" in told
    assert "Not enough people have booked." in told


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_whoever_owes_a_fee_pays_it_or_books_again(half: Salon) -> None:
    booking = make_booking(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    cancel_by_customer(booking)

    (told,) = mails("Cancelled:")
    (to_team,) = mails("Cancelled by the customer:")

    assert "Price €24.00 fee, still to be paid Reference" in told
    assert "Pay now: http" in told
    assert "Book again: http" in told
    assert told.index("Pay now") < told.index("Book again")
    assert "Price €24.00 fee, still to be paid Reference" in to_team


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
@pytest.mark.parametrize(
    ("way", "line", "note"),
    [
        (
            Way.FULL,
            "€24.00 fee paid, €24.00 refunded",
            "€24.00 is refunded the way you paid. €24.00 stays with Juniper Hair.",
        ),
        (
            Way.DEPOSIT,
            "€24.00 fee, €4.00 of it still to be paid",
            "The fee is €24.00. €4.00 is still to be paid to Juniper Hair.",
        ),
    ],
)
def test_what_was_paid_online_stays_as_a_fee_and_goes_back(
    half: Salon, way: Way, line: str, note: str
) -> None:
    cancel_by_customer(paid(half, way))

    (told,) = mails("Cancelled:")

    assert f"Price {line} Reference" in told
    assert note in told


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_what_the_team_gives_back_is_told_as_given_back(salon: Salon) -> None:
    booking = paid(salon, Way.FULL)
    cancel_by_team(booking, salon)

    told = mails("Cancelled:")[0]

    assert "Price €48.00 paid Reference" in told or "Price €48.00 refunded Reference" in told


def test_whoever_is_offered_other_times_can_also_look_for_all() -> None:
    facts = replace(
        EVA_S_CUT,
        status="DECLINED",
        suggestions=(datetime.fromisoformat("2026-11-28T12:00+00:00"),),
        again_path="/juniper/s/cut/times",
    )

    text = str(composed(facts, Kind.DECLINED).mail.body)

    assert "Choose one of these times: http://127.0.0.1:8000/m/time/" in text
    assert "Find another time: http://127.0.0.1:8000/juniper/s/cut/times" in text
    assert "please do not forward it" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_whoever_did_not_come_reads_of_the_fee_and_not_of_the_price(half: Salon) -> None:
    booking = paid(half, Way.FULL)
    after = booking.starts_at + timedelta(minutes=10)
    checkout.mark_no_show(booking_id=booking.pk, revision=booking.revision, by=half.olga, now=after)
    checkout.refund_the_rest(booking_id=booking.pk, by=half.olga, now=after)

    (told,) = mails("Refund sent:", after + timedelta(minutes=1))

    assert "Price €24.00 fee paid Reference" in told
    assert "€24.00 is refunded the way you paid" in told
