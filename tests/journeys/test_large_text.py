"""Letters at twice the size on a phone, and the narrowest phone: every page stays within its window
(WCAG 1.4.4, 1.4.10)."""

import re
from urllib.parse import urlsplit

import pytest
from django.db.models import CharField, Value
from django.db.models.functions import Concat
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.bookings.models import Booking
from apps.businesses.models import Business, TeamMember
from apps.catalog.models import Service
from apps.checkout.models import Coupon, GiftCard, Payment
from apps.customers.models import Customer
from apps.demo.seed import seed_demo
from tests.factories import NOW, Salon
from tests.journeys.conftest import OpenPage, scrolls_sideways, session_cookie
from tests.journeys.test_customer_access import WAYS

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.long,
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
    seed_the_demo()
    page = open_page("/")
    wide: dict[str, list[str]] = {}
    for slug in ("juniper", "harbor", "northside"):
        owner = TeamMember.objects.get(business__slug=slug, role=TeamMember.Role.OWNER)
        for start in (f"/{slug}/", f"/own/{slug}/"):
            page.context.clear_cookies()
            page.context.add_cookies([session_cookie(owner.user, live_server.url)])
            wide |= too_wide(page, start)

    assert wide == {}


def test_what_cannot_be_parted_breaks_on_every_page_of_an_owner(
    open_page: OpenPage, transactional_db: None
) -> None:
    """Seen to fail: the name of a payment at the provider made the page of overlaps 585 px wide."""
    seed_the_demo()
    make_words_long()
    owner = TeamMember.objects.get(business__slug="juniper", role=TeamMember.Role.OWNER)
    page = open_page("/own/juniper/conflicts/", member=owner)
    assert "cs_live_" in page.inner_text("main")

    assert too_wide(page, "/own/juniper/conflicts/") == {}
    assert too_wide(page, "/own/juniper/") == {}


def seed_the_demo() -> None:
    """All three businesses: the one of the other tests has the address of the first of them."""
    Business.objects.update(slug="not-of-the-demo")
    seed_demo(now=NOW)


def make_words_long() -> None:
    """Names, addresses, codes and references of the greatest length that is found in life."""
    name, mailbox = "Donaudampfschifffahrtsgesellschaft", "x" * 34 + "@" + "y" * 34 + ".example.com"
    street = "Rindfleischetikettierungsüberwachungsstraße 12, 10115 Berlin"
    Customer.objects.update(name=name, email=Concat("pk", Value(mailbox), output_field=CharField()))
    Booking.objects.exclude(contact_name="").update(contact_name=name, contact_email=mailbox)
    Booking.objects.exclude(visit_address="").update(visit_address=street)
    GiftCard.objects.update(buyer_name=name, buyer_email=mailbox, to_name=name, to_email=mailbox)
    Coupon.objects.update(code=Concat(Value("ABCDEFGHJKLMNPQR"), "pk", output_field=CharField()))
    Service.objects.exclude(online_link="").update(online_link=f"https://{'v' * 60}.example.com/")
    Business.objects.update(email=mailbox)
    payment = Payment.objects.filter(business__slug="juniper").last()
    assert payment
    ref = f"cs_live_{payment.pk:0>58}"  # as long as those of Stripe
    Payment.objects.filter(pk=payment.pk).update(
        provider="stripe", provider_ref=ref, told_amount=2_500, told_currency="EUR"
    )


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
