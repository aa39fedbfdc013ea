"""What stands around every owner page: the count on the inbox with the questions about money in it,
and whether there is a way out."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from apps.bookings.models import Booking, MoveRequest
from apps.bookings.queries.requests import ASKS_THE_TEAM
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.checkout.models import Order, Payment
from apps.checkout.queries.stranded import (
    orders_let_go,
    refused_refunds,
    stranded_payments,
    stranded_refunds,
    uncovered_cards,
)
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import LIVE
from apps.dashboard.roles import Right


@dataclass(frozen=True, slots=True)
class Frame:
    """waiting counts what this person may answer, conflicts the part of it that is about money and
    overlaps, moves that of customers who ask to move; 0 for people who may not."""

    waiting: int
    conflicts: int
    moves: int
    has_other_businesses: bool
    has_classes: bool

    @property
    def requests(self) -> int:
        return self.waiting - self.conflicts - self.moves


def get_frame(*, access: Access, now: datetime) -> Frame:
    """Count what waits; one query, served by the partial index booking_requests."""
    me = TeamMember.objects.filter(pk=access.member.pk)
    others = TeamMember.objects.filter(user_id=access.member.user_id).exclude(pk=access.member.pk)
    together = Service.objects.filter(business_id=access.business.pk, retired_at=None).exclude(
        kind=Service.Kind.APPOINTMENT
    )
    waiting, moves, conflicts, elsewhere, classes = me.annotate(
        waiting=_waiting(access),
        moves=_moves(access),
        conflicts=_conflicts(access, now=now),
        elsewhere=Exists(others),
        classes=Exists(together),
    ).values_list("waiting", "moves", "conflicts", "elsewhere", "classes")[0]
    return Frame(
        waiting=waiting + conflicts + moves,
        conflicts=conflicts,
        moves=moves,
        has_other_businesses=elsewhere,
        has_classes=classes,
    )


def _conflicts(access: Access, *, now: datetime) -> Combinable:
    if not access.may(Right.RESOLVE):
        return Value(0)
    conflicts = access.bookings().filter(double_booked=True, status__in=LIVE)
    business = access.business.pk
    parts: tuple[QuerySet[Any], ...] = (
        conflicts,
        leftovers_of(access),
        missed_of(access),
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


def _moves(access: Access) -> Coalesce | Value:
    if not access.may(Right.DECIDE):
        return Value(0)
    asked = MoveRequest.objects.filter(
        business_id=access.business.pk,
        state=MoveRequest.State.OPEN,
        booking__in=access.bookings(),
    ).order_by()
    counted = asked.values("business").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def let_go_ahead(access: Access, *, now: datetime) -> QuerySet[Order]:
    """The orders of ``list_let_go``, in no order."""
    orders = orders_let_go(business_id=access.business.pk)
    mine = access.bookings().filter(status=Booking.Status.CONFIRMED, ends_at__gt=now)
    return orders.filter(booking__in=mine)


def leftovers_of(access: Access) -> QuerySet[Booking]:
    """The bookings of ``list_leftovers``, in no order. What the bank refused to take is decided
    about there."""
    over = ("CANCELED", "DECLINED")
    rows = access.bookings().filter(status__in=over, paid__gt=0, order__kept_at=None)
    rows = rows.exclude(status="CANCELED", hold_expires_at__isnull=False)
    return _not_refused(rows, access)


def missed_of(access: Access) -> QuerySet[Booking]:
    """The bookings that nobody came to and that were paid beyond their fee (rule B40), while nobody
    has decided about the rest, in no order."""
    missed = access.bookings().filter(status="CONFIRMED", cancellation_fee__gt=0)
    rows = missed.filter(paid__gt=F("cancellation_fee"), order__kept_at=None)
    return _not_refused(rows, access)


def _not_refused(rows: QuerySet[Booking], access: Access) -> QuerySet[Booking]:
    refused = refused_refunds(business_id=access.business.pk)
    return rows.exclude(Exists(refused.filter(payment__order__booking=OuterRef("pk"))))


def unclear_of(access: Access) -> QuerySet[Payment]:
    """The payments of ``list_unclear``, in no order."""
    return Payment.objects.filter(
        business=access.business, told_amount__isnull=False, looked_at__isnull=True
    )
