"""What the one decorator of an owner page brings: method, right, business, 404, refusals."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from apps.availability.operations import BusyTryAgain
from apps.bookings.forms.picks import Unreadable
from apps.bookings.models import Booking
from apps.bookings.operations import StaleRevision
from apps.checkout.operations import WayOutNotOffered
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.roles import Right
from bookings_portal.urls import urlpatterns as pages
from tests.factories import Salon, make_salon
from tests.pages import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

OWN = {"Origin": "http://testserver"}
"""A form of our own, whose words are given back."""
TYPED = {"reason": "Roses by the gate"}
REFUSALS = {
    "stale": StaleRevision(),
    "wrong": WayOutNotOffered(),
    "unreadable": Unreadable(),
    "busy": BusyTryAgain(),
    "missing": Booking.DoesNotExist(),
}


@owner_page(Right.REFUND, "GET", "POST")
def gardens(request: OwnerRequest, why: str) -> HttpResponse:
    if request.method == "POST":
        raise REFUSALS[why]
    return HttpResponse(f"{request.access.business.slug}: {why}")


@owner_page(Right.LOOK)
def paths(request: OwnerRequest) -> HttpResponse:
    return to_page(request, "takings", query={"on": "2026-11-24"}, fragment="sum")


urlpatterns = [
    path("own/<slug:slug>/gardens/<str:why>/", gardens),
    path("own/<slug:slug>/paths/", paths),
    *pages,
]


@pytest.fixture
def salon() -> Iterator[Salon]:
    with override_settings(ROOT_URLCONF=__name__):
        yield make_salon(slug="juniper")


@pytest.fixture
def olga(salon: Salon) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_view_gets_what_stands_behind_the_business(olga: Client) -> None:
    assert olga.get("/own/juniper/gardens/roses/").content == b"juniper: roses"


def test_it_goes_on_to_another_page_of_the_same_business(olga: Client) -> None:
    answer = olga.get("/own/juniper/paths/")

    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/own/juniper/money/?on=2026-11-24#sum",
    )


def test_only_the_methods_it_names_are_answered(olga: Client) -> None:
    asked = [
        getattr(olga, method)(f"/own/juniper/{page}").status_code
        for page in ("gardens/roses/", "paths/")
        for method in ("get", "head", "put", "delete")
    ]

    assert asked == [200, 200, 405, 405, 303, 303, 405, 405]
    assert olga.post("/own/juniper/paths/").status_code == 405


@pytest.mark.parametrize("why", ["missing", "unreadable"])
def test_what_is_not_there_is_404(olga: Client, why: str) -> None:
    assert olga.post(f"/own/juniper/gardens/{why}/").status_code == 404


@pytest.mark.parametrize(
    ("why", "status", "code"),
    [("stale", 409, "STALE_REVISION"), ("wrong", 422, "WAY_OUT_NOT_OFFERED")],
)
def test_a_refusal_that_no_view_tells_is_told_with_what_was_typed(
    olga: Client, why: str, status: int, code: str
) -> None:
    page = olga.post(f"/own/juniper/gardens/{why}/", TYPED, headers=OWN)

    assert page.status_code == status
    assert f'data-refusal="{code}"' in page.content.decode()
    text = text_of(page)
    assert "Nothing was changed" in text
    assert "Roses by the gate" in text


def test_busy_is_answered_as_on_every_page(olga: Client) -> None:
    page = olga.post("/own/juniper/gardens/busy/", TYPED, headers=OWN)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert "Roses by the gate" in text_of(page)


def test_a_part_of_a_page_gives_way_to_the_refusal_as_a_whole(olga: Client) -> None:
    page = olga.post("/own/juniper/gardens/stale/", headers={"HX-Request": "true"})

    assert (page.status_code, page.headers["HX-Retarget"]) == (409, "body")
