"""Hostile text comes out inert, honest text comes out as it was (rule S8)."""

import unicodedata

import pytest

from apps.web.text import clean_line, clean_text

HOSTILE = [
    "Eva\r\nBcc: sam@example.com",
    "Eva\nSubject: Win",
    "Eva\u2028Bcc: sam@example.com",
    "Eva\u2029Bcc: sam@example.com",
    "Eva\x85Bcc: sam@example.com",
    "Eva\x0bBcc\x0c",
    "Eva\x00Lindner",
    "\x1b[31mEva\x1b[0m",
    "Eva \u202emoc.live\u202c",
    "\u2066Eva\u2069",
    "\u200eEva\u200f\u061c",
    "E\u200bv\u2060a\ufeff",
    "Eva\U000e0041\U000e007f",
    "Eva\ud800",
    "E" + "\u0301" * 500,
    "\ufff9Eva\ufffb",
    '=HYPERLINK("http://evil")\t+1',
    "<script>alert(1)</script>",
    "{{ 7*7 }} {% load x %} %(x)s {0.__class__}",
    "A" * 10_000,
    "\u3000 \u00a0 Eva \u2003",
]
CONTROL = {"Cc", "Cs", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("raw", HOSTILE)
def test_a_line_is_one_printable_line(raw: str) -> None:
    cleaned = clean_line(raw, max_length=120)
    assert len(cleaned) <= 120
    assert cleaned == cleaned.strip()
    assert not [char for char in cleaned if unicodedata.category(char) in CONTROL]
    assert not set(cleaned) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2069")
    assert cleaned == unicodedata.normalize("NFC", cleaned)


@pytest.mark.parametrize("raw", HOSTILE)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    once = clean_line(raw, max_length=120)
    assert clean_line(once, max_length=120) == once
    text = clean_text(raw, max_length=2000)
    assert clean_text(text, max_length=2000) == text


@pytest.mark.parametrize(
    "honest",
    [
        "Ana Petrović",
        "Nguyễn Thị Minh Khai",
        "O'Brien-Smith, Jr.",
        "محمد",
        "می\u200cخواهم",
        "👩\u200d👧 Family",
        "岡本 太郎",
        "Zoë ❤\ufe0f",
    ],
)
def test_honest_names_stay_as_they_are(honest: str) -> None:
    assert clean_line(honest, max_length=120) == honest


def test_two_spellings_of_one_name_become_the_same() -> None:
    assert clean_line("Zoe\u0308", max_length=9) == clean_line("Zoë", max_length=9) == "Zoë"


def test_line_breaks_stay_in_text_and_go_from_lines() -> None:
    raw = "Ring twice.  \r\n\r\n\r\n\r\nSecond\u2028floor.\t \n"
    assert clean_text(raw, max_length=100) == "Ring twice.\n\nSecond\nfloor."
    assert clean_line(raw, max_length=100) == "Ring twice. Second floor."


def test_text_is_cut_after_cleaning() -> None:
    assert clean_line("\u200b" * 50 + "Evangeline", max_length=3) == "Eva"
    assert clean_text("ab \nc", max_length=3) == "ab"
