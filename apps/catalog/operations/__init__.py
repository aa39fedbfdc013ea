"""Verbs about what is offered."""

<<<<<<< HEAD
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
=======
from apps.catalog.operations._change_payment import (
    PaymentImpossible,
    ServiceHasChanged,
    change_payment,
)

__all__ = ["PaymentImpossible", "ServiceHasChanged", "change_payment"]
>>>>>>> e39ac6808a6bbd178edd97e7d3a6e8196241a5b3
