"""The pages and the mail by which customers get a better time and keep theirs meanwhile
(rule B37)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, MoveWish
from apps.businesses.models import Business
from apps.catalog.models import BookingPolicy
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.pages import fields_of, text_of
from tests.waitlists.test_times import LATER, cancel, fill

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ASKED = {"first_on": "2026-11-26", "last_on": "2026-11-26", "hours": "0", "notice": "0"}


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Friday at 10:00; Thursday is full."""
    carl = make_booking(
        service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="carl@example.com"
    )
    work(NOW + timedelta(seconds=11))
    return carl


@pytest.fixture
def his(client: Client, carl: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    return client


def path(booking: Booking, tail: str = "") -> str:
    return f"/manage/{booking.reference}/{tail}"


def ask(client: Client, booking: Booking, **changed: str) -> Any:
    revision = Booking.objects.get(pk=booking.pk).revision
    data = {**ASKED, "staff": "", "revision": revision, **changed}
    return client.post(path(booking, "better"), data)


def offer(client: Client, salon: Salon, carl: Booking) -> Booking:
    """Carl would come on Thursday, and 11:15 is free there since; the booking that was there."""
    taken = fill(salon)[3]
    assert ask(client, carl).status_code == 303
    cancel(taken, salon)
    assert waitlists.offer_better_times(now=LATER) == 1
    return taken


def mail_of_the_offer() -> Any:
    work(LATER + timedelta(seconds=1))
    return next(it for it in mail.outbox if it.subject.startswith("A better time"))


# ----- asked for
def test_from_the_page_of_the_booking_to_a_wish_and_back(
    his: Client, salon: Salon, carl: Booking
) -> None:
    fill(salon)
    page = his.get(path(carl))
    assert f'href="{path(carl, "better")}">Tell me when a better time opens up' in text_of(page)

    form = his.get(path(carl, "better"))
    assert fields_of(form)["last_on"] == "2026-11-27"
    for _time in range(2):
        answer = his.post(path(carl, "better"), {**fields_of(form), **ASKED})
        assert (answer.status_code, answer["Location"]) == (303, path(carl))
    assert Booking.objects.get(pk=carl.pk).history.filter(action="WISHED").count() == 1

    words = "You asked for a better time: Thursday 26 November, any time."
    page = his.get(path(carl))
    assert words in text_of(page)
    assert "Asked for a better time" in text_of(page)
    again = his.get(path(carl, "better"))
    days = {"first_on": "2026-11-26", "last_on": "2026-11-26"}
    assert {**fields_of(again), **days} == fields_of(again)

    assert his.post(path(carl, "better/stop")).status_code == 303
    assert MoveWish.objects.get().state == "ENDED"
    assert "No longer asking for a better time" in text_of(his.get(path(carl)))


def test_with_whom_is_asked_where_several_could_do_it(
    his: Client, salon: Salon, carl: Booking
) -> None:
    fill(salon)

    assert ask(his, carl, staff=str(salon.ana.resource_id)).status_code == 303

    assert MoveWish.objects.get().resource_id == salon.ana.resource_id
    assert "any time, with Ana." in text_of(his.get(path(carl)))


def test_looking_asks_for_nothing(his: Client, carl: Booking) -> None:
    before = Booking.objects.values().get()

    for look in (his.get, his.head):
        look(path(carl, "better"))
        look(path(carl))

    assert Booking.objects.values().get() == before
    assert not MoveWish.objects.exists()


def test_what_is_free_already_is_named_with_the_way_there(
    his: Client, salon: Salon, carl: Booking
) -> None:
    answer = ask(his, carl, staff=str(salon.ben.resource_id))

    assert answer.status_code == 409
    assert "There are better times right now:" in text_of(answer)
    ben = salon.ben.resource_id
    assert f"{path(carl, 'move')}?staff={ben}&amp;date=2026-11-26" in text_of(answer)
    assert 'value="2026-11-26"' in text_of(answer)


@pytest.mark.parametrize(
    ("changed", "answered"),
    [
        ({"first_on": ""}, (422, "Enter a date.")),
        ({"first_on": "soon"}, (422, "Enter a date.")),
        ({"last_on": "2026-11-25"}, (422, "Choose a day after the first one.")),
        ({"first_on": "2026-11-01", "last_on": "2026-11-02"}, (422, "from today on")),
        ({"last_on": "2027-01-26"}, (422, "Choose at most 31 days.")),
        ({"first_on": "9999-12-31", "last_on": "9999-12-31"}, (422, "within a year")),
        ({"hours": "9"}, (422, "Select a valid choice.")),
        ({"staff": "x"}, (422, "Select a valid choice.")),
        ({"staff": "999999"}, (422, "Select a valid choice.")),
        (
            {"first_on": "2027-10-01", "last_on": "2027-10-01"},
            (409, "These hours cannot be booked."),
        ),
        ({"revision": "1"}, (409, "This booking was changed in the meantime.")),
        ({"revision": "x"}, (404, "")),
    ],
)
def test_what_is_no_wish_is_told_and_what_was_typed_stays(
    his: Client, salon: Salon, carl: Booking, changed: dict[str, str], answered: tuple[int, str]
) -> None:
    fill(salon)
    status, words = answered

    answer = ask(his, carl, **changed)

    assert answer.status_code == status
    assert words in text_of(answer)
    assert not MoveWish.objects.exists()


def test_where_customers_may_not_move_no_page_speaks_of_it(
    his: Client, salon: Salon, carl: Booking
) -> None:
    with time_machine.travel(carl.starts_at - timedelta(hours=23), tick=False):
        assert "better time" not in text_of(his.get(path(carl)))
        answer = ask(his, carl)

    assert answer.status_code == 409
    assert "You cannot ask for a better time" in text_of(answer)
    BookingPolicy.objects.update(move_allowed=False)
    other = make_booking(
        service=salon.cut, starts_at=salon.at(30, 10), now=NOW, email="ida@example.com"
    )
    his.get(f"/m/{bookings.create_access_link(booking=other, now=NOW)}")
    assert "better time" not in text_of(his.get(path(other)))


def test_a_business_that_pauses_offers_nothing(his: Client, salon: Salon, carl: Booking) -> None:
    fill(salon)
    ask(his, carl)
    Business.objects.update(state=Business.State.PAUSED)

    assert "better time" not in text_of(his.get(path(carl))).split("History")[0]
    assert waitlists.offer_better_times(now=LATER) == 0


# ----- offered
def test_the_mail_tells_both_times_and_leads_to_the_offer_alone(
    his: Client, salon: Salon, carl: Booking
) -> None:
    offer(his, salon, carl)

    sent = mail_of_the_offer()

    assert sent.subject == "A better time: Thu 26 Nov, 11:15, Cut and finish"
    assert sent.to == ["carl@example.com"]
    body = str(sent.body)
    assert "A better time is free, Carl." in body
    assert re.search(r"Instead of +Fri 27 Nov, 10:00", body)
    assert "We’re not holding it, so somebody else may be faster." in body
    assert [it for it in sent.attachments if "calendar" in str(it)] == []
    link = re.search(r"/m/offer/[\w-]+", body)
    assert link is not None
    browser = Client()
    page = browser.get(link.group(), follow=True)
    assert "A better time is free: Thu 26 Nov, 11:15" in text_of(page)
    assert "Cancel this booking" not in text_of(page)
    assert browser.post(path(carl, "better/stop")).status_code == 404
    assert browser.post(path(carl, "swap"), {"offer": "1"}).status_code == 303
    assert "Moved to Thu 26 Nov, 11:15." in text_of(browser.get(path(carl)))


def test_an_offer_that_is_over_is_not_sent(his: Client, salon: Salon, carl: Booking) -> None:
    offer(his, salon, carl)
    waitlists.keep_own_time(booking=carl, offer=1, now=LATER)
    mail.outbox.clear()

    work(LATER + timedelta(seconds=1))

    assert [it.subject for it in mail.outbox if "better" in it.subject] == []


# ----- answered
def test_one_tap_swaps_and_both_sides_are_told(his: Client, salon: Salon, carl: Booking) -> None:
    taken = offer(his, salon, carl)
    page = his.get(path(carl))
    assert "You can swap until Tue 24 Nov, 11:43. We’re not holding it" in text_of(page)
    mail.outbox.clear()

    answers = [his.post(path(carl, "swap"), {"offer": "1"}) for _time in range(2)]

    assert [it.status_code for it in answers] == [303, 303]
    assert Booking.objects.get(pk=carl.pk).starts_at == taken.starts_at
    page = his.get(path(carl))
    assert "Moved to Thu 26 Nov, 11:15. We’ll e-mail you the new details." in text_of(page)
    assert "Moved from Fri 27 Nov, 10:00 to Thu 26 Nov, 11:15" in text_of(page)
    assert "Tell me when a better time opens up" in text_of(page)
    work(LATER + timedelta(minutes=1))
    told = [it for it in mail.outbox if it.subject.startswith("Moved: Thu 26 Nov, 11:15")]
    assert len(told) == 2
    assert list(find_all(business_id=None, now=LATER)) == []


def test_no_thanks_keeps_the_booking(his: Client, salon: Salon, carl: Booking) -> None:
    offer(his, salon, carl)

    assert his.post(path(carl, "keep"), {"offer": "1"}).status_code == 303

    assert Booking.objects.get(pk=carl.pk).starts_at == carl.starts_at
    page = text_of(his.get(path(carl)))
    assert "Offer not taken" in page
    assert "You asked for a better time" in page


def test_who_comes_too_late_is_told_calmly(his: Client, salon: Salon, carl: Booking) -> None:
    taken = offer(his, salon, carl)
    make_booking(service=salon.cut, starts_at=taken.starts_at, now=LATER, email="sam@example.com")
    assert "Somebody else is booking Thu 26 Nov, 11:15 at the moment" in text_of(
        his.get(path(carl))
    )

    answer = his.post(path(carl, "swap"), {"offer": "1"})

    assert answer.status_code == 410
    words = "This time is no longer free. You keep yours, and we go on looking."
    assert words in text_of(answer)
    assert Booking.objects.get(pk=carl.pk).starts_at == carl.starts_at


def test_by_the_link_of_the_offer_one_reads_that_it_is_over(
    his: Client, salon: Salon, carl: Booking
) -> None:
    offer(his, salon, carl)
    waitlists.keep_own_time(booking=carl, offer=1, now=LATER)
    purpose = AccessLink.Purpose.OFFER
    token = bookings.create_access_link(booking=carl, purpose=purpose, now=LATER)
    browser = Client()

    page = text_of(browser.get(f"/m/offer/{token}", follow=True))

    assert "There is no better time at the moment. You keep yours" in page
    assert "Stop looking" not in page


@pytest.mark.parametrize("sent", ["", "0", "7", "x", "-1", "9" * 20])
@pytest.mark.parametrize("door", ["swap", "keep"])
def test_what_no_page_of_ours_sends_moves_nothing(
    his: Client, salon: Salon, carl: Booking, sent: str, door: str
) -> None:
    offer(his, salon, carl)

    answer = his.post(path(carl, door), {"offer": sent})

    assert answer.status_code in {303, 404, 410}
    assert MoveWish.objects.get().state == "OFFERED"
    assert Booking.objects.get(pk=carl.pk).starts_at == carl.starts_at


def test_a_stranger_finds_no_door(his: Client, salon: Salon, carl: Booking) -> None:
    offer(his, salon, carl)
    sam = Client()

    assert sam.get(path(carl, "better")).status_code == 404
    for door in ("better", "better/stop", "swap", "keep"):
        assert sam.post(path(carl, door), {"offer": "1"}).status_code == 404
    assert MoveWish.objects.get().state == "OFFERED"


def test_who_never_asked_has_nothing_to_swap(his: Client, carl: Booking) -> None:
    answer = his.post(path(carl, "swap"), {"offer": "1"})

    assert answer.status_code == 409
    assert "There is no offer any more. You keep your time." in text_of(answer)


def test_a_time_that_cannot_be_cancelled_for_nothing_says_so(
    his: Client, salon: Salon, carl: Booking
) -> None:
    offer(his, salon, carl)
    soon = salon.at(25, 9)
    MoveWish.objects.update(offered_starts_at=soon, offered_ends_at=soon + timedelta(minutes=45))

    assert "This time is too soon for free cancellation." in text_of(his.get(path(carl)))


def test_the_page_with_an_offer_asks_a_few_questions_more(
    his: Client, salon: Salon, carl: Booking
) -> None:
    his.get(path(carl))
    with CaptureQueriesContext(
        connection,
    ) as plain:
        his.get(path(carl))
    offer(his, salon, carl)
    with CaptureQueriesContext(connection) as offered:
        his.get(path(carl))

    assert len(offered) - len(plain) <= 14
