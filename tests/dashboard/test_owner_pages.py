"""Whoever adds an owner page and forgets a part of it is told in words what to do."""

import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page
from apps.dashboard.roles import Right
from tests.dashboard.owner_pages import OwnerPage, missing_of, owner_pages, without_address
from tests.dashboard.test_isolation import CASES, VALUES

PAPER = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
EXPLAINED = set(re.findall(r"^\| ([A-Z_]+) \|", PAPER.read_text(encoding="utf-8"), re.MULTILINE))
MAY = {name: case.may for name, case in CASES.items()}
MANAGERS = frozenset({"OWNER", "MANAGER"})
SHOWN = "dashboard/gardens.html"
"""A template that nobody has written."""
HERE = "tests/dashboard/test_owner_pages.py"


@owner_page(Right.SETTINGS)
def gardens(_request: OwnerRequest) -> HttpResponse:
    return HttpResponse(SHOWN)


def forgotten(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(SHOWN)


def test_no_owner_page_lacks_anything() -> None:
    pages = owner_pages()

    missing = [
        words
        for page in pages
        for words in missing_of(page, may=MAY, parts=VALUES, explained=EXPLAINED)
    ]

    assert "\n".join([*missing, *without_address(pages)]) == ""


def test_every_row_of_the_walk_is_an_address() -> None:
    there = {page.name for page in owner_pages()}

    gone = [
        f'tests/dashboard/test_isolation.py has a row "{name}" in CASES and there is no such '
        "address: remove it, or add the address to apps/dashboard/urls.py"
        for name in CASES
        if name not in there
    ]

    assert "\n".join(gone) == ""


NO_TEMPLATE = (
    f"in {HERE} shows {SHOWN}, which is not there: write templates/{SHOWN}, it begins with "
    '{% extends "base_owner.html" %}'
)
NO_RIGHT = (
    f"forgotten in {HERE} does not say who may use it: put @owner_page(Right.…) on it, with a "
    "right of apps/dashboard/roles.py"
)
NO_ROW = (
    "tests/dashboard/test_isolation.py does not visit <slug:slug>/gardens/<int:garden_id>/: add a "
    'row "gardens": Case(…) to CASES, with who may use it and a request that works'
)
NO_VALUE = (
    "tests/dashboard/test_isolation.py has no value for <garden_id> of "
    "<slug:slug>/gardens/<int:garden_id>/: add one to VALUES"
)
OTHER_ROLES = (
    'the row "gardens" of CASES in tests/dashboard/test_isolation.py lets in OWNER, and '
    f"@owner_page(Right.SETTINGS) on gardens in {HERE} lets in MANAGER, OWNER: one of them is wrong"
)
NOT_EXPLAINED = "docs/roles.md does not explain Right.SETTINGS: add its row to the table"
NO_ADDRESS = (
    "takings in apps/dashboard/money/views.py is at no address: add "
    'path("<slug:slug>/…/", takings, name="takings") to apps/dashboard/urls.py'
)
PLAIN, WITH_ID = "<slug:slug>/gardens/", "<slug:slug>/gardens/<int:garden_id>/"


@pytest.mark.parametrize(
    ("page", "may", "explained", "said"),
    [
        (
            OwnerPage("gardens", PLAIN, gardens),
            {"gardens": MANAGERS},
            {"SETTINGS"},
            [f"gardens {NO_TEMPLATE}"],
        ),
        (
            OwnerPage("gardens", PLAIN, forgotten),
            {"gardens": MANAGERS},
            {"SETTINGS"},
            [NO_RIGHT, f"forgotten {NO_TEMPLATE}"],
        ),
        (
            OwnerPage("gardens", WITH_ID, gardens),
            {},
            set(),
            [NOT_EXPLAINED, f"gardens {NO_TEMPLATE}", NO_ROW, NO_VALUE],
        ),
        (
            OwnerPage("gardens", PLAIN, gardens),
            {"gardens": {"OWNER"}},
            {"SETTINGS"},
            [f"gardens {NO_TEMPLATE}", OTHER_ROLES],
        ),
    ],
)
def test_what_is_missing_is_said_in_words(
    page: OwnerPage, may: dict[str, set[str]], explained: set[str], said: list[str]
) -> None:
    assert list(missing_of(page, may=may, parts=VALUES, explained=explained)) == said


def test_a_view_without_an_address_is_found() -> None:
    pages = [page for page in owner_pages() if page.name != "takings"]

    assert list(without_address(pages)) == [NO_ADDRESS]
