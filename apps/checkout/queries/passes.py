"""Which plans a browser may pay with, and what they say to a draft (rule M5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.availability.models import Session
from apps.bookings.models import Booking
from apps.catalog.queries import Choice
from apps.checkout.models import PlanPurchase
from apps.checkout.plans import Kind, Refused, Terms, Wanted, refusal, visits_for

LIVE = (PlanPurchase.Status.ACTIVE, PlanPurchase.Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Pass:
    """A plan beside a booking: visits is what it would use, refused says why it cannot."""

    purchase: PlanPurchase
    visits: int
    refused: Refused | None

    @property
    def pk(self) -> int:
        return self.purchase.pk


def terms_of_plan(purchase: PlanPurchase, *, now: datetime) -> Terms:
    """A bought plan as plain facts; one query for the services, unless they are prefetched."""
    lapsed = purchase.ends_at is not None and purchase.ends_at <= now
    return Terms(
        kind=Kind(purchase.kind),
        is_active=purchase.status == PlanPurchase.Status.ACTIVE and not lapsed,
        is_paused=purchase.status == PlanPurchase.Status.PAUSED,
        left=purchase.balance,
        starts_at=purchase.starts_at,
        ends_at=purchase.ends_at,
        service_ids=frozenset(service.pk for service in purchase.services.all()),
    )


def wanted_of(booking: Booking) -> Wanted:
    """What a plan should pay for."""
    return Wanted(
        service_id=booking.service_id,
        needs_approval=booking.asks_first,
        people=booking.party_size,
        starts_at=booking.starts_at,
    )


def passes_for(*, booking: Booking, purchase_ids: Sequence[int], now: datetime) -> tuple[Pass, ...]:
    """The live plans among these of the booking's business, usable ones first; two queries, none
    when there are no ids."""
    wanted = wanted_of(booking)
    return _judge(purchase_ids, wanted, business_id=booking.business_id, now=now)


def passes_for_class(
    *, session: Session, choice: Choice, purchase_ids: Sequence[int], now: datetime
) -> tuple[Pass, ...]:
    """The same for places of a class that nobody has held yet; none where there is no price that a
    plan could pay."""
    if not choice.price.total:
        return ()
    wanted = Wanted(
        service_id=choice.service.pk,
        needs_approval=choice.service.requires_approval,
        people=choice.party_size,
        starts_at=session.starts_at,
    )
    return _judge(purchase_ids, wanted, business_id=session.business_id, now=now)


def _judge(
    purchase_ids: Sequence[int], wanted: Wanted, *, business_id: int, now: datetime
) -> tuple[Pass, ...]:
    if not purchase_ids:
        return ()
    plans = PlanPurchase.objects.filter(
        pk__in=purchase_ids, business_id=business_id, status__in=LIVE
    )
    found = []
    for purchase in plans.prefetch_related("services").order_by("ends_at", "pk"):
        terms = terms_of_plan(purchase, now=now)
        visits = visits_for(terms, people=wanted.people)
        found.append(Pass(purchase, visits, refusal(terms, wanted)))
    return tuple(sorted(found, key=lambda it: it.refused is not None))
