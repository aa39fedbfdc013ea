"""Questions about what is offered."""

from apps.catalog.queries.choice import Choice, UnknownChoice, choose, form_of
from apps.catalog.queries.services import (
    ServiceMoved,
    ServiceRetired,
    default_policy,
    get_service,
    list_services,
    list_staff,
)

__all__ = [
    "Choice",
    "ServiceMoved",
    "ServiceRetired",
    "UnknownChoice",
    "choose",
    "default_policy",
    "form_of",
    "get_service",
    "list_services",
    "list_staff",
]
