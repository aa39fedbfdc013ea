"""Signing in by mail: neutral, once, in the browser that asked, and never into a dashboard
(rules S4, S19)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.bookings.models import Booking
from apps.checkout.models import GiftCard
from apps.customers import operations as customers
from apps.customers.models import SignedInDevice, SignIn
from apps.customers.proofs import code_of, token_of
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.hostile.stage import stored
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CARL, SAM = "carl@example.com", "sam@example.com"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0"


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=CARL)


def ask(client: Client, email: Any = CARL, **extra: str) -> Any:
    return client.post("/me/sign-in/", {"email": email, **extra})


def work() -> None:
    Worker(clock=timezone.now).drain()


def sent() -> list[Any]:
    """The mails to sign in with, among all those of the bookings."""
    return [it for it in mail.outbox if it.subject == "Sign in to see your bookings"]


def code_in_mail() -> str:
    found = re.search(r"Your code: (\d{3}) (\d{3})", str(sent()[-1].body))
    assert found is not None
    return found[1] + found[2]


def link_in_mail() -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/me/in/\S+)", str(sent()[-1].body))
    assert found is not None
    return found[1]


def type_code(client: Client, code: str) -> Any:
    return client.post("/me/sign-in/code", {"code": code}, headers={"User-Agent": FIREFOX})


def sign_in(client: Client, email: str = CARL) -> None:
    assert ask(client, email).status_code == 303
    work()
    assert type_code(client, code_in_mail())["Location"] == "/me/"


def listed(client: Client) -> list[str]:
    text = text_of(client.get("/me/"))
    return [it.partition('"')[0] for it in text.split('<li data-booking-reference="')[1:]]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_signs_in_over_all_businesses(client: Client, booking: Booking) -> None:
    other = make_salon(slug="rosewood")
    second = make_booking(service=other.cut, starts_at=other.at(27, 10), now=NOW, email=CARL)
    foreign = make_booking(service=other.cut, starts_at=other.at(28, 10), now=NOW, email=SAM)

    sign_in(client)

    assert listed(client) == [booking.reference, second.reference]
    assert f"Signed in as {CARL}" in re.sub(r"<[^>]+>", "", text_of(client.get("/me/")))
    assert client.get(f"/manage/{booking.reference}/").status_code == 200
    assert client.get(f"/manage/{foreign.reference}/").status_code == 404


def test_the_link_leads_to_one_button_and_the_button_signs_in(
    client: Client, booking: Booking
) -> None:
    ask(client)
    work()

    opened = client.get(link_in_mail())
    page = client.get(opened["Location"])
    assert opened["Location"] == "/me/sign-in/link"
    assert text_of(page).count("<button") == 1
    assert listed(client) == []

    assert client.post("/me/sign-in/link")["Location"] == "/me/"
    assert listed(client) == [booking.reference]


def test_reading_uses_nothing_up_however_often_a_scanner_reads(
    client: Client, booking: Booking
) -> None:
    ask(client)
    work()
    path, before = link_in_mail(), stored()

    for browser in (Client(), client):
        for method in ("HEAD", "GET", "GET"):
            browser.generic(method, path, headers={"Sec-Purpose": "prefetch"})
            browser.generic(method, "/me/sign-in/link")

    assert stored() == before
    assert client.post("/me/sign-in/link")["Location"] == "/me/"


def test_in_another_browser_the_link_opens_nothing_and_says_where_it_works(
    client: Client, booking: Booking
) -> None:
    ask(client)
    work()
    other = Client()

    page = other.get(link_in_mail())

    assert page.status_code == 200
    assert "Go back to where you asked" in text_of(page)
    assert other.post("/me/sign-in/link")["Location"] == "/me/sign-in/"
    assert other.post("/me/sign-in/code", {"code": code_in_mail()})["Location"] == "/me/sign-in/"
    assert SignedInDevice.objects.count() == 0
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_known_and_unknown_addresses_get_one_answer_for_the_same_work(booking: Booking) -> None:
    answers = []
    for email in (CARL, SAM):
        client = Client()
        with CaptureQueriesContext(connection) as asked:
            answer = ask(client, email)
        work()
        page = client.get(answer["Location"])
        tries = [type_code(client, wrong(code_of(SignIn.objects.latest("pk")))) for _ in range(6)]
        answers.append(
            (
                answer.status_code,
                answer["Location"],
                len(asked),
                re.sub(r'value="[^"]*"|X-CSRFToken[^}]*', "", text_of(page)),
                [it.status_code for it in tries],
            )
        )

    assert answers[0] == answers[1]
    assert answers[0][-1] == [422] * 5 + [410]
    assert [it.to for it in sent()] == [[CARL]]


def test_no_code_opens_an_address_that_got_no_mail(client: Client, salon: Salon) -> None:
    ask(client, SAM)
    work()

    right = code_of(SignIn.objects.get())

    assert type_code(client, right).status_code == 422
    assert SignedInDevice.objects.count() == 0


@pytest.mark.parametrize("role", ["olga", "root"])
def test_the_address_of_a_team_or_an_operator_is_no_way_into_a_dashboard(
    client: Client, salon: Salon, role: str, django_user_model: Any
) -> None:
    django_user_model.objects.create_superuser("root", "root@juniper.example", "quiet herons")
    email = f"{role}@juniper.example"
    client_booking = make_booking(
        service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=email
    )

    sign_in(client, email)

    assert listed(client) == [client_booking.reference]
    assert client.get("/own/juniper/")["Location"].startswith("/own/sign-in/?next=")
    assert client.get(f"/{settings.OPERATOR_PATH}").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_team_without_a_booking_gets_no_mail(client: Client, salon: Salon) -> None:
    ask(client, "olga@juniper.example")
    work()

    assert sent() == []


def test_wrong_codes_say_how_many_are_left_and_the_fifth_closes_them(
    client: Client, booking: Booking
) -> None:
    ask(client)
    work()
    code = code_in_mail()

    first = type_code(client, wrong(code))
    rest = [type_code(client, wrong(code)) for _ in range(4)]

    assert first.status_code == 422
    assert "4 tries are left" in text_of(first)
    assert [it.status_code for it in rest] == [422] * 4
    assert "That was the last try. Please open the link in the e-mail" in text_of(rest[-1])
    assert type_code(client, code).status_code == 410


def test_after_five_wrong_codes_the_link_still_works(client: Client, booking: Booking) -> None:
    ask(client)
    work()
    for _try in range(5):
        type_code(client, wrong(code_in_mail()))

    client.get(link_in_mail())

    assert client.post("/me/sign-in/link")["Location"] == "/me/"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "x" * 10_000, "１２３"])
def test_what_is_no_code_is_no_try(client: Client, booking: Booking, typed: str) -> None:
    ask(client)

    answer = type_code(client, typed)

    assert answer.status_code == 422
    assert "Error:" in text_of(answer)
    assert SignIn.objects.get().tries == 0


def test_a_code_may_be_typed_with_a_blank_and_in_other_digits(
    client: Client, booking: Booking
) -> None:
    ask(client)
    work()
    code = code_in_mail()
    wide = "".join(chr(ord(it) + 0xFEE0) for it in code)

    assert type_code(client, f" {wide[:3]}-{wide[3:]} ")["Location"] == "/me/"


def test_it_is_over_after_ten_minutes(client: Client, booking: Booking) -> None:
    ask(client)
    work()
    code, path = code_in_mail(), link_in_mail()

    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert client.get(path).status_code == 410
        assert type_code(client, code).status_code == 410
    with time_machine.travel(NOW + timedelta(minutes=9, seconds=59), tick=False):
        assert type_code(client, code)["Location"] == "/me/"


def test_it_works_once_by_code_or_link(client: Client, booking: Booking) -> None:
    ask(client)
    work()
    code, path = code_in_mail(), link_in_mail()
    client.get(path)
    asked = client.session["sign_in_asked"]
    assert type_code(client, code)["Location"] == "/me/"

    assert client.get(path).status_code == 410
    with pytest.raises(customers.SignInOver):
        customers.sign_in_by_link(sign_in_id=asked, device="", now=NOW)
    with pytest.raises(customers.SignInOver):
        customers.sign_in_by_code(sign_in_id=asked, code=code, device="", now=NOW)
    assert SignedInDevice.objects.count() == 1


def test_a_mail_that_is_late_is_not_sent(client: Client, booking: Booking) -> None:
    ask(client)

    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        work()

    assert sent() == []


def test_a_form_that_is_sent_twice_asks_once(client: Client, booking: Booking) -> None:
    for _tap in range(2):
        ask(client, key="a-form-of-a-page")
    work()

    assert len(sent()) == 1
    assert type_code(client, code_in_mail())["Location"] == "/me/"


def test_a_fourth_asking_is_answered_alike_but_sends_nothing(
    client: Client, booking: Booking
) -> None:
    answers = [ask(client)["Location"] for _asking in range(4)]

    assert answers == ["/me/sign-in/code"] * 4
    assert OutboxItem.objects.filter(topic="customers.sign-in").count() == 3


def test_one_network_asks_ten_times_an_hour(client: Client, salon: Salon) -> None:
    answers = [ask(client, f"carl{number}@example.com").status_code for number in range(11)]

    assert answers == [303] * 10 + [429]


def test_twenty_wrong_codes_a_day_close_codes_for_an_address_and_leave_its_link(
    booking: Booking,
) -> None:
    for number in range(4):
        with time_machine.travel(NOW + timedelta(minutes=20 * number), tick=False):
            stranger = Client(REMOTE_ADDR=f"203.0.{number}.7")
            ask(stranger)
            for _try in range(5):
                type_code(stranger, "000000")
    with time_machine.travel(NOW + timedelta(minutes=100), tick=False):
        carl = Client(REMOTE_ADDR="198.51.100.7")
        ask(carl)
        work()
        answer = type_code(carl, code_in_mail())
        assert answer.status_code == 429
        assert "Please open the link in the e-mail" in text_of(answer)
        carl.get(link_in_mail())
        assert carl.post("/me/sign-in/link")["Location"] == "/me/"


@pytest.mark.parametrize("change", ["cut", "upper", "pad", "nul", "long", "other"])
def test_a_token_that_is_not_ours_gets_one_neutral_page(
    client: Client, booking: Booking, change: str
) -> None:
    ask(client)
    token = token_of(SignIn.objects.get())
    odd = {
        "cut": token[:-1],
        "upper": token.upper(),
        "pad": f"{token}=",
        "nul": f"{token}%00",
        "long": token * 100,
        "other": "nothing",
    }

    answer = client.get(f"/me/in/{odd[change]}")

    assert answer.status_code == 410
    assert "This code or link no longer works" in text_of(answer)


def test_neither_code_nor_link_nor_key_stands_in_the_database(
    client: Client, booking: Booking
) -> None:
    sign_in(client)

    rows = repr(stored())
    assert code_in_mail() not in rows
    assert link_in_mail().removeprefix("/me/in/") not in rows
    assert client.session["signed_in"] not in rows


def test_signing_in_gives_the_session_a_new_key_and_the_old_one_is_dead(
    client: Client, booking: Booking
) -> None:
    ask(client)
    work()
    old = str(client.session.session_key)
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = old

    type_code(client, code_in_mail())

    assert client.session.session_key != old
    assert listed(planted) == []


def test_devices_are_named_roughly_and_ended_one_by_one(client: Client, booking: Booking) -> None:
    sign_in(client)
    other = Client()
    sign_in(other)
    first, second = SignedInDevice.objects.order_by("pk")

    page = text_of(client.get("/me/devices/"))
    assert page.count("Firefox on Android") >= 2
    assert "Tuesday 24 November" in page

    assert client.post("/me/sign-out", {"device": second.pk})["Location"] == "/me/devices/"
    assert listed(other) == []
    assert other.get(f"/manage/{booking.reference}/").status_code == 404
    assert listed(client) == [booking.reference]
    first.refresh_from_db()
    assert first.ended_at is None


def test_signing_out_everywhere_ends_every_browser(client: Client, booking: Booking) -> None:
    other = Client()
    sign_in(other)
    sign_in(client)

    assert client.post("/me/sign-out", {"everywhere": "1"})["Location"] == "/me/"

    assert listed(client) == listed(other) == []
    assert "signed_in" not in client.session


def test_nobody_ends_the_sign_in_of_somebody_else(client: Client, salon: Salon) -> None:
    for email in (CARL, SAM):
        make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=email)
    carl = Client()
    sign_in(carl)
    sign_in(client, SAM)

    client.post("/me/sign-out", {"device": SignedInDevice.objects.get(email=CARL).pk})
    client.post("/me/sign-out", {"everywhere": "1"})

    assert len(listed(carl)) == 1
    assert "Firefox" not in text_of(client.get("/me/devices/", follow=True))


@pytest.mark.parametrize("device", ["x", "-1", "1e3", "9" * 40, "１"])
def test_a_device_that_is_no_number_is_not_found(
    client: Client, booking: Booking, device: str
) -> None:
    sign_in(client)

    assert client.post("/me/sign-out", {"device": device}).status_code == 404


def test_a_sign_in_ends_after_two_weeks(client: Client, booking: Booking) -> None:
    sign_in(client)
    device = SignedInDevice.objects.get()
    SignedInDevice.objects.filter(pk=device.pk).update(ends_at=NOW + timedelta(days=1))

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert listed(client) == []
    assert device.ends_at == NOW + timedelta(days=14)


def test_forgetting_the_device_signs_it_out(client: Client, booking: Booking) -> None:
    sign_in(client)

    client.post("/me/forget")

    assert listed(client) == []
    assert SignedInDevice.objects.get().ended_at == NOW


def test_what_is_over_is_deleted_after_a_day(client: Client, booking: Booking) -> None:
    sign_in(client)

    assert customers.forget_sign_ins(now=NOW + timedelta(hours=23)) == 0
    assert customers.forget_sign_ins(now=NOW + timedelta(hours=25)) == 1
    assert SignIn.objects.count() == 0
    assert SignedInDevice.objects.count() == 1
    assert customers.forget_sign_ins(now=NOW + timedelta(days=16)) == 1


def test_many_rows_cost_no_more_questions(
    client: Client, salon: Salon, django_assert_num_queries: Any
) -> None:
    for day in (26, 27, 28):
        make_booking(service=salon.cut, starts_at=salon.at(day, 10), now=NOW, email=CARL)
    sign_in(client)

    with django_assert_num_queries(9):
        assert len(listed(client)) == 3


@pytest.mark.parametrize(
    "email", ["", "carl", "x" * 10_000, "a@b.de,c@d.de", "a@b.de\r\nBcc: c@d.de", ["a", "b"]]
)
def test_wrong_addresses_come_back_with_words(client: Client, salon: Salon, email: Any) -> None:
    answer = ask(client, email)

    assert answer.status_code == 422
    assert "Error: See all your bookings" in text_of(answer)
    assert SignIn.objects.count() == 0


def test_another_spelling_of_an_address_is_another_mailbox(client: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email="carl+x@example.com")
    mine = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email=CARL)

    sign_in(client)

    assert listed(client) == [mine.reference]


def test_plans_and_gift_cards_of_the_address_are_there_and_can_be_used(
    client: Client, salon: Salon, django_assert_num_queries: Any
) -> None:
    plan = make_plan(services=[salon.cut])
    mine = make_purchase(plan=plan, by=salon.olga, email=CARL)
    foreign = make_purchase(plan=plan, by=salon.olga, email=SAM)
    card = make_gift_card(by=salon.olga)
    other = make_gift_card(by=salon.olga)
    GiftCard.objects.filter(pk=card.pk).update(to_email=CARL)

    sign_in(client)
    page = text_of(client.get("/me/"))

    assert f'href="/plans/{mine.reference}/"' in page
    assert "10 visits left" in page
    assert foreign.reference not in page
    assert f'href="/gifts/{card.reference}/"' in page
    assert "€50.00 left" in page
    assert other.reference not in page
    assert client.get(f"/plans/{mine.reference}/").status_code == 200
    assert client.get(f"/plans/{foreign.reference}/").status_code == 404
    assert client.get(f"/gifts/{card.reference}/").status_code == 200
    assert client.get(f"/gifts/{other.reference}/").status_code == 404
    make_purchase(plan=plan, by=salon.olga, email=CARL)
    with django_assert_num_queries(7):
        client.get("/me/")

    client.post("/me/sign-out")
    assert client.get(f"/plans/{mine.reference}/").status_code == 404
    assert client.get(f"/gifts/{card.reference}/").status_code == 404


def test_whoever_has_only_a_gift_card_is_known(client: Client, salon: Salon) -> None:
    make_gift_card(by=salon.olga)

    sign_in(client, "eva@example.com")

    assert "Gift card for" in text_of(client.get("/me/"))
