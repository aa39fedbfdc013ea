"""Every page and mail is HTML as the standard has it, says the Nu Html Checker (it needs Java)."""

import re
from itertools import product
from pathlib import Path

import pytest

from tests.hostile.html_checker import complaints, needs_java, text_of
from tests.hostile.stage import Stage, sam

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.slow,
    pytest.mark.long,
    needs_java,
]


def test_every_page_is_valid_html(stage: Stage, tmp_path: Path) -> None:
    pages = {
        name: page
        for name, page in every_page(stage).items()
        if page.startswith(("<!doctype html>", "\n<!doctype html>"))
    }

    assert len(pages) > 100
    assert complaints(tmp_path / "pages", pages) == {}


def every_page(stage: Stage) -> dict[str, str]:
    """What each address answers to a customer, an owner and a stranger, asked and told nothing."""
    browsers = {"Carl": stage.carl, "Olga": stage.olga, "Sam": sam()}
    # A link is exchanged for a grant; signing out would send Olga away in the middle, and what
    # forgets Carl would take all his pages from him.
    left_out = ("/m/", "/own/out/", "/me/forget")
    paths = [it for it in stage.addresses.values() if not it.startswith(left_out)]
    found: dict[str, str] = {}
    for (who, browser), path in product(browsers.items(), paths):
        for method, answer in (("GET", browser.get(path)), ("POST", browser.post(path))):
            if answer["Content-Type"].startswith("text/html"):
                found[f"{method} {path} as {who} ({answer.status_code})"] = text_of(answer)
    return distinct(found)


def distinct(found: dict[str, str]) -> dict[str, str]:
    """One page for each text: most strangers see the same refusal everywhere."""
    by_text = {re.sub(r'value="[^"]*"', "", page).strip(): name for name, page in found.items()}
    return {name: found[name].strip() for name in by_text.values()}
