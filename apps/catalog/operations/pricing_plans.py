"""Plans are offered under terms that can be kept, changed and retired; whoever has one keeps the
terms of the day it was bought (rule M16).

Visits are those of one person, days and months those of the business's calendar.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from apps.businesses.models import TeamMember
from apps.businesses.operations import lock_business
from apps.catalog.models import PricingPlan, Service
from apps.kernel.refusals import Refusal

SHORTEST = 7
"""Days a package is good for at least."""
PACKAGE, UNLIMITED = "PACKAGE", "UNLIMITED"
LONGEST_STEM = 50


class Wrong(StrEnum):
    """What is wrong with the terms of a plan."""

    VISITS_MISSING = "VISITS_MISSING"
    COUNTS_NOTHING = "COUNTS_NOTHING"
    PERIOD_MISSING = "PERIOD_MISSING"
    NO_PERIOD = "NO_PERIOD"
    TOO_SHORT = "TOO_SHORT"
    ENDS_WITH_PERIOD = "ENDS_WITH_PERIOD"
    NOTHING_COVERED = "NOTHING_COVERED"
    NOT_COVERED = "NOT_COVERED"


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """None means unlimited visits, no expiry, or no period."""

    kind: str
    credits: int | None
    valid_days: int | None
    period_months: int | None


def wrong_with(terms: PlanLimits) -> tuple[Wrong, ...]:
    """What keeps a plan from being offered like this; nothing when it may be."""
    found = []
    if terms.kind == UNLIMITED and terms.credits is not None:
        found.append(Wrong.COUNTS_NOTHING)
    if terms.kind != UNLIMITED and not terms.credits:
        found.append(Wrong.VISITS_MISSING)
    if terms.kind == PACKAGE and terms.period_months is not None:
        found.append(Wrong.NO_PERIOD)
    if terms.kind != PACKAGE and not terms.period_months:
        found.append(Wrong.PERIOD_MISSING)
    if terms.kind != PACKAGE and terms.valid_days is not None:
        found.append(Wrong.ENDS_WITH_PERIOD)
    if terms.kind == PACKAGE and terms.valid_days is not None and terms.valid_days < SHORTEST:
        found.append(Wrong.TOO_SHORT)
    return tuple(found)


class Barred(StrEnum):
    """Why no plan pays for a service."""

    APPROVAL = "APPROVAL"
    COURSE = "COURSE"


def barred_from_plans(*, kind: str, requires_approval: bool) -> Barred | None:
    """Why a service cannot be covered by a plan; None when it can."""
    if kind == "COURSE":
        return Barred.COURSE
    return Barred.APPROVAL if requires_approval else None


class PlanHasChanged(Refusal):
    """Somebody changed the plan since the page was made."""


class PlanIsRetired(Refusal):
    """The plan is not sold any more; that is final."""


class PlanTermsWrong(Refusal):
    """No plan can be offered with these terms; wrong says what is the matter."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What an owner says of a plan: price in minor units as the business keeps its prices, tax_rate
    in basis points. None in credits or max_per_customer: unlimited; in valid_days: it never
    expires; in period_months: it has no periods."""

    name: str
    summary: str
    price: int
    tax_rate: int
    credits: int | None
    valid_days: int | None
    period_months: int | None
    max_per_customer: int | None
    hidden: bool
    service_ids: tuple[int, ...]


COLUMNS = [it.name for it in fields(PlanFacts) if it.name != "service_ids"]


@transaction.atomic
def make_plan(*, kind: str, facts: PlanFacts, by: TeamMember, form_key: str = "") -> PricingPlan:
    """Offer a plan from now on, below the others. Its address is made of its name. The same
    form_key offers one.

    Raises:
        PlanTermsWrong: the terms do not fit its kind, or a service cannot be covered.
    """
    services = _services(kind, facts, by.business_id)
    lock_business(business_id=by.business_id)  # also so that two of one name get two addresses
    plans = PricingPlan.objects.filter(business_id=by.business_id)
    if form_key and (earlier := plans.filter(form_key=form_key).first()):
        return earlier
    last = plans.order_by("-position").values_list("position", flat=True).first()
    plan = PricingPlan.objects.create(
        business_id=by.business_id,
        kind=kind,
        slug=_free_slug(facts.name, set(plans.values_list("slug", flat=True))),
        position=0 if last is None else last + 1,
        form_key=form_key or None,
        **{name: getattr(facts, name) for name in COLUMNS},
    )
    plan.services.set(services)
    return plan


@transaction.atomic
def change_plan(*, plan_id: int, revision: int, facts: PlanFacts, by: TeamMember) -> None:
    """Offer a plan on other terms from now on; its kind stays, and so does its address.

    Raises:
        PricingPlan.DoesNotExist: not a plan of this business.
        PlanHasChanged: somebody was faster.
        PlanIsRetired: it is not sold any more.
        PlanTermsWrong: as ``make_plan``.
    """
    plan = _lock(plan_id, revision, by)
    services = _services(plan.kind, facts, by.business_id)
    for name in COLUMNS:
        setattr(plan, name, getattr(facts, name))
    plan.revision += 1
    plan.save(update_fields=[*COLUMNS, "revision"])
    plan.services.set(services)


@transaction.atomic
def retire_plan(*, plan_id: int, revision: int, by: TeamMember, now: datetime) -> None:
    """Stop selling a plan. That is final.

    Raises: as ``change_plan``.
    """
    plan = _lock(plan_id, revision, by)
    plan.retired_at = now
    plan.revision += 1
    plan.save(update_fields=["retired_at", "revision"])


def _lock(plan_id: int, revision: int, by: TeamMember) -> PricingPlan:
    plans = PricingPlan.objects.select_for_update(no_key=True)
    plan = plans.get(pk=plan_id, business_id=by.business_id)
    if plan.retired_at is not None:
        raise PlanIsRetired
    if plan.revision != revision:
        raise PlanHasChanged
    return plan


def _services(kind: str, facts: PlanFacts, business_id: int) -> list[Service]:
    wrong = wrong_with(PlanLimits(kind, facts.credits, facts.valid_days, facts.period_months))
    own = Service.objects.filter(business_id=business_id, pk__in=facts.service_ids)
    services = list(own.filter(retired_at=None))
    if not services:
        wrong += (Wrong.NOTHING_COVERED,)
    elif len(services) < len(set(facts.service_ids)) or any(map(_is_barred, services)):
        wrong += (Wrong.NOT_COVERED,)
    if wrong:
        raise PlanTermsWrong(wrong)
    return services


def _is_barred(service: Service) -> bool:
    barred = barred_from_plans(kind=service.kind, requires_approval=service.requires_approval)
    return barred is not None


def _free_slug(name: str, taken: Collection[str]) -> str:
    stem = slugify(name)[:LONGEST_STEM].strip("-") or "plan"
    named = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(slug for slug in named if slug not in taken)
