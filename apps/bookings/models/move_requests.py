"""A customer asks whether a confirmed booking may go to another time, where the team agrees to each
one (rule B38)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.availability.models import Session
from apps.bookings.models.booking import Booking
from apps.businesses.models import Business
from apps.catalog.models import Resource, Service


class MoveRequest(models.Model):
    """The time that is asked for is that of the session: held for it, or taking nothing where
    several may ask for one time, or where it overlaps the booking's own (rule B9). The booking
    keeps its place until the answer. Of a class it is the session they would go to, of which no
    place is kept. Written and read under the lock of the booking.

    resource is who would serve it then, where it is known; is_for_somebody: that very person was
    asked for. answer_by (UTC) and unanswered say until when the team answers, and what happens
    then, as the service had it when this was asked.
    """

    class State(models.TextChoices):
        """ENDED: it was no question any more; the booking was cancelled, or moved by the team."""

        OPEN = "OPEN", _("Waiting for an answer")
        ACCEPTED = "ACCEPTED", _("Accepted")
        DECLINED = "DECLINED", _("Declined")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        LAPSED = "LAPSED", _("Ended without an answer")
        ENDED = "ENDED", _("Ended with a change of the booking")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="move_requests")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="move_requests")
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_for_somebody = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    unanswered = models.CharField(max_length=8, choices=Service.Unanswered)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_move_request", fields=["booking"], condition=Q(state="OPEN")
            ),
            models.CheckConstraint(
                name="an_answered_move_request_is_closed",
                condition=Q(state="OPEN", closed_at__isnull=True)
                | ~Q(state="OPEN") & Q(closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["business", "answer_by"],
                name="move_request_open",
                condition=Q(state="OPEN"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.booking} {self.state}"
