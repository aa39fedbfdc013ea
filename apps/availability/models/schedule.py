"""When a business, a service or a resource can be used (rule T11), and the days on which the team
works, however few want an appointment (rule B16)."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, Location
from apps.catalog.models import Resource, Service


class Schedule(models.Model):
    """Belongs to a resource, to a service, or (both empty) to the business itself.

    A resource without a schedule follows the business's hours; a service without one adds
    no limit of its own. A schedule without any hours means never, but on dates with hours of their
    own: a resource that keeps the business's hours apart from some dates says so itself.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="schedules")
    resource = models.OneToOneField(
        Resource, null=True, blank=True, on_delete=models.CASCADE, related_name="schedule"
    )
    service = models.OneToOneField(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="schedule"
    )
    follows_business = models.BooleanField(
        _("follows the business's hours"),
        default=False,
        help_text=_(
            "For a person, room or tool without weekly hours of its own. Otherwise no hours mean "
            "never available."
        ),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schedule_has_one_owner", condition=Q(resource=None) | Q(service=None)
            ),
            models.CheckConstraint(
                name="only_a_resource_follows_the_business",
                condition=Q(follows_business=False) | Q(resource__isnull=False),
                violation_error_message=_(
                    "Only a person, room or tool can follow the hours of the business."
                ),
            ),
            models.UniqueConstraint(
                name="one_schedule_of_the_business",
                fields=["business"],
                condition=Q(resource=None, service=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.resource or self.service or self.business)


class WeeklyHours(models.Model):
    """One range on one weekday, in minutes after local midnight; past 1440 is the next day."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_minute = models.PositiveSmallIntegerField(validators=[MaxValueValidator(1439)])
    ends_minute = models.PositiveSmallIntegerField(validators=[MaxValueValidator(2880)])
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name_plural = "weekly hours"
        ordering = ["weekday", "starts_minute"]
        constraints = [
            models.CheckConstraint(
                name="weekly_hours_end_after_they_start",
                condition=Q(ends_minute__gt=F("starts_minute"), starts_minute__lt=1440),
            ),
            models.CheckConstraint(
                name="weekly_hours_last_a_day_at_most",
                condition=Q(ends_minute__lte=F("starts_minute") + 1440),
            ),
            models.CheckConstraint(name="weekday_exists", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_minute}-{self.ends_minute}"


class DateException(models.Model):
    """Special hours on one local date; a row without minutes means closed all day."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="exceptions")
    on = models.DateField()
    starts_minute = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(1439)]
    )
    ends_minute = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(2880)]
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["on", "starts_minute"]
        constraints = [
            models.CheckConstraint(
                name="exception_is_closed_or_has_hours",
                condition=Q(starts_minute=None, ends_minute=None)
                | Q(
                    starts_minute__isnull=False,
                    ends_minute__isnull=False,
                    ends_minute__gt=F("starts_minute"),
                ),
            )
        ]
        indexes = [models.Index(fields=["schedule", "on"], name="exception_by_date")]

    def __str__(self) -> str:
        return f"{self.on} {self.reason}".strip()


class DecidedDay(models.Model):
    """The word of the team for one service at one place on one date of it, given at decided_at
    (UTC); location is None where it happens at none of ours. Written only by
    apps/availability/operations.

    A row of its own, because the people of a day have nothing else in common that would stay when
    they leave: a class has its session, and a course its run.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    on = models.DateField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_day_of_a_place_is_decided_once", fields=["service", "location", "on"]
            ),
            models.UniqueConstraint(
                name="a_day_elsewhere_is_decided_once",
                fields=["service", "on"],
                condition=models.Q(location=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.on}"
