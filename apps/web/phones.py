"""Phone numbers as people type them, read as numbers that ring today. Pure.

The library reads letters as the digits of a keypad, wherever they stand: "0171 1234567 (mob)" would
be a number of five more digits. So the numbers in a text are found here, and it reads digits only.

The library knows the plans of today only: a number in the form of before a renumbering, which
stands on cards and in address books for decades, is "impossible" to it. What stands here is what
the library leaves out: the few changes that kept the old number inside the new one.
"""

import re
from dataclasses import dataclass

import phonenumbers

MIN_DIGITS, MAX_DIGITS, LONGEST_KEPT = 5, 20, 32
LIKE_A_NUMBER, WHOLE = 7, 8
"""From so many digits on, a number that nobody knows is no note beside another one, and what stands
before a slash may be a number of its own."""

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
    # London, 1995 and 2000: 071 and 0171 are 020 7, 081 and 0181 are 020 8. Which of the two the 01
    # of before 1990 became, nobody can tell.
    (44, r"0?1?([78])1(\d{7})", r"20\1\2"),
    # Five more cities, 1995 and 2000. Not 0203: it may be London with a digit too few.
    (44, r"0?1?222(\d{6})", r"2920\1"),
    (44, r"0?1?232(\d{6})", r"2890\1"),
    (44, r"0?1203(\d{6})", r"2476\1"),
    (44, r"0?1703(\d{6})", r"2380\1"),
    (44, r"0?1705(\d{6})", r"2392\1"),
    # Leeds, Nottingham, Leicester and Bristol, 1995. Not Sheffield and Reading: 07 is mobile today.
    (44, r"0?1?532(\d{6})", r"1132\1"),
    (44, r"0?1?602(\d{6})", r"1159\1"),
    (44, r"0?1?533(\d{6})", r"1162\1"),
    (44, r"0?1?272(\d{6})", r"1179\1"),
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
_APOSTROPHES = re.compile(r"(?<=\d)['`\u00b4\u02bc\u2018\u2019](?=\d)")
"""Between groups of digits in Switzerland."""
EXTENSION = " ext. "
_ITS_EXTENSION = re.compile(
    r"(?:;ext=|[\s,;(]*\b(?:ext|extn|extension|int|interno|anexo|durchwahl|dw|poste)\b[\s.:]*"
    r"|(?<=[\d\s)])(?:x|\#)[\s.:]*)(\d{1,7})\)?$",
    re.IGNORECASE,
)
_RUN = re.compile(r"[+(]*\d[\d\s().\-/]*")
_LETTER = r"[^\W\d_]"
_WORD = re.compile(_LETTER + "+")
_GLUED = re.compile(rf"\d{_LETTER}|{_LETTER}\d")
_SPLIT = re.compile(rf"\d{_LETTER}+\d")
_MAY_BE_DIGITS = re.compile(r"[oilsbzqg]+", re.IGNORECASE)
_VANITY = re.compile(r"\+?[\d\s().-]*\d[\s).-]*[A-Za-z][A-Za-z\d.-]*(?:[ -][A-Za-z\d.-]+)*")
_MOBILES = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)
_WITH_LETTERS = frozenset({1, 61, 64})
"""Country codes of where numbers are told as words: North America, Australia, New Zealand."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 where it is one, " ext. 12" behind it where one was given; else what was
    typed, which is worth a question: whether it is the number that was probably meant (in E.164,
    "" where nobody can tell), or which of several."""

    text: str
    is_known: bool
    meant: str = ""
    is_several: bool = False


def read_phone(typed: str, *, region: str) -> Phone | None:
    """Read what somebody typed, a number without a country code as one of the region ("MX").

    None when there are too few digits to be a number anywhere, or so many that none has them.
    Not known means that no plan of today or before has such a number, or that more is typed than
    one number: whoever typed it is asked. The digits of one that is known are those that were
    typed behind the country code, but for a number in the form of before a renumbering.
    """
    text = _tidy(typed)
    if not _looks_right(text):
        return None
    words = _as_word(text, region)
    if words:
        return Phone(text, is_known=False, meant=words)
    if not MIN_DIGITS <= sum(char.isdigit() for char in text) <= 2 * MAX_DIGITS:
        return None
    phone = _read(text, region)
    if phone.is_known or phone.meant or phone.is_several or _can_be_kept(text):
        return phone
    return None


def _tidy(typed: str) -> str:
    text = _DASHES.sub("-", _UNSEEN.sub("", typed)).replace("\uff0b", "+").strip()
    text = _APOSTROPHES.sub(" ", text)
    return text[4:] if text[:4].lower() == "tel:" else text


def _looks_right(text: str) -> bool:
    return re.fullmatch(r"[\w\s()\[\]+.,:;=&|#/*!?-]+", text) is not None


def _can_be_kept(text: str) -> bool:
    return len(text) <= LONGEST_KEPT and sum(char.isdigit() for char in text) <= MAX_DIGITS


