"""Letters at twice the size on a phone: every page stays within its window (WCAG 1.4.4, 1.4.10)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.businesses.models import TeamMember
from apps.dashboard.demo.seed import seed_demo
from tests.factories import NOW, Salon
from tests.journeys.conftest import OpenPage, scrolls_sideways
from tests.journeys.test_customer_access import WAYS, Way

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

STICKING_OUT = """[...document.querySelectorAll("body *")]
  .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
  .filter(it => {
    for (let up = it; up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return false;
    return true;
  })
  .slice(-4)
  .map(it => `${it.tagName.toLowerCase()}.${it.className} ${it.textContent.trim().slice(0, 40)}`)"""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_every_way_of_a_customer_holds_at_twice_the_size(
    open_page: OpenPage, salon: Salon, way: Way
) -> None:
    page = open_page("/")
    way(page, salon)

    assert sticking_out(page) == []


@pytest.mark.parametrize("slug", ["juniper", "harbor", "northside"])
def test_every_page_of_the_demo_holds_at_twice_the_size(
    open_page: OpenPage, live_server: LiveServer, transactional_db: None, slug: str
) -> None:
    seed_demo(now=NOW)
    member = TeamMember.objects.filter(business__slug=slug, role=TeamMember.Role.OWNER).get()
    for start in (f"/{slug}/", f"/own/{slug}/"):
        page = open_page(start, member=member)
        assert too_wide(page, start) == {}


def too_wide(page: Page, start: str) -> dict[str, list[str]]:
    """One page of each kind that links within this part lead to, if it is too wide."""
    waiting, seen, wide = [start], set[str](), dict[str, list[str]]()
    while waiting:
        path = waiting.pop()
        shape = re.sub(r"[0-9A-Z]{8}|\d+", "#", re.sub(r"=[^&]*", "", path))
        if shape in seen or not path.startswith(start):
            continue
        seen.add(shape)
        page.goto(path)
        if found := sticking_out(page):
            wide[path] = found
        links = page.eval_on_selector_all(
            "main a[href], nav a[href]", "all => all.map(a => a.href)"
        )
        parts = [urlsplit(link) for link in links]
        waiting += [f"{it.path}?{it.query}" if it.query else it.path for it in parts]
    return wide


def sticking_out(page: Page) -> list[str]:
    """What reaches beyond a window of a phone when letters are twice as large; none is well."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    return list(page.evaluate(STICKING_OUT)) if scrolls_sideways(page) else []
