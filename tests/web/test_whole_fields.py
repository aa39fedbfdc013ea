"""Whole numbers are read in one way everywhere: nothing leaves the reading to Python's ``int``."""

import ast
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.test import RequestFactory

from apps.bookings.forms.questions import answer_words, field_of
from apps.catalog.models import Question
from apps.web.fields import PlainNumberField, WholeNumberField
from apps.web.number_fields import speak
from tests.architecture.sources import modules

DJANGOS = (forms.IntegerField, forms.DecimalField, forms.FloatField)
OURS = (PlainNumberField,)
NOT_PLAIN = ["1e3", "1_000", "1.0", "0x10", "١٢", "１２", "1,000", "+5", "NaN", "9" * 20]


class People(forms.Form):
    people = WholeNumberField(min_value=2, max_value=20_000, required=False)


def read(text: str, *, locale: str = "en-GB") -> object:
    form = People({"people": text})
    speak(form, locale=locale)
    return form.cleaned_data["people"] if form.is_valid() else form.errors["people"][0]


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("12", "en-GB", 12),
        (" 12 ", "en-GB", 12),
        ("", "en-GB", None),
        ("1,000", "en-GB", 1000),
        ("1.000", "de-DE", 1000),
        ("1 000", "fr-FR", 1000),
        ("1’000", "de-CH", 1000),
    ],
)
def test_a_whole_number_is_typed_as_people_of_the_locale_do(
    text: str, locale: str, number: int | None
) -> None:
    assert read(text, locale=locale) == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1e3", "Enter a whole number like 10."),
        ("1_000", "Enter a whole number like 10."),
        ("1.000", "Enter a whole number like 10."),
        ("2.5", "Enter a whole number like 10."),
        ("-5", "Enter a whole number like 10."),
        ("many", "Enter a whole number like 10."),
        ("١٢", "Use the digits 0 to 9."),
        ("１２", "Use the digits 0 to 9."),
        ("1", "Enter 2 or more."),
        ("20001", "Enter 20000 or less."),
        ("9" * 30, "Enter 20000 or less."),
    ],
)
def test_anything_else_says_what_would_be_right(text: str, words: str) -> None:
    assert read(text) == words


def test_what_was_typed_stays_in_the_field() -> None:
    form = People({"people": "1_000"})

    assert str(form["people"]) == (
        '<input type="text" name="people" value="1_000" inputmode="numeric" autocomplete="off"'
        ' aria-invalid="true" aria-describedby="id_people_error" id="id_people">'
    )


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_a_page_wrote_itself_is_plain_digits(text: str) -> None:
    field = PlainNumberField()

    with pytest.raises(forms.ValidationError) as refused:
        field.clean(text)

    assert refused.value.messages in (
        ["Enter a whole number in the digits 0 to 9."],
        [f"Ensure this value is less than or equal to {2**63 - 1}."],
    )
    assert (field.clean("12"), field.clean(12), field.clean("-3")) == (12, 12, -3)


@pytest.mark.parametrize(
    ("text", "locale", "kept"),
    [
        ("12.5", "en-GB", "12.5"),
        ("12,5", "de-DE", "12,5"),
        ("1.250", "de-DE", "1250"),
        ("-4", "en-GB", "-4"),
        ("−4", "en-GB", "-4"),
    ],
)
def test_a_question_for_a_number_is_answered_as_people_of_the_locale_write(
    text: str, locale: str, kept: str
) -> None:
    question = Question(kind=Question.Kind.NUMBER, label="How warm?")
    field = field_of(question, region="DE", locale=locale)

    assert answer_words(question, field.clean(text), locale=locale) == kept


@pytest.mark.parametrize("text", ["1e3", "1_000", "١٢", "0.0001", "9" * 12, "--4", "-"])
def test_a_question_for_a_number_takes_nothing_else(text: str) -> None:
    field = field_of(Question(kind=Question.Kind.NUMBER, label="Age"), region="DE", locale="en-GB")

    with pytest.raises(forms.ValidationError):
        field.clean(text)


def all_forms(base: Any = forms.BaseForm) -> Iterator[Any]:
    for kind in base.__subclasses__():
        yield kind
        yield from all_forms(kind)


def test_no_form_has_a_number_of_djangos_own() -> None:
    for name, _tree in modules():
        if name.startswith("apps/"):
            importlib.import_module(
                name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            )
    found = {kind for kind in all_forms() if kind.__module__.startswith("apps.")}

    assert len(found) > 40
    assert [
        f"{kind.__qualname__}.{name}"
        for kind in found
        for name, field in kind.base_fields.items()
        if isinstance(field, DJANGOS) and not isinstance(field, OURS)
    ] == []


def test_no_code_makes_one_while_it_runs() -> None:
    names = {kind.__name__ for kind in DJANGOS}

    assert [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in names
        and isinstance(node.value, ast.Name)
        and node.value.id == "forms"
        and name != "apps/web/fields.py"
    ] == []


def may_type(page: Any, request: HttpRequest) -> bool:
    """Whether an operator can type anything there; most pages are for looking only."""
    return bool(page.has_change_permission(request))


@pytest.mark.django_db
def test_no_page_of_the_operators_has_one(rf: RequestFactory, admin_user: object) -> None:
    request = rf.get("/")
    request.user = admin_user  # type: ignore[assignment]
    pages: list[tuple[str, Any]] = [
        (kind.__name__, it)
        for kind, page in admin.site._registry.items()
        for it in (page, *page.get_inline_instances(request))
        if kind.__module__.startswith("apps.") and may_type(it, request)
    ]
    forms_of = [
        (name, it.get_formset(request).form if hasattr(it, "get_formset") else it.get_form(request))
        for name, it in pages
    ]
    made = {
        (kind, name): field
        for kind, form in forms_of
        for name, field in form.base_fields.items()
        if isinstance(field, DJANGOS)
    }

    assert len(made) > 30
    assert [key for key, field in made.items() if not isinstance(field, OURS)] == []
