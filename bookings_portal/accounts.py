"""Owners are invited, never signed up; how often a password is tried is counted (ADR 11)."""

import logging
from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.messages.operations import ask_for_reset
from apps.web import limit_rules as rules
from apps.web.http import client_network, render_page
from apps.web.limits import Hit, TooMany, require_room
from apps.web.refusals import too_many, wait_in_words
from bookings_portal.guesses import (
    addresses_of,
    know_device,
    lift_limit,
    require_room_to_guess,
    take_back_guess,
)
from bookings_portal.sessions import SEEN

logger = logging.getLogger("portal.sign_in")


BY_THE_MINUTE = (
    *("account_change_password", "account_reauthenticate", "account_reset_password_from_key"),
    *("account_set_password", "mfa_reauthenticate"),
)
"""Pages whose own limit ends after a minute."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's rules with ours on top."""

    _counted: Sequence[Hit] = ()

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a team invites its members."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before it is made.

        Raises:
            ImmediateHttpResponse: 429, with the wait and the way back by mail.
        """
        account = str(credentials.get("email", credentials.get("username", ""))).lower()
        try:
            self._counted = require_room_to_guess(request, account, now=timezone.now())
        except TooMany as error:
            logger.warning("too many passwords: %s", error.action)
            raise ImmediateHttpResponse(too_many_guesses(request, error.retry_after)) from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Try a password; a right one does not count."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            take_back_guess(self._counted, now=timezone.now())
        return user

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> Any:
        """After the last step of a sign-in: from now on this browser is known to the account."""
        response = super().post_login(request, user, **facts)
        request.session[SEEN] = int(timezone.now().timestamp())
        know_device(request, response, addresses_of(user))
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password begins without wrong ones; whoever chose it has proven who they are."""
        super().set_password(user, password)
        accounts = addresses_of(user)
        lift_limit(accounts)
        context.request.proven_accounts = accounts

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail leaves during a request: allauth's own are switched off, ours are enqueued.

        Raises:
            NotImplementedError: a setting has switched one of allauth's mails on.
        """
        raise NotImplementedError(f"{template_prefix} has to go through the outbox")


def spell_email(field: Field) -> None:
    """Let the field of an address say "E-mail", once: a placeholder would go when one types."""
    field.label = _("E-mail")
    field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's own, in the spelling of all our pages."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        spell_email(self.fields["login"])


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for a mail without looking who it is: known and unknown addresses cost the same work."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        spell_email(self.fields["email"])

    def clean_email(self) -> str:
        """The typed address in small letters; allauth would look for its account here."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **_kwargs: Any) -> str:
        """Leave the rest to the worker.

        Raises:
            TooMany: for this address or from this network; the wait is in it (answer 429).
        """
        now, email = timezone.now(), str(self.cleaned_data["email"])
        network = Hit(rules.RESETS_PER_NETWORK, client_network(request))
        require_room(hits=[Hit(rules.RESETS_PER_ADDRESS, email), network], now=now)
        with transaction.atomic():
            ask_for_reset(email=email, now=now)
        return email


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Asks for the password of now as the sign-in does: wrong ones count for the account. Whoever
    finds a browser signed in must not find out the password at this door."""

    def clean_oldpassword(self) -> str:
        """The password of now.

        Raises:
            ImmediateHttpResponse: 429, as at the sign-in.
        """
        typed = str(self.cleaned_data.get("oldpassword", ""))
        if not get_adapter().reauthenticate(self.user, typed):
            raise get_adapter().validation_error("enter_current_password")
        return typed


def too_many_guesses(request: HttpRequest, retry_after: int) -> HttpResponse:
    """The 429 page of the sign-in: how long to wait, and the way back that needs no waiting."""
    words = {"wait_words": wait_in_words(retry_after)}
    response = render_page(request, "account/too_many.html", None, words, status=429)
    response.headers["Retry-After"] = str(retry_after)
    return response


def too_many_sign_ins(request: HttpRequest) -> HttpResponse:
    """`handler429`: allauth's own limits (ACCOUNT_RATE_LIMITS) answer with our page, and with the
    longest of their windows."""
    found = request.resolver_match
    window = rules.MINUTE if found and found.url_name in BY_THE_MINUTE else rules.HOUR
    return too_many(request, int(window.total_seconds()))
