"""Devices are told in two words out of short lists (rule D8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.web.devices import Browser, Device, System, kind_of_device

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


TOLD = {
    "Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0": "Firefox on Android",
    f"{PHONE} (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari on iPhone",
    f"{PHONE} (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
    f"{PHONE} (KHTML, like Gecko) Mobile/15E148": "An app on iPhone",
    f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/131.0 Safari/537.36 Edg/131.0": "Edge on Windows",
    f"Mozilla/5.0 (Linux; Android 14) {KIT} SamsungBrowser/27.0 Chrome/125.0 Safari/537.36": (
        "Samsung Internet on Android"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18.1 Safari/605": (
        "Safari on Mac"
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/131.0 Safari/537": "Chrome on ChromeOS",
    f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/131.0 Safari/537": "Chrome on Linux",
    "Google-Calendar-Importer": "A calendar",
    "iOS/18.1 (22B83) dataaccessd/1.0": "A calendar",
    "Mozilla/5.0 (compatible; bingbot/2.0)": "Another program, such as an e-mail scanner",
    "curl/8.5.0": "Another program, such as an e-mail scanner",
    "": "Another program, such as an e-mail scanner",
}


@pytest.mark.parametrize("user_agent", TOLD)
def test_a_device_is_told_by_browser_and_system(user_agent: str) -> None:
    assert kind_of_device(user_agent).words == TOLD[user_agent]


@given(user_agent=st.text(max_size=600))
def test_whatever_calls_itself_anything_is_one_of_a_few(user_agent: str) -> None:
    device = kind_of_device(f"Mozilla/5.0 {user_agent}")

    assert device.browser in {"", *Browser.values}
    assert device.system in {"", *System.values}
    assert device.words


def test_two_people_with_the_same_kind_are_not_told_apart() -> None:
    here = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
    there = "Mozilla/5.0 (X11; Ubuntu; Linux aarch64; rv:128.0) Gecko/20100101 Firefox/128.0"

    assert kind_of_device(here) == kind_of_device(there) == Device("FIREFOX", "LINUX")
