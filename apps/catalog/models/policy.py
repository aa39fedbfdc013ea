"""The rules of booking, shared by services (rule B5)."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.fee_windows import BadWindow, read_windows


def require_fee_windows(stored: object) -> None:
    """Let windows that make sense pass.

    Raises:
        ValidationError: with what is wrong, in words.
    """
    try:
        read_windows(stored if isinstance(stored, list) else [stored])
    except BadWindow as bad:
        raise ValidationError(str(bad)) from bad


class BookingPolicy(models.Model):
    """All limits in elapsed minutes before the start; null means no limit (rules T3, T10)."""

    class Selection(models.TextChoices):
        RANKED = "RANKED", _("In the order of the team")
        FAIR = "FAIR", _("Whoever has the fewest bookings that day")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="policies")
    name = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    max_advance_minutes = models.PositiveIntegerField(null=True, blank=True)
    min_notice_minutes = models.PositiveIntegerField(null=True, blank=True)
    horizon_days = models.PositiveSmallIntegerField(
        null=True, blank=True, default=90, validators=[MinValueValidator(1)]
    )
    cancel_allowed = models.BooleanField(default=True)
    cancel_until_minutes = models.PositiveIntegerField(null=True, blank=True, default=1440)
    cancel_by_link = models.BooleanField(
        default=True, help_text=_("Off: customers have to be signed in to cancel")
    )
    fee_windows = models.JSONField(
        default=list,
        blank=True,
        validators=[require_fee_windows],
        help_text=_(
            "What cancelling costs, up to four of [minutes before the start, share of the price in "
            "basis points or null, amount in cents or null], for example "
            "[[2880, 5000, null], [1440, 10000, null]]"
        ),
    )
    move_allowed = models.BooleanField(default=True)
    move_until_minutes = models.PositiveIntegerField(null=True, blank=True, default=1440)
    move_by_link = models.BooleanField(
        default=True, help_text=_("Off: customers have to be signed in to move")
    )
    max_moves = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How often customers may move one booking; empty: as often as they like"),
    )
    rebooking_limit = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "How often one customer may book one service; empty: as often as they like. "
            "The team is not bound"
        ),
    )
    rebooking_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Within how many days, counted from when they booked; empty: ever"),
    )
    max_participants = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)]
    )
    late_entry = models.BooleanField(
        default=False, help_text=_("A course may be joined until its last session begins")
    )
    waitlist_minutes = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(5)],
        help_text=_("How long a place is held for whoever is first on the waitlist"),
    )
    quiet_from_minute = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(1439)],
        help_text=_("Quiet hours start, in minutes after midnight"),
    )
    quiet_to_minute = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(1439)]
    )
    waitlist_capacity = models.PositiveSmallIntegerField(default=20)
    selection = models.CharField(max_length=8, choices=Selection, default=Selection.RANKED)
    description = models.TextField(max_length=2500, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "booking policies"
        constraints = [
            models.UniqueConstraint(
                name="one_default_policy_per_business",
                fields=["business"],
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(
                name="policy_opens_before_it_closes",
                condition=Q(max_advance_minutes=None)
                | Q(min_notice_minutes=None)
                | Q(max_advance_minutes__gt=F("min_notice_minutes")),
            ),
            models.CheckConstraint(
                name="quiet_hours_have_two_ends",
                condition=Q(quiet_from_minute=None, quiet_to_minute=None)
                | Q(quiet_from_minute__isnull=False, quiet_to_minute__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_lets_move_once", condition=Q(max_moves=None) | Q(max_moves__gte=1)
            ),
            models.CheckConstraint(
                name="policy_lets_book_once",
                condition=Q(rebooking_limit=None, rebooking_days=None)
                | Q(rebooking_limit__gte=1, rebooking_days=None)
                | Q(rebooking_limit__isnull=False, rebooking_limit__gte=1, rebooking_days__gte=1),
            ),
            models.CheckConstraint(
                name="policy_lets_one_person_in", condition=Q(max_participants__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name
