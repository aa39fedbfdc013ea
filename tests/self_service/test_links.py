"""Where the links of a booking were opened, how all of them are closed, and where dead ones lead
(rules S3, S20)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, BookingEvent, LinkUse
from apps.bookings.queries.links import list_openings
from apps.businesses.models import Business
from tests.factories import NOW, Salon, make_booking
from tests.hostile.stage import stored
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"
SCANNER = "Mozilla/5.0 (compatible; MailScanner/1.0)"


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


@pytest.fixture
def token(booking: Booking) -> str:
    return bookings.create_access_link(booking=booking, now=NOW)


def opened(token: str, user_agent: str = PHONE) -> Client:
    """The browser of somebody who opened the link."""
    browser = Client(headers={"User-Agent": user_agent})
    assert browser.get(f"/m/{token}").status_code == 303
    return browser


def page_of(booking: Booking) -> str:
    return f"/manage/{booking.reference}/"


def close(browser: Client, booking: Booking, *, revision: Any = None) -> Any:
    seen = booking.revision if revision is None else revision
    return browser.post(f"{page_of(booking)}close-links", {"revision": seen})


def test_every_use_is_told_by_its_kind_of_device(booking: Booking, token: str) -> None:
    for _time in range(3):
        opened(token, SCANNER)
    carl = opened(token)

    text = text_of(carl.get(page_of(booking)))

    assert "Where this booking was opened" in text
    assert "Firefox on Android" in text
    assert "Another program, such as an e-mail scanner" in text
    assert "Opened 3 times since" in text


def test_a_thousand_uses_add_to_numbers_and_not_to_rows(booking: Booking, token: str) -> None:
    for _time in range(20):
        bookings.exchange_link(token=token, now=NOW)
    late = NOW + timedelta(hours=1)
    bookings.exchange_link(token=token, now=late)
    bookings.exchange_link(token=token, now=NOW - timedelta(seconds=5))  # another machine's clock

    use = LinkUse.objects.get()

    assert (use.times, use.first_at, use.last_at) == (22, NOW, late)


def test_the_uses_of_all_links_are_added_up(booking: Booking, token: str) -> None:
    opened(token)
    bookings.revoke_links(booking=booking, now=NOW)
    opened(bookings.create_access_link(booking=booking, now=NOW))

    [opening] = list_openings(booking=booking)

    assert (opening.device.words, opening.times) == ("Firefox on Android", 2)


def test_nothing_but_two_short_words_is_kept_of_a_browser(booking: Booking, token: str) -> None:
    opened(token)

    kept = LinkUse.objects.values("browser", "system").get()

    assert kept == {"browser": "FIREFOX", "system": "ANDROID"}
    assert "133" not in repr(list(LinkUse.objects.values()))


def test_head_asks_and_writes_nothing(client: Client, booking: Booking, token: str) -> None:
    before = stored()

    answer = client.head(f"/m/{token}")

    assert (answer.status_code, client.head("/m/nothing").status_code) == (303, 404)
    assert stored() == before
    assert AccessLink.objects.get().last_used_at is None
    assert (LinkUse.objects.count(), answer.cookies) == (0, {})
    assert client.get(page_of(booking)).status_code == 404


def test_closing_leaves_this_browser_and_a_fresh_link_in_the_mail(
    booking: Booking, token: str
) -> None:
    carl, sam = opened(token), opened(token)

    answer = close(carl, booking)

    assert (answer.status_code, answer["Location"]) == (303, f"{page_of(booking)}#openings")
    assert carl.get(page_of(booking)).status_code == 200
    assert sam.get(page_of(booking)).status_code == 404
    assert Client().get(f"/m/{token}").status_code == 404
    call_command("worker", "--drain")
    fresh = next(it for it in mail.outbox if it.subject == "Your bookings")
    path = "/m/" + str(fresh.body).split("/m/")[1].split()[0]
    assert Client().get(path).status_code == 303
    assert "All links closed" in text_of(carl.get(page_of(booking)))
    call_command("check_ledger")


def test_closing_by_link_also_ends_the_browser_that_booked(salon: Salon) -> None:
    maker = Client()
    booking = made_in(maker, salon)
    assert maker.get(page_of(booking)).status_code == 200
    carl = opened(bookings.create_access_link(booking=booking, now=timezone.now()))

    close(carl, booking)

    assert maker.get(page_of(booking)).status_code == 404
    assert carl.get(page_of(booking)).status_code == 200


def test_the_browser_that_booked_closes_the_links_and_proves_no_mailbox(salon: Salon) -> None:
    maker = Client()
    booking = made_in(maker, salon)
    sam = opened(bookings.create_access_link(booking=booking, now=timezone.now()))

    close(maker, booking)

    assert maker.get(page_of(booking)).status_code == 200
    assert sam.get(page_of(booking)).status_code == 404
    assert "opened" not in maker.session


def made_in(browser: Client, salon: Salon) -> Booking:
    """Carl's booking, made in this browser."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    browser.get("/juniper/")
    session = browser.session
    session["visitor"] = "carls-browser"
    session.save()
    browser.cookies["session"] = session.session_key or ""
    mine = hash_of_visitor("carls-browser")
    Booking.objects.filter(pk=booking.pk).update(visitor_hash=mine)
    return Booking.objects.get(pk=booking.pk)


