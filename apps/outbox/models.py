"""Durable work: one row for each thing that must happen after a commit (rule C8)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutboxItem(models.Model):
    """Something to do once, written in the same transaction as the fact that causes it.

    An item is *open* until it is done or has failed. Open items are never deleted except by
    ``withdraw`` before anybody has leased them; failed items wait in the admin for a person.
    ``payload`` holds ids, never contact data or secrets: what is said is read when it is said.
    """

    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    business_id = models.BigIntegerField(
        null=True, blank=True, help_text=_("A plain number: the outbox lies below the businesses")
    )
    key = models.CharField(max_length=160, blank=True, help_text=_("Idempotency key; empty: none"))
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0, help_text=_("Leases taken so far"))
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="outbox_key_written_once", fields=["key"], condition=~Q(key="")
            ),
            models.CheckConstraint(
                name="outbox_item_is_done_or_failed_not_both",
                condition=Q(done_at=None) | Q(failed_at=None),
            ),
        ]
        indexes = [
            models.Index(
                name="outbox_open",
                fields=["not_before", "id"],
                condition=Q(done_at=None, failed_at=None),
            ),
            models.Index(name="outbox_failed", fields=["id"], condition=~Q(failed_at=None)),
            models.Index(name="outbox_done", fields=["done_at"], condition=~Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"

    @property
    def state(self) -> str:
        """OPEN, LEASED, DONE or FAILED, from the row's own columns."""
        if self.done_at is not None:
            return "DONE"
        if self.failed_at is not None:
            return "FAILED"
        return "LEASED" if self.leased_until is not None else "OPEN"
