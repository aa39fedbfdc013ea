"""What an operator typed while the sign-in ended stands in the form again after the next one."""

import html
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.businesses.models import Business
from tests.factories import NOW, Salon, make_salon
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PASSWORD = "seven quiet herons"
TOLD = "Your sign-in had ended, and nothing was saved. Your text is here again."


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def salon(clock: Any) -> Salon:
    return make_salon(slug="juniper")


def sign_in(browser: Client, name: str) -> None:
    browser.post("/own/sign-in/", {"login": f"{name}@portal.example", "password": PASSWORD})


@pytest.fixture
def operator(clock: Any) -> Client:
    for name in ("root", "other"):
        User.objects.create_superuser(name, f"{name}@portal.example", PASSWORD)
    browser = Client()
    sign_in(browser, "root")
    return browser


def page_of(salon: Salon) -> str:
    return f"/operator/businesses/business/{salon.business.pk}/change/"


def save_too_late(operator: Client, salon: Salon, clock: Any, **typed: str) -> str:
    """Open the page, type for half an hour and save; return where that leads."""
    page = page_of(salon)
    fields = {**fields_of(operator.get(page)), **typed}
    clock.shift(timedelta(minutes=31))
    answer = operator.post(page, fields, headers={"Referer": f"http://testserver{page}"})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_what_was_typed_stands_in_the_form_and_nothing_is_saved(
    operator: Client, salon: Salon, clock: Any
) -> None:
    save_too_late(operator, salon, clock, name="Juniper Hair & Colour")
    sign_in(operator, "root")

    page = operator.get(page_of(salon))

    assert fields_of(page)["name"] == "Juniper Hair & Colour"
    assert text_of(page).count(html.escape(TOLD)) == 1
    assert Business.objects.get().name == "Juniper Hair"
    assert fields_of(operator.get(page_of(salon)))["name"] == "Juniper Hair"  # once


def test_the_text_that_came_back_is_saved_as_it_stands(
    operator: Client, salon: Salon, clock: Any
) -> None:
    save_too_late(operator, salon, clock, name="Juniper Hair & Colour")
    sign_in(operator, "root")
    page = operator.get(page_of(salon))

    form = page.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = operator.post(page_of(salon), {**fields_of(page), **sent})

    assert (answer.status_code, Business.objects.get().name) == (302, "Juniper Hair & Colour")


def test_somebody_elses_change_is_told_before_it_is_replaced(
    operator: Client, salon: Salon, clock: Any
) -> None:
    save_too_late(operator, salon, clock, name="Juniper Hair & Colour")
    Business.objects.update(name="Juniper Salon")
    sign_in(operator, "root")
    page = operator.get(page_of(salon))

    form = page.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = operator.post(page_of(salon), {**fields_of(page), **sent})

    assert answer.status_code == 409
    assert Business.objects.get().name == "Juniper Salon"


def test_another_account_gets_nothing(operator: Client, salon: Salon, clock: Any) -> None:
    save_too_late(operator, salon, clock, name="Juniper Hair & Colour")
    sign_in(operator, "other")

    assert fields_of(operator.get(page_of(salon)))["name"] == "Juniper Hair"


def test_a_forged_form_leaves_nothing(operator: Client, salon: Salon, clock: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = operator.cookies
    page = page_of(salon)
    clock.shift(timedelta(minutes=31))

    answer = strict.post(page, {"name": "Zebra", "page_around": page})
    sign_in(operator, "root")

    assert answer.status_code == 403
    assert fields_of(operator.get(page))["name"] == "Juniper Hair"
