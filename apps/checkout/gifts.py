"""Codes of gift cards, and what of an order a card pays (rule M15). Pure.

Amounts are whole minor units.
"""

import secrets

from apps.checkout.pricing import Way

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH, GROUP = 12, 4
PREFIX = "G"
"""No coupon is as long; sixty random bits are not guessed at ten tries an hour."""


def new_gift_code() -> str:
    """A code nobody can guess, in letters and digits nobody confuses."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def spell_code(code: str) -> str:
    """The code as people read and type it: "G-ABCD-EFGH-JKLM"."""
    rest = code.removeprefix(PREFIX)
    groups = [rest[at : at + GROUP] for at in range(0, len(rest), GROUP)]
    return "-".join([PREFIX, *groups])


def plain_gift_code(raw: str) -> str:
    """What was typed as a card's code is stored like: upper case, without blanks, dashes and what
    cannot be printed."""
    plain = (it for it in raw if it.isprintable() and not it.isspace())
    return "".join(plain).replace("-", "").upper()


def is_gift_code(raw: str) -> bool:
    """Whether something that was typed has the form of a card's code."""
    plain = plain_gift_code(raw)
    return plain.startswith(PREFIX) and len(plain) == len(PREFIX) + LENGTH


def paid_by_card(
    *, balance: int, total: int, due_now: int, way: Way, least: int = 1, step: int = 1
) -> int:
    """What a card pays of an order: what is due now, or, where that is paid at the place, as much
    as there is of all of it. What is left to be paid online is not less than least, and a multiple
    of step: the card pays that much less."""
    if way is Way.IN_PERSON:
        return min(balance, total)
    paid = min(balance, due_now)
    left = due_now - paid
    if not left:
        return paid
    wanted = max(left, least)
    wanted += -wanted % step
    return max(0, due_now - wanted)
