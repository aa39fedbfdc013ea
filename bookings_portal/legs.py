"""`manage.py test`: the whole suite on SQLite and on PostgreSQL, pages in a browser included.

Standard library only. What could not be run is said in the last lines; with CI=true it is a
failure. The very last line sums up both legs in pytest's own form.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bookings_portal.env import read_flag
from bookings_portal.install import install
from bookings_portal.throwaway_postgres import NoPostgres, throwaway_postgres

BASE_DIR = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ENGINES = {
    "Firefox": ("firefox-esr", "firefox"),
    "WebKit": ("WebKitWebDriver",),
    "a screen for WebKit": ("Xvfb",),
    "Java, for the checker of HTML": ("java",),
    "PgBouncer": ("pgbouncer", "/usr/sbin/pgbouncer"),
}
"""What a few tests need besides Chromium, by the commands of which one must be there."""
# The developer's own configuration must not decide what the suite sees.
PORTAL_VARIABLES = (
    *("ALLOWED_HOSTS", "DATABASE_POOL", "DATABASE_URL", "DEBUG", "DEMO", "EMAIL_FROM", "EMAIL_URL"),
    *("LOG_LEVEL", "OPERATOR_PATH", "PORTAL_ORIGIN", "PORTAL_PROCESS", "SECRET_KEY"),
    *("RATE_LIMIT_SCALE", "TRUSTED_PROXY_COUNT", "DJANGO_SETTINGS_MODULE"),
)
BRIEF = "not long and not detail"
BRIEF_ON_SQLITE = f"{BRIEF} and not on_postgresql"
NO_TESTS = 5  # pytest's word for it
CLOSING = re.compile(r"=+ (.*) in [\d.]+s.*=+")
COUNTED = re.compile(r"(\d+) (failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?)")


@dataclass(frozen=True)
class Leg:
    """How one run of the suite went; `missing` says why it could not run."""

    name: str
    exit_code: int = 0
    closing: str = ""
    missing: str = ""


def test(arguments: list[str]) -> int:
    """Run every leg; the arguments go to pytest. Returns 0 only when everything that ran passed."""
    started = time.monotonic()
    python = str(install(BASE_DIR, "requirements.txt", "requirements-dev.txt"))
    ci = read_flag("CI", default=False)
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        environment = {
            name: text for name, text in os.environ.items() if name not in PORTAL_VARIABLES
        }
        environment |= {"DATA_DIR": folder, "CHROMIUM": browser}
        # Half of the time browsers and storms wait, so two cores carry three workers. Idle ones
        # take over what the others have not begun: browser tests lie close together.
        command = [python, "-m", "pytest", "-n", "3", "--dist", "worksteal", "--durations=10"]
        # What asks no database, what a browser shows and who may open what is the same on both:
        # it runs once, in the first leg.
        again = "not without_database and not once"
        # The rest takes half an hour: every page, field, landed state and engine, the finer points
        # of money and pages, and on the second database what does the same on both. CI runs it, or
        # whoever names a folder.
        brief = not (ci or arguments)
        second = f"{BRIEF} and differs and {again}" if brief else again
        first = BRIEF_ON_SQLITE if brief else ""
        legs = [
            _run("SQLite", [*command, "-m", first, *arguments], environment),
            _postgresql_leg([*command, "-m", second, *arguments], environment),
        ]
    missing = [f"{leg.name}: not run, {leg.missing}" for leg in legs if leg.missing]
    if not browser:
        missing.append("Browser tests: not run, no Chromium found (name one in CHROMIUM)")
    if brief:
        missing.append("Every page, field, upgrade and storm, all on PostgreSQL: not run (CI does)")
    missing += [f"{tool}: not found, its tests were skipped" for tool in missing_tools()]
    _report(legs, missing, seconds=time.monotonic() - started)
    return verdict([leg.exit_code for leg in legs if not leg.missing]) or int(ci and bool(missing))


def verdict(codes: list[int]) -> int:
    """The exit code of the whole run, from those of its legs: the first that says that something
    failed. A leg that had nothing to run is no failure, unless none of them had anything."""
    ran = [code for code in codes if code != NO_TESTS]
    return next((code for code in ran if code), 0) if ran else NO_TESTS


def find_browser() -> str:
    """The Chromium to drive: the one named by CHROMIUM, or the first on PATH, else ""."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), "")


def missing_tools() -> list[str]:
    """What is not there of the other engines and of the checker of HTML."""
    return [tool for tool, names in ENGINES.items() if not any(map(shutil.which, names))]


def _postgresql_leg(command: list[str], environment: dict[str, str]) -> Leg:
    try:
        with _server() as url:
            return _run("PostgreSQL", command, {**environment, "DATABASE_URL": url})
    except NoPostgres as reason:
        return Leg("PostgreSQL", missing=f"{reason} (install them, or set TEST_DATABASE_URL)")


@contextmanager
def _server() -> Iterator[str]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with throwaway_postgres() as url:
        yield url


def _run(name: str, command: list[str], environment: dict[str, str]) -> Leg:
    """Run the suite once, showing every line and remembering pytest's closing one."""
    print(f"\n--- {name} ---", flush=True)
    closing = ""
    with subprocess.Popen(
        command, env=environment, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101  a pipe was asked for
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if found := CLOSING.search(line):
                closing = found[1]
    return Leg(name, exit_code=process.returncode, closing=closing)


def _report(legs: list[Leg], missing: list[str], *, seconds: float) -> None:
    print()
    for leg in legs:
        if leg.closing:
            print(f"{leg.name}: {leg.closing}")
    print("\n".join(missing or ["Every leg ran."]))
    total: Counter[str] = Counter()
    for leg in legs:
        for number, word in COUNTED.findall(leg.closing):
            total[word] += int(number)
    counts = ", ".join(f"{number} {word}" for word, number in total.items()) or "no tests ran"
    print(f"{'=' * 20} {counts} in {seconds:.2f}s {'=' * 20}", flush=True)