def hash_of_visitor(visitor: str) -> str:
    return salted_hmac("apps.bookings.visitor", visitor, algorithm="sha256").hexdigest()


def test_closing_twice_is_closing_once(booking: Booking, token: str) -> None:
    carl = opened(token)

    answers = [close(carl, booking).status_code for _tap in range(2)]

    assert answers == [303, 303]
    assert BookingEvent.objects.filter(action="LINKS_CLOSED").count() == 1
    call_command("worker", "--drain")
    assert [it.subject for it in mail.outbox].count("Your bookings") == 1


@pytest.mark.parametrize("revision", ["", "0", "99", "x", "-1"])
def test_a_form_of_another_state_closes_nothing(
    booking: Booking, token: str, revision: str
) -> None:
    carl = opened(token)

    answer = close(carl, booking, revision=revision)

    assert answer.status_code == 409
    assert "Somebody else has changed this booking" in text_of(answer)
    assert AccessLink.objects.filter(revoked_at=None).count() == 1


def test_a_stranger_closes_nothing(booking: Booking, token: str) -> None:
    assert close(Client(), booking).status_code == 404
    assert opened(token).get(f"{page_of(booking)}close-links").status_code == 405
    assert AccessLink.objects.filter(revoked_at=None).count() == 1


def test_too_many_mails_close_the_links_all_the_same(booking: Booking, token: str) -> None:
    carl = opened(token)

    for _time in range(5):
        booking.refresh_from_db()
        assert close(carl, booking).status_code == 303

    call_command("worker", "--drain")
    assert [it.subject for it in mail.outbox].count("Your bookings") == 3


def test_a_corrected_address_ends_what_came_by_the_old_one(booking: Booking, token: str) -> None:
    sam = opened(token)

    bookings.correct_address(
        booking_id=booking.pk, business_id=booking.business_id, email="new@example.com", now=NOW
    )

    assert sam.get(page_of(booking)).status_code == 404


def test_a_session_of_an_older_version_asks_for_the_link_again(
    client: Client, booking: Booking, token: str
) -> None:
    client.get(f"/m/{token}")
    session = client.session
    session["opened"] = [booking.pk]
    session.save()

    assert client.get(page_of(booking)).status_code == 404
    assert client.get(f"/m/{token}", follow=True).status_code == 200


@pytest.mark.parametrize("change", [{"expires_at": NOW}, {"revoked_at": NOW}])
def test_a_link_that_once_worked_leads_on_to_its_business(
    client: Client, booking: Booking, token: str, change: dict[str, Any]
) -> None:
    AccessLink.objects.update(**change)

    page = client.get(f"/m/{token}")

    html = page.content.decode()
    assert page.status_code == 404
    assert 'href="/juniper/find/"' in html
    assert 'href="/juniper/"' in html
    for told in (booking.reference, booking.title, "Carl", "carl@example.com"):
        assert told not in html


@pytest.mark.parametrize("change", [{"expires_at": NOW}, {"revoked_at": NOW}])
def test_a_link_that_is_dead_is_noted_where_its_customer_sees_it(
    booking: Booking, token: str, change: dict[str, Any]
) -> None:
    opened(token)
    AccessLink.objects.update(**change)
    used_at = AccessLink.objects.get().last_used_at
    for _time in range(3):
        assert Client().get(f"/m/{token}", headers={"User-Agent": PHONE}).status_code == 404
    Client().head(f"/m/{token}", headers={"User-Agent": PHONE})

    assert [(it.refused, it.times) for it in list_openings(booking=booking)] == [
        (False, 1),
        (True, 3),
    ]
    assert AccessLink.objects.get().last_used_at == used_at
    fresh = opened(bookings.create_access_link(booking=booking, now=NOW))
    page = fresh.get(page_of(booking))
    assert "Tried a link that no longer works 3 times, and saw nothing" in text_of(page)


def test_what_never_was_a_link_is_noted_nowhere(client: Client, booking: Booking) -> None:
    assert client.get("/m/nothing").status_code == 404

    assert not LinkUse.objects.exists()


def test_an_unknown_link_and_one_of_a_hidden_business_name_nobody(
    client: Client, booking: Booking, token: str
) -> None:
    AccessLink.objects.update(revoked_at=NOW)
    Business.objects.update(state=Business.State.DRAFT)

    hidden, unknown = client.get(f"/m/{token}"), client.get("/m/nothing")

    assert "Juniper" not in text_of(hidden)
    assert "choose “Find my booking”" in text_of(unknown)
    assert words_of(hidden) == words_of(unknown)


def words_of(page: Any) -> str:
    """What stands between the head and the foot of a page."""
    return text_of(page).split("<main", 1)[1].split("</main>", 1)[0]


def test_the_address_of_a_booking_leads_on_in_another_browser_and_tells_nothing(
    salon: Salon,
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    elsewhere = Client()

    known, unknown = (
        elsewhere.get(f"/manage/{reference}/") for reference in (booking.reference, "ZZZZ9999")
    )

    for answer in (known, unknown, elsewhere.post(f"/manage/{booking.reference}/undo")):
        assert answer.status_code == 404
        assert "This booking is not open here" in text_of(answer)
        assert 'href="/me/sign-in/"' in text_of(answer)
    assert text_of(known).replace(booking.reference, "") == text_of(unknown).replace("ZZZZ9999", "")
