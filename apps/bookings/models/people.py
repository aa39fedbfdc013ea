"""People and answers inside a booking, kept in the words of that day (rules B23, B27), and who
came: one line per person of a booking and per session."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.availability.models import Session
from apps.bookings.models.booking import Booking
from apps.businesses.models import Business
from apps.catalog.models import AddOn, Question, Variant


class Participant(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="participants")
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """An answer keeps the label it was given under, also when the question changes or goes."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.CASCADE, related_name="answers"
    )
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers"
    )
    label = models.CharField(max_length=500)
    kind = models.CharField(max_length=16, choices=Question.Kind)
    value = models.TextField(max_length=10000)
    sensitive = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label[:60]


class BookedAddOn(models.Model):
    """An extra as it was named and priced when it was booked."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="add_ons")
    add_on = models.ForeignKey(
        AddOn, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=100)
    price = models.PositiveIntegerField(help_text="Minor units")
    duration_minutes = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class ParticipantChoice(models.Model):
    """How many people come under which priced variant, as it was named and priced
    (rules B24, B27)."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="mix")
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=120)
    people = models.PositiveSmallIntegerField()
    price = models.PositiveIntegerField(help_text="Minor units, for one person")

    class Meta:
        constraints = [
            models.CheckConstraint(name="choice_is_for_somebody", condition=models.Q(people__gte=1))
        ]

    def __str__(self) -> str:
        return f"{self.people} × {self.name}"


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
