"""Phone numbers as people type them, read as numbers that ring today. Pure.

The library knows the plans of today only: a number in the form of before a renumbering, which
stands on cards and in address books for decades, is "impossible" to it. What stands here is what
the library leaves out: the few changes that kept the old number inside the new one.
"""

import re
from dataclasses import dataclass

import phonenumbers

FEWEST_DIGITS, MOST_DIGITS, LONGEST = 5, 20, 32

# Country code, the national digits as they were, and what they became.
_CHANGES: tuple[tuple[int, str, str], ...] = (
    # Mexico, 2019: no 1 for mobiles from abroad, no 044, 045 or 01 at home.
    (52, r"(?:1|01|044|045)(\d{10})", r"\1"),
    # Brazil, 2012 to 2016: mobiles have a 9 before their eight digits.
    (55, r"0?(\d{2})([6-9]\d{7})", r"\g<1>9\2"),
    # Benin, 2024: 01 before the eight digits.
    (229, r"([2-9]\d{7})", r"01\1"),
    # Ivory Coast, 2021: two digits for the company before the eight.
    (225, r"(\d[0-3]\d{6})", r"01\1"),
    (225, r"(\d[4-6]\d{6})", r"05\1"),
    (225, r"(\d[7-9]\d{6})", r"07\1"),
    # London, 2000: 0171 and 0181 are 020 7 and 020 8.
    (44, r"0?1([78])1(\d{7})", r"20\1\2"),
    # Vietnam, 2018: mobiles of eleven digits have ten.
    (84, r"0?16([2-9])(\d{7})", r"3\1\2"),
    (84, r"0?120(\d{7})", r"70\1"),
    (84, r"0?121(\d{7})", r"79\1"),
    (84, r"0?122(\d{7})", r"77\1"),
    (84, r"0?126(\d{7})", r"76\1"),
    (84, r"0?128(\d{7})", r"78\1"),
    (84, r"0?12([3-5])(\d{7})", r"8\1\2"),
    (84, r"0?127(\d{7})", r"81\1"),
    (84, r"0?129(\d{7})", r"82\1"),
    # Moscow, 2005.
    (7, r"095(\d{7})", r"495\1"),
)


_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202d\u2060\u2066-\u2069\ufeff]")
"""Marks that come along when a number is copied: address books put them around it."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")
EXTENSION = " ext. "


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 where it is one, " ext. 12" behind it where one was given; else what was
    typed, which may be worth a question."""

    text: str
    is_known: bool


def read_phone(typed: str, *, region: str) -> Phone | None:
    """Read what somebody typed, a number without a country code as one of the region ("MX").

    None when there are too few digits to be a number anywhere, or so many that none has them.
    Not known means that no plan of today or before has such a number: whoever typed it is asked.
    """
    typed = _DASHES.sub("-", _UNSEEN.sub("", typed)).strip().removeprefix("tel:")
    digits = sum(char.isdigit() for char in typed)
    if not FEWEST_DIGITS <= digits <= MOST_DIGITS or not _looks_right(typed):
        return None
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return Phone(typed, is_known=False)
    if not phonenumbers.is_valid_number(number):
        number = _as_of_today(number) or number
    # One without its area rings in its own town only, and nobody knows which that is.
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE:
        return _known(number)
    return Phone(typed, is_known=False)


def _looks_right(typed: str) -> bool:
    return len(typed) <= LONGEST and re.fullmatch(r"[\w\s()+.,#/-]+", typed) is not None


def _as_of_today(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber | None:
    national = phonenumbers.national_significant_number(number)
    for country, before, after in _CHANGES:
        found = re.fullmatch(before, national) if number.country_code == country else None
        if found is None:
            continue
        modern = phonenumbers.PhoneNumber(country, int(found.expand(after)), number.extension)
        if after.startswith("0"):
            modern.italian_leading_zero = True
        if phonenumbers.is_valid_number(modern):
            return modern
    return None


def _known(number: phonenumbers.PhoneNumber) -> Phone:
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    extension = f"{EXTENSION}{number.extension}" if number.extension else ""
    return Phone(e164 + extension, is_known=True)


def line_of(phone: str) -> str:
    """The number without its extension, which anybody can make up: for limits and comparisons."""
    return phone.partition(EXTENSION)[0]


def link_of_phone(phone: str) -> str:
    """What a tap dials (RFC 3966): "tel:+49305550142;ext=12"."""
    return "tel:" + phone.replace(EXTENSION, ";ext=").replace(" ", "")
