"""The page that says what cancelling does, does it, and takes it back (rules B33, B34)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import fill, hold, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
DAY = 24 * 60


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """Eva's cut of €48.00 on Thursday at 10:15."""
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


def let_in(client: Client, booking: Booking) -> None:
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")


@pytest.fixture
def eva(client: Client, booking: Booking) -> Client:
    """Eva's phone, that has opened the link in her mail."""
    let_in(client, booking)
    return client


def path(booking: Booking, *, act: str = "cancel") -> str:
    return f"/manage/{booking.reference}/{act}"


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).replace("\xa0", " ").split())


def press(
    client: Client, booking: Booking, *, fee: int = 0, revision: int | None = None, **typed: str
) -> Any:
    booking.refresh_from_db()
    shown = booking.revision if revision is None else revision
    return client.post(path(booking), {"revision": shown, "fee": fee, **typed})


def status_of(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def test_looking_changes_nothing(eva: Client, booking: Booking) -> None:
    assert eva.get(path(booking)).status_code == 200
    assert eva.head(path(booking)).status_code == 200
    assert eva.get(path(booking, act="undo")).status_code == 405
    assert status_of(booking) == "CONFIRMED"


def test_the_page_says_what_it_does(eva: Client, booking: Booking) -> None:
    words = words_of(eva.get(path(booking)))

    assert "Cancel this booking?" in words
    assert "Cut and finish, Thu 26 Nov, 10:15" in words
    assert "Cancelling is free" in words
    assert "Cancelling is free until Wed 25 Nov, 10:15. You can undo it for 10 minutes." in words


def test_it_is_cancelled_and_can_be_taken_back(eva: Client, booking: Booking) -> None:
    answer = press(eva, booking, reason="I am ill")

    assert (answer.status_code, answer["Location"]) == (303, f"/manage/{booking.reference}/")
    page = words_of(eva.get(answer["Location"]))
    assert "You cancelled this booking." in page
    assert "You can undo this until 10:52." in page
    assert booking.history.latest("pk").reason == "I am ill"

    back = eva.post(path(booking, act="undo"))
    assert (back.status_code, status_of(booking)) == (303, "CONFIRMED")
    assert "You cancelled" not in words_of(eva.get(back["Location"]))


def test_pressed_twice_it_is_done_once(eva: Client, booking: Booking) -> None:
    revision = booking.revision
    first = press(eva, booking, revision=revision)
    second = press(eva, booking, revision=revision)

    assert (first.status_code, second.status_code) == (303, 303)
    assert booking.history.filter(action="CANCELED").count() == 1

    undone = [eva.post(path(booking, act="undo")).status_code for _time in range(2)]
    assert (undone, status_of(booking)) == ([303, 303], "CONFIRMED")
    assert booking.history.filter(action="UNDONE").count() == 1


def test_closing_the_links_leaves_the_way_back(eva: Client, booking: Booking) -> None:
    first = press(eva, booking)
    eva.post(path(booking, act="close-links"), {"revision": booking.revision + 1})

    second = press(eva, booking)
    page = words_of(eva.get(first["Location"]))
    back = eva.post(path(booking, act="undo"))

    assert second.status_code == 303
    assert "You can undo this until 10:52." in page
    assert (back.status_code, status_of(booking)) == (303, "CONFIRMED")


def test_too_late_for_an_undo_says_so(eva: Client, booking: Booking) -> None:
    press(eva, booking)

    with at(NOW + timedelta(minutes=10)):
        page = eva.get(f"/manage/{booking.reference}/")
        answer = eva.post(path(booking, act="undo"))

    assert "You can undo" not in words_of(page)
    assert answer.status_code == 409
    assert "It is too late to take this back." in words_of(answer)
    assert status_of(booking) == "CANCELED"


def test_a_stale_page_shows_what_is_true_now_and_keeps_the_text(
    eva: Client, booking: Booking, salon: Salon
) -> None:
    old = booking.revision
    bookings.note_booking(
        booking_id=booking.pk, revision=old, by=salon.olga, note="Likes tea", now=NOW
    )

    answer = press(eva, booking, revision=old, reason="My train is late")

    assert answer.status_code == 409
    assert "This booking has just changed." in words_of(answer)
    assert "My train is late" in text_of(answer)
    booking.refresh_from_db()
    assert f'name="revision" value="{booking.revision}"' in text_of(answer)
    assert booking.status == "CONFIRMED"


@pytest.mark.parametrize(
    "typed",
    [
        {"revision": "", "fee": "0"},
        {"revision": "1"},
        {"revision": "one", "fee": "0"},
        {"revision": "2", "fee": "-1"},
        {"revision": "2", "fee": "0", "reason": "x" * 301},
    ],
)
def test_what_cannot_be_read_is_a_422(eva: Client, booking: Booking, typed: dict[str, str]) -> None:
    assert eva.post(path(booking), typed).status_code == 422
    assert status_of(booking) == "CONFIRMED"


def test_whoever_paid_reads_what_stays_and_what_goes_back(client: Client, salon: Salon) -> None:
    salon.policy.fee_windows = [[3 * DAY, 2_500, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    let_in(client, booking)

    words = words_of(client.get(path(booking)))

    assert "Cancelling costs €12.00" in words
    assert "Paid €48.00 Cancellation fee €12.00" in words
    assert "Back to you, in person from Juniper Hair €36.00" in words
    assert "Cancel for €12.00" in words
    clock = [
        (it.cost_words, it.is_now)
        for it in client.get(f"/manage/{booking.reference}/").context["limits"]
    ]
    assert clock == [("€12.00", True)]  # it was free until a moment before it was booked


def test_the_fee_is_told_before_it_is_booked(client: Client, salon: Salon) -> None:
    salon.policy.fee_windows = [[DAY, 5_000, None], [240, 10_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()

    address = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))
    details = client.get(address)
    done = client.get(fill(client, address)["Location"])

    table = (
        "If you cancel WhenCost Before Wed 25 Nov, 10:00{}FreeBefore Thu 26 Nov, 06:00€24.00"
        "After that, or if you don’t come€48.00"
    )
    assert table.format("") in words_of(details)
    assert "After that, cancelling costs" not in words_of(details)
    assert table.format("Now.") in words_of(done)


def test_a_fee_that_was_not_shown_is_shown_first(client: Client, salon: Salon) -> None:
    salon.policy.fee_windows = [[2 * DAY, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)
    let_in(client, booking)
    assert "Cancelling is free" in words_of(client.get(path(booking)))

    with at(booking.starts_at - timedelta(days=2) + timedelta(seconds=1)):
        answer = press(client, booking, fee=0)
        assert (answer.status_code, status_of(booking)) == (409, "CONFIRMED")
        assert "€24.00 is still to be paid to Juniper Hair." in words_of(answer)
        assert press(client, booking, fee=2400).status_code == 303
        page = words_of(client.get(f"/manage/{booking.reference}/"))
        assert "The cancellation fee is €24.00." in page
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_fee) == ("CANCELED", 2400)


def test_too_late_to_cancel_says_how_to_reach_the_business(eva: Client, booking: Booking) -> None:
    with at(booking.starts_at - timedelta(hours=23)):
        page = words_of(eva.get(f"/manage/{booking.reference}/"))
        asked, sent = eva.get(path(booking)), press(eva, booking)

    assert "Cancel this booking" not in page
    assert "To change or cancel, call 030 555 0142." in page
    assert (asked.status_code, sent.status_code) == (409, 409)
    assert status_of(booking) == "CONFIRMED"


def test_a_request_is_withdrawn(client: Client, salon: Salon) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    let_in(client, request)

    assert "Withdraw this request" in words_of(client.get(f"/manage/{request.reference}/"))
    assert "Withdraw this request?" in words_of(client.get(path(request)))
    assert press(client, request).status_code == 303
    assert status_of(request) == "CANCELED"


def test_what_the_team_cancelled_is_not_asked_about(
    eva: Client, booking: Booking, salon: Salon
) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )

    assert eva.get(path(booking)).status_code == 409
    assert eva.post(path(booking, act="undo")).status_code == 409
    assert "You can undo" not in words_of(eva.get(f"/manage/{booking.reference}/"))


def test_a_stranger_finds_nothing(booking: Booking) -> None:
    sam = Client()

    assert sam.get(path(booking)).status_code == 404
    assert press(sam, booking).status_code == 404
    assert sam.post(path(booking, act="undo")).status_code == 404
    assert status_of(booking) == "CONFIRMED"


def test_a_page_without_the_mark_of_its_form_changes_nothing(booking: Booking) -> None:
    careful = Client(enforce_csrf_checks=True)
    let_in(careful, booking)

    answer = careful.post(path(booking), {"revision": booking.revision, "fee": 0})

    assert (answer.status_code, status_of(booking)) == (403, "CONFIRMED")


def test_the_team_reads_what_it_cost_and_that_it_is_not_final(client: Client, salon: Salon) -> None:
    salon.policy.fee_windows = [[3 * DAY, 2_500, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    let_in(client, booking)
    press(client, booking, fee=1200)
    olga = Client()
    olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/own/juniper/bookings/{booking.reference}/"

    page = words_of(olga.get(address))
    assert "Cancellation fee: €12.00" in page
    assert "The customer can take the cancellation back until 10:52." in page

    client.post(path(booking, act="undo"))
    assert "Cancellation taken back by the customer" in words_of(olga.get(address))


def test_what_lies_beside_the_rules_promises_no_undo(client: Client, booking: Booking) -> None:
    Booking.objects.update(skip_availability_validation=True, override_reason="A regular")
    let_in(client, booking)

    assert "This cannot be undone." in words_of(client.get(path(booking)))
    press(client, booking)
    assert "You can undo" not in words_of(client.get(f"/manage/{booking.reference}/"))


def test_right_before_it_begins_the_page_says_for_how_long(client: Client, salon: Salon) -> None:
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    let_in(client, booking)

    with at(booking.starts_at - timedelta(minutes=4)):
        assert "You can undo it for 4 minutes." in words_of(client.get(path(booking)))


def test_moving_stands_before_cancelling(eva: Client, booking: Booking) -> None:
    page = text_of(eva.get(path(booking)))

    assert page.index("Move it instead") < page.index("Yes, cancel it")
    assert page.count("Move it instead") == 1


def test_a_cancelled_booking_asks_for_nothing(eva: Client, booking: Booking) -> None:
    press(eva, booking)

    page = words_of(eva.get(path(booking, act="")))

    assert "€48.00, nothing to pay" in page
    assert "at the salon" not in page


def test_my_bookings_take_it_back_too(eva: Client, booking: Booking) -> None:
    press(eva, booking)
    row = text_of(eva.get("/me/"))
    assert f'action="{path(booking, act="undo")}"' in row
    with at(NOW + timedelta(minutes=10)):
        assert path(booking, act="undo") not in text_of(eva.get("/me/"))

    answer = eva.post(path(booking, act="undo"))

    assert (answer.status_code, status_of(booking)) == (303, "CONFIRMED")
