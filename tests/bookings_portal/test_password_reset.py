"""A forgotten password: one answer for everybody, a mail by the worker, a key that nobody logs."""

import io
import logging
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.messages.operations import send_reset
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from bookings_portal.request_log import JsonFormatter, TextFormatter
from tests.factories import NOW

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
PASSWORD, NEW = "seven quiet herons", "nine loud pelicans"
FORM, SENT = "/own/sign-in/forgotten/", "/own/sign-in/forgotten/sent/"


@pytest.fixture
def stopped() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga", "olga@juniper.example", PASSWORD)


def ask(client: Client, email: str, address: str = "198.51.100.7") -> Any:
    return client.post(FORM, {"email": email}, REMOTE_ADDR=address)


def work() -> None:
    Worker(clock=timezone.now).drain()


def link_in(body: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://127\.0\.0\.1:8000(/own/sign-in/forgotten/\S+)", body)
    assert found is not None
    return found[1]


def link_for(client: Client, email: str = "olga@juniper.example") -> str:
    ask(client, email)
    work()
    return link_in(str(mail.outbox[-1].body))


def test_a_known_and_an_unknown_address_get_the_same_answer(client: Client, olga: User) -> None:
    answers, statements = [], []
    askers = {"olga@juniper.example": "198.51.100.7", "sam@nowhere.example": "203.0.113.9"}
    for email, address in askers.items():
        with CaptureQueriesContext(connection) as queries:
            answers.append(ask(Client(), email, address))
        statements.append([re.sub(r"'[^']*'|\d+", "?", it["sql"]) for it in queries])

    assert [(it.status_code, it["Location"]) for it in answers] == [(302, SENT)] * 2
    assert [len(it) for it in statements] == [len(statements[0])] * 2
    assert [sql.partition(" ")[0] for sql in statements[0]] == [
        sql.partition(" ")[0] for sql in statements[1]
    ]
    assert not [sql for sql in statements[0] if "auth_user" in sql or "emailaddress" in sql]
    assert client.get(SENT).status_code == 200


def test_the_page_sends_nothing_itself_and_bears_a_mail_server_that_is_away(olga: User) -> None:
    away = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": 9,
        "EMAIL_TIMEOUT": 1,
    }
    with override_settings(**away):
        answers = [ask(Client(), it) for it in ("olga@juniper.example", "sam@nowhere.example")]
        work()

    assert [(it.status_code, it["Location"]) for it in answers] == [(302, SENT)] * 2
    assert mail.outbox == []
    waiting = OutboxItem.objects.get(done_at=None)
    assert (waiting.topic, waiting.attempts, waiting.failed_at) == ("accounts.reset", 1, None)
    assert waiting.last_error == "NotDelivered: ConnectionRefusedError"


def test_one_mail_goes_to_the_account_and_none_to_a_stranger(client: Client, olga: User) -> None:
    for email in ("Olga@Juniper.Example", "sam@nowhere.example"):
        ask(client, email)
    work()

    assert [it.to for it in mail.outbox] == [["olga@juniper.example"]]
    assert mail.outbox[0].subject == "Choose a new password"
    assert "The link works once, for 30 minutes." in str(mail.outbox[0].body)


def test_an_account_that_is_switched_off_gets_no_mail(client: Client, olga: User) -> None:
    User.objects.update(is_active=False)

    assert send_reset(email="olga@juniper.example", attempt=1, now=NOW) == 0


def test_the_link_opens_a_form_and_changes_the_password_once(client: Client, olga: User) -> None:
    link = link_for(client)

    first = client.get(link)
    assert first.status_code == 302
    form = first["Location"]
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    olga.refresh_from_db()

    assert olga.check_password(NEW)
    assert "This link no longer works." in Client().get(link).content.decode()


def test_the_link_dies_after_half_an_hour(client: Client, olga: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        link = link_for(client)
        clock.shift(30 * 60 - 1)
        assert Client().get(link).status_code == 302
        clock.shift(1)
        assert "This link no longer works." in Client().get(link).content.decode()


def test_no_table_holds_a_key_that_works(client: Client, olga: User) -> None:
    """Also while the mail waits: the key comes about when it leaves."""
    ask(client, "olga@juniper.example")
    assert OutboxItem.objects.get().payload == {"email": "olga@juniper.example"}
    work()
    key = link_in(str(mail.outbox[0].body)).rstrip("/").rpartition("-")[2]

    assert len(key) > 20
    assert key not in str(list(OutboxItem.objects.values()))
    assert key not in str(list(Session.objects.values()))


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter("{message}", style="{")])
def test_the_key_is_in_no_line_of_the_log(
    client: Client, olga: User, formatter: logging.Formatter
) -> None:
    link = link_for(client)
    key = link.rstrip("/").rpartition("-")[2]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        client.get(link)
        client.get(f"{link}x")
        logging.getLogger("django.request").error("Internal Server Error: %s", link)
    finally:
        root.removeHandler(handler)

    assert "/own/sign-in/forgotten/" in stream.getvalue()
    assert key not in stream.getvalue()


def test_the_key_reaches_no_referer(client: Client, olga: User) -> None:
    """The address of the mail leads on at once; a dead one is a page, and tells nobody either."""
    link = link_for(client)
    good = client.get(link)
    form = client.get(good["Location"])
    dead = Client().get(f"{link.rstrip('/')}x/")

    assert good.headers["Referrer-Policy"] == "no-referrer"
    assert dead.headers["Referrer-Policy"] == "no-referrer"
    assert form.headers["Referrer-Policy"] == "same-origin"  # it has a form (CSRF)
    assert link.rstrip("/").rpartition("-")[2] not in form.content.decode()
    assert [it.headers["Cache-Control"] for it in (form, dead)] == [
        "max-age=0, no-cache, no-store, must-revalidate, private"
    ] * 2


def test_asking_often_is_refused_alike(olga: User) -> None:
    codes = {
        email: [ask(Client(), email).status_code for _time in range(4)]
        for email in ("olga@juniper.example", "sam@nowhere.example")
    }

    assert list(codes.values()) == [[302, 302, 302, 429]] * 2


def test_the_wait_that_is_told_is_the_true_one(olga: User) -> None:
    for _time in range(3):
        ask(Client(), "olga@juniper.example")
    refused = ask(Client(), "olga@juniper.example")
    for number in range(7):
        ask(Client(), f"somebody{number}@juniper.example")
    full = ask(Client(), "ines@juniper.example")

    now = timezone.now().timestamp()
    quarter, hour = (window - now % window for window in (15 * 60, 60 * 60))
    told = [int(it.headers["Retry-After"]) for it in (refused, full)]
    assert [it.status_code for it in (refused, full)] == [429, 429]
    assert [abs(a - b) < 2 for a, b in zip(told, (quarter, hour), strict=True)] == [True, True]
    minutes = -(-told[0] // 60)
    assert f"{minutes} minute" in refused.content.decode()