def _read(text: str, region: str) -> Phone:
    found = _ITS_EXTENSION.search(text)
    extension = found[1] if found else ""
    rest = text[: found.start()] if found else text
    runs = [part for run in _RUN.findall(rest) for part in _cut(run, region) if _digits(part)]
    read = {run: number for run in runs if (number := _number_of(run, region))}
    numbers = {_written(number, extension) for number in read.values()}
    unread = any(_digits(run) >= LIKE_A_NUMBER for run in runs if run not in read)
    if len(numbers) > 1 or (numbers and unread):
        return Phone(text, is_known=False, is_several=True)
    if not numbers or _SPLIT.search(rest):
        return Phone(text, is_known=False)
    written = numbers.pop()
    if len(runs) == 1 and _says_nothing_else(rest):
        if mobile := _mobile_with_its_country(runs[0], region):
            return Phone(text, is_known=False, meant=_written(mobile, extension))
        return Phone(written, is_known=True)
    return Phone(text, is_known=False, meant=written)


def _says_nothing_else(text: str) -> bool:
    """Whether what stands beside the one number of a text is certainly no part of it: words set
    apart. A single letter, or "OO", may have been meant as digits."""
    words = _WORD.findall(text)
    if not words:
        return True
    unclear = any(len(word) == 1 or _MAY_BE_DIGITS.fullmatch(word) for word in words)
    return not unclear and _GLUED.search(text) is None


def _cut(run: str, region: str) -> list[str]:
    """Cut "0171/1234567 / 030 5550142" into its numbers: at a slash behind a whole number, and at a
    blank between two of them."""
    for slash in re.finditer("/", run):
        before = run[: slash.start()]
        if _digits(before) >= WHOLE and _number_of(before, region):
            return [before, *_cut(run[slash.end() :], region)]
    for blank in re.finditer(r"\s+(?=[(0])", run):
        halves = [run[: blank.start()], run[blank.end() :]]
        if all(_digits(it) >= LIKE_A_NUMBER and _number_of(it, region) for it in halves):
            return halves
    return [run]


def _digits(text: str) -> int:
    return sum(char.isdecimal() for char in text)


def _as_word(text: str, region: str) -> str:
    """The number that a text like "1-800-FLOWERS" is in the region, "" if it is none."""
    country = phonenumbers.country_code_for_region(region)
    if country not in _WITH_LETTERS or not _VANITY.fullmatch(text):
        return ""
    if any(_number_of(run, region) for run in _RUN.findall(text)):
        return ""
    number = _parsed(text, region)
    valid = number is not None and phonenumbers.is_valid_number(number)
    return _written(number, number.extension or "") if number and valid else ""


def _number_of(run: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A run of digits as a number of today, None if no plan has it: one whose length is right may
    be of a range that is not given out, or need its area."""
    number = _parsed(run, region)
    if number is None or phonenumbers.is_valid_number(number):
        return number
    return _as_of_today(number)


def _mobile_with_its_country(run: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The mobile that "49 171 1234567" is in Germany with the plus that is missing, where the
    digits as they stand are a landline as well: 0491 is the area of Leer. None for all others."""
    digits = "".join(char for char in run if char.isdecimal())
    country = phonenumbers.country_code_for_region(region)
    if run.lstrip("(").startswith(("+", "0")) or not digits.startswith(str(country)):
        return None
    here, abroad = _parsed(digits, region), _parsed(f"+{digits}", region)
    if here is None or abroad is None or here == abroad:
        return None
    if phonenumbers.number_type(here) in _MOBILES or not phonenumbers.is_valid_number(abroad):
        return None
    return abroad if phonenumbers.number_type(abroad) in _MOBILES else None


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _as_of_today(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber | None:
    national = phonenumbers.national_significant_number(number)
    for country, before, after in _CHANGES:
        found = re.fullmatch(before, national) if number.country_code == country else None
        if found is None:
            continue
        modern = phonenumbers.PhoneNumber(country, int(found.expand(after)))
        if after.startswith("0"):
            modern.italian_leading_zero = True
        if phonenumbers.is_valid_number(modern):
            return modern
    return None


def _written(number: phonenumbers.PhoneNumber, extension: str) -> str:
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164 + (f"{EXTENSION}{extension}" if extension else "")


def spaced_phone(phone: str) -> str:
    """A number in E.164 as people read it: "+49 171 1234567", an extension behind it."""
    number, _mark, extension = phone.partition(EXTENSION)
    parsed = phonenumbers.parse(number)
    spaced = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return spaced + (f"{EXTENSION}{extension}" if extension else "")


def line_of(phone: str) -> str:
    """The number without its extension, which anybody can make up: for limits and comparisons."""
    return phone.partition(EXTENSION)[0]


def link_of_phone(phone: str) -> str:
    """What a tap dials (RFC 3966): "tel:+49305550142;ext=12". Words beside it are not dialled."""
    number, _mark, extension = phone.partition(EXTENSION)
    dialled = re.sub(r"[^\d+]", "", number)
    return f"tel:{dialled}" + (f";ext={extension}" if extension else "")
