"""Prove that the books add up (rule C6): every law that must hold between rooms, asked one after
the other. It reads only and may run beside live traffic.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from apps.availability.triggers import missing_guards
from apps.businesses.setup_triggers import missing_setup_triggers
from apps.ledger.finding import Finding
from apps.ledger.laws import (
    bookings,
    defaults,
    history,
    money,
    move_requests,
    prepaid,
    privacy,
    time,
    waitlists,
)

RULES: tuple[Callable[..., Iterator[Finding]], ...] = (
    time.find_overlaps,
    time.find_ownerless_time,
    time.find_holds_for_ever,
    time.find_wrong_footprints,
    time.find_idle_overrides,
    time.find_miscounted_seatings,
    time.find_courses_of_other_days,
    bookings.find_other_seats,
    bookings.find_miscounted_seats,
    bookings.find_unexplained_overrides,
    bookings.find_time_not_kept,
    bookings.find_time_for_nobody,
    bookings.find_bookings_of_nothing,
    bookings.find_other_times,
    bookings.find_late_deadlines,
    bookings.find_long_holds,
    bookings.find_broken_promises,
    move_requests.find_untrue_move_requests,
    waitlists.find_miscounted_offers,
    waitlists.find_offers_past_the_start,
    waitlists.find_lost_in_line,
    waitlists.find_wishes_without_a_booking,
    history.find_gaps_in_history,
    history.find_unwritten_changes,
    history.find_untold_changes,
    money.find_unbalanced_orders,
    money.find_other_prices,
    money.find_hidden_debts,
    money.find_unasked_fees,
    money.find_untrue_bookings,
    money.find_unapproved_money,
    money.find_bookings_past_the_till,
    money.find_kept_too_long,
    money.find_miscounted_refunds,
    prepaid.find_miscounted_plans,
    prepaid.find_wrong_uses,
    prepaid.find_visits_for_nothing,
    prepaid.find_miscounted_gift_cards,
    prepaid.find_uncovered_gift_cards,
    money.find_miscounted_coupons,
    money.find_miscounted_credits,
    money.find_lost_receipts,
    money.find_miscounted_lines,
    history.find_stranded_messages,
    privacy.find_names_of_nobody,
    defaults.find_missing_defaults,
)
"""Each is asked with business_id, and those that look at the clock with now as well."""

OF_THE_CLOCK = frozenset(
    {
        bookings.find_time_not_kept,
        bookings.find_long_holds,
        bookings.find_broken_promises,
        history.find_untold_changes,
        money.find_kept_too_long,
    }
)


def find_all(*, business_id: int | None, now: datetime) -> Iterator[Finding]:
    """Yield every finding of every rule, of one business or (None) of all."""
    for rule in RULES:
        if rule in OF_THE_CLOCK:
            yield from rule(business_id=business_id, now=now)
        else:
            yield from rule(business_id=business_id)


def find_unguarded() -> Iterator[Finding]:
    """Yield what the database should refuse or notice by itself and does not.

    Triggers come back with `manage.py migrate`.
    """
    for name in missing_guards():
        what = "is missing, so the database would store a double booking"
        yield Finding("overlaps_are_refused", None, name, what)
    for name in missing_setup_triggers():
        what = "is missing or old, so processes may go on showing what was changed"
        yield Finding("setup_is_watched", None, name, what)
