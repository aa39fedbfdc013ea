"""What every answer says to browsers, and what it does not believe (rule S17)."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from apps.outbox.worker import Worker
from tests.hostile.stage import Stage, checksum

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVIL = [
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "%2f%2fevil.example",
    "javascript:alert(1)",
    "http://evil@evil.example",
    "/own/\r\nSet-Cookie: a=b",
]
PERSONAL = ("book/", "done/", "manage/", "m/", "own/<", "plans/", "p/", "gifts/")


@pytest.mark.long
def test_every_answer_has_its_policy_and_personal_ones_are_not_kept(stage: Stage) -> None:
    missing = []
    for route, path in stage.addresses.items():
        for browser in (Client(raise_request_exception=False), stage.carl, stage.olga):
            answer = browser.get(path)
            wanted = ["Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"]
            wanted += ["Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"]
            wanted += ["Referrer-Policy", "Permissions-Policy"]
            missing += [(route, name) for name in wanted if name not in answer.headers]
            if route.startswith(PERSONAL) and answer.status_code == 200:
                kept = "no-store" not in answer.headers.get("Cache-Control", "")
                missing += [(route, "no-store")] * kept
                missing += [(route, "noindex")] * ("X-Robots-Tag" not in answer.headers)

    assert missing == []


@pytest.mark.parametrize("route", ["m/<str:token>", "p/<str:token>", "gifts/open/<str:token>"])
def test_the_address_of_a_secret_link_is_told_to_no_other_site(stage: Stage, route: str) -> None:
    answer = stage.carl.get(stage.addresses[route])

    assert answer.status_code in {200, 303}
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_fragment_is_never_served_as_a_page(stage: Stage) -> None:
    answer = stage.carl.get("/juniper/s/cut/times", headers={"HX-Request": "true"})

    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("wanted", EVIL)
def test_nobody_is_sent_to_a_foreign_site_after_the_sign_in(stage: Stage, wanted: str) -> None:
    stage.salon.olga.user.set_password("seven quiet herons")
    stage.salon.olga.user.save()
    form = {
        "login": stage.salon.olga.user.email,
        "password": "seven quiet herons",
        "next": wanted,
    }

    answer = Client(raise_request_exception=False).post("/own/sign-in/", form)

    place = urljoin("http://testserver/own/sign-in/", answer.headers["Location"])
    assert answer.status_code == 302
    assert urlsplit(place).netloc == "testserver"
    assert place.isprintable()
    assert "Set-Cookie" not in answer.headers


def test_the_session_has_a_new_id_after_the_sign_in(stage: Stage) -> None:
    stage.salon.olga.user.set_password("seven quiet herons")
    stage.salon.olga.user.save()
    session = stage.carl.session
    before = session.session_key

    form = {"login": stage.salon.olga.user.email, "password": "seven quiet herons"}
    stage.carl.post("/own/sign-in/", form)

    assert stage.carl.cookies["session"].value != before
    assert not session.exists(before or "")


@pytest.mark.parametrize("email", ["nobody@example.com", "olga@juniper.example", "a@b\x00.de"])
def test_a_forgotten_password_is_answered_alike_for_all(stage: Stage, email: str) -> None:
    answer = Client(raise_request_exception=False).post("/own/sign-in/forgotten/", {"email": email})

    assert answer.status_code == (422 if "\x00" in email else 302)


@override_settings(ALLOWED_HOSTS=["*"])
def test_a_forged_host_is_in_no_mail(stage: Stage) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    Client().post(
        "/own/sign-in/forgotten/", {"email": stage.salon.olga.user.email}, headers=headers
    )
    Worker(clock=timezone.now).drain()

    resets = [it for it in mail.outbox if "/own/sign-in/forgotten/" in it.body]
    assert len(resets) == 1
    assert [it.subject for it in mail.outbox if "evil" in str(it.message())] == []
    assert "http://127.0.0.1:8000/own/sign-in/forgotten/" in resets[0].body


def test_a_host_that_is_not_ours_is_refused(stage: Stage) -> None:
    answer = stage.carl.get("/juniper/", headers={"Host": "evil.example"})

    assert answer.status_code == 400


SIGNED_INSTEAD = {("webhooks/payments/<slug:provider>", 400)}
"""Providers have no token; whoever did not sign the very bytes is refused all the same
(rule M6)."""
ASKS_ONLY = {("s/did-you-mean", 200)}
"""It reads nothing and changes nothing, and must not stop a form whose cookie went."""


@pytest.mark.long
def test_forms_without_a_token_are_refused_everywhere(stage: Stage) -> None:
    before = checksum()
    open_to_forgery = []
    for browser in (stage.carl, stage.olga):
        browser.handler.enforce_csrf_checks = True
        for route, path in stage.addresses.items():
            for headers in ({}, {"HX-Request": "true"}, {"X-HTTP-Method-Override": "PUT"}):
                for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain"):
                    answer = browser.generic(
                        "POST", path, b"revision=2", content_type=kind, headers=headers
                    )
                    if answer.status_code != 403:
                        open_to_forgery.append((route, answer.status_code))

    assert set(open_to_forgery) == SIGNED_INSTEAD | ASKS_ONLY
    assert checksum() == before


def test_error_pages_are_small_and_say_what_to_do(stage: Stage) -> None:
    forger = Client(enforce_csrf_checks=True)
    pages = {
        404: Client().get("/no-such-place/"),
        403: forger.post("/juniper/hold", {"slot": "x"}),
        422: stage.carl.post("/juniper/hold", {"service": "cut", "slot": "x"}),
    }

    for status, page in pages.items():
        assert page.status_code == status
        assert 200 < len(page.content) < 8192
        assert "Content-Security-Policy" in page.headers


def test_a_foreign_role_gets_no_operator_pages(stage: Stage) -> None:
    assert User.objects.filter(is_staff=True).count() == 1
    assert stage.olga.get("/operator/").status_code == 302
