"""429 says how long to wait; a form without a token is 403 with words for people."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from apps.web.limits import TooMany
from apps.web.refusals import wait_in_words


def too_often(_request: HttpRequest) -> HttpResponse:
    raise TooMany(action="hold:network", retry_after=61)


@csrf_protect
def form(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("taken")


urlpatterns = [path("hold", too_often), path("form", form)]
PAGES = override_settings(ROOT_URLCONF=__name__)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 minute"),
        (61, "2 minutes"),
        (3600, "60 minutes"),
        (7200, "2 hours"),
        (7201, "3 hours"),
    ],
)
def test_waits_are_rounded_up(seconds: int, words: str) -> None:
    assert wait_in_words(seconds) == words


@pytest.mark.django_db
@PAGES
def test_too_many_is_a_429_with_the_time_to_wait() -> None:
    response = Client().post("/hold")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "61"
    assert response.headers["Cache-Control"] == "no-store"
    assert "wait 2 minutes and try again" in response.content.decode()
    assert "<html" in response.content.decode()


@pytest.mark.django_db
@PAGES
def test_htmx_gets_the_same_words_as_a_fragment() -> None:
    response = Client().post("/hold", headers={"HX-Request": "true"})
    assert response.status_code == 429
    assert "wait 2 minutes and try again" in response.content.decode()
    assert "<html" not in response.content.decode()


@pytest.mark.django_db
@PAGES
@override_settings(CSRF_FAILURE_VIEW="apps.web.refusals.csrf_failure")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"Content-Type": "text/plain"}])
def test_a_form_without_a_token_is_refused_in_words(headers: dict[str, str]) -> None:
    response = Client(enforce_csrf_checks=True).post("/form", {"name": "Eva"}, headers=headers)
    assert response.status_code == 403
    assert "the form had expired" in response.content.decode()
