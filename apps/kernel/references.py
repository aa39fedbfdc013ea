"""Short names: the references people read aloud for a booking, digests of what a page showed; and
tokens, which nobody reads aloud.

A reference has eight characters without 0, O, 1 and I. It names, it does not unlock: access to a
booking always needs its link or a sign-in. Whoever sends a digest back has seen these rows and no
others.
"""

import hashlib
import secrets
from collections.abc import Iterable

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
TOKEN_BYTES = 32
DIGEST_LENGTH = 16
LONGEST_KEY = 32
DIGEST_PATTERN = rf"[0-9a-f]{{{DIGEST_LENGTH}}}"


def new_reference() -> str:
    """A fresh random reference: 40 bits from the operating system's generator."""
    # 256 is a multiple of the 32 letters, so that each is as likely as any other.
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(LENGTH))


def new_token() -> str:
    """A fresh token that unlocks something: 256 bits of the operating system's generator in 43
    letters (rule S3)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def read_reference(typed: str) -> str | None:
    """The reference a person typed, tidied of spaces, hyphens and small letters; None if none."""
    text = "".join(typed.split()).replace("-", "").upper()
    if len(text) != LENGTH or any(letter not in ALPHABET for letter in text):
        return None
    return text


def digest_of(rows: Iterable[tuple[object, ...]]) -> str:
    """Return another word whenever a row was added, taken away, exchanged or changed, in whatever
    order they come."""
    return _word_of(rows)[:DIGEST_LENGTH]


def key_of(rows: Iterable[tuple[object, ...]]) -> str:
    """Return the key of a form with what was typed, at most 32 characters: too long to be met by
    chance."""
    return _word_of(rows)[:LONGEST_KEY]


def _word_of(rows: Iterable[tuple[object, ...]]) -> str:
    told = sorted(repr(tuple(row)) for row in rows)
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()
