"""``manage.py check_ledger``: prove that the books add up (rule C6).

It reads only and may run beside live traffic. It stands on the top floor because the rules come
from every floor below: time, bookings, mails.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.availability.queries import ledger as time_ledger
from apps.availability.triggers import missing_guards
from apps.bookings.queries import ledger as booking_ledger
from apps.bookings.queries import ledger_history, ledger_waitlist
from apps.businesses.models import Business
from apps.businesses.setup_triggers import missing_setup_triggers
from apps.catalog.queries import ledger as catalog_ledger
from apps.checkout.queries import ledger as money_ledger
from apps.checkout.queries import ledger_prepaid
from apps.kernel.findings import Finding
from apps.messages import ledger as message_ledger

RULES: tuple[Callable[..., Iterator[Finding]], ...] = (
    time_ledger.find_overlaps,
    time_ledger.find_ownerless_time,
    time_ledger.find_holds_for_ever,
    time_ledger.find_wrong_footprints,
    time_ledger.find_idle_overrides,
    time_ledger.find_miscounted_seatings,
    time_ledger.find_courses_of_other_days,
    booking_ledger.find_other_seats,
    booking_ledger.find_miscounted_seats,
    booking_ledger.find_unexplained_overrides,
    booking_ledger.find_time_not_kept,
    booking_ledger.find_time_for_nobody,
    booking_ledger.find_bookings_of_nothing,
    booking_ledger.find_other_times,
    booking_ledger.find_late_deadlines,
    booking_ledger.find_long_holds,
    booking_ledger.find_broken_promises,
    ledger_waitlist.find_miscounted_offers,
    ledger_waitlist.find_offers_past_the_start,
    ledger_waitlist.find_lost_in_line,
    ledger_history.find_gaps_in_history,
    ledger_history.find_unwritten_moves,
    ledger_history.find_untold_moves,
    money_ledger.find_unbalanced_orders,
    money_ledger.find_other_prices,
    money_ledger.find_hidden_debts,
    money_ledger.find_untrue_bookings,
    money_ledger.find_unapproved_money,
    money_ledger.find_bookings_past_the_till,
    money_ledger.find_kept_too_long,
    money_ledger.find_miscounted_refunds,
    ledger_prepaid.find_miscounted_plans,
    ledger_prepaid.find_wrong_uses,
    ledger_prepaid.find_visits_for_nothing,
    ledger_prepaid.find_miscounted_gift_cards,
    ledger_prepaid.find_uncovered_gift_cards,
    money_ledger.find_miscounted_coupons,
    money_ledger.find_lost_receipts,
    money_ledger.find_miscounted_lines,
    message_ledger.find_stranded_messages,
    catalog_ledger.find_missing_defaults,
)
"""Each is asked with business_id, and those that look at the clock with now as well."""

OF_THE_CLOCK = frozenset(
    {
        booking_ledger.find_time_not_kept,
        booking_ledger.find_long_holds,
        booking_ledger.find_broken_promises,
        ledger_history.find_untold_moves,
        money_ledger.find_kept_too_long,
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


class Command(BaseCommand):
    help = "Check that time, seats, bookings, history and mails agree; exit code 1 if they do not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--business", metavar="SLUG", help="check one business only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each finding; the last line counts them."""
        count = 0
        business_id = self._find_business(options["business"])
        findings = find_all(business_id=business_id, now=timezone.now())
        for finding in chain(find_unguarded(), findings):
            count += 1
            self.stdout.write(str(finding))
        if count:
            raise CommandError(f"{count} findings", returncode=1)
        self.stdout.write("The ledger is clean.")

    def _find_business(self, slug: str | None) -> int | None:
        if slug is None:
            return None
        pk = Business.objects.filter(slug=slug).values_list("pk", flat=True).first()
        if pk is None:
            raise CommandError(f"There is no business {slug!r}.")
        return pk
