"""Draw docs/data-model.md from the models: .venv/bin/python docs/draw_data_model.py

A test compares the page with what this draws, so that it is never older than the models.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db.models import Model

BASE_DIR = Path(__file__).resolve().parent.parent
PAGE = BASE_DIR / "docs" / "data-model.md"
HEAD = """# Data model

Drawn from the models by `docs/draw_data_model.py`; a test keeps it equal to them. Instants end in
`_at` and are UTC, dates in `_on`; money is whole minor units in the currency of the business; every
table of a tenant has `business`. `?` may be empty, `->` points to another table. Below each table
stand the constraints that the database holds it to, and what makes it unique.
"""


def draw() -> str:
    """The whole page, app by app from the lowest floor up."""
    parts = [HEAD]
    for config in apps.get_app_configs():
        models = [it for it in config.get_models() if not it._meta.auto_created]
        if config.name.startswith("apps.") and models:
            parts.append("\n".join(_app(config.label, models)))
    return "\n".join(parts)


def _app(label: str, models: list[type[Model]]) -> Iterator[str]:
    yield f"## {label}\n"
    yield "```mermaid\nerDiagram"
    for model in models:
        yield from (f"    {line}" for line in _links(model))
    yield "```\n"
    for model in models:
        yield from _table(model)


def _links(model: type[Model]) -> Iterator[str]:
    """One line for each foreign key; the tenant goes without saying."""
    fields: list[Any] = list(model._meta.local_fields)
    found = [it for it in fields if it.is_relation and it.name != "business"]
    if not found:
        yield model.__name__
    for field in found:
        end = "o|" if field.null else "||"
        many = "|o" if field.one_to_one else "}o"
        target = field.related_model.__name__
        yield f"{model.__name__} {many}--{end} {target} : {field.name}"


def _table(model: type[Model]) -> Iterator[str]:
    meta = model._meta
    yield f"**{model.__name__}** `{meta.db_table}`\n"
    yield ", ".join(_column(it) for it in meta.local_fields if not it.primary_key) + ".\n"
    relations: list[Any] = list(meta.local_many_to_many)
    many = [f"{it.name} -> {it.related_model.__name__}" for it in relations]
    if many:
        yield "Many: " + ", ".join(many) + ".\n"
    unique = [it.name for it in meta.local_fields if it.unique and not it.primary_key]
    held = [f"`{it}`" for it in sorted(it.name for it in meta.constraints)]
    if unique or held:
        yield "Held by " + ", ".join([*(f"unique {name}" for name in unique), *held]) + ".\n"


def _column(field: Any) -> str:
    to = f" -> {field.related_model.__name__}" if field.is_relation else ""
    return f"{field.name}{'?' if field.null else ''}{to}"


if __name__ == "__main__":
    sys.path.insert(0, str(BASE_DIR))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookings_portal.settings")
    django.setup()
    PAGE.write_text(draw(), encoding="utf-8")
