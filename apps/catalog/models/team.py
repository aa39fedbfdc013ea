"""Everything that can be occupied once at a time, and the people among it (rules T11, B28)."""

from django.conf import settings
from django.db import models

from apps.businesses.models import Business, Location
from apps.catalog.models.service import Service


class ResourceType(models.Model):
    """Interchangeable resources: the team, wash stations, rooms."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="resource_types")
    name = models.CharField(max_length=80)
    is_staff = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="resource_type_named_once", fields=["business", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """Anything that can be occupied once at a time. Its row is the lock (rule C2)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="resources")
    type = models.ForeignKey(ResourceType, on_delete=models.PROTECT, related_name="resources")
    name = models.CharField(max_length=80)
    rank = models.PositiveSmallIntegerField(default=0)
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="resources"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["rank", "pk"]

    def __str__(self) -> str:
        return self.name


class StaffMember(models.Model):
    """A person who serves; has a resource, may have a sign-in."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="staff_members")
    resource = models.OneToOneField(Resource, on_delete=models.PROTECT, related_name="staff_member")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="staff_members",
    )
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    about = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["resource__rank", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class ServiceRequirement(models.Model):
    """A service needs one free resource of this type; the first one leads the grid (rule B28)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="requirements")
    resource_type = models.ForeignKey(ResourceType, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    eligible = models.ManyToManyField(
        Resource, blank=True, related_name="+", help_text="Empty: every resource of the type"
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="resource_type_required_once", fields=["service", "resource_type"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.resource_type}"
