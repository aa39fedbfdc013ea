"""Times the team offers instead of one it had to decline."""

from django.db import models

from apps.bookings.models.booking import Booking


class SuggestedTime(models.Model):
    """A start (UTC) that was free when it was suggested; it is kept for nobody.

    taken_by is the draft by which the customer took it last, and the booking that became of it.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="suggestions")
    starts_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(name="time_suggested_once", fields=["booking", "starts_at"])
        ]

    def __str__(self) -> str:
        return f"{self.booking} {self.starts_at:%Y-%m-%d %H:%M}Z"
