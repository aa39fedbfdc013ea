"""The cancellation clock as a table, before it is booked and on the page of the booking (rule
B33)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from apps.bookings.cancellation import ClockRow, visit_clock
from apps.bookings.models import Booking
from apps.bookings.policy import Policy, cancellation_clock, free_minutes
from apps.businesses.pages import reach_short
from apps.web.formatting import format_money

OPEN = {Booking.Status.CREATED, Booking.Status.CONFIRMED, Booking.Status.PENDING}


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the cancellation clock: until None is the last row. back_words tell what of the
    money that was paid comes back, or what is to be paid beyond it, "" where nothing was paid."""

    until: datetime | None
    note: str
    cost_words: str
    is_now: bool
    back_words: str = ""


def cancel_limits(*, booking: Booking, now: datetime) -> list[Limit]:
    """What cancelling costs until when, by the policy frozen with the booking (rules B5, B33): of
    the money, or of the visits of the plan that pays. Of a draft or a request what it will cost
    once it is confirmed, since withdrawing costs nothing. What was over before it was booked is
    left out."""
    if booking.status not in OPEN or now >= booking.starts_at:
        return []
    is_confirmed = booking.status == Booking.Status.CONFIRMED
    is_by_plan = booking.payment_option == Booking.PaymentOption.MEMBERSHIP
    return [
        Limit(
            until=row.until,
            note=str(_("Now.")) if is_confirmed and row.is_now else "",
            cost_words=_visit_words(row) if is_by_plan else _cost_words(row, booking),
            is_now=is_confirmed and row.is_now,
            back_words="" if is_by_plan else _back_words(row, booking),
        )
        for row in _rows(booking, is_by_plan=is_by_plan, now=now)
        if row.until is None or row.until > booking.asked_at
    ]


def cancel_fees(*, booking: Booking, now: datetime) -> list[Limit]:
    """The same where cancelling costs something at some time; nothing where one sentence says until
    when it is free."""
    windows = Policy.from_snapshot(booking.policy_snapshot).fee_windows
    return cancel_limits(booking=booking, now=now) if windows and booking.price else []


def _rows(booking: Booking, *, is_by_plan: bool, now: datetime) -> Sequence[ClockRow]:
    policy = Policy.from_snapshot(booking.policy_snapshot)
    if not is_by_plan:
        return cancellation_clock(
            policy=policy, starts_at=booking.starts_at, price=booking.price, now=now
        )
    if not policy.cancel_allowed:
        return ()
    minutes = timedelta(minutes=policy.cancel_until_minutes or 0)
    return visit_clock(
        free_minutes=free_minutes(policy),
        last_moment=booking.starts_at - minutes,
        starts_at=booking.starts_at,
        now=now,
    )


def _visit_words(row: ClockRow) -> str:
    return _("Visit used") if row.fee or row.until is None else _("Visit back")


def _cost_words(row: ClockRow, booking: Booking) -> str:
    """ "Free", "€24.00"; later than that without a fee, how to reach the business."""
    business = booking.business
    if row.fee:
        return format_money(row.fee, booking.currency, business.locale)
    if row.until is None:
        return reach_short(business) or str(_("No longer free"))
    return str(_("Free"))


def _back_words(row: ClockRow, booking: Booking) -> str:
    if not booking.paid or (row.until is None and not row.fee):
        return ""
    rest = booking.paid - row.fee
    if not rest:
        return _("Nothing back")
    words = _("%(amount)s back") if rest > 0 else _("%(amount)s more")
    return words % {"amount": format_money(abs(rest), booking.currency, booking.business.locale)}
