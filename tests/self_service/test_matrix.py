"""Every state of a booking, at every time of its life, for everybody who may be there: the buttons
that a page shows are what the POST accepts, and both are what ``allowed_actions`` says
(rule B4)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.policy import Action, Policy, allowed_actions
from apps.bookings.queries.move_requests import find_move_request, is_answerable
from apps.bookings.queries.moving import times_moved
from apps.bookings.queries.requests import may_leave
from apps.bookings.states import Status
from apps.bookings.visitors import VISITOR, visitor_hash_of
from apps.catalog.models import Service
from apps.customers.models import SignedInDevice
from apps.customers.proofs import hash_of_key
from apps.dashboard.roles import ROLES, permitted
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_draft, make_member, make_salon
from tests.factories.bookings import cancel_as_customer
from tests.pages import slot_at, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.long]  # a walk over every cell
Make = Callable[[Salon], Booking]

PHASES: Mapping[str, Callable[[datetime], datetime]] = {
    "before the cut-off": lambda _: NOW + timedelta(seconds=30),
    "at its last second": lambda it: it - timedelta(hours=24),
    "a second later": lambda it: it - timedelta(hours=24) + timedelta(seconds=1),
    "after the start": lambda it: it + timedelta(minutes=5),
}
"""What the clock reads, from the start of the booking."""


def at(salon: Salon) -> datetime:
    return salon.at(26, 10, 15)


def service(salon: Salon, **columns: Any) -> Service:
    Service.objects.filter(pk=salon.cut.pk).update(**columns)
    return Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)


def booked(salon: Salon, **columns: Any) -> Booking:
    ana = salon.ana.resource_id
    found = service(salon, **columns)
    return make_booking(service=found, starts_at=at(salon), now=NOW, resource_id=ana)


def requested(salon: Salon) -> Booking:
    return booked(salon, requires_approval=True)


def agreed(salon: Salon) -> Booking:
    asked = requested(salon)
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )


def asking(salon: Salon) -> Booking:
    found = agreed(salon)
    return bookings.ask_to_move(
        booking_id=found.pk,
        business_id=found.business_id,
        revision=found.revision,
        starts_at=salon.at(27, 15),
        resource_id=salon.ana.resource_id,
        now=NOW,
    )


def declined(salon: Salon) -> Booking:
    asked = requested(salon)
    return bookings.decline_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )


def cancelled(salon: Salon) -> Booking:
    found = booked(salon)
    return bookings.cancel_booking(
        booking_id=found.pk,
        business_id=found.business_id,
        revision=found.revision,
        by=salon.olga,
        now=NOW,
    )


def cancelled_alone(salon: Salon) -> Booking:
    """It can be taken back for ten minutes."""
    found = booked(salon)
    return cancel_as_customer(found, fee=0, now=NOW)


def moved_often(salon: Salon) -> Booking:
    """As often as its policy lets a customer."""
    type(salon.policy).objects.update(max_moves=1)
    found = booked(salon)
    for day in (27, 26):
        by = None if day == 27 else salon.olga
        found = bookings.move_booking(
            booking_id=found.pk,
            business_id=found.business_id,
            revision=found.revision,
            starts_at=salon.at(day, 10, 15),
            resource_id=salon.ana.resource_id,
            by=by,
            now=NOW,
        )
    return found


def switched_off(salon: Salon) -> Booking:
    type(salon.policy).objects.update(cancel_allowed=False, move_allowed=False)
    return booked(salon)


def not_for_guests(salon: Salon) -> Booking:
    """Its policy lets nobody cancel or move who is not signed in."""
    type(salon.policy).objects.update(cancel_by_link=False, move_by_link=False)
    return booked(salon)


def draft(salon: Salon) -> Booking:
    return make_draft(service=service(salon), starts_at=at(salon), now=NOW)


STATES: Mapping[str, Make] = {
    "CREATED": draft,
    "PENDING": requested,
    "CONFIRMED": booked,
    "CONFIRMED after a yes": agreed,
    "CONFIRMED and asking to move": asking,
    "CONFIRMED and moved often": moved_often,
    "CONFIRMED and switched off": switched_off,
    "CONFIRMED and not for guests": not_for_guests,
    "CANCELED": cancelled,
    "CANCELED by the customer": cancelled_alone,
    "DECLINED": declined,
}
CUSTOMERS = ("by link", "in the browser that booked", "signed in", "a stranger")
TEAM = ("OWNER", "MANAGER", "FRONT_DESK", "STAFF", "ACCOUNTANT")
BY_CUSTOMERS: Mapping[str, str] = {
    "cancel": "cancel",
    "undo": "undo",
    "move": "move",
    "withdraw": "move/withdraw",
}
BY_TEAM: Mapping[Action, str] = {
    Action.CONFIRM: "confirm",
    Action.DECLINE: "decline",
    Action.CANCEL: "cancel",
    Action.MOVE: "move",
    Action.NOTE: "notes",
    Action.ANSWER_MOVE: "accept-move",
}


@pytest.fixture
def salon(db: None, at_now: datetime) -> Salon:
    return make_salon(slug="juniper")


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done inside never was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def customer(who: str, booking: Booking) -> Client:
    browser = Client()
    if who == "by link":
        browser.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    elif who == "signed in":
        sign_in(browser)
    elif who == "in the browser that booked":
        session = browser.session
        session[VISITOR] = "carl's browser"
        session.save()
        browser.cookies["session"] = str(session.session_key)
        known = visitor_hash_of(SimpleNamespace(session=session))  # type: ignore[arg-type]
        Booking.objects.filter(pk=booking.pk).update(visitor_hash=known)
    return browser


def sign_in(browser: Client) -> None:
    SignedInDevice.objects.create(
        email="carl@example.com",
        key_hash=hash_of_key("carl's key"),
        name="Firefox on Android",
        signed_in_at=NOW,
        ends_at=NOW + timedelta(days=365),
    )
    session = browser.session
    session["signed_in"] = "carl's key"
    session.save()
    browser.cookies["session"] = str(session.session_key)


def member(role: str, salon: Salon) -> User:
    """STAFF is Ana."""
    found = make_member(business=salon.business, email=f"{role}@juniper", role=role)
    if role == "STAFF":
        salon.ana.user = found.user
        salon.ana.save()
    return found.user


def browser_of(user: User) -> Client:
    """Signed in just now."""
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def allowed(
    booking: Booking, *, is_team: bool, now: datetime, is_known: bool = False
) -> frozenset[Action]:
    """What the one function says of a booking."""
    policy = Policy.from_snapshot(booking.policy_snapshot).as_for(is_known=is_known)
    asked = find_move_request(booking=booking)
    has_asked = asked is not None and (not is_team or is_answerable(asked, now=now))
    return allowed_actions(
        policy=policy,
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        is_team=is_team,
        asks_first=not may_leave(booking),
        has_asked=has_asked,
        moved=times_moved(booking, policy),
    )


def expected_of_customers(booking: Booking, now: datetime, *, is_known: bool) -> set[str]:
    actions = allowed(booking, is_team=False, now=now, is_known=is_known)
    found = {"cancel"} if Action.CANCEL in actions else set()
    if actions & {Action.MOVE, Action.ASK_TO_MOVE}:
        found.add("move")
    if find_move_request(booking=booking) is not None:
        found.add("withdraw")
    until = booking.hold_expires_at
    if booking.status == "CANCELED" and until is not None and now < until:
        found.add("undo")
    return found


def changes(browser: Client, path: str, booking: Booking, body: Mapping[str, Any]) -> bool:
    """Whether a POST does what it says; whatever it did is taken back."""
    with taken_back():
        answer = browser.post(path, {"revision": booking.revision, **body})
        booking_now = Booking.objects.get(pk=booking.pk)
        is_done = booking_now.revision > booking.revision
        # What was done before leads to the page as it is: a second tap changes nothing.
        assert answer.status_code in ({303} if is_done else {303, 403, 404, 409}), (path, answer)
    return is_done


@pytest.mark.parametrize("who", CUSTOMERS)
@pytest.mark.parametrize("state", STATES)
def test_what_a_customer_sees_is_what_they_may_do(salon: Salon, state: str, who: str) -> None:
    booking = STATES[state](salon)
    browser = customer(who, booking)
    booking.refresh_from_db()
    home = f"/manage/{booking.reference}/"
    bodies: dict[str, dict[str, Any]] = {
        "cancel": {"fee": 1_000_000, "reason": ""},
        "move": {"slot": slot_at(salon.at(28, 14).astimezone(salon.business.zone), staff="")},
    }
    for phase, reading in PHASES.items():
        now = reading(booking.starts_at)
        with time_machine.travel(now, tick=False):
            page = text_of(browser.get(home))
            shown = {it for it, tail in BY_CUSTOMERS.items() if f'"{home}{tail}"' in page}
            accepted = {
                it
                for it, tail in BY_CUSTOMERS.items()
                if changes(browser, home + tail, booking, bodies.get(it, {}))
            }
            is_theirs = who != "a stranger" and state != "CREATED"
            is_known = who == "signed in"
            found = expected_of_customers(booking, now, is_known=is_known)
            expected = found if is_theirs else set()
        assert (phase, shown) == (phase, expected)
        assert (phase, accepted) == (phase, expected)


@pytest.mark.parametrize("role", TEAM)
@pytest.mark.parametrize("state", STATES)
def test_what_the_team_sees_is_what_it_may_do(salon: Salon, state: str, role: str) -> None:
    booking = STATES[state](salon)
    user = member(role, salon)
    booking.refresh_from_db()
    home = f"/own/juniper/bookings/{booking.reference}/"
    bodies: dict[Action, dict[str, Any]] = {
        Action.CANCEL: {"reason": "Ana is ill", "seen_fee": 0},
        Action.MOVE: {"slot": slot_at(salon.at(28, 14).astimezone(salon.business.zone))},
        Action.NOTE: {"note": "Rings twice"},
    }
    for phase, reading in PHASES.items():
        now = reading(booking.starts_at)
        with time_machine.travel(now, tick=False):
            browser = browser_of(user)
            page = text_of(browser.get(home))
            shown = {it for it, tail in BY_TEAM.items() if f'"{home}{tail}/"' in page}
            accepted = {
                it
                for it, tail in BY_TEAM.items()
                if changes(browser, f"{home}{tail}/", booking, bodies.get(it, {}))
            }
            rights = ROLES[role]
            expected = permitted(allowed(booking, is_team=True, now=now), rights=rights)
        assert (phase, shown) == (phase, set(expected))
        assert (phase, accepted) == (phase, set(expected))


@pytest.mark.parametrize("state", STATES)
def test_the_worker_finds_all_of_it_in_order(salon: Salon, state: str) -> None:
    booking = STATES[state](salon)
    for reading in PHASES.values():
        now = reading(booking.starts_at)
        for _turn in range(2):
            bookings.settle_unanswered(now=now)
            bookings.settle_unanswered_moves(now=now)
        assert [str(it) for it in find_all(business_id=None, now=now)] == []
