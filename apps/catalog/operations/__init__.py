"""Verbs about what is offered."""

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
    "PlanFacts",
    "PlanHasChanged",
    "PlanIsRetired",
    "PlanTermsWrong",
    "change_plan",
    "make_plan",
    "retire_plan",
]
