"""When are two addresses the same person's? Pure (rules B25 and M13)."""

DOTLESS = {"gmail.com", "googlemail.com"}
"""Providers that deliver to the same mailbox with or without dots."""


def identity_of(email: str) -> str:
    """Reduce an address to what tells people apart: lower case, without a +tag, and without dots
    where the provider ignores them. For comparing only; mail goes to the address as typed."""
    local, _at, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def domains_of(email: str) -> tuple[str, ...]:
    """The domains under which the mailbox of an address is known."""
    domain = email.strip().lower().rpartition("@")[2]
    return tuple(sorted(DOTLESS)) if domain in DOTLESS else (domain,)
