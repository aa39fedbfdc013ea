"""What stands around every owner page: the count on the inbox, and whether there is a way out."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from django.db.models import Count, Exists, IntegerField, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from apps.bookings.queries.requests import ASKS_THE_TEAM
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.checkout.queries.stranded import (
    refused_refunds,
    stranded_payments,
    stranded_refunds,
    uncovered_cards,
)
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.clashes import leftovers_of, let_go_ahead, unclear_of
from apps.dashboard.frame.queries.rows import LIVE
from apps.dashboard.roles import Right


@dataclass(frozen=True, slots=True)
class Frame:
    """waiting counts what this person may answer, clashes the part of it that is about money and
    overlaps; 0 for people who may not."""

    waiting: int
    clashes: int
    has_other_businesses: bool
    has_classes: bool

    @property
    def requests(self) -> int:
        return self.waiting - self.clashes


def get_frame(*, access: Access, now: datetime) -> Frame:
    """Count what waits; one query, served by the partial index booking_requests."""
    me = TeamMember.objects.filter(pk=access.member.pk)
    others = TeamMember.objects.filter(user_id=access.member.user_id).exclude(pk=access.member.pk)
    together = Service.objects.filter(business_id=access.business.pk, retired_at=None).exclude(
        kind=Service.Kind.APPOINTMENT
    )
    waiting, clashes, elsewhere, classes = me.annotate(
        waiting=_waiting(access),
        clashes=_clashes(access, now=now),
        elsewhere=Exists(others),
        classes=Exists(together),
    ).values_list("waiting", "clashes", "elsewhere", "classes")[0]
    return Frame(
        waiting=waiting + clashes,
        clashes=clashes,
        has_other_businesses=elsewhere,
        has_classes=classes,
    )


def _clashes(access: Access, *, now: datetime) -> Combinable:
    if not access.may(Right.RESOLVE):
        return Value(0)
    clashes = access.bookings().filter(double_booked=True, status__in=LIVE)
    business = access.business.pk
    parts: tuple[QuerySet[Any], ...] = (
        clashes,
        leftovers_of(access),
        let_go_ahead(access, now=now),
        unclear_of(access),
        stranded_payments(business_id=business),
        stranded_refunds(business_id=business),
        refused_refunds(business_id=business),
        uncovered_cards(business_id=business),
    )
    counts = (
        Coalesce(
            Subquery(rows.order_by().values("business").annotate(n=Count("pk")).values("n")),
            0,
            output_field=IntegerField(),
        )
        for rows in parts
    )
    return reduce(add, counts)


def _waiting(access: Access) -> Coalesce | Value:
    if not access.may(Right.DECIDE):
        return Value(0)
    requests = access.bookings().filter(ASKS_THE_TEAM).order_by()
    counted = requests.values("business").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
