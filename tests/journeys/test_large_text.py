"""Letters at twice the size on a phone: every page stays within its window (WCAG 1.4.4 and 1.4.10)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.businesses.models import TeamMember
from apps.dashboard.demo.seed import seed_demo
from tests.factories import NOW, Salon
from tests.journeys.conftest import OpenPage, scrolls_sideways
from tests.journeys.test_customer_access import WAYS

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_every_way_of_a_customer_holds_at_twice_the_size(open_page: OpenPage, salon: Salon) -> None:
    wide = []
    for name, way in WAYS.items():
        page = open_page("/")
        way(page, salon)
        if is_wide_at_twice_the_size(page):
            wide.append(name)

    assert wide == []


@pytest.mark.parametrize("slug", ["juniper", "harbor", "northside"])
def test_every_page_of_the_demo_holds_at_twice_the_size(
    open_page: OpenPage, live_server: LiveServer, transactional_db: None, slug: str
) -> None:
    seed_demo(now=NOW)
    member = TeamMember.objects.filter(business__slug=slug, role=TeamMember.Role.OWNER).get()
    for start in (f"/{slug}/", f"/own/{slug}/"):
        page = open_page(start, member=member)
        assert too_wide(page, start) == []


def too_wide(page: Page, start: str) -> list[str]:
    """One page of each kind that links within this part lead to, if it is too wide."""
    waiting, seen, wide = [start], set[str](), []
    while waiting:
        path = waiting.pop()
        shape = re.sub(r"[0-9A-Z]{8}|\d+", "#", re.sub(r"=[^&]*", "", path))
        if shape in seen or not path.startswith(start):
            continue
        seen.add(shape)
        page.goto(path)
        if is_wide_at_twice_the_size(page):
            wide.append(path)
        links = page.eval_on_selector_all(
            "main a[href], nav a[href]", "all => all.map(a => a.href)"
        )
        parts = [urlsplit(link) for link in links]
        waiting += [f"{it.path}?{it.query}" if it.query else it.path for it in parts]
    return wide


def is_wide_at_twice_the_size(page: Page) -> bool:
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    return scrolls_sideways(page)
