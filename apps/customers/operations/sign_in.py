"""Signing in by mail, without a password: asked for, proven by a code or a link, and ended.

The page that asks writes down the typed address and looks for nobody. The worker finds out whether
anything belongs to it, and makes code and link when the mail leaves, from a row and our key: both
are in no table. A proven address opens what customers see of it, and never an account of a team
(rule S19).
"""

import secrets
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare

from apps.customers.models import SignedInDevice, SignIn
from apps.customers.proofs import code_of, hash_of_key
from apps.kernel.references import new_token
from apps.kernel.refusals import Refusal
from apps.outbox import operations as outbox

SIGN_IN_TOPIC = "customers.sign-in"
SIGNED_IN_FOR = timedelta(days=14)
KEPT = timedelta(days=1)


class SignInOver(Refusal):
    """It was used, its ten minutes are over, or there were five wrong codes."""

    status = HTTPStatus.GONE


class WrongCode(Refusal):
    """Not the code in the mail; ``left`` is how often another may be tried."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, *, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


@transaction.atomic
def ask_to_sign_in(*, email: str, now: datetime, mails: bool = True, form_key: str = "") -> SignIn:
    """Write down that somebody wants to see what belongs to an address (lower case).

    The same work whoever it is: nobody is looked for here. The same form_key is one asking. Without
    mails no mail is sent, because there were too many; the answer is alike.
    """
    asked, is_new = SignIn.objects.get_or_create(
        form_key=form_key or secrets.token_urlsafe(24),
        defaults={"email": email, "asked_at": now, "expires_at": now + SignIn.LIFE},
    )
    if mails and is_new:
        outbox.enqueue(
            topic=SIGN_IN_TOPIC, payload={"sign_in_id": asked.pk}, business_id=None, now=now
        )
    return asked


def note_mailed(*, sign_in_id: int, now: datetime) -> SignIn | None:
    """Note that code and link leave for their mailbox, and return what they are for; None once they
    would be of no use any more."""
    live = SignIn.objects.filter(pk=sign_in_id, used_at=None, expires_at__gt=now)
    if not live.update(mailed_at=now):
        return None
    return live.get()


def sign_in_by_code(*, sign_in_id: int, code: str, device: str, now: datetime) -> str:
    """Sign in a browser that asked, by the six digits of the mail; return the key of its sign-in,
    the only time it can be seen. device names the browser roughly ("Firefox on Android").

    Raises:
        WrongCode: these are not the digits; the try counts.
        SignInOver: it cannot be used any more, with these digits or with others.
    """
    with transaction.atomic():
        asked = _count_try(sign_in_id, now=now)
        is_right = constant_time_compare(code_of(asked), code) and asked.mailed_at is not None
        if is_right:
            return _sign_in(asked, device=device, now=now)
    raise WrongCode(left=SignIn.MAX_TRIES - asked.tries)


@transaction.atomic
def sign_in_by_link(*, sign_in_id: int, device: str, now: datetime) -> str:
    """Sign in a browser that asked and has opened the link of the mail; return the key of its
    sign-in, the only time it can be seen.

    Raises:
        SignInOver: it was used, or its time is over. Wrong codes do not close the link.
    """
    asked = SignIn.objects.filter(pk=sign_in_id, mailed_at__isnull=False).first()
    if asked is None:
        raise SignInOver
    return _sign_in(asked, device=device, now=now)


def _count_try(sign_in_id: int, *, now: datetime) -> SignIn:
    live = SignIn.objects.filter(
        pk=sign_in_id, used_at=None, expires_at__gt=now, tries__lt=SignIn.MAX_TRIES
    )
    if not live.update(tries=F("tries") + 1):
        raise SignInOver
    return SignIn.objects.get(pk=sign_in_id)


def _sign_in(asked: SignIn, *, device: str, now: datetime) -> str:
    unused = SignIn.objects.filter(pk=asked.pk, used_at=None, expires_at__gt=now)
    if not unused.update(used_at=now):
        raise SignInOver
    key = new_token()
    SignedInDevice.objects.create(
        email=asked.email,
        key_hash=hash_of_key(key),
        name=device,
        signed_in_at=now,
        ends_at=now + SIGNED_IN_FOR,
    )
    return key


def end_sign_ins(*, email: str, now: datetime, device_id: int | None = None) -> int:
    """Sign out one device of an address, or all of them, at once; return how many there were."""
    live = SignedInDevice.objects.filter(email=email, ended_at=None, ends_at__gt=now)
    if device_id is not None:
        live = live.filter(pk=device_id)
    return live.update(ended_at=now)


def forget_sign_ins(*, now: datetime) -> int:
    """Delete what was asked for, and sign-ins that ended, more than a day ago; return how many."""
    asked, _of = SignIn.objects.filter(asked_at__lt=now - KEPT).delete()
    over = Q(ends_at__lt=now - KEPT) | Q(ended_at__lt=now - KEPT)
    ended, _of = SignedInDevice.objects.filter(over).delete()
    return asked + ended
