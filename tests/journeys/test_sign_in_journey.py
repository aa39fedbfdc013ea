"""The owner's way in, with a second step, and out again (rule S5)."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import Page, expect

from tests.factories import Salon
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SIGN_IN = "/own/sign-in/"
OLGA, PASSWORD = "olga@juniper.example", "correct horse"


def sign_in(page: Page, address: str, password: str) -> None:
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()


def six_digits(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


@pytest.mark.long
def test_a_wrong_password_and_a_wrong_address_read_alike(open_page: OpenPage) -> None:
    page = open_page(SIGN_IN)
    words = []
    for address in (OLGA, "nobody@juniper.example"):
        sign_in(page, address, "wrong horse")
        expect(page).to_have_title(re.compile("^Error:"))
        words.append(page.get_by_role("alert").inner_text())
        expect(page.locator("[name=login]")).to_have_value(address)

    assert words[0] == words[1]


@pytest.mark.long
def test_the_sixth_guess_waits(open_page: OpenPage) -> None:
    page = open_page(SIGN_IN)
    for number in range(5):
        sign_in(page, OLGA, f"guess {number}")
        expect(page.locator("[name=password]")).to_have_value("")
        expect(page.get_by_role("alert")).to_be_visible()

    sign_in(page, OLGA, PASSWORD)

    expect(page.get_by_role("heading", level=1)).to_have_text("Too many wrong passwords")
    expect(page.locator("main")).to_contain_text(re.compile(r"Wait \d+ minutes?, or choose"))
    expect(page.get_by_role("link", name="Choose a new password")).to_be_visible()


@pytest.mark.long
def test_the_way_back_leads_to_the_page_that_was_wanted(open_page: OpenPage) -> None:
    page = open_page("/own/juniper/agenda/?view=week")

    sign_in(page, OLGA, PASSWORD)

    expect(page).to_have_url(re.compile(r"/own/juniper/agenda/\?view=week$"))


@pytest.mark.long
def test_a_second_step_is_set_up_and_asked_for(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/own/sign-in/two-step/", member=salon.olga, width=1280)
    page.get_by_role("link", name="Set up").click()
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button").last.click()
    secret = page.locator("code.ref").inner_text().strip()
    expect_no_flaw(page)

    page.locator("[name=code]").fill(six_digits(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    codes = page.locator("ul.codes code").all_inner_texts()
    expect_no_flaw(page)
    assert len(codes) == 10

    other = open_page(SIGN_IN)
    sign_in(other, OLGA, PASSWORD)
    expect(other.get_by_role("heading", level=1)).to_have_text("Two-step sign-in")
    expect_no_flaw(other)
    other.locator("[name=code]").fill("000000")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("alert")).to_be_visible()
    other.locator("[name=code]").fill(codes[0])
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(re.compile(r"/own/juniper/$"))

    again = open_page(SIGN_IN)
    sign_in(again, OLGA, PASSWORD)
    again.locator("[name=code]").fill(codes[0])
    again.get_by_role("button", name="Sign in").click()
    expect(again.get_by_role("alert")).to_be_visible()


@pytest.mark.long
def test_signing_out_closes_the_day(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/own/juniper/", member=salon.olga, width=1280)

    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(re.compile(r"/own/sign-in/"))
    page.goto("/own/juniper/")

    expect(page).to_have_url(re.compile(r"/own/sign-in/\?next="))


@pytest.mark.parametrize("path", ["/own/sign-in/again/", "/own/sign-in/forgotten/", SIGN_IN])
@pytest.mark.long
def test_pages_about_signing_in_have_no_barrier(
    open_page: OpenPage, salon: Salon, path: str
) -> None:
    member = salon.olga if path.endswith("again/") else None

    expect_no_flaw(open_page(path, member=member), widths=(320,), schemes=SCHEMES)
