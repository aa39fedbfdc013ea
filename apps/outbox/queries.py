"""Questions about the outbox; they never write."""

from collections.abc import Collection

from apps.outbox.models import OutboxItem


def find_failed(*, keys: Collection[str]) -> set[str]:
    """Return which of these keys belong to work that was given up; one query."""
    failed = OutboxItem.objects.filter(key__in=keys).exclude(failed_at=None)
    return set(failed.values_list("key", flat=True))
