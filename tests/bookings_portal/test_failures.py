"""A 500 names the number under which the log has it, and needs nothing that may be broken."""

import re

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a wheel came off")


urlpatterns = [path("broken/", broken)]
handler500 = "bookings_portal.views.server_error"


def test_a_500_shows_its_number_and_is_small() -> None:
    visitor = Client(raise_request_exception=False)

    with override_settings(ROOT_URLCONF=__name__):
        answer = visitor.get("/broken/")

    page = answer.content.decode()
    number = re.search(r'<code class="ref">(\w+)</code>', page)
    assert answer.status_code == 500
    assert number is not None
    assert number[1] == answer.headers["X-Request-ID"]
    assert len(answer.content) < 8192
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_500_does_not_ask_the_database() -> None:
    visitor = Client(raise_request_exception=False)

    with override_settings(ROOT_URLCONF=__name__), connection.execute_wrapper(refuse):
        answer = visitor.get("/broken/")

    assert answer.status_code == 500


def refuse(*_args: object) -> None:
    raise AssertionError("the page of a failure asked the database")
