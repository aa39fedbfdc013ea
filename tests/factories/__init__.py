"""Real rows for tests, made by plain keyword functions, one file per floor."""

from tests.clock import NOW
from tests.factories.bookings import make_booking, make_draft, make_request, make_visitor
from tests.factories.businesses import make_business, make_location, make_member
from tests.factories.catalog import (
    make_form,
    make_policy,
    make_resource,
    make_service,
    make_staff,
    make_variant,
)
from tests.factories.salon import Salon, make_salon
from tests.factories.schedules import make_hours

__all__ = [
    "NOW",
    "Salon",
    "make_booking",
    "make_business",
    "make_draft",
    "make_form",
    "make_hours",
    "make_location",
    "make_member",
    "make_policy",
    "make_request",
    "make_resource",
    "make_salon",
    "make_service",
    "make_staff",
    "make_variant",
    "make_visitor",
]
