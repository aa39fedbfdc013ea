"""Sign-in of owners and operators: allauth's views under our own words, and no sign-up.

They stand inside the guarded owner section and are open to everybody; allauth itself asks for a
sign-in where one is needed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as two_step
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.utils.cache import add_never_cache_headers

from apps.web.guards import open_to_everybody
from bookings_portal.guesses import know_device

OK, UNPROCESSABLE = 200, 422


def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    return re_path(f"^sign-{route}$", open_to_everybody(answering_422(view)), name=name)


def answering_422(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a form with mistakes answer 422 as everywhere else; allauth says 200. No
    page about signing in is kept by anybody."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        add_never_cache_headers(response)
        if response.status_code == OK and form is not None and form.is_bound and form.errors:
            response.status_code = UNPROCESSABLE
        return response

    return answer


def knowing_the_device(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark the browser of whoever chose a new password: they get in whatever strangers try."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if accounts := getattr(request, "proven_accounts", ()):
            know_device(request, response, accounts)
        return response

    return answer


urlpatterns = [
    page("in/", account.login, "account_login"),
    page("out/", account.logout, "account_logout"),
    page("in/again/", account.reauthenticate, "account_reauthenticate"),
    page("in/inactive/", account.account_inactive, "account_inactive"),
    page("in/password/", account.password_change, "account_change_password"),
    page("in/password/set/", account.password_set, "account_set_password"),
    page("in/forgotten/", account.password_reset, "account_reset_password"),
    page("in/forgotten/sent/", account.password_reset_done, "account_reset_password_done"),
    page(
        "in/forgotten/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    page(
        "in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/",
        knowing_the_device(account.password_reset_from_key),
        "account_reset_password_from_key",
    ),
    page("in/two-step/", two_step.index, "mfa_index"),
    page("in/two-step/code/", two_step.authenticate, "mfa_authenticate"),
    page("in/two-step/again/", two_step.reauthenticate, "mfa_reauthenticate"),
    page("in/two-step/app/on/", totp.activate_totp, "mfa_activate_totp"),
    page("in/two-step/app/off/", totp.deactivate_totp, "mfa_deactivate_totp"),
    page(
        "in/two-step/recovery-codes/",
        recovery_codes.view_recovery_codes,
        "mfa_view_recovery_codes",
    ),
    page(
        "in/two-step/recovery-codes/new/",
        recovery_codes.generate_recovery_codes,
        "mfa_generate_recovery_codes",
    ),
    page(
        "in/two-step/recovery-codes/file/",
        recovery_codes.download_recovery_codes,
        "mfa_download_recovery_codes",
    ),
]
