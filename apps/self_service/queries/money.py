"""What a customer may still pay of a booking, and what they read of its money."""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.money_words import authorized_words, let_go_words, over_words, owed_words
from apps.checkout.pricing import first_part
from apps.checkout.providers import provider_in_use, takes_online
from apps.checkout.queries.orders import (
    PaymentSummary,
    authorized_by_gift,
    find_payment_summary,
    is_kept,
    released_of,
    smallest_part,
    waits_for_a_yes,
)
from apps.checkout.queries.pay_page import together_words, too_little_words
from apps.checkout.queries.payments import UnderWay, find_under_way
from apps.kernel.money import Money

OPEN = {Booking.Status.CONFIRMED, Booking.Status.PENDING}


@dataclass(frozen=True, slots=True)
class MyMoney:
    """left is what can be paid online, None where nothing can, and least the smallest part of it
    that may be; under_way is a payment of which the bank has not told yet; has_receipt once money
    came; authorized_words tell of money on the card that is not taken, "" without any; too_little
    is what is owed and cannot be paid online; takes_codes while anything is owed, of a fee from
    gift cards only; notes tell what the bank let go, and what happens with the money of a booking
    that is over; owes_fee: a fee is not paid, or not all of it."""

    left: Money | None
    under_way: UnderWay | None
    has_receipt: bool
    authorized_words: str = ""
    least: Money | None = None
    too_little: str = ""
    takes_codes: bool = False
    notes: tuple[str, ...] = ()
    owes_fee: bool = False

    @property
    def takes_any(self) -> bool:
        """Whether the customer chooses how much of it to pay."""
        return self.left is not None and self.least is not None and self.least < self.left


def money_of(*, booking: Booking, now: datetime) -> MyMoney:
    """Return what a customer may pay of a booking, and whether there is a receipt."""
    summary = find_payment_summary(booking=booking)
    owed = summary.balance if summary else booking.price or 0
    under_way = find_under_way(booking, now=now) if summary else None
    is_fee = summary is not None and summary.order.fee is not None
    is_owed = owed > 0 and booking.status in OPEN and not waits_for_a_yes(booking) and not is_fee
    gone = summary.let_go if summary and not booking.as_booked.any_amount else 0
    provider = provider_in_use()
    bounds = provider.bounds(booking.currency) if provider else None
    first = first_part(missing=gone, owed=owed, bounds=bounds)
    found = _my_money(
        booking,
        _payable(booking, first, is_fee=is_fee),
        under_way=under_way,
        has_receipt=summary is not None and summary.paid > 0,
        held_words=_authorized_words(booking, summary) if summary else "",
        takes_codes=(is_owed or (is_fee and owed > 0)) and under_way is None,
    )
    if summary is None:
        return found
    notes = _notes(booking, summary)
    if found.left and 0 < gone < first:
        notes += (together_words(booking=booking, alone=gone, left=first),)
    return replace(found, notes=notes, owes_fee=summary.owes_fee)


def _notes(booking: Booking, summary: PaymentSummary) -> tuple[str, ...]:
    money = {"currency": booking.currency, "locale": booking.business.locale}
    name, fee = booking.business.name, summary.order.fee
    is_owed = summary.owes_fee
    owed = owed_words(owed=summary.balance, fee=fee or 0, business=name, **money)
    if booking.status not in OPEN:
        kept = booking.paid > 0 and is_kept(booking=booking)
        return (owed,) * is_owed + tuple(
            over_words(
                paid=booking.paid,
                returned=booking.returned,
                by_hand=summary.by_hand,
                fee=booking.cancellation_fee,
                is_kept=kept,
                business=name,
                **money,
            )
        )
    if is_owed or not summary.let_go:
        return (owed,) * is_owed
    return (let_go_words(amount=summary.let_go, business=name, status=booking.status, **money),)


def _authorized_words(booking: Booking, summary: PaymentSummary) -> str:
    amount = summary.authorized if booking.status in OPEN else released_of(booking=booking)
    if not amount:
        return ""
    return authorized_words(
        amount=amount,
        currency=booking.currency,
        locale=booking.business.locale,
        business=booking.business.name,
        status=booking.status,
        by_gift=authorized_by_gift(booking=booking),
    )


def _my_money(
    booking: Booking,
    left: Money | None,
    *,
    under_way: UnderWay | None,
    has_receipt: bool,
    held_words: str,
    takes_codes: bool,
) -> MyMoney:
    least = left
    if left is not None and booking.as_booked.any_amount and booking.cancellation_fee == 0:
        least = Money(min(smallest_part(left.currency), left.amount), left.currency)
    too_little = ""
    if left is not None and not takes_online(left.amount, left.currency):
        too_little = too_little_words(booking=booking, amount=left.amount)
        left = least = None
    return MyMoney(
        left,
        under_way=under_way,
        has_receipt=has_receipt,
        authorized_words=held_words,
        least=least,
        too_little=too_little,
        takes_codes=takes_codes,
    )


def _payable(booking: Booking, owed: int, *, is_fee: bool) -> Money | None:
    if is_fee:
        return Money(owed, booking.currency) if owed > 0 and provider_in_use() else None
    offers = booking.as_booked.pays_online and provider_in_use() is not None
    offers = offers and not waits_for_a_yes(booking)
    if owed <= 0 or not offers or booking.status not in OPEN or booking.double_booked:
        return None
    return Money(owed, booking.currency)
