"""What people type, made inert: one form of every letter, no invisible commands; and slips of the
finger in e-mail addresses, which are only ever a question. Pure.

Nothing is escaped here: escaping belongs to the place that prints (HTML, mail, calendar file).
"""

import unicodedata
from difflib import get_close_matches

# Direction overrides, isolates and marks: they turn text around, also the text that follows.
BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}

# Nothing to see, used to hide or to break words: zero-width space, word joiner and its invisible
# operators, soft hyphen, BOM, annotation anchors. Joiners (200C, 200D) stay: Persian and emoji
# need them.
INVISIBLE = {0x00AD, 0x180E, 0x200B, *range(0x2060, 0x2065), 0xFEFF, *range(0xFFF9, 0xFFFC)}
TAGS = range(0xE0000, 0xE0080)
LINE_ENDS = ("\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c")  # the pair goes first
MAX_MARKS = 8
"""Combining marks on one letter; more only serve to paint over the neighbouring lines."""
WELL_KNOWN = (
    *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.de", "yahoo.co.uk", "hotmail.com"),
    *("hotmail.de", "hotmail.co.uk", "outlook.com", "outlook.de", "live.com", "icloud.com"),
    *("me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me"),
    *("protonmail.com", "posteo.de", "mailbox.org", "btinternet.com", "comcast.net"),
)
OTHERS = frozenset(
    {
        *("mail.com", "email.com", "ymail.com", "rocketmail.com", "gmx.com", "gmx.at", "gmx.ch"),
        *("mail.de", "email.de", "live.de", "live.co.uk", "msn.com", "mac.com", "aol.de"),
        *("hotmail.fr", "hotmail.it", "hotmail.es", "outlook.fr", "outlook.es", "outlook.it"),
        *("yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.ca", "yahoo.in", "yahoo.com.br"),
        *("proton.com", "protonmail.ch", "pm.me", "fastmail.com", "tutanota.com", "gmail.de"),
    }
)
MAIL_PROVIDERS = OTHERS | frozenset(WELL_KNOWN)
"""Domains whose mailboxes belong to people who have nothing to do with each other."""
"""Domains that are as real: nobody is asked whether they meant another one."""
SIMILARITY = 0.82


def clean_line(raw: str, *, max_length: int) -> str:
    """Return one line: NFC, no control or direction characters, single blanks, cut to a length.

    ``max_length`` counts characters after cleaning. Line breaks become blanks.
    """
    return " ".join(_clean(raw).split())[:max_length].rstrip()


def clean_text(raw: str, *, max_length: int) -> str:
    """Return text of several lines: as ``clean_line``, but line breaks stay as ``\\n``.

    Blanks at line ends go, and never more than one empty line stands together.
    """
    lines: list[str] = []
    for line in _clean(raw).split("\n"):
        stripped = " ".join(line.replace("\t", " ").rstrip().split(" "))
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines).strip()[:max_length].rstrip()


def _clean(raw: str) -> str:
    text = raw
    for end in LINE_ENDS:
        text = text.replace(end, "\n")
    kept = "".join(char for char in text if _is_harmless(char))
    return _tame_marks(unicodedata.normalize("NFC", kept))


def _is_harmless(char: str) -> bool:
    if char in "\n\t":
        return True
    code = ord(char)
    if code in BIDI or code in INVISIBLE or code in TAGS:
        return False
    return unicodedata.category(char) not in {"Cc", "Cs", "Cn", "Zl", "Zp"}


def _tame_marks(text: str) -> str:
    """Drop combining marks beyond the eighth in a row ("Zalgo" text)."""
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def suggest_address(address: str) -> str:
    """Return what was probably meant ("eva@gmail.com" for "eva@gmial.com"), or ""."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not local or not at or domain in WELL_KNOWN or domain in OTHERS:
        return ""
    near = get_close_matches(domain, WELL_KNOWN, n=1, cutoff=SIMILARITY)
    return f"{local}@{near[0]}" if near else ""
