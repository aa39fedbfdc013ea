"""The desk of one business: whose data a link opens, and what was done with personal data."""

from datetime import datetime

from apps.customers.models import Customer
from apps.privacy.models import DataRequest, PrivacyEntry
from apps.privacy.proofs import hash_of
from apps.privacy.queries.whose import cards_of

LONGEST_TOKEN = 100
MOST_ENTRIES = 50


def find_request(*, token: str, now: datetime) -> DataRequest | None:
    """Return what a link was mailed for, with its business, while it lives; None for every reason
    alike. Nothing is written."""
    if len(token) > LONGEST_TOKEN:
        return None
    live = DataRequest.objects.select_related("business").exclude(token_hash="")
    return live.filter(token_hash=hash_of(token), expires_at__gt=now).first()


def find_live_request(*, request_id: int, business_id: int, now: datetime) -> DataRequest | None:
    """Return a request that a session has opened, while it lives: what is erased ends it."""
    live = DataRequest.objects.filter(pk=request_id, business_id=business_id)
    return live.exclude(token_hash="").filter(expires_at__gt=now).first()


def find_customer(*, business_id: int, email: str) -> Customer | None:
    """The contact of a business with this address (lower case)."""
    known = Customer.objects.select_related("business")
    return known.filter(business_id=business_id, email=email).first()


def knows(*, business_id: int, email: str) -> bool:
    """Whether a business keeps anything of an address (lower case)."""
    if find_customer(business_id=business_id, email=email) is not None:
        return True
    return cards_of(business_id=business_id, email=email).exists()


def find_last_expiry(*, business_id: int) -> PrivacyEntry | None:
    """What ended last because its time was over (rule D13), None where nothing ever did; one
    query."""
    ended = PrivacyEntry.objects.filter(
        business_id=business_id, what=PrivacyEntry.What.EXPIRED, actor=PrivacyEntry.Actor.SYSTEM
    )
    return ended.order_by("-pk").first()


def list_entries(*, business_id: int) -> list[PrivacyEntry]:
    """What was done with personal data of a business, the newest first; one query."""
    entries = PrivacyEntry.objects.filter(business_id=business_id).select_related("user")
    return list(entries.order_by("-pk")[:MOST_ENTRIES])
