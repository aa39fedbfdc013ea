"""An undo after the place was promised to somebody else (rules B34, B20)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import WaitlistEntry
from apps.catalog.models import Resource
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW, make_booking, make_salon
from tests.factories.bookings import cancel_as_customer, make_visitor
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=10)


def test_it_changes_nothing_and_the_promise_stands(client: Client, at_now: datetime) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    carl = join(session)
    waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    named: dict[str, Any] = {"booking_id": carl.pk, "business_id": carl.business_id}
    carl = bookings.cancel_own(**named, revision=carl.revision, seen_fee=0, now=NOW)
    assert WaitlistEntry.objects.get().state == "WAITING"
    checkout.finish_cancellations(now=LATER)
    assert WaitlistEntry.objects.get().state == "OFFERED"

    with time_machine.travel(LATER, tick=False):
        path = f"/manage/{carl.reference}/"
        answers = [client.post(f"{path}undo") for _time in range(2)]
        assert f'"{path}undo"' not in text_of(client.get(path))

    assert {it.status_code for it in answers} <= {409, 410}
    carl.refresh_from_db()
    session.refresh_from_db()
    assert (carl.status, session.seats_taken, session.seats_offered) == ("CANCELED", 0, 1)
    assert WaitlistEntry.objects.get().state == "OFFERED"
    assert list(find_all(business_id=None, now=LATER)) == []


def test_a_place_that_cannot_be_had_any_more_is_not_promised_again(
    client: Client, at_now: datetime
) -> None:
    salon = make_salon(slug="juniper")
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    carl = cancel_as_customer(carl, now=NOW)
    Resource.objects.filter(pk=carl.resource_id or 0).update(active=False)

    answer = client.post(f"/manage/{carl.reference}/undo")

    assert answer.status_code == 409
    told = "Your place is not free any more, so your booking stays cancelled."
    assert told in text_of(answer)
    assert "You can undo this until" not in text_of(answer)
    assert "Somebody else" not in text_of(answer)


def test_a_class_that_was_called_off_meanwhile_offers_no_undo(
    client: Client, at_now: datetime
) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=3)
    carl = cancel_as_customer(join(session), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    path = f"/manage/{carl.reference}/"
    assert "You can undo this until" in text_of(client.get(path))

    classes.cancel_class(
        session_id=session.pk,
        scope=Scope.THIS,
        seen=seen_of_class(session=session, scope=Scope.THIS, now=NOW),
        reason="Noor is ill.",
        by=studio.olga,
        now=NOW,
    )

    assert "You can undo this until" not in text_of(client.get(path))
    answer = client.post(f"{path}undo")
    assert answer.status_code == 409
    told = "It does not take place any more, so your booking stays cancelled."
    assert told in text_of(answer)
