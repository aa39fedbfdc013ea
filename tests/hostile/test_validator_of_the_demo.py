"""Every page of the demo is HTML as the standard has it, says the Nu Html Checker (needs Java)."""

import re
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings

from tests.hostile.html_checker import complaints, needs_java, text_of
from tests.hostile.stage import browser_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.slow,
    pytest.mark.long,
    needs_java,
]


def test_every_page_of_the_demo_is_valid_html(db: None, at_now: datetime, tmp_path: Path) -> None:
    call_command("seed_demo", now=at_now, verbosity=0)
    owners = [
        User.objects.get(email=email) for email in ("olga@juniper.example", "hannah@harbor.example")
    ]
    starts = {"/juniper/": Client(), "/harbor/": Client(), "/northside/": Client()}
    starts |= {"/own/juniper/": browser_of(owners[0]), "/own/harbor/": browser_of(owners[1])}
    pages: dict[str, str] = {}
    with override_settings(RATE_LIMIT_SCALE=1_000_000):
        for start, browser in starts.items():
            pages |= walk(browser, start)

    assert len(pages) > 60
    assert complaints(tmp_path / "pages", pages) == {}


def walk(browser: Client, start: str) -> dict[str, str]:
    """Every kind of page that links lead to within this part of the portal, one of each shape."""
    waiting, shapes, pages = [start], set(), dict[str, str]()
    while waiting:
        path = waiting.pop()
        shape = re.sub(r"[0-9A-Z]{8}|\d+", "#", re.sub(r"=[^&]*", "", path))
        if shape in shapes or not path.startswith(start):
            continue
        shapes.add(shape)
        answer = browser.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            pages[path] = text_of(answer)
            found = re.findall(r'<a [^>]*href="([^"#]*)', pages[path])
            waiting += [urljoin(path, unescape(link)) for link in found]
    return pages
