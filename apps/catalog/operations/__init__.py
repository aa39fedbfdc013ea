"""Verbs about what is offered."""

from apps.catalog.operations._change_payment import (
    PaymentImpossible,
    PaymentOutOfReach,
    ServiceHasChanged,
    change_payment,
)
from apps.catalog.operations._change_unanswered import change_unanswered
from apps.catalog.operations._pricing_plans import (
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
