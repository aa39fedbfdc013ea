"""Owners are invited, never signed up, and locked out by account and network (security.md 5.5)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.messages.operations import ask_for_reset
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
        """No mail leaves during a request: allauth's own are switched off, ours are enqueued.

        Raises:
            NotImplementedError: a setting has switched one of allauth's mails on.
        """
        raise NotImplementedError(f"{template_prefix} has to go through the outbox")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # With the network in the key a stranger elsewhere cannot lock the owner out.
        account = credentials.get("email", credentials.get("username", "")).lower()
        return f"{client_network(request)}:{account}"


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for a mail without looking who it is: known and unknown addresses cost the same work."""

    def clean_email(self) -> str:
        """The typed address in small letters; allauth would look for its account here."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **_kwargs: Any) -> str:
        """Leave the rest to the worker."""
        del request
        email = str(self.cleaned_data["email"])
        with transaction.atomic():
            ask_for_reset(email=email, now=timezone.now())
        return email


def too_many_sign_ins(request: HttpRequest) -> HttpResponse:
    """`handler429`: allauth's limits per network answer with our page."""
    return too_many(request, int(rules.SIGN_INS_PER_NETWORK.window.total_seconds()))
