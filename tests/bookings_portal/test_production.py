"""Production settings, as a process of their own sees them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
SECRET = "the quick brown fox jumps over 13 lazy dogs" * 2
PRODUCTION = {"PORTAL_ORIGIN": "https://book.example", "SECRET_KEY": SECRET, "DEBUG": "0"}


def manage(data_dir: Path, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATA_DIR": str(data_dir), **changes}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the suite's own, for the browser
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(data_dir: Path, *names: str, **changes: str) -> dict[str, object]:
    code = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))"
    )
    return dict(json.loads(manage(data_dir, "shell", "-v0", "-c", code, **changes).stdout))


def test_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"ALLOWED_HOSTS": "*"}, "portal.W003"),
        ({"SECRET_KEY": "short"}, "security.W009"),
    ],
)
@pytest.mark.long
def test_careless_settings_fail_the_deployment_check(
    tmp_path: Path, changes: dict[str, str], warning: str
) -> None:
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, **changes}
    )

    assert done.returncode == 1
    assert f"({warning})" in done.stderr


@pytest.mark.long
def test_cookies_are_bound_to_the_host_when_there_is_https(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "DEMO")

    assert settings_of(tmp_path, *names, **PRODUCTION) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "DEMO": False,
    }
    assert settings_of(tmp_path, *names, PORTAL_ORIGIN="http://127.0.0.1:8000") == {
        "SESSION_COOKIE_NAME": "session",
        "CSRF_COOKIE_NAME": "csrf",
        "SESSION_COOKIE_SECURE": False,
        "DEMO": True,
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing: "),
        ({"DEBUG": "1"}, "DEBUG shows secrets to visitors: "),
        ({"PORTAL_ORIGIN": "book.example"}, "PORTAL_ORIGIN must look like "),
        ({"DATABASE_URL": "oracle://db/x"}, "DATABASE_URL starts with 'oracle', "),
        ({"EMAIL_URL": "pigeon://roof"}, "EMAIL_URL is unknown: "),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be "),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = manage(tmp_path, "check", **{**PRODUCTION, **changes})

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr[: len(sentence)] == sentence
    assert done.stderr.count("\n") == 1
