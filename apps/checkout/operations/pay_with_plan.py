"""A plan pays with its visits: for a draft, for a place from the waitlist as it is taken, or for
what is still owed. They are given back, become more or fewer with those who come, and run out
(rule M16)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import UNDO_WINDOW, Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import CreditEntry, Order, PlanPurchase
from apps.checkout.operations.errors import NotOwed, PlanRefused
from apps.checkout.operations.in_person import LIVE, order_of
from apps.checkout.operations.open_payment import lock_owed
from apps.checkout.operations.orders import write_lines
from apps.checkout.operations.promotions import give_coupon_back
from apps.checkout.operations.sync import sync
from apps.checkout.plans import PlanProblem, visits_for
from apps.checkout.pricing import Item, Quote, Way, quote
from apps.checkout.queries.orders import flows_of, waits_for_a_yes
from apps.checkout.queries.passes import (
    lost_uses,
    refusal_of,
    refusal_of_more,
    terms_of_plan,
)
from apps.outbox.sweeping import sweep

BY_PLAN = Booking.PaymentOption.MEMBERSHIP
Kind = CreditEntry.Kind
USED, RETURNED, RESIZED = Kind.USED, Kind.RETURNED, Kind.RESIZED


@transaction.atomic
def take_with_plan(*, take: Callable[[], Booking], purchase_id: int, now: datetime) -> Booking:
    """Take what a waitlist offers and let a plan pay for it, in one transaction: a plan that does
    not pay takes nothing, and the offer stays. Taken twice it is the same.

    The plan has to be the customer's own: that is the caller's to know.

    Raises: whatever take raises, and as ``pay_with_plan``.
    """
    taken = take()
    booking = bookings.lock_booking(
        booking_id=taken.pk, business_id=taken.business_id, revision=None
    )
    if booking.payment_option != BY_PLAN:
        _pay(booking, purchase_id, by=None, now=now)
    return booking


@transaction.atomic
def pay_with_plan(
    *, booking_id: int, revision: int, purchase_id: int, by: TeamMember, now: datetime
) -> Booking:
    """Let a plan pay, for the team, for a visit that is booked and of which nothing was paid; all
    but the extras, which stay to be paid (rule M16). What a discount or a code took off is for
    whoever pays with money: the code can be used again.

    The plan has to be one of this customer: that is the caller's to know.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotOwed: it costs nothing, is paid, or is over; or the team has not said yes.
        PaymentUnderWay: it is being paid online at this moment.
        PlanRefused: the plan does not pay for this, or a part of it was paid already.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    _pay(booking, purchase_id, by=by, now=now)
    return booking


def _pay(booking: Booking, purchase_id: int, *, by: TeamMember | None, now: datetime) -> None:
    """Let it pay for a locked booking."""
    if booking.status not in LIVE or waits_for_a_yes(booking) or booking.payment_option == BY_PLAN:
        raise NotOwed
    order = order_of(booking, now=now)
    payments, _owed = lock_owed(order)
    if order.status != Order.Status.APPROVED or order.fee is not None:
        raise NotOwed
    if order.credited or sum(it.captured + it.authorized for it in flows_of(payments)):
        raise PlanRefused(
            PlanProblem.PAID_ALREADY
        )  # a visit is paid with a plan as a whole, or with money
    redeem(booking, purchase_id=purchase_id, by=by, now=now)
    give_coupon_back(order)
    _price_anew(order, booking)
    actor = Actor.of(by)
    bookings.note_plan(booking=booking, price=order.total, actor=actor, now=now)
    sync(order, booking, payments, actor=actor, now=now)


def _price_anew(order: Order, booking: Booking) -> None:
    """Write into a locked order what is left of it: the extras as they were told, in full."""
    priced = _left_for_extras(order, booking)
    columns = {
        "way": Order.Way.PLAN,
        "coupon_code": "",
        "discount_name": "",
        "by_discount": 0,
        "discount": priced.discount,
        "tax": priced.tax,
        "total": priced.total,
        "due_now": priced.due_now,
    }
    for name, value in columns.items():
        setattr(order, name, value)
    order.save(update_fields=list(columns))
    write_lines(order, priced, title=booking.title)


def _left_for_extras(order: Order, booking: Booking) -> Quote:
    told = [Item(it.name, it.amount, it.quantity) for it in order.lines.all()]
    covered, extras = _apart(told, booking)
    off = [it.amount * it.quantity for it in covered] + [0] * len(extras)
    return quote(
        items=[*covered, *extras],
        currency=order.currency,
        tax_rate=order.tax_rate,
        tax_included=order.tax_included,
        way=Way.PLAN,
        deposit=None,
        discounts=off,
    )


def _apart(told: Sequence[Item], booking: Booking) -> tuple[list[Item], list[Item]]:
    """What a plan covers of the lines of an order, and the extras; where they are told as one sum,
    the extras are what they cost when they were booked."""
    booked = [Item(it.name, it.price) for it in booking.add_ons.order_by("pk")]
    names = {it.name for it in booked}
    extras = [it for it in told if it.name in names]
    if len(extras) == len(booked):
        return [it for it in told if it.name not in names], extras
    rest = sum(it.amount * it.quantity for it in told) - sum(it.amount for it in booked)
    return [Item(booking.title, max(0, rest))], booked


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
        raise PlanRefused(PlanProblem.OVER)
    refused = refusal_of(purchase, booking=booking, now=now)
    if refused is not None:
        raise PlanRefused(refused)
    visits = visits_for(terms_of_plan(purchase, now=now), people=booking.party_size)
    user_id = by.user_id if by else None
    write_entry(purchase, USED, amount=-visits, booking=booking, by=user_id, now=now)


def resize_visits(booking: Booking, *, more: int, now: datetime) -> None:
    """Take so many more visits of the plan that pays for a locked booking, or give so many back
    (below 0), because another number of people comes. The plan is locked here.

    Raises:
        PlanRefused: it does not pay for more of them.
    """
    use = CreditEntry.objects.get(booking=booking, kind=USED)
    plans = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    purchase = plans.get(pk=use.purchase_id)
    refused = refusal_of_more(purchase, booking=booking, more=more, now=now)
    if refused is not None:
        raise PlanRefused(refused)
    visits = visits_for(terms_of_plan(purchase, now=now), people=more)
    if visits:
        write_entry(purchase, RESIZED, amount=-visits, booking=booking, now=now)


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
    lines = CreditEntry.objects.filter(booking_id=booking_id, kind__in=(USED, RESIZED))
    used_up: int = lines.aggregate(n=Sum("amount"))["n"]
    write_entry(purchase, RETURNED, amount=-used_up, booking=used.booking, now=now)
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
