"""What a business asks when somebody books (rule B23)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business


class BookingForm(models.Model):
    """Name and e-mail are always asked; everything else is a choice of the business."""

    class PhoneRule(models.TextChoices):
        NO = "NO", _("Not asked")
        OPTIONAL = "OPTIONAL", _("Optional")
        REQUIRED = "REQUIRED", _("Required")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="booking_forms")
    name = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    phone_rule = models.CharField(max_length=8, choices=PhoneRule, default=PhoneRule.OPTIONAL)
    phone_reason = models.CharField(max_length=120, blank=True)
    note_label = models.CharField(max_length=120, blank=True, help_text=_("Empty: no note field"))
    asks_participant_names = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_default_form_per_business",
                fields=["business"],
                condition=Q(is_default=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """One question. Its kind never changes once answers exist; answers keep the label."""

    class Kind(models.TextChoices):
        SHORT_TEXT = "SHORT_TEXT", _("Short text")
        LONG_TEXT = "LONG_TEXT", _("Long text")
        CHOICE = "CHOICE", _("One of several")
        SEVERAL = "SEVERAL", _("Any of several")
        YES_NO = "YES_NO", _("Yes or no")
        NUMBER = "NUMBER", _("Number")
        DATE = "DATE", _("Date")
        PHONE = "PHONE", _("Phone")
        CONSENT = "CONSENT", _("Consent")
        ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT", _("Acknowledgement")

    class AskedOf(models.TextChoices):
        BOOKER = "BOOKER", _("The person who books")
        PARTICIPANT = "PARTICIPANT", _("Each participant")

    form = models.ForeignKey(BookingForm, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=16, choices=Kind)
    label = models.CharField(max_length=500)
    help_text = models.CharField(max_length=500, blank=True)
    required = models.BooleanField(default=False)
    asked_of = models.CharField(max_length=12, choices=AskedOf, default=AskedOf.BOOKER)
    choices = models.JSONField(default=list, blank=True, help_text=_("List of words to pick from"))
    shown_if = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="dependents"
    )
    shown_if_answer = models.CharField(max_length=255, blank=True)
    sensitive = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label[:60]
