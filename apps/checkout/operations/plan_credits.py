"""The visits of a plan: used, given back, run out (rule M16)."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import UNDO_WINDOW
from apps.businesses.models import TeamMember
from apps.checkout.models import CreditEntry, PlanPurchase
from apps.checkout.operations.errors import PlanRefused
from apps.checkout.plans import Refused, visits_for
from apps.checkout.queries.passes import refusal_of, terms_of_plan
from apps.checkout.queries.plan_uses import lost_uses
from apps.outbox.sweeping import sweep

Kind = CreditEntry.Kind


def write_entry(
    purchase: PlanPurchase,
    kind: CreditEntry.Kind,
    *,
    amount: int,
    now: datetime,
    booking: Booking | None = None,
    reason: str = "",
    by: int | None = None,
) -> CreditEntry:
    """Move the balance of a locked plan and write why. amount is visits, below 0 when they go; a
    plan that counts nothing keeps its lines all the same."""
    if purchase.balance is not None:
        purchase.balance += amount
        PlanPurchase.objects.filter(pk=purchase.pk).update(balance=purchase.balance)
    return CreditEntry.objects.create(
        purchase=purchase,
        kind=kind,
        amount=amount,
        left=purchase.balance,
        booking=booking,
        reason=reason,
        by_id=by,
        at=now,
    )


def let_run_out(purchase: PlanPurchase, *, now: datetime) -> None:
    """Take what is left off a locked plan that is over, or begins a new period."""
    if purchase.balance:
        write_entry(purchase, Kind.EXPIRED, amount=-purchase.balance, now=now)


USED, RETURNED = CreditEntry.Kind.USED, CreditEntry.Kind.RETURNED


def redeem(
    booking: Booking, *, purchase_id: int, now: datetime, by: TeamMember | None = None
) -> None:
    """Pay for a locked draft or booking with a plan, whose row is locked here. by is None for the
    customer.

    Raises:
        PlanRefused: it does not cover this, or its visits were used up meanwhile.
    """
    plans = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    purchase = plans.filter(pk=purchase_id, business_id=booking.business_id).first()
    if purchase is None:
        raise PlanRefused(Refused.OVER)
    refused = refusal_of(purchase, booking=booking, now=now)
    if refused is not None:
        raise PlanRefused(refused)
    visits = visits_for(terms_of_plan(purchase, now=now), people=booking.party_size)
    user_id = by.user_id if by else None
    write_entry(purchase, USED, amount=-visits, booking=booking, by=user_id, now=now)


@transaction.atomic
def return_credit(*, booking_id: int, now: datetime) -> bool:
    """Give the visits of a booking back to its plan, at most once; tell whether any came back.

    Also a plan that is over meanwhile gets them back: its line says what happened.
    """
    used = CreditEntry.objects.filter(booking_id=booking_id, kind=USED).first()
    if used is None:
        return False
    purchase = PlanPurchase.objects.select_for_update().get(pk=used.purchase_id)
    if CreditEntry.objects.filter(booking_id=booking_id, kind=RETURNED).exists():
        return False
    write_entry(purchase, RETURNED, amount=-used.amount, booking=used.booking, now=now)
    return True


def return_lost_credits(*, now: datetime) -> int:
    """Give back the visits of bookings that were cancelled or declined, unless somebody decided to
    keep them; return how many plans got something back.

    A decision of the last ten seconds may still be taken back, and then the visit stays used.
    """
    bookings = Booking.objects.filter(pk__in=_given_back(now).values("booking"))
    return sweep(bookings, partial(_return_if_lost, now=now))


def _given_back(now: datetime) -> QuerySet[CreditEntry]:
    undoable = BookingEvent.objects.filter(booking=OuterRef("booking"), at__gt=now - UNDO_WINDOW)
    return lost_uses().filter(~Exists(undoable))


@transaction.atomic
def _return_if_lost(booking_id: int, *, now: datetime) -> bool:
    """Under the lock of the booking, where somebody may decide to keep the visit."""
    bookings = Booking.objects.select_for_update(no_key=True)  # a line of the plan points to it
    list(bookings.filter(pk=booking_id).values_list("pk"))
    if not _given_back(now).filter(booking_id=booking_id).exists():
        return False
    return return_credit(booking_id=booking_id, now=now)
