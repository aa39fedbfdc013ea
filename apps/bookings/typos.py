"""Slips of the finger in e-mail addresses. Pure; only ever a question, never a correction."""

from difflib import get_close_matches

WELL_KNOWN = (
    *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.de", "yahoo.co.uk", "hotmail.com"),
    *("hotmail.de", "hotmail.co.uk", "outlook.com", "outlook.de", "live.com", "icloud.com"),
    *("me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me"),
    *("protonmail.com", "posteo.de", "mailbox.org", "btinternet.com", "comcast.net"),
)
SIMILARITY = 0.82


def suggest_address(address: str) -> str:
    """Return what was probably meant ("eva@gmail.com" for "eva@gmial.com"), or ""."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not local or not at or domain in WELL_KNOWN:
        return ""
    near = get_close_matches(domain, WELL_KNOWN, n=1, cutoff=SIMILARITY)
    return f"{local}@{near[0]}" if near else ""
