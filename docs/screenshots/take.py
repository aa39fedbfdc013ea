"""Take the pictures of the README anew: .venv/bin/python docs/screenshots/take.py

Everything happens at one fixed moment, in a database that is thrown away afterwards.
"""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
TIMES = "/juniper/s/cut-and-finish/times?date=2026-11-26"
NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def main() -> None:
    """Seed, serve, walk, and write the pictures beside this file."""
    sys.path.insert(0, str(HERE.parent.parent))
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(NOW, tick=True):
        os.environ |= {
            "DATA_DIR": folder,
            "RATE_LIMIT_SCALE": "1000",
            "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        with serving() as origin, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            walk_as_customer(chromium, origin)
            read_the_mail(chromium, origin)
            walk_as_owner(chromium, origin)
            walk_through_classes(chromium, origin)
            follow_the_money(chromium, origin)
            pay_beforehand(chromium, origin)
            chromium.close()


@contextmanager
def serving() -> Iterator[str]:
    """The portal with its demo on a free port of this machine, in a thread."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("seed_demo", now=NOW, verbosity=0)
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from bookings_portal.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def page_of(chromium: Browser, *, size: dict[str, int], scheme: str = "light") -> Iterator[Page]:
    """A fresh visitor."""
    context = chromium.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Europe/Berlin",
        device_scale_factor=1 if size is DESK else 1.5,
    )
    yield context.new_page()
    context.close()


def take(page: Page, name: str) -> None:
    """Write one picture."""
    page.screenshot(path=HERE / f"{name}.png")


def walk_as_customer(chromium: Browser, origin: str) -> None:
    """Home, service, times, details, done: on a phone, and the times on a desk and in the dark."""
    with page_of(chromium, size=PHONE) as page:
        page.goto(f"{origin}/juniper/")
        page.wait_for_load_state("networkidle")
        take(page, "home-390")
        page.goto(f"{origin}/juniper/s/root-colour/")
        take(page, "service-390")
        book(page, origin)
    with page_of(chromium, size=PHONE, scheme="dark") as page:
        page.goto(f"{origin}{TIMES}")
        take(page, "picker-390-dark")
    with page_of(chromium, size=DESK) as page:
        page.goto(f"{origin}{TIMES}")
        take(page, "picker-1280")


def book(page: Page, origin: str) -> None:
    """From the times to the booking, and the page that remembers it afterwards."""
    page.goto(f"{origin}{TIMES}")
    take(page, "picker-390")
    page.locator("button[name=slot]").nth(5).click()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_load_state("networkidle")
    take(page, "details-error-390")
    page.fill("[name=name]", "Eva Lindner")
    page.fill("[name=email]", "eva.lindner@example.com")
    take(page, "details-390")
    page.wait_for_timeout(2200)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url(re.compile("/done/"))
    take(page, "done-390")
    page.get_by_role("button", name="Remember me on this device").click()
    page.goto(f"{origin}/juniper/")
    page.wait_for_load_state("networkidle")
    take(page, "again-390")


def walk_through_classes(chromium: Browser, origin: str) -> None:
    """The week, one class, a course; the team's roster and a series before it is saved."""
    for size, name in ((PHONE, "390"), (DESK, "1280")):
        with page_of(chromium, size=size) as page:
            page.goto(f"{origin}/harbor/classes/")
            take(page, f"classes-{name}")
    with page_of(chromium, size=PHONE) as page:
        page.goto(f"{origin}/harbor/classes/")
        page.get_by_role("link", name=re.compile("^Book ")).nth(1).click()
        page.wait_for_load_state("networkidle")
        take(page, "class-390")
        page.goto(f"{origin}/harbor/courses/beginners/")
        take(page, "course-390")
    with page_of(chromium, size=PHONE) as page:
        sign_in(page, origin, slug="harbor")
        page.get_by_role("link", name="Classes").last.click()
        page.get_by_role("link", name="Hatha slow").first.click()
        take(page, "roster-390")


def follow_the_money(chromium: Browser, origin: str) -> None:
    """The page on which one pays, the sandbox, and an overlap that money caused."""
    with page_of(chromium, size=PHONE) as page:
        page.goto(f"{origin}/juniper/s/root-colour/times")
        page.locator("button[name=slot]").nth(2).click()
        page.fill("[name=name]", "Eva Lindner")
        page.fill("[name=email]", "eva.lindner@example.com")
        page.wait_for_timeout(2200)
        page.get_by_role("button", name="Continue to payment").click()
        page.wait_for_url(re.compile("/pay$"))
        page.screenshot(path=HERE / "pay-390.png", full_page=True)
        page.get_by_role("button", name="Pay €20.00 deposit").click()
        page.wait_for_url(re.compile("/practice/"))
        take(page, "practice-390")
    for size, name in ((PHONE, "390"), (DESK, "1280")):
        with page_of(chromium, size=size) as page:
            sign_in(page, origin)
            page.goto(f"{origin}/own/juniper/conflicts/")
            page.get_by_role("link", name="Resolve").first.click()
            take(page, f"conflict-{name}")


def pay_beforehand(chromium: Browser, origin: str) -> None:
    """The plans of the studio, who has one, and the orders of all; a gift card of the salon."""
    with page_of(chromium, size=PHONE) as page:
        page.goto(f"{origin}/harbor/plans/")
        take(page, "plans-390")
        page.goto(f"{origin}/harbor/plans/ten-classes/")
        take(page, "buy-plan-390")
        page.goto(f"{origin}/juniper/gift-card/")
        take(page, "gift-card-390")
    for size, name in ((PHONE, "390"), (DESK, "1280")):
        with page_of(chromium, size=size) as page:
            sign_in(page, origin, slug="harbor")
            page.goto(f"{origin}/own/harbor/plans/")
            take(page, f"own-plans-{name}")
            page.goto(f"{origin}/own/harbor/money/orders/")
            take(page, f"orders-{name}")
            page.locator("#orders a.service").first.click()
            page.wait_for_url(re.compile("/held/"))
            take(page, f"held-plan-{name}")


def read_the_mail(chromium: Browser, origin: str) -> None:
    """The confirmation as it arrives: the worker has sent what the walk before has booked."""
    from django.core.management import call_command

    call_command("worker", drain=True)
    for width in (390, 640):
        with page_of(chromium, size={**PHONE, "width": width}) as page:
            page.goto(f"{origin}/dev/outbox/")
            page.get_by_role("link", name=re.compile("^Booked:")).first.click()
            page.goto(f"{page.url}html")
            take(page, f"mail-{width}")


def walk_as_owner(chromium: Browser, origin: str) -> None:
    """Today, requests, agenda, one booking and times to suggest, on a phone and on a desk."""
    for size, scheme in ((PHONE, "light"), (DESK, "light"), (DESK, "dark")):
        with page_of(chromium, size=size, scheme=scheme) as page:
            sign_in(page, origin)
            name = f"{size['width']}{'-dark' if scheme == 'dark' else ''}"
            take(page, f"today-{name}")
            if scheme == "dark":
                continue
            page.goto(f"{origin}/own/juniper/requests/")
            take(page, f"requests-{name}")
            page.goto(f"{origin}/own/juniper/agenda/")
            take(page, f"agenda-{name}")
            page.goto(f"{origin}/own/juniper/requests/")
            page.locator("a[id^=open-]").last.click()
            take(page, f"booking-{name}")
            page.get_by_role("link", name="Suggest times").click()
            take(page, f"suggest-{name}")


def sign_in(page: Page, origin: str, *, slug: str = "juniper") -> None:
    """As the owner: Olga of the salon, Hannah of the studio."""
    from apps.demo.people import sign_ins_of

    page.goto(f"{origin}/own/sign-in/")
    owner = sign_ins_of(slug)[0]
    page.fill("[name=login]", owner.email)
    page.fill("[name=password]", owner.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/own/[a-z]+/$"))


if __name__ == "__main__":
    main()
