"""Operators can look at every table: whoever adds one registers a page (``LookOnlyAdmin``)."""

from django.apps import apps
from django.contrib import admin

OURS = {
    *("web", "outbox", "businesses", "customers", "catalog", "availability", "bookings"),
    "checkout",
}


def test_every_model_of_ours_has_a_page() -> None:
    admin.autodiscover()
    models = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}

    assert models - {model._meta.label for model in admin.site._registry} == set()
