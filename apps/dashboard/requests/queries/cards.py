"""Requests that wait for an answer, the most urgent first, each as a card."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.bookings.deadlines import Rule, rule_of
from apps.bookings.models import Booking
from apps.bookings.queries.minimum import Progress
from apps.bookings.queries.requests import ASKS_THE_TEAM
from apps.bookings.queries.stub import full_title
from apps.checkout.queries.stranded import orders_let_go
from apps.dashboard.access import Access
from apps.dashboard.bookings.queries.actions import actions_of
from apps.dashboard.frame.queries.fits import Fit
from apps.dashboard.frame.queries.rows import customer_name, staff_name, with_names, zone_told
from apps.dashboard.roles import Right
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class RequestCard:
    """A request; extras are its add-ons in words, rivals the other requests for the same time of
    the same person.

    fit is None once it is answered: then nothing has to fit any more. lost_its_time: enough people
    want its day, so that it takes place, but the time went to somebody else. let_go was authorized
    for it, and its bank let it go.
    """

    reference: str
    status: str
    revision: int
    customer_name: str
    service_name: str
    extras: str
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    asked_at: datetime
    answer_by: datetime | None
    rivals: int
    fit: Fit | None
    actions: frozenset[str]
    is_oldest: bool = False
    lost_its_time: bool = False
    ends_unanswered: bool = False
    there: str = ""
    let_go: Money | None = None
    kind: str = "request"


def requests_of(access: Access) -> QuerySet[Booking]:
    """What this person may answer, most urgent first: by deadline, then by who asked first."""
    if not access.may(Right.DECIDE):
        return Booking.objects.none()
    waiting = with_names(access.bookings()).filter(ASKS_THE_TEAM)
    by_deadline = F("answer_by").asc(nulls_last=True)
    return (
        waiting.select_related("service", "location", "session", "course_run")
        .annotate(rivals=_same_time(), let_go=_let_go(access))
        .order_by(by_deadline, "requested_at", "pk")
    )


def _let_go(access: Access) -> Coalesce | Value:
    """Count what was authorized for a request and let go by its bank, for those who see money."""
    if not access.may(Right.SEE_MONEY):
        return Value(0)
    orders = orders_let_go(business_id=access.business.pk).filter(booking=OuterRef("pk"))
    told = orders.annotate(told=F("missing")).values("told")
    return Coalesce(Subquery(told), 0, output_field=IntegerField())


def _same_time() -> Coalesce:
    """Count the other requests for one person and start; by the index on business and start."""
    others = (
        Booking.objects.filter(
            business_id=OuterRef("business_id"),
            starts_at=OuterRef("starts_at"),
            status=Booking.Status.PENDING,
            resource_id=OuterRef("resource_id"),
            seating=None,
        )
        .exclude(pk=OuterRef("pk"))
        .order_by()
        .values("business_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(others), 0, output_field=IntegerField())


def request_card(
    booking: Booking,
    *,
    access: Access,
    fit: Fit | None,
    now: datetime,
    is_oldest: bool = False,
    progress: Progress | None = None,
) -> RequestCard:
    """Read one card; the booking comes from `requests_of`. progress is that of its day, where one
    needs a minimum of people."""
    let_go: int = getattr(booking, "let_go", 0)
    takes_place = progress is not None and progress.is_settled
    return RequestCard(
        reference=booking.reference,
        status=booking.status,
        revision=booking.revision,
        customer_name=customer_name(booking),
        service_name=full_title(booking),
        extras=", ".join(booking.as_booked.extras),
        staff_name=staff_name(booking.resource),
        there=zone_told(booking),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        asked_at=booking.asked_at,
        answer_by=booking.answer_by,
        rivals=getattr(booking, "rivals", 0) if booking.seating_id is None else 0,
        fit=fit,
        actions=actions_of(booking, access=access, now=now),
        is_oldest=is_oldest,
        lost_its_time=takes_place and fit is not None and not fit.ok,
        ends_unanswered=ends_unanswered(booking),
        let_go=Money(let_go, booking.currency) if let_go else None,
    )


def ends_unanswered(booking: Booking) -> bool:
    """Whether the request ends by itself when nobody answers in time."""
    return rule_of(booking.policy_snapshot) is Rule.DECLINE
