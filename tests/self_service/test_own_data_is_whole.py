"""No table about people is missing in the file of their own data without a reason (rule D9): the
keys of the models are followed outwards from the people, and each column that the registry calls
personal is looked for in the file."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from apps.availability.models import Session
from apps.bookings.models import (
    AccessLink,
    Answer,
    Attendance,
    BookedAddOn,
    Booking,
    LinkUse,
    MoveRequest,
    MoveWish,
    Participant,
    ParticipantChoice,
    SuggestedTime,
)
from apps.checkout import operations as checkout
from apps.checkout.models import CreditNote, GiftCard
from apps.customers import operations as customers
from apps.customers.models import Consent, Customer
from apps.privacy.registry import PERSONAL, DataClass
from apps.privacy.taken_along import STAYS_HERE, TAKEN_ALONG
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.self_service.test_own_data import CARL, signed_in
from tests.waitlists.test_times import fill, wait

pytestmark = pytest.mark.django_db
ADDRESS = {"customers.Customer.email", "customers.SignedInDevice.email"}
ADDRESS |= {"customers.SavedPerson.email"}
ADDRESS |= {"messages.Message.to_address"}
"""By these the rows are found; the file says once whose it is."""


def about_people() -> set[str]:
    """Tables with personal columns that are no account of the team's, and whatever points to a row
    that is taken along."""
    found = {it.table for it in PERSONAL if it.of is not DataClass.TEAM}
    return found | {model._meta.label for model in apps.get_models(True) if _points(model)}


def _points(model: type[models.Model]) -> bool:
    known = [apps.get_model(label) for label in TAKEN_ALONG]
    return any(it.related_model in known for it in model._meta.local_concrete_fields)


def test_every_table_about_people_is_taken_along_or_says_why_not() -> None:
    silent = about_people() - set(TAKEN_ALONG) - set(STAYS_HERE)

    assert sorted(silent) == [], (
        "say in apps/privacy/taken_along.py where their rows stand in the file of one's own data "
        "(TAKEN_ALONG), or why they do not (STAYS_HERE)"
    )


def test_both_lists_name_tables_and_columns_that_there_are() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    columns = {f"{it.table}.{it.column}" for it in PERSONAL}

    assert sorted(set(TAKEN_ALONG) - labels) == []
    assert sorted(set(STAYS_HERE) - labels - columns) == []
    assert sorted(set(TAKEN_ALONG) & set(STAYS_HERE)) == []
    assert [it for it in STAYS_HERE.values() if not it.endswith(".")] == []


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Carl, with a row in every table that is taken along."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email=CARL)
    work(NOW + timedelta(seconds=11))
    booking.refresh_from_db()
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    checkout.refund_order(
        booking_id=booking.pk,
        amount=0,
        seen_refunded=0,
        reason="Sorry",
        by=salon.olga,
        now=NOW,
        lines={booking.order.lines.get().pk: 100},
    )
    CreditNote.objects.create(order=booking.order, amount=100, people=1, given_at=NOW)
    _who_comes(booking)
    _wishes(booking)
    fill(salon)
    wait(salon, "Carl")
    _prepaid(salon)
    customers.save_person(email=CARL, name="Mia", now=NOW)
    return booking


def _who_comes(booking: Booking) -> None:
    assert booking.session is not None
    assert booking.customer is not None
    person = Participant.objects.create(booking=booking, name="Mia")
    Answer.objects.create(
        booking=booking, participant=person, label="Age?", kind="SHORT_TEXT", value="8"
    )
    ParticipantChoice.objects.create(booking=booking, name="Child", people=1, price=100)
    BookedAddOn.objects.create(booking=booking, name="Mask", price=100)
    Attendance.objects.create(
        business=booking.business,
        booking=booking,
        session=booking.session,
        seat=0,
        state="HERE",
        marked_at=NOW,
    )
    link = AccessLink.objects.create(
        booking=booking, purpose="MANAGE", token_hash="x", created_at=NOW, expires_at=NOW
    )
    LinkUse.objects.create(link=link, first_at=NOW, last_at=NOW)
    Consent.objects.create(
        business=booking.business, customer=booking.customer, wording="I agree", given_at=NOW
    )


def _wishes(booking: Booking) -> None:
    asked = Session.objects.create(
        business=booking.business,
        kind=Session.Kind.APPOINTMENT,
        service=booking.service,
        starts_at=booking.starts_at.replace(day=30),
        ends_at=booking.ends_at.replace(day=30),
    )
    MoveRequest.objects.create(
        business=booking.business,
        booking=booking,
        session=asked,
        unanswered="DECLINE",
        asked_at=NOW,
        answer_by=NOW,
    )
    MoveWish.objects.create(
        business=booking.business,
        booking=booking,
        wanted_first_on="2026-11-25",
        wanted_last_on="2026-11-25",
        asked_at=NOW,
    )
    SuggestedTime.objects.create(booking=booking, starts_at=asked.starts_at)


def _prepaid(salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    make_purchase(plan=plan, by=salon.olga, email=CARL)
    card = make_gift_card(by=salon.olga)
    GiftCard.objects.filter(pk=card.pk).update(buyer_email=CARL)


def rows_at(data: Any, path: str) -> list[Any]:
    """All that stands at a path of the file, through every list on the way."""
    found = [data]
    for key in path.split("."):
        found = [it for row in found for it in _spread(row.get(key))]
    return found


def _spread(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def test_the_file_has_rows_of_every_table_that_is_taken_along(
    client: Client, carl: Booking
) -> None:
    data = signed_in(client).get("/me/data.json").json()

    empty = [table for table, path in TAKEN_ALONG.items() if not rows_at(data, path)]
    assert empty == []


def write(word: str, *, table: str, column: str) -> None:
    """Into every row, each time with another ending: some of these have to differ."""
    rows = apps.get_model(table)._default_manager
    for pk in rows.values_list("pk", flat=True):
        rows.filter(pk=pk).update(**{column: f"{word}{pk}"})


def test_the_file_has_every_personal_column_that_does_not_say_why_not(
    client: Client, carl: Booking
) -> None:
    signed_in(client)
    put = {}
    for number, it in enumerate(PERSONAL):
        name = f"{it.table}.{it.column}"
        if it.table in TAKEN_ALONG and name not in STAYS_HERE and name not in ADDRESS:
            put[name] = f"z{number}q"
            write(put[name], table=it.table, column=it.column)

    text = client.get("/me/data.json").content.decode()

    assert [name for name, word in put.items() if word not in text] == []
    assert len(put) > 20


def test_a_wish_for_a_time_and_a_better_one_are_told_in_days_and_hours(
    client: Client, carl: Booking
) -> None:
    data = signed_in(client).get("/me/data.json").json()

    (waits,) = [it["waits_for"] for it in data["bookings"] if it["waits_for"]]
    assert (waits["first_day"], waits["from"], waits["to"]) == ("2026-11-26", "00:00", "24:00")
    (wish,) = [it["earlier_please"] for it in data["bookings"] if it["earlier_please"]]
    assert (wish["first_day"], wish["last_day"], wish["state"]) == (
        "2026-11-25",
        "2026-11-25",
        "WAITING",
    )
    (asked,) = [row for it in data["bookings"] for row in it["asked_to_move"]]
    assert (asked["state"], asked["starts_at"]) == ("OPEN", "2026-11-30T09:00:00Z")
    assert Customer.objects.filter(email=CARL).count() == 1
