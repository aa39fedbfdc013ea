"""The headings of every page go down one step at a time, whatever it has to show."""

import re
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_salon
from tests.hostile.stage import BACKEND, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.slow]
HEADING = re.compile(r"<h([1-6])[ >]")


def steps_left_out(page: str) -> list[str]:
    """Where a heading is more than one step below the one before it."""
    levels = [0, *(int(it) for it in HEADING.findall(page))]
    return [f"h{before}, h{after}" for before, after in pairwise(levels) if after > before + 1]


def pages(browser: Client, paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        answer: Any = browser.get(path, follow=True)
        is_page = answer.get("Content-Type", "").startswith("text/html")
        found[path] = steps_left_out(answer.content.decode()) if is_page else []
    return {path: left_out for path, left_out in found.items() if left_out}


@pytest.mark.long
def test_no_heading_is_left_out_where_there_is_something(stage: Stage) -> None:
    own = [it for it in stage.addresses.values() if it.startswith("/own/juniper/")]
    theirs = [it for it in stage.addresses.values() if not it.startswith(("/own/", "/operator/"))]

    assert pages(stage.olga, own) | pages(stage.carl, theirs) == {}


@pytest.mark.long
def test_no_heading_is_left_out_where_there_is_nothing(stage: Stage) -> None:
    empty = make_salon(slug="empty")
    browser = Client()
    browser.force_login(User.objects.get(pk=empty.olga.user_id), backend=BACKEND)
    own = [it for it in stage.addresses.values() if it.startswith("/own/juniper/")]
    paths = [it.replace("/juniper/", "/empty/") for it in own]

    assert pages(browser, [*paths, "/empty/?q=zebra"]) == {}
