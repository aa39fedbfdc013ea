"""How often a password may be guessed: from one network, from one device, for one account.

The limit of an account holds across all networks, so that many machines guess no faster than one.
It must not be a weapon: a browser that has signed in to the account before carries a signed mark
and is counted by itself, and whoever has chosen a new password by mail carries one as well.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from apps.web import limit_rules as rules
from apps.web.http import client_network
from apps.web.limits import Hit, forget_hits, require_room, take_back
from apps.web.signed import read_signed

SALT = "bookings_portal.known"
LIFE = timedelta(days=180)
MAX_ACCOUNTS = 5
"""A shared tablet at the desk knows a whole team."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser and the accounts (as keyed hashes) that have signed in with it, the newest last."""

    name: str
    accounts: tuple[str, ...] = ()


def addresses_of(user: AbstractBaseUser) -> set[str]:
    """Every address that this person can sign in with, in small letters."""
    rows = EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)
    return {it.lower() for it in (*rows, str(getattr(user, "email", ""))) if it}


def require_room_to_guess(request: HttpRequest, account: str, *, now: datetime) -> Sequence[Hit]:
    """Count a password that is about to be tried; give what was counted, to take it back.

    account is the typed address. An unknown one is counted like any other.

    Raises:
        TooMany: this network or device tried too often, or all of them together.
    """
    device = device_of(request)
    if _hash(account) in device.accounts:
        hits = [Hit(rules.SIGN_INS_PER_DEVICE, f"{device.name}:{account}")]
        require_room(hits=hits, now=now)
        return hits
    here = [Hit(rules.SIGN_INS_PER_ACCOUNT, f"{client_network(request)}:{account}")]
    everywhere = [_of_account(account)]
    # One after the other: what one network is refused must not fill the account's count.
    require_room(hits=here, now=now)
    require_room(hits=everywhere, now=now)
    return [*here, *everywhere]


def take_back_guess(hits: Sequence[Hit], *, now: datetime) -> None:
    """The password was right: only wrong ones count."""
    take_back(hits=hits, now=now)


def lift_limit(accounts: Iterable[str]) -> int:
    """Let everybody try these accounts again; return how many were counted."""
    return forget_hits(hits=[_of_account(account.lower()) for account in accounts])


def device_of(request: HttpRequest) -> Device:
    """What this browser's mark says; a new device when there is none, or a forged one."""
    try:
        name, accounts = read_signed(request.COOKIES.get(_cookie(), ""), salt=SALT, life=LIFE)
        return Device(str(name), tuple(str(it) for it in accounts))
    except (signing.BadSignature, TypeError, ValueError):
        return Device(secrets.token_urlsafe(12))


def know_device(request: HttpRequest, response: HttpResponseBase, accounts: Iterable[str]) -> None:
    """Mark the browser of somebody who has proven who they are."""
    device, proven = device_of(request), [_hash(account) for account in sorted(accounts)]
    kept = [*(it for it in device.accounts if it not in proven), *proven][-MAX_ACCOUNTS:]
    response.set_cookie(
        _cookie(),
        signing.dumps([device.name, kept], salt=SALT),
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _of_account(account: str) -> Hit:
    return Hit(rules.WRONG_PASSWORDS_PER_ACCOUNT, account)


def _hash(account: str) -> str:
    """The mark must not tell whoever holds the device whose accounts it knows."""
    return salted_hmac(SALT, account, algorithm="sha256").hexdigest()[:32]


def _cookie() -> str:
    return "__Host-known" if settings.SESSION_COOKIE_SECURE else "known"
