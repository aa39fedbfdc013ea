"""What a link leaves behind in a browser, with those one goes on to, and in what we write down
(rules S3, D3)."""

import logging
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bookings_portal.request_log import JsonFormatter
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.hostile.stage import stored
from tests.journeys.conftest import OpenPage
from tests.journeys.test_links_journey import link_in_mail

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_nobody_learns_the_link_from_where_one_goes_or_what_is_kept(
    open_page: OpenPage, salon: Salon, caplog: pytest.LogCaptureFixture, *, scripts: bool
) -> None:
    type(salon.location).objects.update(street="Torstr. 12", postal_code="10119", city="Berlin")
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    work(NOW)
    path = link_in_mail()
    token = path.removeprefix("/m/")
    with caplog.at_level(logging.INFO):
        carl = open_page(path, scripts=scripts)
        expect(carl).to_have_url(re.compile(f"/manage/{booking.reference}/$"))
        ways_out = carl.locator("main a[href^='https://']")
        addresses = [str(it.get_attribute("href")) for it in ways_out.all()]
        met = [leave_by(carl, href) for href in addresses]

    assert any("map" in it for it in addresses), addresses
    assert [it["referer"] for it in met] == [""] * len(addresses)
    asked = [str(it["url"]) for it in met]
    assert [it for it in asked if token in it or booking.reference in it] == []
    assert [it for it in history_of(carl) if token in it] == []
    written = [JsonFormatter().format(it) for it in caplog.records]
    assert any(f"/manage/{booking.reference}/" in it for it in written)
    assert [it for it in written if token in it] == []
    assert token not in repr(stored())


def leave_by(page: Page, href: str) -> dict[str, Any]:
    """Tap a link that leads away, and tell what arrives there: nothing leaves this machine."""
    arrived: list[dict[str, Any]] = []

    def receive(route: Route) -> None:
        arrived.append({"url": route.request.url, "referer": header_of(route, "referer")})
        route.fulfill(status=200, content_type="text/html", body="<p>Elsewhere</p>")

    page.context.route(re.compile("^https://"), receive)
    link = page.locator(f"main a[href='{href}']").first
    link.evaluate("it => it.removeAttribute('target')")
    link.click()
    expect(page.locator("p")).to_have_text("Elsewhere")
    page.go_back()
    expect(page.locator("main a").first).to_be_visible()
    page.context.unroute(re.compile("^https://"))
    return arrived[0]


def header_of(route: Route, name: str) -> str:
    return str(route.request.all_headers().get(name, ""))


def history_of(page: Page) -> list[str]:
    """Every address that the browser remembers."""
    client = page.context.new_cdp_session(page)
    return [str(it["url"]) for it in client.send("Page.getNavigationHistory")["entries"]]
