from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from tests.architecture.sources import APPS, FLOORS


def test_every_app_has_a_floor() -> None:
    found = {path.name for path in APPS.iterdir() if (path / "__init__.py").exists()}

    assert found - set(FLOORS) == set()


def test_foreign_keys_point_down_the_floors() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField)
        and not isinstance(field.related_model, str)
        and FLOORS.get(field.related_model._meta.app_label, -1) > FLOORS[model._meta.app_label]
    ]

    assert upward == []


def test_pages_without_models_have_none() -> None:
    owners = {model._meta.app_label for model in apps.get_models()}

    assert owners & {"dashboard", "self_service"} == set()
