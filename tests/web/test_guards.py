"""Nobody enters a guarded section through a view that nobody guarded (rule S2)."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.http import require_POST

from apps.web.guards import check_guards, find_unguarded_views, guarded, open_to_everybody
from apps.web.middleware import UnguardedView, roles_of


@guarded("OWNER", "MANAGER")
def for_managers(_request: HttpRequest, business: str) -> HttpResponse:
    return HttpResponse(f"today of {business}")


@require_POST
@guarded("OWNER")
def for_owners(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("posted")


@open_to_everybody
def for_all(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("sign in")


def forgotten(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("everybody's secrets")


urlpatterns = [
    path("own/sign-in", for_all),
    path("own/<slug:business>/today", for_managers),
    path("own/post", for_owners),
    path("own/forgotten", forgotten),
    path("elsewhere", forgotten),
]


def admit(
    request: HttpRequest, roles: frozenset[str], view_kwargs: Mapping[str, Any]
) -> HttpResponse | None:
    """Managers of Juniper come in; people without a role are sent to sign in; others see 404."""
    role = request.headers.get("X-Role")
    if role is None:
        return HttpResponse(status=303, headers={"Location": "/own/sign-in"})
    if role not in roles or view_kwargs.get("business", "juniper") != "juniper":
        raise Http404
    return None


SECTION = override_settings(
    ROOT_URLCONF=__name__,
    GUARDED_SECTIONS={"/own/": f"{__name__}.admit"},
    MIDDLEWARE=["apps.web.middleware.SectionGuardMiddleware"],
)


def answer(address: str, role: str | None = None, method: str = "get") -> HttpResponse:
    headers = {"X-Role": role} if role else {}
    response: HttpResponse = getattr(Client(headers=headers), method)(address)
    return response


@SECTION
def test_roles_named_by_the_view_come_in_and_others_do_not() -> None:
    assert answer("/own/juniper/today", "OWNER").content == b"today of juniper"
    assert answer("/own/juniper/today", "MANAGER").status_code == 200
    assert answer("/own/juniper/today", "STAFF").status_code == 404
    assert answer("/own/harbor/today", "OWNER").status_code == 404
    assert answer("/own/juniper/today").status_code == 303


@SECTION
def test_the_mark_survives_other_decorators() -> None:
    assert roles_of(for_owners) == frozenset({"OWNER"})
    assert answer("/own/post", "OWNER", "post").content == b"posted"
    assert answer("/own/post", "MANAGER", "post").status_code == 404


@SECTION
def test_the_sign_in_page_is_open() -> None:
    assert answer("/own/sign-in").content == b"sign in"


@SECTION
@pytest.mark.parametrize("role", [None, "OWNER"])
def test_a_view_that_nobody_guarded_refuses_to_answer(role: str | None) -> None:
    assert answer("/own/forgotten", role).status_code == 404


@SECTION
@override_settings(DEBUG=True)
def test_a_developer_is_told_which_view_it_was() -> None:
    with pytest.raises(UnguardedView, match="forgotten does not say who may use it"):
        answer("/own/forgotten", "OWNER")


@SECTION
def test_views_outside_the_section_need_no_guard() -> None:
    assert answer("/elsewhere").status_code == 200


@SECTION
def test_the_system_check_names_the_view() -> None:
    assert list(find_unguarded_views()) == ["own/forgotten"]
    assert [error.id for error in check_guards()] == ["web.E001"]


def test_a_guard_names_a_role() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        guarded()
