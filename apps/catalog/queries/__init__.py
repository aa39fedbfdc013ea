"""Questions about what is offered."""

from apps.catalog.queries.choice import Choice, UnknownChoice, choose, place_of
from apps.catalog.queries.offered import (
    Requirements,
    ServiceMoved,
    ServiceRetired,
    default_policy,
    find_staff,
    get_service,
    get_service_by_id,
    is_bookable,
    is_offered,
    list_public_pages,
    list_services,
    list_staff,
    load_requirements,
    policy_of,
    questions_of,
)
from apps.catalog.queries.pages import (
    ServiceList,
    ServiceRow,
    address_of,
    get_service_list,
)
from apps.catalog.queries.plans import get_plan, has_plans, list_plans

__all__ = [
    "Choice",
    "Requirements",
    "ServiceList",
    "ServiceMoved",
    "ServiceRetired",
    "ServiceRow",
    "UnknownChoice",
    "address_of",
    "choose",
    "default_policy",
    "find_staff",
    "get_plan",
    "get_service",
    "get_service_by_id",
    "get_service_list",
    "has_plans",
    "is_bookable",
    "is_offered",
    "list_plans",
    "list_public_pages",
    "list_services",
    "list_staff",
    "load_requirements",
    "place_of",
    "policy_of",
    "questions_of",
]
