"""Two operators who edit one row: the second reads the first one's change before replacing it."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.forms import BaseForm
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.availability.models import Schedule, WeeklyHours
from apps.catalog.models import Service, Variant
from apps.web.operators import SeenAdmin
from tests.dashboard.operators.test_admin_actions import typed
from tests.factories import Salon

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def operator(salon: Salon) -> Client:
    browser = Client()
    user = User.objects.create_superuser("operator", "operator@portal.example", "correct horse")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def address(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def shown(browser: Client, row: Any) -> dict[str, Any]:
    """What the form of this page would send unchanged, rows below it included."""
    context = browser.get(address(row)).context
    forms: list[BaseForm] = [context["adminform"].form]
    for below in context["inline_admin_formsets"]:
        forms += [below.formset.management_form, *below.formset.forms]
    sent = {field.html_name: typed(field.value()) for form in forms for field in form}
    return {name: value for name, value in sent.items() if value}


def mistakes(answer: Any) -> dict[str, list[str]]:
    found = {name: list(it) for name, it in answer.context["adminform"].form.errors.items()}
    for below in answer.context["inline_admin_formsets"]:
        for form in below.formset.forms:
            found |= {form.add_prefix(name): list(it) for name, it in form.errors.items()}
    return found


def test_a_row_changed_meanwhile_is_not_replaced_unread(operator: Client, salon: Salon) -> None:
    seen = shown(operator, salon.cut)
    renamed = {**seen, "name": "Cut and blow-dry"}
    assert operator.post(address(salon.cut), renamed).status_code == 302

    answer = operator.post(address(salon.cut), {**seen, "description": "With a wash."})

    salon.cut.refresh_from_db()
    assert (answer.status_code, salon.cut.name, salon.cut.description) == (
        409,
        "Cut and blow-dry",
        "",
    )
    assert mistakes(answer) == {"name": ["Somebody else has changed this. Now: Cut and blow-dry"]}
    form = answer.context["adminform"].form
    assert (form["name"].value(), form["description"].value()) == (
        "Cut and finish",
        "With a wash.",
    )

    again = {**seen, "description": "With a wash.", "seen": form["seen"].value()}
    assert operator.post(address(salon.cut), again).status_code == 302
    salon.cut.refresh_from_db()
    assert (salon.cut.name, salon.cut.description) == ("Cut and finish", "With a wash.")


def test_what_nobody_else_touched_is_saved(operator: Client, salon: Salon) -> None:
    sent = {**shown(operator, salon.cut), "description": "With a wash."}

    assert operator.post(address(salon.cut), sent).status_code == 302
    assert Service.objects.get(pk=salon.cut.pk).description == "With a wash."


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"name": 7}'])
def test_an_odd_mark_saves_nothing(operator: Client, salon: Salon, seen: str) -> None:
    sent = {**shown(operator, salon.cut), "seen": seen, "description": "With a wash."}

    assert operator.post(address(salon.cut), sent).status_code == 409
    assert Service.objects.get(pk=salon.cut.pk).description == ""


def test_rows_below_a_row_are_guarded_as_well(operator: Client, salon: Salon) -> None:
    schedule = Schedule.objects.filter(weekly_hours__isnull=False).distinct().first()
    assert schedule is not None
    seen = shown(operator, schedule)
    prefix = next(it.removesuffix("-starts_minute") for it in seen if it.endswith("starts_minute"))
    hours = WeeklyHours.objects.get(pk=seen[f"{prefix}-id"])
    WeeklyHours.objects.filter(pk=hours.pk).update(starts_minute=hours.starts_minute + 60)

    later = {**seen, f"{prefix}-ends_minute": hours.ends_minute - 30}
    answer = operator.post(address(schedule), later)

    now = hours.starts_minute + 60
    hours.refresh_from_db()
    assert (answer.status_code, hours.starts_minute) == (409, now)
    assert mistakes(answer) == {
        f"{prefix}-starts_minute": [f"Somebody else has changed this. Now: {now}"]
    }


def test_a_new_row_below_needs_no_mark(operator: Client, salon: Salon) -> None:
    seen = shown(operator, salon.colour)
    total = int(seen["variants-TOTAL_FORMS"])
    typed = {"name": "Long hair", "price": 7000, "duration_minutes": 90, "position": 1}
    new = {f"variants-{total}-{name}": value for name, value in typed.items()}

    answer = operator.post(
        address(salon.colour), {**seen, **new, "variants-TOTAL_FORMS": total + 1}
    )

    assert (answer.status_code, mistakes(answer) if answer.context else {}) == (302, {})
    assert Variant.objects.filter(service=salon.colour, name="Long hair").exists()


def test_a_person_changed_meanwhile_is_not_replaced_unread(operator: Client) -> None:
    eva = User.objects.create_user("eva", "eva@juniper.example", "correct horse")
    on, _blank, at = eva.date_joined.strftime("%Y-%m-%d %H:%M:%S").partition(" ")
    seen = {**shown(operator, eva), "date_joined_0": on, "date_joined_1": at}
    assert 'name="seen"' in operator.get(address(eva)).content.decode()
    User.objects.filter(pk=eva.pk).update(is_active=False, password="!gone")

    answer = operator.post(address(eva), {**seen, "first_name": "Eva"})

    eva.refresh_from_db()
    assert (answer.status_code, eva.is_active, eva.first_name) == (409, False, "")
    assert mistakes(answer) == {"is_active": ["Somebody else has changed this. Now: False"]}
    assert "!gone" not in answer.content.decode()

    mark = answer.context["adminform"].form["seen"].value()
    again = {**seen, "first_name": "Eva", "is_active": "", "seen": mark}
    assert operator.post(address(eva), again).status_code == 302
    eva.refresh_from_db()
    assert (eva.is_active, eva.first_name) == (False, "Eva")


def test_a_new_person_needs_no_mark(operator: Client) -> None:
    sent = {"username": "ida", "password1": "correct horse 9", "password2": "correct horse 9"}

    answer = operator.post(reverse("admin:auth_user_add"), {**sent, "usable_password": "true"})

    assert (answer.status_code, User.objects.filter(username="ida").count()) == (302, 1)


def test_every_page_that_changes_a_row_carries_what_it_showed(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    may_change = {
        model._meta.label: it
        for model, it in admin.site._registry.items()
        if it.has_change_permission(request) and it.get_form(request, change=True).base_fields
    }

    assert [label for label, it in may_change.items() if not isinstance(it, SeenAdmin)] == []
