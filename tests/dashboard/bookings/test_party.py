"""The team says how many people come on a booking: what it is bound by and what only customers are,
the money that follows, and who did it (rules B42, M35)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Attendance, Booking, Participant
from apps.bookings.operations import Details
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import CreditNote, Payment, Refund
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_draft, make_member
from tests.factories.bookings import make_visitor
from tests.factories.money import check_out, pay_in_sandbox, work
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def studio(clock: object) -> Studio:
    """A class for $18.00 each, paid online or there; three at most on one booking."""
    studio = make_studio()
    Service.objects.update(pays_online=True)
    studio.flow.refresh_from_db()
    return studio


@pytest.fixture
def olga(studio: Studio) -> Client:
    return sit(studio, "OWNER")


@pytest.fixture
def carl(studio: Studio) -> Booking:
    """Three people, to be paid there, where five have room."""
    return join(make_session(studio, starts_at=studio.at(27, 18), capacity=5), people=3)


def sit(studio: Studio, role: str) -> Client:
    member = make_member(business=studio.business, email=f"{role}@harbor.example", role=role)
    browser = Client()
    browser.force_login(member.user, backend=BACKEND)
    return browser


def paid_online(studio: Studio, *, people: int = 3) -> Booking:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    draft = classes.hold_seats(
        choice=choose(service=studio.flow, party_size=people),
        target=session,
        visitor=make_visitor("carl"),
        now=NOW,
    )
    prepared = bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    check_out(prepared, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=NOW)
    work(NOW)
    mail.outbox.clear()
    return Booking.objects.get(pk=draft.pk)


def path(booking: Booking, tail: str = "people/") -> str:
    return f"/own/{booking.business.slug}/bookings/{booking.reference}/{tail}"


def look(client: Client, booking: Booking, people: int) -> Any:
    return client.get(path(booking), {"people": people})


def change(client: Client, booking: Booking, people: int, **typed: Any) -> Any:
    """Look at what changes, and tap."""
    check = fields_of(look(client, booking, people))
    hidden = {name: check[name] for name in ("revision", "price") if name in check}
    return client.post(path(booking), {**hidden, "people": people, **typed})


def now_of(booking: Booking) -> tuple[Any, ...]:
    booking.refresh_from_db()
    return (booking.party_size, booking.price, booking.paid)


def broken_laws() -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=NOW)]


# ----- the way
def test_from_the_page_of_the_booking_to_fewer_people(
    olga: Client, studio: Studio, carl: Booking
) -> None:
    assert f'href="{path(carl)}">Change how many come' in text_of(olga.get(path(carl, "")))

    check = text_of(look(olga, carl, 2))
    answer = change(olga, carl, 2)

    assert "2 people come" in check
    assert "US$36.00<br><s>US$54.00</s>" in check
    assert "The customer gets an e-mail with the new number." in check
    assert (answer.status_code, answer["Location"]) == (303, path(carl, ""))
    assert now_of(carl) == (2, 3600, 0)
    history = text_of(olga.get(path(carl, "")))
    assert "Number of people changed by OWNER@harbor.example" in history
    assert "From 3 to 2" in history
    assert broken_laws() == []


def test_the_customer_is_told_and_the_team_is_not(olga: Client, carl: Booking) -> None:
    work(NOW + timedelta(seconds=11))
    mail.outbox.clear()

    change(olga, carl, 2)
    work(NOW + timedelta(seconds=11))

    (letter,) = mail.outbox
    assert (letter.to, letter.subject[:9]) == (["carl@example.com"], "Changed: ")
    assert "2 people, instead of 3" in str(letter.body)


def test_looking_changes_nothing_and_as_many_as_before_is_nothing(
    olga: Client, carl: Booking
) -> None:
    same = look(olga, carl, 3)
    look(olga, carl, 1)

    assert "Instead of" not in text_of(same)
    assert now_of(carl) == (3, 5400, 0)


def test_the_same_form_sent_twice_changes_once(olga: Client, carl: Booking) -> None:
    check = {name: fields_of(look(olga, carl, 2))[name] for name in ("revision", "price")}

    answers = [olga.post(path(carl), {**check, "people": 2}).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert carl.history.filter(action="RESIZED").count() == 1


def test_a_page_that_is_old_changes_nothing(olga: Client, carl: Booking) -> None:
    old = fields_of(look(olga, carl, 2))
    change(olga, carl, 1)

    answer = olga.post(path(carl), {"revision": old["revision"], "price": 3600, "people": 2})

    assert answer.status_code == 409
    assert "This booking was changed in the meantime." in text_of(answer)
    assert now_of(carl) == (1, 1800, 0)


# ----- what binds customers and not the team
def test_the_team_takes_people_off_after_cancelling_costs_something(
    studio: Studio, carl: Booking, clock: time_machine.Traveller
) -> None:
    Booking.objects.update(
        policy_snapshot={**carl.policy_snapshot, "fee_windows": [[6000, 5000, None]]}
    )
    clock.move_to(studio.at(27, 17))

    assert change(sit(studio, "OWNER"), carl, 2).status_code == 303
    assert now_of(carl) == (2, 3600, 0)


def test_the_team_adds_people_at_the_door_beyond_the_limit_and_up_to_the_places(
    studio: Studio, carl: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(studio.at(27, 18, 5))
    olga = sit(studio, "OWNER")

    assert change(olga, carl, 5).status_code == 303
    too_many = look(olga, carl, 6)

    assert now_of(carl) == (5, 9000, 0)
    assert (too_many.status_code, "There are no free places." in text_of(too_many)) == (409, True)
    assert broken_laws() == []


def test_where_the_team_agrees_to_people_it_does_so_here(olga: Client, studio: Studio) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()
    booking = join(make_session(studio, starts_at=studio.at(27, 18)), people=2)
    bookings.confirm_request(
        booking_id=booking.pk, revision=booking.revision, by=studio.olga, now=NOW
    )

    assert change(olga, booking, 3).status_code == 303
    assert now_of(booking)[0] == 3


def test_an_appointment_keeps_its_time(salon: Salon) -> None:
    BookingPolicy.objects.update(max_participants=3)
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, party_size=2)
    booking = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    browser = Client()
    browser.force_login(salon.olga.user, backend=BACKEND)

    assert change(browser, booking, 3).status_code == 303
    refused = look(browser, booking, 4)

    assert now_of(booking)[0] == 3
    assert booking.starts_at == salon.at(26, 10)
    assert refused.status_code == 422
    assert "more people than your rules allowed" in text_of(refused)


# ----- the money
def test_what_was_paid_online_goes_back_and_the_receipt_keeps_its_lines(
    olga: Client, studio: Studio
) -> None:
    booking = paid_online(studio)

    check = text_of(look(olga, booking, 2))
    change(olga, booking, 2)
    work(NOW)

    assert "<b>US$18.00</b> the way it was paid" in check
    assert now_of(booking) == (2, 3600, 3600)
    assert [it.amount for it in Refund.objects.all()] == [1800]
    assert [it.amount for it in CreditNote.objects.all()] == [1800]
    assert broken_laws() == []


def test_whoever_may_not_refund_leaves_it_to_those_who_may(studio: Studio) -> None:
    booking, desk = paid_online(studio), sit(studio, "FRONT_DESK")

    check = text_of(look(desk, booking, 2))
    change(desk, booking, 2)
    work(NOW)

    assert "<dt>Paid too much</dt><dd><b>US$18.00</b></dd>" in check
    assert "Somebody who may refund decides" in check
    assert now_of(booking) == (2, 3600, 5400)
    assert Refund.objects.count() == 0
    assert broken_laws() == []


def test_more_people_are_owed(olga: Client, studio: Studio) -> None:
    booking = paid_online(studio)

    check = text_of(look(olga, booking, 4))
    change(olga, booking, 4)

    assert "<dt>Still to be paid</dt><dd><b>US$18.00</b></dd>" in check
    assert now_of(booking) == (4, 7200, 5400)
    assert broken_laws() == []


def test_where_the_money_cannot_follow_the_price_stays(olga: Client, studio: Studio) -> None:
    booking = paid_online(studio)
    checkout.refund_order(
        booking_id=booking.pk,
        amount=1000,
        reason="A present",
        seen_refunded=0,
        by=studio.olga,
        now=NOW,
    )
    work(NOW)

    check = text_of(look(olga, booking, 2))
    change(olga, booking, 2)

    assert "so the price stays as it is" in check
    assert now_of(booking) == (2, 5400, 4400)
    assert broken_laws() == []


def test_the_visits_of_a_plan_follow(olga: Client, studio: Studio) -> None:
    plan = make_plan(services=[studio.flow])
    make_purchase(plan=plan, by=studio.olga)
    booking = join(make_session(studio, starts_at=studio.at(27, 18)), people=2)
    pay_with_plan(booking, olga)

    check = text_of(look(olga, booking, 1))
    answer = change(olga, booking, 1)

    assert "1 visit goes back to the plan" in check
    assert answer.status_code == 303
    assert broken_laws() == []


def pay_with_plan(booking: Booking, olga: Client) -> None:
    page = olga.get(path(booking, ""))
    way = next(it.value for it in page.context["plans"])
    sent = {"way": way, "revision": booking.revision}
    assert olga.post(path(booking, "plan/"), sent).status_code == 303
    booking.refresh_from_db()


# ----- who
def test_it_asks_who_stays_away_and_what_the_others_are_called(olga: Client, carl: Booking) -> None:
    named = [
        Participant(booking=carl, name=name, position=position)
        for position, name in enumerate(("Carl", "Mia", "Tom"))
    ]
    Participant.objects.bulk_create(named)
    mia = str(carl.participants.get(name="Mia").pk)

    unsaid = change(olga, carl, 2)
    fewer = change(olga, carl, 2, gone=mia)
    more = change(olga, carl, 3, name_3="Ida")

    assert (unsaid.status_code, "Tick one person." in text_of(unsaid)) == (422, True)
    assert (fewer.status_code, more.status_code) == (303, 303)
    names = carl.participants.order_by("position").values_list("name", flat=True)
    assert list(names) == ["Carl", "Tom", "Ida"]


def test_nobody_is_taken_off_once_somebody_was_marked(
    olga: Client, studio: Studio, carl: Booking
) -> None:
    classes.mark_attendance(
        session_id=carl.session_id or 0,
        reference=carl.reference,
        seat=1,
        state=Attendance.State.HERE,
        by=studio.olga,
        now=NOW,
    )

    fewer, more = look(olga, carl, 2), look(olga, carl, 4)

    assert fewer.status_code == 409
    assert "was marked as here or missing" in text_of(fewer)
    assert more.status_code == 200


# ----- what is refused
@pytest.mark.parametrize(("people", "status"), [("0", 422), ("", 422), ("many", 422), ("100", 422)])
def test_a_number_that_cannot_be_is_told(
    olga: Client, carl: Booking, people: str, status: int
) -> None:
    answers = [
        olga.get(path(carl), {"people": people}),
        olga.post(path(carl), {"people": people, "revision": carl.revision, "price": 0}),
    ]

    assert [it.status_code for it in answers] == [status, status]
    assert now_of(carl) == (3, 5400, 0)


def test_what_is_over_stays_as_it_is(
    studio: Studio, carl: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(studio.at(27, 19))
    olga = sit(studio, "OWNER")

    assert "Change how many come" not in text_of(olga.get(path(carl, "")))
    answer = look(olga, carl, 2)
    assert (answer.status_code, "This booking is over" in text_of(answer)) == (409, True)


def test_what_is_cancelled_has_no_such_page(olga: Client, studio: Studio, carl: Booking) -> None:
    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=studio.olga,
        now=NOW,
    )

    assert olga.get(path(carl)).status_code == 409
    assert "Change how many come" not in text_of(olga.get(path(carl, "")))


def test_a_stranger_of_another_business_finds_nothing(carl: Booking, salon: Salon) -> None:
    browser = Client()
    browser.force_login(salon.olga.user, backend=BACKEND)

    assert browser.get(path(carl)).status_code == 404
