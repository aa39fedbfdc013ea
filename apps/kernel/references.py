"""References: the short names people read aloud for a booking.

Eight characters without 0, O, 1 and I. They name, they do not unlock: access to
a booking always needs its link or a sign-in.
"""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def new_reference() -> str:
    """A fresh random reference: 40 bits from the operating system's generator."""
    # 256 is a multiple of the 32 letters, so that each is as likely as any other.
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(LENGTH))


def read_reference(typed: str) -> str | None:
    """The reference a person typed, tidied of spaces, hyphens and small letters; None if none."""
    text = "".join(typed.split()).replace("-", "").upper()
    if len(text) != LENGTH or any(letter not in ALPHABET for letter in text):
        return None
    return text
