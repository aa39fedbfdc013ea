"""Page or fragment, 303 or HX-Redirect, and no way off the site (rules D5, S16)."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django_htmx.middleware import HtmxDetails

from apps.web.http import go_to, own_path, render_page, wants_fragment


def done(_request: HttpRequest, _reference: str) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("done/<str:_reference>/", done, name="done")]


def a_request(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return request


def render(request: HttpRequest) -> HttpResponse:
    words = {"wait_words": "1 minute"}
    return render_page(request, "web/_form_guard.html", "web/_too_many.html", words, status=409)


def test_a_plain_request_gets_the_page() -> None:
    response = render(a_request())
    assert response.status_code == 409
    assert b"1 minute" not in response.content


def test_htmx_gets_the_fragment_and_caches_are_told() -> None:
    response = render(a_request(**{"HX-Request": "true"}))
    assert b"1 minute" in response.content
    assert response.headers["Vary"] == "HX-Request, HX-Boosted, HX-History-Restore-Request"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_links_and_history_get_the_page(header: str) -> None:
    assert not wants_fragment(a_request(**{"HX-Request": "true", header: "true"}))


def test_a_request_without_the_middleware_gets_the_page() -> None:
    assert not wants_fragment(RequestFactory().get("/"))


@override_settings(ROOT_URLCONF=__name__)
def test_going_on_is_a_303_or_a_header_for_htmx() -> None:
    plain = go_to(a_request(), "done", "7KQ4MWXD", query={"new": "1"})
    assert (plain.status_code, plain.headers["Location"]) == (303, "/done/7KQ4MWXD/?new=1")
    htmx = go_to(a_request(**{"HX-Request": "true"}), "done", "7KQ4MWXD")
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (200, "/done/7KQ4MWXD/")


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        None,
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil@host",
        "/own/\r\nLocation: https://evil.example",
        "/\t/evil.example",
        "own/",
        "///evil.example",
    ],
)
def test_foreign_addresses_lead_home(foreign: str | None) -> None:
    assert own_path(foreign, default="/own/") == "/own/"


def test_own_addresses_are_kept() -> None:
    assert own_path("/own/juniper/?day=2026-11-24", default="/") == "/own/juniper/?day=2026-11-24"
    assert own_path("/%2f%2fevil.example", default="/") == "/%2f%2fevil.example"
