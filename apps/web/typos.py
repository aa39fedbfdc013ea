"""Slips of the finger in e-mail addresses. Pure; only ever a question, never a correction."""

from difflib import get_close_matches

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
"""Domains that are as real: nobody is asked whether they meant another one."""
SIMILARITY = 0.82


def suggest_address(address: str) -> str:
    """Return what was probably meant ("eva@gmail.com" for "eva@gmial.com"), or ""."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not local or not at or domain in WELL_KNOWN or domain in OTHERS:
        return ""
    near = get_close_matches(domain, WELL_KNOWN, n=1, cutoff=SIMILARITY)
    return f"{local}@{near[0]}" if near else ""
