"""What was said to whom, and what became of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking, BookingEvent
from apps.businesses.models import Business


class Message(models.Model):
    """One mail to one person. The text is kept as it was sent, with the secret link masked.

    ``outbox_key`` makes it exist once per event and recipient, ``message_id`` is the same at every
    attempt, so that a copy sent twice by a crash is recognised by the receiver (rule C9).
    """

    class Kind(models.TextChoices):
        BOOKED = "BOOKED", _("Booked")
        REQUESTED = "REQUESTED", _("Request received")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        DECLINED = "DECLINED", _("Declined")
        CANCELED = "CANCELED", _("Cancelled")
        NEW_BOOKING = "NEW_BOOKING", _("New booking")
        NEW_REQUEST = "NEW_REQUEST", _("New request")
        WAITLISTED = "WAITLISTED", _("On the waitlist")
        OFFERED = "OFFERED", _("Place offered")
        NOTE = "NOTE", _("Message from the team")
        TOO_LATE = "TOO_LATE", _("Paid too late")
        NEW_OVERLAP = "NEW_OVERLAP", _("New conflict")
        REFUNDED = "REFUNDED", _("Refund sent")
        NOT_REFUNDED = "NOT_REFUNDED", _("Refund failed")
        MOVED = "MOVED", _("Moved")
        NEW_MOVE = "NEW_MOVE", _("Moved by the customer")
        OVERDUE = "OVERDUE", _("Not answered in time")
        NEW_OVERDUE = "NEW_OVERDUE", _("Reminder of a request")
        NEW_LAPSED = "NEW_LAPSED", _("Request ended without an answer")
        LINK = "LINK", _("Link sent")
        LET_GO = "LET_GO", _("Amount held on card was released")
        KEPT = "KEPT", _("Payment kept")
        BETTER = "BETTER", _("Better time offered")
        NEW_CANCELED = "NEW_CANCELED", _("Cancelled by the customer")
        ASKED = "ASKED", _("Asked what to do")
        NEW_ASKED = "NEW_ASKED", _("Request that starts soon")
        MOVE_ASKED = "MOVE_ASKED", _("Asked to move")
        MOVE_REFUSED = "MOVE_REFUSED", _("Request to move declined")
        MOVE_LAPSED = "MOVE_LAPSED", _("Request to move not answered")
        NEW_MOVE_ASK = "NEW_MOVE_ASK", _("New request to move")
        NEW_MOVE_DUE = "NEW_MOVE_DUE", _("Reminder of a request to move")
        NEW_MOVE_END = "NEW_MOVE_END", _("Request to move ended without an answer")
        OWED = "OWED", _("Asked to pay")
        RESIZED = "RESIZED", _("People changed")
        NEW_RESIZED = "NEW_RESIZED", _("People changed by the customer")

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Not delivered")
        SKIPPED = "SKIPPED", _("No longer needed")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="messages")
    event = models.ForeignKey(BookingEvent, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=12, choices=Kind)
    to_address = models.CharField(max_length=254)
    subject = models.CharField(max_length=250, blank=True)
    body_text = models.TextField(blank=True)
    message_id = models.CharField(max_length=250)
    outbox_key = models.CharField(max_length=160)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="message_written_once", fields=["outbox_key"]),
            models.CheckConstraint(
                name="sent_message_has_a_time",
                condition=~Q(status="SENT") | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="message_by_booking", fields=["booking", "id"]),
            models.Index(
                name="message_unsent", fields=["business", "id"], condition=~Q(status="SENT")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
