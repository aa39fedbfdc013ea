"""What no page may contain (rules W1, S7), beside what tests/architecture says of templates."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "templates"
MAIL = ROOT / "messages"
PAGES = sorted(path for path in ROOT.rglob("*.html") if MAIL not in path.parents)
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
INCLUDE = re.compile(r"{% include [^%]*%}")
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
TAG = re.compile(r"<[a-z][a-z0-9]*\b(?:[^<>\"']|\"[^\"]*\"|'[^']*'|{%.*?%})*>", re.DOTALL)

FORBIDDEN = {
    "a trigger filter": re.compile(r"hx-trigger=\"[^\"]*[a-z0-9]\["),
    "hx-disable": re.compile(r"\bhx-(?:disable|disabled-elt|confirm)\b"),
    "text as a placeholder": re.compile(r"\splaceholder\s*="),
    "a title as the only information": re.compile(r"\stitle\s*="),
    "an end without the day it may lie on": re.compile(
        r"{% (?:bare_)?clock [\\w.]*(?:ends_at|until)\\b"
    ),
    "text that is not escaped": re.compile(r"\|\s*safe\b|{%\s*autoescape off"),
}


def text_of(path: Path) -> str:
    """The page without comments and without includes, whose arguments look like attributes."""
    return INCLUDE.sub("", COMMENT.sub("", path.read_text()))


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("reason", FORBIDDEN)
def test_no_page_contains(reason: str) -> None:
    assert [names(page) for page in PAGES if FORBIDDEN[reason].search(text_of(page))] == []


def test_every_form_that_posts_carries_the_token() -> None:
    guilty = [
        names(page)
        for page in PAGES
        for form in FORM.findall(text_of(page))
        if 'method="post"' in form.split(">")[0] and "{% csrf_token %}" not in form
    ]
    assert guilty == []


def test_every_request_of_htmx_says_where_and_how_it_is_swapped() -> None:
    guilty = [
        f"{names(page)}: {tag[:60]}"
        for page in PAGES
        for tag in TAG.findall(text_of(page))
        if re.search(r"\shx-(?:get|post)=", tag) and not ("hx-target" in tag and "hx-swap" in tag)
    ]
    assert guilty == []


def test_everything_htmx_does_also_works_without_it() -> None:
    """A link has an address and a form an action; only regions that refresh themselves do not."""
    guilty = [
        f"{names(page)}: {tag[:60]}"
        for page in PAGES
        for tag in TAG.findall(text_of(page))
        if re.search(r"\shx-(?:get|post)=", tag)
        and tag.startswith(("<a", "<form", "<button", "<input"))
        and not re.search(r"\s(?:href|action)=", tag)
    ]
    assert guilty == []


def above(page: Path) -> Path:
    """The template that a page fills in."""
    found = re.search(r'{% extends "([^"]+)" %}', text_of(page))
    return next(it for it in PAGES if found and names(it) == found[1])


def test_every_page_has_a_handle_for_automation() -> None:
    frames = {"base.html", "base_owner.html", "error.html", "base_sign_in.html"}
    whole = [page for page in PAGES if "{% extends" in text_of(page) and names(page) not in frames]
    without = [
        names(page)
        for page in whole
        if not re.search(r"block (?:page|code) %}", text_of(page) + text_of(above(page)))
    ]
    assert without == []
