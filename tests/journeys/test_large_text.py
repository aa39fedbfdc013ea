"""Letters at twice the size on a phone, and the narrowest phone: every page stays within its window
(WCAG 1.4.4, 1.4.10)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.businesses.models import TeamMember
from apps.dashboard.demo.seed import seed_demo
from tests.factories import NOW, Salon
from tests.journeys.conftest import OpenPage, scrolls_sideways, session_cookie
from tests.journeys.test_customer_access import WAYS

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

SIZES = {"390 px, letters of 200 %": (390, "200%"), "320 px": (320, "100%")}
STICKING_OUT = """[...document.querySelectorAll("body *")]
  .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
  .filter(it => {
    for (let up = it; up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return false;
    return true;
  })
  .slice(-4)
  .map(it => `${it.tagName.toLowerCase()}.${it.className} ${it.textContent.trim().slice(0, 40)}`)"""


def test_every_way_of_a_customer_stays_within_its_window(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/")
    wide: dict[str, list[str]] = {}
    for name, way in WAYS.items():
        page.context.clear_cookies()
        way(page, salon)
        wide |= {f"{name}, {size}": found for size, found in sticking_out(page).items()}

    assert wide == {}


def test_every_page_of_the_demo_stays_within_its_window(
    open_page: OpenPage, live_server: LiveServer, transactional_db: None
) -> None:
    seed_demo(now=NOW)
    page = open_page("/")
    wide: dict[str, list[str]] = {}
    for slug in ("juniper", "harbor", "northside"):
        owner = TeamMember.objects.get(business__slug=slug, role=TeamMember.Role.OWNER)
        for start in (f"/{slug}/", f"/own/{slug}/"):
            page.context.clear_cookies()
            page.context.add_cookies([session_cookie(owner.user, live_server.url)])
            wide |= too_wide(page, start)

    assert wide == {}


def too_wide(page: Page, start: str) -> dict[str, list[str]]:
    """What sticks out of one page of each kind that links within this part lead to."""
    waiting, seen, wide = [start], set[str](), dict[str, list[str]]()
    while waiting:
        path = waiting.pop()
        if kinds(path) <= seen or not path.startswith(start):
            continue
        seen |= kinds(path)
        page.goto(path)
        wide |= {f"{path}, {size}": found for size, found in sticking_out(page).items()}
        links = page.eval_on_selector_all(
            "main a[href], nav a[href]", "all => all.map(a => a.href)"
        )
        parts = [urlsplit(link) for link in links]
        waiting += [f"{it.path}?{it.query}" if it.query else it.path for it in parts]
    return wide


def kinds(path: str) -> set[str]:
    """The page without its numbers and names, and each of its parameters."""
    bare, _mark, query = path.partition("?")
    page = re.sub(r"/s/[^/]+|[0-9A-Z]{8}|\d+", "#", bare)
    asked = query.split("&") if query else []
    names = (it if it.startswith("view=") else it.split("=")[0] for it in asked)
    return {page, *(f"{page}?{name}" for name in names)}


def sticking_out(page: Page) -> dict[str, list[str]]:
    """What reaches beyond the window of a phone, by the size; nothing is well."""
    found = {}
    for size, (width, letters) in SIZES.items():
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
        if scrolls_sideways(page):
            found[size] = list(page.evaluate(STICKING_OUT))
    page.set_viewport_size({"width": 390, "height": 844})
    return found
