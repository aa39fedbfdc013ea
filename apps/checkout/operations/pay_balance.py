from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout.models import Payment
from apps.checkout.operations.errors import NotOwed
from apps.checkout.operations.in_person import order_of
from apps.checkout.operations.links import PAY_WITHIN
from apps.checkout.operations.open_payment import new_payment
from apps.checkout.operations.under_way import begin_paying
from apps.checkout.pricing import choose_part, first_part
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.let_go import let_go_of
from apps.checkout.queries.orders import flows_of, smallest_part, waits_for_a_yes
from apps.checkout.states import balance

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


def pay_balance(
    *, booking_id: int, business_id: int, origin: str, now: datetime, amount: int | None = None
) -> str:
    """Open a payment for what is left of a booking, and return where to pay it (rule M7). Where
    what was kept aside was let go, that is paid first, or all of it where that is too little.

    Tapped again it leads to the same payment; another amount never takes its place. origin as in
    ``check_out``; amount is a part of what is left, in minor units, where the service takes any
    amount.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: nothing is left to be paid online.
        AmountRefused: the amount is not one that may be chosen.
        PaymentUnderWay: another amount is on its way.
        ProviderDown: the provider does not answer; nothing was paid.
    """
    booking, payment = _place(booking_id, business_id, amount=amount, now=now)
    return begin_paying(payment=payment, subject=booking, origin=origin, now=now)


@transaction.atomic
def _place(
    booking_id: int, business_id: int, *, amount: int | None, now: datetime
) -> tuple[Booking, Payment]:
    booking = bookings.lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if booking.status not in LIVE or not booking.as_booked.pays_online or waits_for_a_yes(booking):
        raise NotOwed
    order = order_of(booking, now=now)
    payments = list(order.payments.select_for_update().order_by("pk"))
    owed = balance(total=order.total, flows=flows_of(payments))
    if owed <= 0:
        raise NotOwed
    any_amount, provider = booking.as_booked.any_amount, provider_in_use()
    missing = 0 if any_amount else let_go_of(order, payments)
    bounds = provider.bounds(order.currency) if provider else None
    chosen = choose_part(
        owed=first_part(missing=missing, owed=owed, bounds=bounds),
        unit=smallest_part(order.currency),
        any_amount=any_amount,
        amount=amount,
    )
    return booking, new_payment(order, amount=chosen, until=now + PAY_WITHIN, now=now)
