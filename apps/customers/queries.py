"""Contacts of a business: who is the same person, and who is blocked (rules B25, M13); and which
browsers are signed in (rule S19)."""

from datetime import datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.crypto import salted_hmac

from apps.customers.models import ERASED_MAILBOX, Customer, SavedPerson, SignedInDevice
from apps.web.phones import EXTENSION, line_of

MAX_DEVICES = 50
PROOF_LASTS = timedelta(days=400)
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


def fingerprint_of(email: str) -> str:
    """A keyed hash of a mailbox in all its spellings: whoever types it is known again, and nobody
    reads the address from it."""
    salt = "apps.customers.erased"
    return salted_hmac(salt, identity_of(email), algorithm="sha256").hexdigest()[:40]


def blocks_anybody(*, business: OuterRef) -> Exists:
    """Whether a business blocks any contact at all, to be read along with something of it."""
    return Exists(Customer.objects.filter(business_id=business, blocked=True))


def of_line(field: str, phone: str) -> Q:
    """Rows whose number (E.164) is this one, whatever the extension; none for no number."""
    line = line_of(phone)
    if not line:
        return Q(pk=None)
    return Q(**{field: line}) | Q(**{f"{field}__startswith": EXTENSION.join((line, ""))})


def perhaps_of_mailbox(field: str, email: str) -> Q:
    """Rows whose address may be another spelling of this one: hardly more than its own. Which of
    them are, no database can tell; ``identity_of`` decides."""
    local, _at, domain = identity_of(email).rpartition("@")
    if domain in DOTLESS:
        ends = Q()
        for name in DOTLESS:
            ends |= Q(**{f"{field}__iendswith": f"@{name}"})
        return ends & Q(**{f"{field}__istartswith": local[:1]})
    tagged = Q(**{f"{field}__istartswith": f"{local}+", f"{field}__iendswith": f"@{domain}"})
    return Q(**{f"{field}__iexact": f"{local}@{domain}"}) | tagged


def find_blocked(*, business_id: int, email: str, phone: str) -> list[int]:
    """Return the ids of blocked contacts of a business that this address or phone (E.164) means.

    One query over the few who are blocked, by an index of their own.
    """
    wanted, erased = identity_of(email), f".{fingerprint_of(email)}{ERASED_MAILBOX}"
    blocked = Customer.objects.filter(business_id=business_id, blocked=True)
    return [
        it.pk
        for it in blocked.only("email", "phone")
        if identity_of(it.email) == wanted
        or it.email.endswith(erased)
        or (phone and line_of(phone) == line_of(it.phone))
    ]


def is_customer(*, email: str) -> bool:
    """Whether any business knows this address (lower case) as that of a contact."""
    return Customer.objects.filter(email=email).exists()


def find_contact(*, email: str, business_id: int) -> Customer | None:
    """How somebody who has proven this address (lower case) is called: at this business, else where
    they came last; one query, none for no address."""
    if not email:
        return None
    found = Customer.objects.filter(email=email, erased_at=None)
    here = Case(When(business_id=business_id, then=0), default=1)
    return found.order_by(here, "-pk").first()


def is_proven(*, email: str, now: datetime) -> bool:
    """Whether somebody has signed in with this address (lower case) within PROOF_LASTS, so that it
    is theirs; one query."""
    since = now - PROOF_LASTS
    return SignedInDevice.objects.filter(email=email, signed_in_at__gt=since).exists()


def list_devices(*, email: str, now: datetime) -> list[SignedInDevice]:
    """The browsers that are signed in with an address, the newest first; one query."""
    live = SignedInDevice.objects.filter(email=email, ended_at=None, ends_at__gt=now)
    return list(live.order_by("-signed_in_at", "-pk")[:MAX_DEVICES])


def list_saved_people(*, email: str) -> list[SavedPerson]:
    """The people whom somebody books for, by when they were saved; one query, none for no address
    (lower case)."""
    return list(SavedPerson.objects.filter(email=email).order_by("pk")) if email else []
