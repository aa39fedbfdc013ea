"""The receipt of an erasure: the last mail to an address, which is kept until it has left."""

from datetime import datetime, timedelta

from apps.privacy.models import PrivacyEntry

KEPT = timedelta(days=2)


def note_told(*, entry_id: int) -> None:
    """Forget where a receipt went: it has left, or never will."""
    PrivacyEntry.objects.filter(pk=entry_id).update(tell="")


def forget_receipts(*, now: datetime) -> int:
    """Forget the addresses of receipts that no mail server has taken for two days; return how
    many."""
    return PrivacyEntry.objects.exclude(tell="").filter(at__lt=now - KEPT).update(tell="")
