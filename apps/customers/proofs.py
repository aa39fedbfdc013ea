"""What proves a mailbox: the six digits and the link of one mail, made from its row and our key;
and the key of a signed-in browser, of which only the hash is kept."""

import hashlib

from django.core import signing
from django.utils.crypto import salted_hmac

from apps.customers.models import SignIn
from apps.web.signed import read_signed

CODE_SALT = "apps.customers.sign-in-code"
LINK_SALT = "apps.customers.sign-in-link"
CODES = 1_000_000
LONGEST = 200


def code_of(asked: SignIn) -> str:
    """The six digits of its mail: the same at every attempt to send it, so that a mail that came
    twice holds one code."""
    text = f"{asked.pk}:{asked.form_key}"
    digest = salted_hmac(CODE_SALT, text, algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % CODES:06d}"


def token_of(asked: SignIn) -> str:
    """What the link of its mail ends in."""
    return signing.dumps([asked.pk, asked.form_key], salt=LINK_SALT)


def open_token(token: str) -> SignIn | None:
    """Return what a token was made for, or nothing, for every reason alike. Nothing is used up."""
    if len(token) > LONGEST:
        return None
    try:
        pk, form_key = read_signed(token, salt=LINK_SALT, life=SignIn.LIFE)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return SignIn.objects.filter(pk=pk, form_key=form_key).first()


def hash_of_key(key: str) -> str:
    """What is kept of the key of a signed-in browser."""
    return hashlib.sha256(f"signed-in:{key}".encode()).hexdigest()
