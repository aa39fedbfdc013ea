"""Make the demo businesses that are not there yet."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.db import transaction

from apps.businesses.models import Business, FormerSlug
from apps.demo.build import Shop, build_shop
from apps.demo.harbor import HARBOR, fill_harbor
from apps.demo.juniper import JUNIPER
from apps.demo.juniper_days import fill_juniper
from apps.demo.northside import NORTHSIDE, fill_northside
from apps.demo.plans import BusinessPlan


class Fill(Protocol):
    def __call__(self, shop: Shop, *, now: datetime) -> None: ...


DEMO: tuple[tuple[BusinessPlan, Fill], ...] = (
    (JUNIPER, fill_juniper),
    (HARBOR, fill_harbor),
    (NORTHSIDE, fill_northside),
)


def seed_demo(*, now: datetime) -> list[str]:
    """Make each demo business whose address was never used, with bookings around `now`.

    Return the slugs of those that were made.

    Each is one transaction: a business is there whole or not at all, and a second run changes
    nothing, also when somebody has renamed it meanwhile.
    """
    return [plan.slug for plan, fill in DEMO if _seed(plan, fill, now=now)]


def names() -> list[tuple[str, str]]:
    """List slug and name of the demo businesses."""
    return [(plan.slug, str(plan.columns["name"])) for plan, _fill in DEMO]


@transaction.atomic
def _seed(plan: BusinessPlan, fill: Callable[..., None], *, now: datetime) -> bool:
    was_here = FormerSlug.objects.filter(slug=plan.slug).exists()
    if was_here or Business.objects.filter(slug=plan.slug).exists():
        return False
    fill(build_shop(plan), now=now)
    return True
