"""What a browser gets over https from production settings: cookies and headers of real answers
(rule S7)."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.bookings_portal.test_production import BASE_DIR, PRODUCTION

ASK = """
import json
from django.test import Client
from django.contrib.auth.models import User
from tests.factories import NOW, make_salon
import time_machine

with time_machine.travel(NOW, tick=False):
    salon = make_salon(slug="juniper")
    root = User.objects.create_superuser("root", "root@portal.example", "quiet herons")
    browser = Client(headers={"host": "book.example"}, raise_request_exception=False)
    ask = dict(secure=True)
    at = salon.at(26, 10).astimezone(salon.business.zone).isoformat(timespec="minutes")
    answers = {
        "page": browser.get("/juniper/s/cut/times", **ask),
        "fragment": browser.get("/juniper/s/cut/times", headers={"HX-Request": "true"}, **ask),
        "redirect": browser.post("/juniper/hold", {"service": "cut", "slot": f"{at};;"}, **ask),
        "missing": browser.get("/juniper/nothing/", **ask),
        "sign in": browser.get("/own/sign-in/", **ask),
        "link": browser.get("/m/" + "x" * 43, **ask),
        "http": browser.get("/juniper/"),
        "robots": browser.get("/robots.txt", **ask),
    }
    answers["details"] = browser.get(answers["redirect"].headers["Location"], **ask)
    operator = Client(headers={"host": "book.example"})
    operator.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    answers["operator"] = operator.get("/operator/", **ask)
print("ANSWERS " + json.dumps({
    name: {
        "status": answer.status_code,
        "headers": {key.lower(): value for key, value in answer.headers.items()},
        "cookies": [morsel.OutputString() for morsel in answer.cookies.values()],
    }
    for name, answer in answers.items()
}))
"""


pytestmark = pytest.mark.long  # a production server is started for it


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Answers of a process of its own with production settings and a database of its own."""
    folder = tmp_path_factory.mktemp("production")
    environment = {**os.environ, **PRODUCTION, "DATA_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    environment["DATABASE_URL"] = f"sqlite:////{folder}/portal.sqlite3"
    for words in (
        ["migrate", "-v0"],
        ["collectstatic", "--no-input", "-v0"],
        ["shell", "-v0", "-c", ASK],
    ):
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    (line,) = [it for it in done.stdout.splitlines() if it[:8] == "ANSWERS "]
    return dict(json.loads(line[8:]))


HTTPS = ["page", "fragment", "redirect", "missing", "sign in", "link", "details", "operator"]


def test_the_pages_are_the_real_ones(answers: dict[str, Any]) -> None:
    assert {name: it["status"] for name, it in answers.items()} == {
        "page": 200,
        "fragment": 200,
        "redirect": 303,
        "missing": 404,
        "sign in": 200,
        "link": 404,
        "http": 301,
        "robots": 200,
        "details": 200,
        "operator": 200,
    }


def test_plain_http_is_sent_to_https(answers: dict[str, Any]) -> None:
    assert answers["http"]["headers"]["location"] == "https://book.example/juniper/"


@pytest.mark.parametrize("name", HTTPS)
def test_every_cookie_is_bound_to_this_host_and_hidden_from_scripts(
    answers: dict[str, Any], name: str
) -> None:
    for cookie in answers[name]["cookies"]:
        first, *attributes = cookie.split("; ")
        kinds = {part.split("=")[0].lower(): part for part in attributes}
        assert first[:7] == "__Host-", cookie
        assert {"secure", "httponly", "path", "samesite"} <= set(kinds), cookie
        assert "domain" not in kinds, cookie
        assert (kinds["path"], kinds["samesite"]) == ("Path=/", "SameSite=Lax")


def test_a_hold_sets_the_session_and_a_form_its_token(answers: dict[str, Any]) -> None:
    names = {
        name: {cookie.split("=")[0] for cookie in answers[name]["cookies"]}
        for name in ("redirect", "page")
    }

    assert names == {"redirect": {"__Host-session"}, "page": {"__Host-csrf"}}


@pytest.mark.parametrize("name", HTTPS)
def test_every_answer_says_what_browsers_may_do_with_it(answers: dict[str, Any], name: str) -> None:
    headers = answers[name]["headers"]

    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy


@pytest.mark.parametrize("name", ["details", "link", "operator"])
def test_personal_pages_are_not_kept(answers: dict[str, Any], name: str) -> None:
    assert "no-store" in answers[name]["headers"]["cache-control"]


def test_personal_pages_are_named_to_no_other_site(answers: dict[str, Any]) -> None:
    policies = {name: answers[name]["headers"]["referrer-policy"] for name in ("details", "link")}

    assert policies == {"details": "same-origin", "link": "no-referrer"}
