"""What kind of browser asks, coarse enough to be told to people and to tell nobody apart: "Firefox
on Android" (rule D8). Of the words of the browser nothing but two names out of short lists is kept.
"""

import re
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Browser(TextChoices):
    """A calendar that subscribed is no browser, but opens links as well."""

    EDGE = "EDGE", "Edge"
    SAMSUNG = "SAMSUNG", "Samsung Internet"
    OPERA = "OPERA", "Opera"
    FIREFOX = "FIREFOX", "Firefox"
    CHROME = "CHROME", "Chrome"
    SAFARI = "SAFARI", "Safari"
    CALENDAR = "CALENDAR", gettext_lazy("A calendar")


class System(TextChoices):
    """Names of products are not translated."""

    ANDROID = "ANDROID", "Android"
    IPHONE = "IPHONE", "iPhone"
    IPAD = "IPAD", "iPad"
    WINDOWS = "WINDOWS", "Windows"
    MAC = "MAC", "Mac"
    CHROME_OS = "CHROME_OS", "ChromeOS"
    LINUX = "LINUX", "Linux"


CALENDARS = re.compile(r"calendar|dataaccessd|caldav|icsx5|outlook|thunderbird", re.IGNORECASE)
ROBOTS = re.compile(r"compatible;|bot\b|crawl|spider|scan|preview|proxy", re.IGNORECASE)
BROWSERS = (
    (Browser.EDGE, re.compile(r"\bEdg(?:A|iOS)?/")),
    (Browser.SAMSUNG, re.compile(r"\bSamsungBrowser/")),
    (Browser.OPERA, re.compile(r"\bOPR/")),
    (Browser.FIREFOX, re.compile(r"\b(?:Firefox|FxiOS)/")),
    (Browser.CHROME, re.compile(r"\b(?:Headless)?(?:Chrome|CriOS)/")),
    (Browser.SAFARI, re.compile(r"\bVersion/.+\bSafari/")),
)
"""In this order: most of them also call themselves what stands further down."""
SYSTEMS = (
    (System.ANDROID, "Android"),
    (System.IPHONE, "iPhone"),
    (System.IPAD, "iPad"),
    (System.WINDOWS, "Windows"),
    (System.CHROME_OS, "CrOS"),
    (System.MAC, "Mac OS"),
    (System.LINUX, "Linux"),
)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Device:
    """browser and system are names of the lists above, "" where it is none of them."""

    browser: str = ""
    system: str = ""

    @property
    def words(self) -> str:
        """ "Firefox on Android", "An app on iPhone", "A calendar"."""
        if self.browser == Browser.CALENDAR:
            return str(Browser.CALENDAR.label)
        browser = Browser(self.browser).label if self.browser else ""
        system = System(self.system).label if self.system else ""
        if browser and system:
            return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
        if system:
            return _("An app on %(system)s") % {"system": system}
        return str(browser) or _("Another program, such as an e-mail scanner")


def kind_of_device(user_agent: str) -> Device:
    """Return what kind of browser calls itself so. Whatever does not look like a browser, or says
    that it is a robot, is no device at all; most scanners of e-mails are found among those."""
    words = user_agent[:LONGEST]
    if CALENDARS.search(words):
        return Device(Browser.CALENDAR)
    if not words.startswith("Mozilla/") or ROBOTS.search(words):
        return Device()
    browser = next((it for it, pattern in BROWSERS if pattern.search(words)), "")
    system = next((it for it, word in SYSTEMS if word in words), "")
    return Device(str(browser), str(system))
