"""The operators' pages are HTML as the standard has it, but for what Django writes itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import reverse

from apps.businesses.models import Business, Location
from apps.demo.seed import seed_demo
from tests.dashboard.operators.test_admin import MODELS, add_what_the_demo_lacks
from tests.hostile.html_checker import complaints, needs_java, text_of
from tests.hostile.stage import BACKEND

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.slow,
    pytest.mark.long,
    needs_java,
]
OPERATORS = f"/{settings.OPERATOR_PATH}"
Page = tuple[str, Any]
"""Where, and what was answered there."""


@dataclass(frozen=True)
class Djangos:
    """What the checker says of markup that Django writes and we do not.

    ``words`` is the whole complaint, ``markup`` a pattern that its extract matches, ``source`` the
    file of Django 5.2 that writes it, ``why`` it can stay.
    """

    words: str
    markup: str
    source: str
    why: str


SELECT = (
    "“select” element with a “required” attribute, and without a “multiple” attribute, and "
    "without a “size” attribute whose value is greater than “1”, must have "
)
PASSWORD = r'^<div disabled aria-describedby="id_password_helptext" id="id_password">'
CHOICES = "contrib/admin/widgets.py, AutocompleteMixin.optgroups"
ALLOWED = (
    Djangos(
        f"A {SELECT}a child “option” element.",
        r"</select>$",
        CHOICES,
        "A choice by searching has no options until somebody searches.",
    ),
    Djangos(
        f"The first child “option” element of a {SELECT}either an empty “value” attribute, or must "
        "have no text content. Consider either adding a placeholder option label, or adding a "
        "“size” attribute with a value equal to the number of “option” elements.",
        r'<option value="\d+" selected>',
        CHOICES,
        "A choice by searching has the chosen row as its only option.",
    ),
    Djangos(
        "Element “option” without attribute “label” must not be empty.",
        r'value=""></option>',
        CHOICES,
        "Nothing is chosen; select2 draws its own words over it.",
    ),
    Djangos(
        "The “aria-describedby” attribute must point to an element in the same document.",
        r'aria-describedby="id_[a-z_]+-(?:\d+|__prefix__)-[a-z_]+_helptext"',
        "contrib/admin/templates/admin/edit_inline/tabular.html",
        "In rows of a table the words are the name of a picture at the head of the column.",
    ),
    Djangos(
        "The “aria-describedby” attribute must point to an element in the same document.",
        PASSWORD,
        "contrib/auth/templates/auth/widgets/read_only_password_hash.html",
        "The words about a password are drawn as a field, described by words it does not have.",
    ),
    Djangos(
        "No “p” element in scope but a “p” end tag seen.",
        r"^</li></ul></p>",
        "contrib/admin/templates/admin/auth/user/change_password.html",
        "It puts a list into a paragraph; browsers close the paragraph before the list.",
    ),
    Djangos(
        "Attribute “disabled” not allowed on element “div” at this point.",
        PASSWORD,
        "contrib/auth/templates/auth/widgets/read_only_password_hash.html",
        "The words about a password are drawn as a field; browsers pass the word over.",
    ),
)


@pytest.fixture
def operator(at_now: datetime) -> Iterator[Client]:
    """Somebody who may do everything, in the demo with a row of every kind."""
    seed_demo(now=at_now)
    add_what_the_demo_lacks()
    LogEntry.objects.create(
        user=User.objects.earliest("pk"), action_flag=2, change_message="Seen", object_repr="It"
    )
    browser = Client(raise_request_exception=False)
    person = User.objects.create_superuser("root", "root@portal.example", "quiet herons")
    browser.force_login(person, backend=BACKEND)
    with override_settings(RATE_LIMIT_SCALE=1_000_000):
        yield browser


def test_every_page_of_the_operators_is_valid_html(operator: Client, tmp_path: Path) -> None:
    pages = distinct(pages_of_all(operator))

    against = complaints(tmp_path / "pages", pages)

    assert len(pages) > 300
    assert not_allowed(against) == {}
    assert [it.source for it in ALLOWED if not any(allowed_by(it, against))] == []


def not_allowed(against: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is said against markup of ours: at most three places of each."""
    left = {
        words: [where for where in places if where not in excused(words, against)][:3]
        for words, places in against.items()
    }
    return {words: places for words, places in left.items() if places}


def excused(words: str, against: dict[str, list[str]]) -> set[str]:
    return {where for it in ALLOWED if it.words == words for where in allowed_by(it, against)}


def allowed_by(entry: Djangos, against: dict[str, list[str]]) -> Iterator[str]:
    """The places of the complaints that an entry knows."""
    for where in against.get(entry.words, []):
        if re.search(entry.markup, where.partition(": ")[2]):
            yield where


def pages_of_all(browser: Client) -> Iterator[Page]:
    """Where admin begins, what is beside it, and all there is about each kind of row."""
    password = reverse("admin:auth_user_password_change", args=[User.objects.earliest("pk").pk])
    for path in [
        *(OPERATORS, f"{OPERATORS}nothing/", password),
        reverse("operator_clocks:business", args=[Business.objects.earliest("pk").pk]),
        reverse("operator_clocks:location", args=[Location.objects.earliest("pk").pk]),
        *(reverse("admin:app_list", args=[it]) for it in {it._meta.app_label for it in MODELS}),
    ]:
        yield path, browser.get(path)
    yield "a wrong password", browser.post(password, {})
    yield "sign-in", Client().get(OPERATORS, follow=True)
    for model in MODELS:
        yield from pages_of(browser, model)
    yield "the end", browser.post(reverse("admin:logout"))


def pages_of(browser: Client, model: type[Model]) -> Iterator[Page]:
    """The list with and without rows, each form empty and refused, deleting, the history."""
    row = model._default_manager.order_by("-pk")[0]
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    rows, add = reverse(f"{name}_changelist"), reverse(f"{name}_add")
    change = reverse(f"{name}_change", args=[row.pk])
    for path in (add, change):
        yield path, browser.get(path)
        yield f"refused {path}", browser.post(path, {})
    for about in ("delete", "history"):
        path = reverse(f"{name}_{about}", args=[row.pk])
        yield path, browser.get(path)
    yield rows, browser.get(rows)
    yield f"{rows}?q=nobody", browser.get(rows, {"q": "nobody"})
    yield f"{add}?_popup=1", browser.get(add, {"_popup": "1"})
    several = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    yield f"delete several {rows}", browser.post(rows, several)


def distinct(answers: Iterable[Page]) -> dict[str, str]:
    """One page for each text: what is not allowed is refused everywhere alike."""
    found = {f"{name} ({it.status_code})": text_of(it) for name, it in answers if it.content}
    by_text = {re.sub(r'value="[^"]*"', "", page): name for name, page in found.items()}
    return {name: found[name] for name in by_text.values()}
