"""The team answers a customer who asks to move: in the inbox, or on the page of the booking
(rule B38)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveRequest
from apps.catalog.models import Service
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
INBOX = "/own/juniper/requests/"


def asks(salon: Salon, *, day: int = 26, to: int = 27, email: str = "carl@example.com") -> Booking:
    """Confirmed at 10:15 with Ana, and asked for at two o'clock on another day."""
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True)
    cut = Service.objects.select_related("business").get(pk=salon.cut.pk)
    asked = make_request(
        service=cut,
        starts_at=salon.at(day, 10, 15),
        now=NOW,
        email=email,
        resource_id=salon.ana.resource_id,
    )
    found = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )
    return bookings.ask_to_move(
        booking_id=found.pk,
        business_id=found.business_id,
        revision=found.revision,
        starts_at=salon.at(to, 14),
        resource_id=salon.ana.resource_id,
        now=NOW,
    )


def press(client: Client, booking: Booking, verb: str, **typed: Any) -> Any:
    body = {"revision": booking.revision, **typed}
    return client.post(f"/own/juniper/bookings/{booking.reference}/{verb}-move/", body)


def page_of(client: Client, booking: Booking) -> str:
    return text_of(client.get(f"/own/juniper/bookings/{booking.reference}/"))


def test_it_stands_in_the_inbox_and_on_the_page_of_the_booking(olga: Client, salon: Salon) -> None:
    carl = asks(salon)

    inbox, page, today = (
        text_of(olga.get(INBOX)),
        page_of(olga, carl),
        text_of(olga.get("/own/juniper/")),
    )

    for shown in (inbox, page):
        assert "Request to move" in shown
        assert "Fri 27 Nov, 14:00, with Ana" in shown
        assert "Instead of Thu 26 Nov, 10:15" in shown
    assert "No requests." not in inbox
    assert "1 customer asks to move" in today
    assert "Nothing needs your attention." not in today


def test_a_yes_moves_it(olga: Client, salon: Salon) -> None:
    carl = asks(salon)

    answer = press(olga, carl, "accept")

    assert answer.status_code == 303
    carl.refresh_from_db()
    assert carl.starts_at == salon.at(27, 14)
    assert "Moved by " in page_of(olga, carl)
    assert "Request to move</span>" not in page_of(olga, carl)
    assert list(find_all(business_id=None, now=NOW)) == []


def test_a_no_leaves_it_and_keeps_the_reason(olga: Client, salon: Salon) -> None:
    carl = asks(salon)

    answer = press(olga, carl, "decline", reason="Ana is away then")

    assert answer.status_code == 303
    carl.refresh_from_db()
    assert carl.starts_at == salon.at(26, 10, 15)
    assert "Request to move declined by " in page_of(olga, carl)
    assert "Ana is away then" in page_of(olga, carl)
    assert MoveRequest.objects.get().state == "DECLINED"


def test_answered_in_the_inbox_it_leads_back_there(olga: Client, salon: Salon) -> None:
    carl = asks(salon)
    path = f"/own/juniper/bookings/{carl.reference}/accept-move/?at=requests"

    answer = olga.post(path, {"revision": carl.revision})

    assert answer["Location"].startswith(INBOX)


def test_an_old_page_answers_nothing(olga: Client, salon: Salon) -> None:
    carl = asks(salon)
    bookings.withdraw_move(
        booking_id=carl.pk, business_id=carl.business_id, revision=carl.revision, now=NOW
    )

    for verb in ("accept", "decline"):
        answer = press(olga, carl, verb)
        assert answer.status_code == 409
        assert "Here is how it stands now." in text_of(answer)
    assert Booking.objects.get(pk=carl.pk).starts_at == salon.at(26, 10, 15)


def test_a_reason_that_is_too_long_is_shown_again(olga: Client, salon: Salon) -> None:
    carl = asks(salon)

    answer = press(olga, carl, "decline", reason="x" * 251)

    assert answer.status_code == 422
    assert "x" * 251 in text_of(answer)
    assert MoveRequest.objects.get().state == "OPEN"


def test_a_reason_typed_for_a_question_that_is_gone_can_be_copied(
    olga: Client, salon: Salon
) -> None:
    carl = asks(salon)
    bookings.withdraw_move(
        booking_id=carl.pk, business_id=carl.business_id, revision=carl.revision, now=NOW
    )

    answer = press(olga, carl, "decline", reason="Ana is away then")

    assert answer.status_code == 409
    assert "Ana is away then" in text_of(answer)


def test_what_is_not_free_any_more_says_so_and_can_be_declined(olga: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(
        requires_approval=True, allows_multiple_requests=True
    )
    carl = asks(salon)
    plain = Service.objects.filter(pk=salon.cut.pk)
    plain.update(requires_approval=False, allows_multiple_requests=False)
    cut = Service.objects.select_related("business").get(pk=salon.cut.pk)
    make_booking(
        service=cut,
        starts_at=salon.at(27, 14),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )
    words = "The new time is not held: it is taken when you agree, if it is still free."
    assert words in page_of(olga, carl)

    answer = press(olga, carl, "accept")

    assert answer.status_code == 409
    assert "Nothing was changed." in text_of(answer)
    assert press(olga, carl, "decline").status_code == 303


def test_the_number_of_queries_does_not_depend_on_how_many_ask(olga: Client, salon: Salon) -> None:
    def queries() -> int:
        olga.get(INBOX)
        with CaptureQueriesContext(connection) as asked:
            assert olga.get(INBOX).status_code == 200
        return len(asked)

    asks(salon)
    few = queries()
    asks(salon, day=28, to=28, email="eva@example.com")
    asks(salon, day=30, to=30, email="ida@example.com")

    assert queries() == few
