"""Codes of gift cards, and what of an order a card pays (rule M15). Pure.

Amounts are whole minor units.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass

from apps.checkout.pricing import Way

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH, GROUP = 12, 4
PREFIX = "G"
"""No coupon is as long; sixty random bits are not guessed at ten tries an hour."""

MINUS = "\N{MINUS SIGN}"
WHOLE = re.compile(r"(?<![A-Z0-9])(?=(G[\s-]*(?:[A-Z0-9][\s-]*){11}[A-Z0-9])(?![A-Z0-9]))")
NEARLY = re.compile(r"(?<![A-Z0-9])G[\s-]*(?:[A-Z0-9][\s-]*){9,13}[A-Z0-9](?![A-Z0-9])")
GROUPED = re.compile(r"[A-Z0-9]{3,5}-[A-Z0-9]{3,5}-[A-Z0-9]{3,5}")
"""A code with its own letter, nearly one, and one that lost that letter."""


def new_gift_code() -> str:
    """A code nobody can guess, in letters and digits nobody confuses."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def spell_code(code: str) -> str:
    """The code as people read and type it: "G-ABCD-EFGH-JKLM"."""
    rest = code.removeprefix(PREFIX)
    groups = [rest[at : at + GROUP] for at in range(0, len(rest), GROUP)]
    return "-".join([PREFIX, *groups])


def plain_gift_code(raw: str) -> str:
    """What was typed as a card's code is stored like: upper case, letters and digits only. Blanks,
    quotes, full stops and dashes of every kind come with it when it is copied from a mail."""
    return "".join(it for it in unicodedata.normalize("NFKC", raw) if it.isalnum()).upper()


def is_gift_code(raw: str) -> bool:
    """Whether something that was typed has the form of a card's code."""
    plain = plain_gift_code(raw)
    return plain.startswith(PREFIX) and len(plain) == len(PREFIX) + LENGTH


def codes_within(raw: str) -> list[str]:
    """What has the form of a card's code in a text, as it is stored; with words around it."""
    return [plain_gift_code(found) for found in WHOLE.findall(_even(raw))]


def holds_gift_code(raw: str) -> bool:
    """Whether a text holds a card's code, or what may be one with a letter too many, too few or
    wrong. Some names look like that; they only miss an address of their own."""
    text = _even(raw)
    grouped = (found for found in GROUPED.findall(text) if not found.replace("-", "").isdecimal())
    return bool(NEARLY.search(text)) or any(grouped)


def _even(raw: str) -> str:
    """A text in capitals with one kind of dash."""
    plain = unicodedata.normalize("NFKC", raw).upper()
    return "".join("-" if unicodedata.category(it) == "Pd" or it == MINUS else it for it in plain)


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


@dataclass(frozen=True, slots=True)
class Holding:
    """What stands behind a card, in minor units: balance is on it; used is what it paid, or holds
    for somebody who is paying; kept is what of its purchase came and did not go back; put_on is
    what the team put on it beside that (below 0: took off); written_off is what was used, is not
    covered, and was settled."""

    balance: int
    used: int
    kept: int
    put_on: int = 0
    written_off: int = 0


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What follows from a holding: off is what has to go off the card; owing is what was used
    already and nothing stands behind."""

    off: int
    owing: int


def uncovered(it: Holding) -> Uncovered:
    """A card holds and has used no more than what is kept of its purchase and what the team put on
    it. What is too much goes off it as far as there is something left of the purchase; the rest
    was used already."""
    given = max(0, it.put_on)
    excess = max(0, it.balance + it.used - it.kept - given - it.written_off)
    off = min(excess, max(0, it.balance - given))
    return Uncovered(off, excess - off)
