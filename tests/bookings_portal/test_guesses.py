"""An account has its own limit on wrong passwords, and nobody can use it against the owner."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.outbox.worker import Worker
from apps.web import limit_rules as rules
from apps.web.models import RateCounter
from tests.bookings_portal.test_password_reset import link_in
from tests.factories import NOW

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db,
    pytest.mark.usefixtures("stopped"),
    pytest.mark.detail,
]
PASSWORD, NEW = "seven quiet herons", "nine loud pelicans"
SIGN_IN = "/own/sign-in/"
MAX_TRIES = rules.WRONG_PASSWORDS_PER_ACCOUNT.limit


@pytest.fixture
def stopped() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga", "olga@juniper.example", PASSWORD)


def network(number: int) -> str:
    return f"203.{number // 250}.{number % 250}.9"


def sign_in(
    client: Client, password: str = PASSWORD, *, at: str = "198.51.100.7", who: str = "olga"
) -> Any:
    form = {"login": f"{who}@juniper.example", "password": password}
    return client.post(SIGN_IN, form, REMOTE_ADDR=at)


def attack(times: int, *, who: str = "olga", first: int = 0) -> list[int]:
    """One wrong password from each of many networks."""
    numbers = range(first, first + times)
    return [sign_in(Client(), "wrong", at=network(it), who=who).status_code for it in numbers]


def test_wrong_passwords_of_all_networks_count_together(olga: User) -> None:
    assert attack(MAX_TRIES + 2) == [422] * MAX_TRIES + [429] * 2


def test_a_stranger_with_the_right_password_is_refused_then_too(olga: User) -> None:
    attack(MAX_TRIES)

    refused = sign_in(Client(), at="192.0.2.1")

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str((24 * 60 - (9 * 60 + 42)) * 60)
    page = refused.content.decode()
    assert "Wait 15 hours, or choose a new password by e-mail" in page
    assert 'href="/own/sign-in/forgotten/"' in page


def test_an_unknown_address_is_counted_alike() -> None:
    assert attack(MAX_TRIES + 1, who="nobody") == [422] * MAX_TRIES + [429]


def test_what_one_network_is_refused_does_not_fill_the_count_of_the_account(olga: User) -> None:
    codes = [sign_in(Client(), "wrong", at="203.0.113.9").status_code for _time in range(100)]

    assert codes == [422] * 5 + [429] * 95
    assert sign_in(Client()).status_code == 302


def test_right_passwords_leave_no_count(olga: User) -> None:
    for number in range(MAX_TRIES * 2):
        assert sign_in(Client(), at=network(number)).status_code == 302
    assert set(RateCounter.objects.values_list("count", flat=True)) == {0}


def test_a_browser_that_was_signed_in_before_gets_in_whatever_strangers_try(olga: User) -> None:
    """Also one in the same network, whose limit they have filled as well."""
    mine = Client()
    sign_in(mine)
    mine.post("/own/sign-out/")
    attack(MAX_TRIES + 5)
    for _time in range(6):
        sign_in(Client(), "wrong")

    assert sign_in(mine).status_code == 302
    assert sign_in(Client()).status_code == 429


def test_a_known_browser_has_a_limit_of_its_own(olga: User) -> None:
    mine = Client()
    sign_in(mine)
    mine.post("/own/sign-out/")

    codes = [sign_in(mine, "wrong", at=network(number)).status_code for number in range(6)]

    assert codes == [422] * 5 + [429]


@pytest.mark.parametrize("mark", ["", "forged", "of another account", "changed"])
def test_a_mark_that_is_not_ours_helps_nobody(olga: User, mark: str) -> None:
    User.objects.create_user("sam", "sam@juniper.example", PASSWORD)
    sams = Client()
    sign_in(sams, who="sam")
    known = sams.cookies["known"].value
    thief = Client()
    thief.cookies["known"] = {
        "": "",
        "forged": "abc:def:ghi",
        "of another account": known,
        "changed": known[:-1] + ("a" if known[-1] != "a" else "b"),
    }[mark]
    attack(MAX_TRIES)

    assert sign_in(thief, at="192.0.2.1").status_code == 429


def test_the_mark_tells_no_address_and_is_hidden_from_scripts(olga: User) -> None:
    client = Client()
    sign_in(client)

    cookie = client.cookies["known"]
    assert "olga" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_new_password_by_mail_opens_the_way_at_once(olga: User) -> None:
    attack(MAX_TRIES)
    browser = Client()
    browser.post("/own/sign-in/forgotten/", {"email": "olga@juniper.example"})
    Worker(clock=timezone.now).drain()
    form = browser.get(link_in(str(mail.outbox[0].body)))["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})
    attack(MAX_TRIES + 1, first=500)

    assert sign_in(browser, NEW, at="192.0.2.1").status_code == 302
    assert sign_in(Client(), NEW, at="192.0.2.2").status_code == 429


def test_a_new_password_by_mail_begins_without_wrong_ones_for_every_browser(olga: User) -> None:
    attack(MAX_TRIES)
    browser = Client()
    browser.post("/own/sign-in/forgotten/", {"email": "olga@juniper.example"})
    Worker(clock=timezone.now).drain()
    form = browser.get(link_in(str(mail.outbox[0].body)))["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})

    assert sign_in(Client(), NEW, at="192.0.2.1").status_code == 302


def test_an_operator_lifts_it_and_says_why(olga: User, admin_client: Client) -> None:
    attack(MAX_TRIES)
    action = {"action": "let_sign_in_again", "_selected_action": [olga.pk]}

    refused = admin_client.post("/operator/auth/user/", action, follow=True)
    assert "Give a reason." in refused.content.decode()
    assert sign_in(Client(), at="192.0.2.1").status_code == 429
    done = admin_client.post(
        "/operator/auth/user/", {**action, "reason": "She called"}, follow=True
    )

    assert "1 person may try again." in done.content.decode()
    assert LogEntry.objects.get().change_message == "let_sign_in_again: She called"
    assert sign_in(Client(), at="192.0.2.2").status_code == 302


def test_the_next_day_begins_at_zero(olga: User, stopped: Any) -> None:
    attack(MAX_TRIES)
    stopped.shift(24 * 60 * 60)

    assert sign_in(Client(), at="192.0.2.1").status_code == 302


@pytest.mark.parametrize(
    ("door", "field"),
    [("/own/sign-in/password/", "oldpassword"), ("/own/sign-in/again/", "password")],
)
def test_whoever_finds_a_browser_signed_in_guesses_no_faster(
    olga: User, stopped: Any, door: str, field: str
) -> None:
    """A sign-in that was taken along without the mark of its browser, at all hours of a day."""
    hers = Client()
    sign_in(hers)
    thief = Client()
    thief.cookies["sessionid"] = thief.cookies["session"] = hers.cookies["session"].value
    tried = 0
    for number in range(40):
        stopped.shift(60)
        guess = {field: f"wrong {number}", "password1": NEW, "password2": NEW}
        tried += thief.post(door, guess, REMOTE_ADDR=network(number)).status_code == 422

    assert tried == MAX_TRIES
    assert sign_in(hers).status_code == 302


def test_the_right_password_changes_it_and_counts_for_nothing(olga: User) -> None:
    client = Client()
    sign_in(client)

    for old, new in ((PASSWORD, NEW), (NEW, PASSWORD)) * 2:
        form = {"oldpassword": old, "password1": new, "password2": new}
        assert client.post("/own/sign-in/password/", form).status_code == 302

    assert set(RateCounter.objects.values_list("count", flat=True)) == {0}


def test_admin_has_no_door_of_its_own_to_a_password(admin_client: Client) -> None:
    form = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}

    answers = [admin_client.get("/operator/password_change/")]
    answers.append(admin_client.post("/operator/password_change/", form))

    assert [(it.status_code, it["Location"]) for it in answers] == [
        (302, "/own/sign-in/password/")
    ] * 2
