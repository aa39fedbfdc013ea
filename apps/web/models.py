"""Counters of who did what how often. The only table of the web floor."""

from django.db import models


class RateCounter(models.Model):
    """How often one thing happened in one fixed window.

    ``key_hash`` hides who it was (rule D4): nobody reads addresses out of counters.
    """

    key_hash = models.CharField(max_length=64)
    window_started_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rate_counter_once_per_window", fields=["key_hash", "window_started_at"]
            )
        ]
        indexes = [models.Index(name="rate_counter_age", fields=["window_started_at"])]

    def __str__(self) -> str:
        return f"{self.key_hash[:8]}: {self.count}"
