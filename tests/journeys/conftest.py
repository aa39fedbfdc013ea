"""A real Chromium against a real server, on the clock of the pictures."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.businesses.models import TeamMember
from tests.factories import NOW, Salon, make_salon

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SCHEMES = ("dark", "light")

PATIENCE = 180_000  # milliseconds; how long a busy machine may take before a journey gives up
expect.set_options(timeout=PATIENCE)

LIVE_LIST = re.compile(r"GET .*/own/[a-z-]+/(needs|day)/")
GIVEN_UP = {
    "htmx:afterRequest, [object HTMLElement]",
    "htmx:sendAbort, [object HTMLElement]",
}

END_TRANSITIONS = """document.getAnimations().filter(it => it instanceof CSSTransition)
    .forEach(it => it.finish())"""
"""Colours that are still on their way from light to dark are nobody's colours."""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One driver for the whole process: a second one beside it refuses to start."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The Chromium named by CHROMIUM, or the first on PATH."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium on this machine")
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def salon(transactional_db: None) -> Iterator[Salon]:
    """Juniper at 10:42 on Tuesday 24 November 2026; the clock goes on from there."""
    cache.clear()  # counters of wrong passwords live there, not in a model's table
    with time_machine.travel(NOW, tick=True):
        yield make_salon(slug="juniper")


@pytest.fixture
def open_page(chromium: Browser, salon: Salon, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open a page of the server in a window of its own; complaints of the browser fail the test.

    member or user: signed in as this person. scripts=False: a browser without JavaScript.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    failed: list[str] = []

    def open_page(
        path: str,
        *,
        member: TeamMember | None = None,
        user: User | None = None,
        width: int = 390,
        scripts: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844},
            java_script_enabled=scripts,
            color_scheme="light",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        who = member.user if member is not None else user
        if who is not None:
            context.add_cookies([session_cookie(who, live_server.url)])
        page = context.new_page()
        page.on("console", lambda message: _note(complaints, message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: failed.append(f"{request.method} {request.url}"))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert unexplained(complaints, failed) == []


def unexplained(complaints: list[str], failed: list[str]) -> list[str]:
    """What the browser complained of, but for the reloads of a list of *Today* that gave way.

    An answer does not wait for a reload of its list that is still on its way: that one is given up
    on purpose, and htmx writes two lines for it. Any further such line stays a complaint.
    """
    polls = sum(bool(LIVE_LIST.fullmatch(it)) for it in failed)
    lines = [it for it in complaints if it in GIVEN_UP]
    rest = [it for it in complaints if it not in GIVEN_UP]
    return rest + lines[polls * len(GIVEN_UP) :]


def session_cookie(user: User, url: str) -> Any:
    """The cookie of a browser in which this person has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def _note(complaints: list[str], message: Any) -> None:
    """Keep errors, above all broken content policies; a refused action (4xx) is no error."""
    if message.type == "error" and "server responded with a status of 4" not in message.text:
        complaints.append(message.text)


def expect_page(page: Page, heading: str) -> None:
    """Expect the page with this heading, with its scripts run: keys and edits count from here."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")


def axe_violations(page: Page) -> list[str]:
    """WCAG 2.2 AA and target size, each finding with the element it is about."""
    page.wait_for_load_state("load")
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {"target-size": {"enabled": True}},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def expect_no_flaw(
    page: Page, *, widths: Sequence[int] = (390,), schemes: Sequence[str] = ("light",)
) -> None:
    """No finding of axe at these widths, by day (and in the dark: ``SCHEMES``), and nothing that
    scrolls sideways, there and on the narrowest phone. Leaves the window as it was."""
    before = page.viewport_size
    found: dict[str, list[str]] = {}
    for width in {*widths, 320}:
        page.set_viewport_size({"width": width, "height": 844})
        found[f"{width}"] = ["scrolls sideways"] * scrolls_sideways(page)
        for scheme in schemes if width in widths else ():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.evaluate(END_TRANSITIONS)
            found[f"{width} {scheme}"] = axe_violations(page)
    if before:
        page.set_viewport_size(before)
    assert {name: flaws for name, flaws in found.items() if flaws} == {}


def scrolls_sideways(page: Page) -> bool:
    """Tell whether the page is wider than its window, once its styles are there."""
    page.wait_for_load_state("load")
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
