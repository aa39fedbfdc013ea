"""No column that may hold something of a person is forgotten (rule D12)."""

import pytest
from django.apps import apps
from django.db import models

from apps.privacy.registry import OF_NOBODY, PERSONAL, Fate

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
"""EmailField, SlugField and URLField are lines of text, too; whatever has choices is a word of
ours."""
OTHERS = (models.FileField, models.GenericIPAddressField, models.UUIDField)


def columns_of_text() -> set[tuple[str, str]]:
    return {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, (*TEXTS, *OTHERS)) and not field.choices
    }


def declared() -> list[tuple[str, str]]:
    of_nobody = [(table, column) for table, columns in OF_NOBODY.items() for column in columns]
    return [*((it.table, it.column) for it in PERSONAL), *of_nobody]


def test_every_column_of_text_says_whether_it_is_about_a_person() -> None:
    silent = sorted(columns_of_text() - set(declared()))

    assert silent == [], (
        "say in apps/privacy/registry.py what becomes of these when a person is erased (PERSONAL), "
        "or that they are about nobody (OF_NOBODY)"
    )


def test_the_registry_names_each_column_once_and_none_that_is_not_there() -> None:
    known = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }
    listed = declared()

    assert sorted(set(listed) - known) == []
    assert sorted(it for it in set(listed) if listed.count(it) > 1) == []


def test_whatever_stays_says_why() -> None:
    stays = [it for it in PERSONAL if it.fate in {Fate.KEPT, Fate.REWRITTEN}]

    assert [f"{it.table}.{it.column}" for it in stays if not it.why.endswith(".")] == []


@pytest.mark.parametrize("fate", [Fate.BLANK, Fate.EMPTY])
def test_what_is_emptied_can_be_empty(fate: Fate) -> None:
    fields = [
        apps.get_model(it.table)._meta.get_field(it.column) for it in PERSONAL if it.fate is fate
    ]

    assert [str(it) for it in fields if it.null] == []
