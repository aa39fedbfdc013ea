"""Who came: one line per person of a booking and per session."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.availability.models import Session
from apps.bookings.models.booking import Booking
from apps.businesses.models import Business


class Attendance(models.Model):
    """seat is the place of the person in the booking's party, counted from 0; a person without
    a line has not been marked."""

    class State(models.TextChoices):
        HERE = "HERE", _("Here")
        NO_SHOW = "NO_SHOW", _("Did not come")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="attendance")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="+")
    seat = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State)
    marked_at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name_plural = "attendance"
        constraints = [
            models.UniqueConstraint(
                name="person_marked_once", fields=["booking", "session", "seat"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.booking.reference} {self.seat}: {self.state}"
