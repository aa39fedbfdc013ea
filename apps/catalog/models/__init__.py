"""What a business offers, with whom, and under which rules."""

from apps.catalog.models.form import BookingForm, Question
from apps.catalog.models.plan import PricingPlan
from apps.catalog.models.policy import BookingPolicy
from apps.catalog.models.service import (
    AddOn,
    AddOnGroup,
    Category,
    FormerServiceSlug,
    Service,
    Variant,
)
from apps.catalog.models.team import Resource, ResourceType, ServiceRequirement, StaffMember

__all__ = [
    "AddOn",
    "AddOnGroup",
    "BookingForm",
    "BookingPolicy",
    "Category",
    "FormerServiceSlug",
    "PricingPlan",
    "Question",
    "Resource",
    "ResourceType",
    "Service",
    "ServiceRequirement",
    "StaffMember",
    "Variant",
]
