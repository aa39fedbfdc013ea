"""Verbs about what is offered."""

from apps.catalog.operations.change_payment import (
    PaymentImpossible,
    PaymentOutOfReach,
    ServiceHasChanged,
    change_payment,
    change_unanswered,
)
from apps.catalog.operations.pricing_plans import (
    PlanFacts,
    PlanHasChanged,
    PlanIsRetired,
    PlanTermsWrong,
    change_plan,
    make_plan,
    retire_plan,
)

__all__ = [
    "PaymentImpossible",
    "PaymentOutOfReach",
    "PlanFacts",
    "PlanHasChanged",
    "PlanIsRetired",
    "PlanTermsWrong",
    "ServiceHasChanged",
    "change_payment",
    "change_plan",
    "change_unanswered",
    "make_plan",
    "retire_plan",
]
