"""What happened to a booking, in order, for ever (rules B2, B30)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.bookings.models.booking import Booking
from apps.businesses.models import Business


class BookingEvent(models.Model):
    """Append-only. One row for every transition; revision is the booking's after it."""

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
        PASSED = "PASSED", _("Offer not taken")
        RESIZED = "RESIZED", _("People changed")
        MESSAGED = "MESSAGED", _("Message sent")
        MOVED = "MOVED", _("Moved")
        PAID = "PAID", _("Payment recorded")
        REFUNDED = "REFUNDED", _("Refund recorded")
        REVERSED = "REVERSED", _("Payment record reversed")
        NOT_REFUNDED = "NOT_REFUNDED", _("Refund failed")
        HANDED_BACK = "HANDED_BACK", _("Refunded in person")
        KEPT = "KEPT", _("Payment kept")
        PRICED = "PRICED", _("Price changed by a code")
        BY_PLAN = "BY_PLAN", _("Paid with a plan")
        RESOLVED = "RESOLVED", _("Conflict resolved")
        OVERDUE = "OVERDUE", _("Not answered in time")
        LAPSED = "LAPSED", _("Ended without an answer")
        LINKED = "LINKED", _("Link sent")
        LET_GO = "LET_GO", _("Amount held on card was released")
        REZONED = "REZONED", _("Time zone of the place changed")
        LINK_MADE = "LINK_MADE", _("Link made")
        LINKS_CLOSED = "LINKS_CLOSED", _("Links closed")
        ASKED = "ASKED", _("Customer asked what to do")
        WAITS_ON = "WAITS_ON", _("Customer keeps waiting")
        WISHED = "WISHED", _("Asked for a better time")
        UNWISHED = "UNWISHED", _("Asks for a better time no more")
        MOVE_ASKED = "MOVE_ASKED", _("Asked to move")
        MOVE_DROPPED = "MOVE_DROPPED", _("Request to move withdrawn")
        MOVE_REFUSED = "MOVE_REFUSED", _("Request to move declined")
        MOVE_OVERDUE = "MOVE_OVERDUE", _("Request to move not answered in time")
        MOVE_LAPSED = "MOVE_LAPSED", _("Request to move ended without an answer")
        CORRECTED = "CORRECTED", _("Name or phone corrected")
        ERASED = "ERASED", _("Personal data erased")
        NO_SHOW = "NO_SHOW", _("Did not come")
        CAME = "CAME", _("No-show taken back")
        WAIVED = "WAIVED", _("Fee waived")
        ASKED_TO_PAY = "ASKED_TO_PAY", _("Asked to pay")

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
        if self.action not in MOVES or not was or was == now:
            return None
        return datetime.fromisoformat(was), datetime.fromisoformat(now)

    @property
    def better_at(self) -> datetime | None:
        """The start (UTC) that was offered to somebody who has one (rule B37), None otherwise."""
        told = self.after.get("better_at")
        return datetime.fromisoformat(told) if told else None

    @property
    def has_fewer_people(self) -> bool:
        """Whether fewer come after it than before."""
        before, after = (told.get("party_size") for told in (self.before, self.after))
        return before is not None and after is not None and after < before

    @property
    def zones(self) -> tuple[str, str] | None:
        """The zone in which its time was told before and after, where that became another one."""
        was, now = (told.get("time_zone") for told in (self.before, self.after))
        return (was, now) if was and now and was != now else None

    @property
    def is_noticed(self) -> bool:
        """Whether the customer reads another time, or comes at another one, after this move. A zone
        may be exchanged for one whose clock shows the same."""
        if self.action != self.Action.REZONED:
            return True
        for name in ("starts_at", "ends_at"):
            was, now = self.before.get(name), self.after.get(name)
            if was != now or (
                was and self._offset(self.before, was) != self._offset(self.after, now)
            ):
                return True
        return False

    @staticmethod
    def _offset(told: dict[str, Any], at: str) -> timedelta | None:
        zone = told.get("time_zone")
        return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).utcoffset() if zone else None


MOVES = (BookingEvent.Action.MOVED, BookingEvent.Action.REZONED)
"""After these a booking may be at another time."""
PUT_BACK = "put_back"
"""A move that took back the one before it (rule B45), says its line of history."""
DECIDES_NOTHING = frozenset(
    {
        *(BookingEvent.Action.NOTED, BookingEvent.Action.CORRECTED),
        *(BookingEvent.Action.LINKED, BookingEvent.Action.LINKS_CLOSED),
        *(BookingEvent.Action.MESSAGED, BookingEvent.Action.READDRESSED),
        *(BookingEvent.Action.PAID, BookingEvent.Action.LET_GO),
    }
)
"""What may happen after a cancellation, and leaves it as it is, so that it can still be taken back:
words, links, a name, and money that came or that a bank let go. Money that went back does not."""
