"""What happened to a booking, in order, for ever (design.md section 5, R107)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.bookings.models.booking import Booking
from apps.businesses.models import Business


class BookingEvent(models.Model):
    """Append-only. One row for every move; revision is the booking's after the move."""

    class Action(models.TextChoices):
        BOOKED = "BOOKED", _("Booked")
        REQUESTED = "REQUESTED", _("Requested")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        DECLINED = "DECLINED", _("Declined")
        CANCELED = "CANCELED", _("Cancelled")
        UNDONE = "UNDONE", _("Decision undone")
        NOTED = "NOTED", _("Note changed")
        READDRESSED = "READDRESSED", _("Address corrected")
        WAITLISTED = "WAITLISTED", _("Joined the waitlist")
        OFFERED = "OFFERED", _("Place offered")
        PASSED = "PASSED", _("Offer let pass")
        RESIZED = "RESIZED", _("People changed")
        MESSAGED = "MESSAGED", _("Message sent")
        MOVED = "MOVED", _("Moved")
        PAID = "PAID", _("Payment recorded")
        REFUNDED = "REFUNDED", _("Refund recorded")
        REVERSED = "REVERSED", _("Payment record reversed")
        NOT_REFUNDED = "NOT_REFUNDED", _("Refund failed")
        PRICED = "PRICED", _("Price changed by a code")
        RESOLVED = "RESOLVED", _("Conflict resolved")
        OVERDUE = "OVERDUE", _("Not answered in time")
        LAPSED = "LAPSED", _("Ended without an answer")
        LINKED = "LINKED", _("Link sent")

    class Actor(models.TextChoices):
        CUSTOMER = "CUSTOMER", _("Customer")
        TEAM = "TEAM", _("Team")
        SYSTEM = "SYSTEM", _("System")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="history")
    action = models.CharField(max_length=12, choices=Action)
    actor = models.CharField(max_length=8, choices=Actor)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    revision = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="one_event_per_revision", fields=["booking", "revision"])
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.action}"

    @property
    def moved(self) -> tuple[datetime, datetime] | None:
        """The start before and after a move to another time (UTC); None for any other line."""
        was, now = (told.get("starts_at") for told in (self.before, self.after))
        if self.action != self.Action.MOVED or not was or was == now:
            return None
        return datetime.fromisoformat(was), datetime.fromisoformat(now)
