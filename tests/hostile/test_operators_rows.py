"""What operators type, or forge, where another row is named by its number: a mistake beside the
field, whatever it is, and never a fault of ours."""

from collections.abc import Iterator
from datetime import datetime
from itertools import product

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import reverse

from apps.catalog.models import Service
from apps.demo.seed import seed_demo
from apps.web.operators import SeenAdmin
from tests.dashboard.operators.test_admin import add_what_the_demo_lacks
from tests.hostile.stage import BACKEND
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.detail]
HUGE = "99999999999999999999"
ODD = (
    *("abc", HUGE, "9223372036854775808", "1.5", "  ", "\x00", "True", "-1", "٣", "1_0"),
    "x" * 5000,
)


def naming_rows() -> Iterator[tuple[type[Model], list[str]]]:
    """Each kind of page with its fields that name rows, those in its inlines too."""
    for model, page in sorted(admin.site._registry.items(), key=lambda it: it[0]._meta.label):
        fields = [*page.raw_id_fields, *page.autocomplete_fields]
        for inline in page.inlines:
            fields += [*inline.raw_id_fields, *inline.autocomplete_fields]
        if fields and not page.__class__.__name__.startswith("LookOnly"):
            yield model, fields


PAGES = list(naming_rows())


@pytest.fixture
def operator(at_now: datetime) -> Iterator[Client]:
    seed_demo(now=at_now)
    add_what_the_demo_lacks()
    browser = Client(raise_request_exception=False)
    person = User.objects.create_superuser("root", "root@portal.example", "quiet herons")
    browser.force_login(person, backend=BACKEND)
    with override_settings(RATE_LIMIT_SCALE=1_000_000):
        yield browser


@pytest.mark.long
def test_whatever_is_sent_for_a_row_is_a_mistake_beside_its_field(operator: Client) -> None:
    faults, silent = [], []
    for model, fields in PAGES:
        for path in paths_of(model):
            page = operator.get(path)
            if page.status_code != 200:
                continue
            shown = fields_of(page)
            named = [*fields, *(name for name in shown if name.rpartition("-")[2] in fields)]
            for odd in ODD:
                answer = operator.post(path, {**shown, **dict.fromkeys(named, odd)})
                if answer.status_code in (200, 409) and "errorlist" not in text_of(answer):
                    silent.append((path, odd))
                elif answer.status_code not in (200, 302, 403, 409):
                    faults.append((path, odd[:30], answer.status_code))

    assert (faults, silent) == ([], [])
    assert len(PAGES) > 10


def paths_of(model: type[Model]) -> Iterator[str]:
    """Where a row of it is made, and where one is changed."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{name}_add")
    row = model._default_manager.order_by("pk").first()
    if row is not None:
        yield reverse(f"{name}_change", args=[row.pk])


@pytest.mark.long
def test_the_mistake_names_what_was_typed(operator: Client) -> None:
    service = Service.objects.earliest("pk")
    path = reverse("admin:catalog_service_change", args=[service.pk])

    refused = text_of(operator.post(path, {**fields_of(operator.get(path)), "locations": HUGE}))

    assert f"“{HUGE}” is not a valid value." in refused
    assert f'value="{HUGE}"' in refused


def test_every_page_of_operators_is_of_one_kind() -> None:
    others = [
        model for model, page in admin.site._registry.items() if not isinstance(page, SeenAdmin)
    ]

    assert others == []


@pytest.fixture
def root(db: None) -> Client:
    browser = Client(raise_request_exception=False)
    person = User.objects.create_superuser("root", "root@portal.example", "quiet herons")
    browser.force_login(person, backend=BACKEND)
    return browser


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.both_databases
def test_a_selection_of_what_can_be_no_row_chooses_nothing(root: Client) -> None:
    """Every action of every list, whatever is sent for its rows."""
    answers = set()
    with override_settings(RATE_LIMIT_SCALE=1_000_000):
        for model, page in admin.site._registry.items():
            for action, odd in product(
                [*(page.actions or ()), "delete_selected"], ("abc", HUGE, "\x00")
            ):
                name = action if isinstance(action, str) else action.__name__
                sent = {"action": name, "_selected_action": odd, "reason": "So", "post": "yes"}
                answer = root.post(list_of(model), sent)
                answers.add((answer.status_code, answer.headers.get("Location") == list_of(model)))

    assert answers == {(302, True)}
    shown = text_of(root.get(list_of(Service)))
    assert "Choose rows of this list. Nothing was changed." in shown


@pytest.mark.both_databases
@pytest.mark.parametrize("odd", [HUGE, "abc", "9223372036854775808"])
def test_an_address_of_what_can_be_no_row_is_no_page_of_ours(root: Client, odd: str) -> None:
    """As Django answers for a row that is not there: back to the start, and it is said."""
    answers = set()
    with override_settings(RATE_LIMIT_SCALE=1_000_000):
        for model in admin.site._registry:
            for page in ("change", "delete", "history"):
                answer = root.get(f"{list_of(model)}{odd}/{page}/")
                answers.add(answer.status_code)

    assert answers <= {302, 403}


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["groups", "groups__exact", "groups__id__exact"])
def test_a_filter_for_what_can_be_no_row_is_no_fault(root: Client, name: str) -> None:
    answer = root.get(list_of(User), {name: HUGE}, follow=True)

    assert answer.status_code == 200
