"""The engines of the phones that people have, driven alike: Blink, Gecko and WebKit.

Playwright drives Chromium and Firefox as Debian ships them (Firefox over WebDriver BiDi). It cannot
drive WebKitGTK, which Debian ships with a WebDriver of its own; that one is asked through Selenium.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Page, Playwright, ViewportSize, expect
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.journeys.conftest import FLAGS, PATIENCE

PHONE = ViewportSize(width=390, height=844)


class Hand(Protocol):
    """What a customer does in any browser; css names the element."""

    def open(self, url: str) -> None: ...

    def follow(self, css: str) -> None:
        """Tap what leads to another page, and wait for that page."""

    def press(self, css: str) -> None:
        """Tap what leads back to this page, and wait until it has come anew."""

    def fill(self, css: str, text: str) -> None: ...

    def text(self, css: str) -> str: ...

    def style(self, css: str, name: str) -> str:
        """The computed value of a property of the first such element."""

    def measure(self, script: str) -> float:
        """The value of an expression in the page."""


class PlaywrightHand:
    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url)

    def follow(self, css: str) -> None:
        before = self.page.url
        self.page.locator(css).first.click()
        expect(self.page).not_to_have_url(before)
        self.page.wait_for_load_state("load")

    def press(self, css: str) -> None:
        with self.page.expect_navigation(timeout=PATIENCE):
            self.page.locator(css).first.click()

    def fill(self, css: str, text: str) -> None:
        self.page.locator(css).fill(text)

    def text(self, css: str) -> str:
        return self.page.locator(css).first.inner_text()

    def style(self, css: str, name: str) -> str:
        read = "(element, name) => getComputedStyle(element).getPropertyValue(name)"
        return str(self.page.locator(css).first.evaluate(read, name))

    def measure(self, script: str) -> float:
        return float(self.page.evaluate(script))


class WebDriverHand:
    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)

    def follow(self, css: str) -> None:
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.find_element(By.CSS_SELECTOR, css).click()
        WebDriverWait(self.driver, PATIENCE / 1000).until(staleness_of(page))

    def press(self, css: str) -> None:
        self.follow(css)

    def fill(self, css: str, text: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, css).send_keys(text)

    def text(self, css: str) -> str:
        return self.driver.find_element(By.CSS_SELECTOR, css).text

    def style(self, css: str, name: str) -> str:
        return self.driver.find_element(By.CSS_SELECTOR, css).value_of_css_property(name)

    def measure(self, script: str) -> float:
        return float(self.driver.execute_script(f"return {script}"))


def missing_engines() -> list[str]:
    """The engines that this machine lacks, by the name of what must be installed."""
    needed = {
        "Chromium": bool(os.environ.get("CHROMIUM") or shutil.which("chromium")),
        "Firefox": bool(_firefox()),
        "WebKitGTK's WebDriver": bool(shutil.which("WebKitWebDriver") and _mini_browsers()),
        "Xvfb": bool(shutil.which("Xvfb")),
    }
    return [name for name, there in needed.items() if not there]


@contextmanager
def chromium(playwright: Playwright, *, scripts: bool = True) -> Iterator[Hand]:
    """Blink, at the width of a phone."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    yield PlaywrightHand(context.new_page())
    browser.close()


@contextmanager
def firefox(playwright: Playwright, *, scripts: bool = True) -> Iterator[Hand]:
    """Gecko, at the width of a phone."""
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=_firefox())
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    yield PlaywrightHand(context.new_page())
    browser.close()


@contextmanager
def webkit(_: Playwright, *, scripts: bool = True) -> Iterator[Hand]:
    """WebKit in GTK's small browser, as wide as GTK lets a window be (a little over a phone)."""
    options = Options()
    options.binary_location = _mini_browsers()[0]
    options.add_argument("--automation")
    if not scripts:
        options.add_argument("--enable-javascript=false")
    with _display() as display:
        environment = {**os.environ, "DISPLAY": display, "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
        service = Service(shutil.which("WebKitWebDriver"), env=environment)
        driver = webdriver.WebKitGTK(options=options, service=service)
        _answer_in_time(driver)
        try:
            driver.set_window_size(PHONE["width"], PHONE["height"])
            driver.implicitly_wait(PATIENCE / 1000)
            yield WebDriverHand(driver)
        finally:
            driver.quit()


def _answer_in_time(driver: WebDriver) -> None:
    """Asked about a page that is just going, WebKit's driver may never answer; a question that was
    not answered is asked again."""
    executor = driver.command_executor
    if isinstance(executor, RemoteConnection) and executor.client_config is not None:
        executor.client_config.timeout = PATIENCE / 1000 / 3


ENGINES = {"Chromium": chromium, "Firefox": firefox, "WebKit": webkit}


def _mini_browsers() -> list[str]:
    """Debian puts it beside the libraries of the machine's own kind."""
    return [str(path) for path in Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")]


def _firefox() -> str | None:
    return os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def _display() -> Iterator[str]:
    """A screen that nobody sees; Xvfb chooses a number that is free and says it."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1024x24"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as number:
            display = number.readline().strip()
        try:
            yield f":{display}"
        finally:
            server.terminate()
