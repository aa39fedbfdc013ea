"""Owners are invited, never signed up, and locked out by account and network (security.md 5.5)."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.web.addresses import client_network
from apps.web.limits import TooMany, rules
from apps.web.refusals import too_many


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's rules with ours on top."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a team invites its members."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; a right password takes its count back. Raises TooMany (429)."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            rule = rules.SIGN_INS_PER_ACCOUNT
            wait = int(rule.window.total_seconds())
            raise TooMany(action=rule.action, retry_after=wait) from error

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mail in the name of the configured host (N052)."""
        host = urlsplit(settings.PORTAL_ORIGIN).netloc
        ours = {"current_site": SimpleNamespace(name=host, domain=host)}
        super().send_mail(template_prefix, email, {**context, **ours})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the mail, under the configured origin whatever Host was sent (N052)."""
        uidb36, _dash, secret = key.partition("-")
        kwargs = {"uidb36": uidb36, "key": secret}
        return (
            f"{settings.PORTAL_ORIGIN}{reverse('account_reset_password_from_key', kwargs=kwargs)}"
        )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # With the network in the key a stranger elsewhere cannot lock the owner out.
        account = credentials.get("email", credentials.get("username", "")).lower()
        return f"{client_network(request)}:{account}"


def too_many_sign_ins(request: HttpRequest) -> HttpResponse:
    """`handler429`: allauth's limits per network answer with our page."""
    return too_many(request, int(rules.SIGN_INS_PER_NETWORK.window.total_seconds()))
