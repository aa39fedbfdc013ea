"""Whose e-mails hold each other up, and whose do not (rule S5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.bookings.models import BookingEvent
from apps.customers.models import SignedInDevice
from apps.messages.models import Message
from apps.messages.operations.send import hold_back_floods
from apps.outbox.registry import Postpone
from apps.web.limit_rules import MAILS_PER_ADDRESS_HOURLY, MAILS_PER_DOMAIN
from tests.factories import NOW, make_booking, make_salon
from tests.factories.money import work

pytestmark = pytest.mark.django_db
SOME = MAILS_PER_DOMAIN.limit + 5


def held(times: int, send: Callable[[int], None]) -> int:
    """How many of so many e-mails wait until later."""
    found = 0
    for number in range(times):
        try:
            send(number)
        except Postpone:
            found += 1
    return found


def anybody(domain: str) -> Callable[[int], None]:
    return lambda number: hold_back_floods(f"n{number}@{domain}", NOW, by_anybody=True)


def test_the_customers_of_a_provider_do_not_hold_each_other_up() -> None:
    assert held(SOME, anybody("gmail.com")) == 0


def test_nobody_floods_the_domain_of_somebody_with_names_that_are_made_up() -> None:
    assert held(SOME, anybody("victim.example")) == 5


def test_asking_counts_for_a_domain_like_booking() -> None:
    def ask(number: int) -> None:
        hold_back_floods(f"n{number}@victim.example", NOW, asked_for="links")

    assert held(SOME, ask) == 5
    assert held(1, anybody("victim.example")) == 1


def test_what_the_team_tells_its_customers_waits_for_no_domain() -> None:
    def tell(number: int) -> None:
        hold_back_floods(f"n{number}@company.example", NOW)

    assert held(SOME, tell) == 0


@pytest.mark.parametrize(
    "spelled",
    [
        lambda number: f"eva+{number}@victim.example",
        lambda number: "".join(("Eva", "." * (number % 2), f"Lind+{number}@gmail.com")),
        lambda number: f"EVA+{number}@Victim.example",
    ],
)
def test_one_mailbox_is_one_however_it_is_spelled(spelled: Callable[[int], str]) -> None:
    sent = MAILS_PER_ADDRESS_HOURLY.limit

    assert held(sent + 3, lambda it: hold_back_floods(spelled(it), NOW, by_anybody=True)) == 3


def test_whoever_has_signed_in_counts_for_no_domain() -> None:
    assert held(SOME, anybody("victim.example")) == 5
    device = {"email": "eva@victim.example", "key_hash": "k", "name": "Firefox"}
    SignedInDevice.objects.create(**device, signed_in_at=NOW, ends_at=NOW + timedelta(days=1))

    assert held(1, lambda _it: hold_back_floods("eva@victim.example", NOW, by_anybody=True)) == 0


@pytest.mark.parametrize(("actor", "status"), [("CUSTOMER", "QUEUED"), ("TEAM", "SENT")])
def test_a_mail_about_a_booking_counts_by_who_caused_it(actor: str, status: str) -> None:
    salon = make_salon(slug="juniper")
    held(SOME, anybody("victim.example"))
    booking = make_booking(
        service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email="carl@victim.example"
    )
    BookingEvent.objects.filter(booking=booking).update(actor=actor)

    work(NOW + timedelta(seconds=11))

    told = Message.objects.get(to_address="carl@victim.example")
    assert told.status == status
