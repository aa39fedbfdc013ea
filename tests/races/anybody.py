"""Everybody of ``test_any_order`` together, and how often each does what."""

from datetime import timedelta
from random import Random

import time_machine

from apps.availability import operations as availability
from apps.bookings import operations as bookings
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund
from apps.dashboard.management.commands.check_ledger import find_all
from tests.factories.money import work
from tests.races.acts_of_customers import Customers
from tests.races.acts_of_the_team import Team
from tests.races.stage_of_all import Stage, later

WAITS = (1, 1, 5, 11, 11, 5 * 60, 11 * 60, 3600, 6 * 3600)


IDLE_AT_MOST = timedelta(minutes=30)
"""A worker that runs has looked at everything long before: the ledger may expect so."""


class Worker(Stage):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.looked_at = self.now

    def time_passes(self) -> None:
        """The clock goes on, and the worker catches up where it went far."""
        self.now, self.has_changed = later(self.now, self.dice.choice(WAITS)), True
        if self.now - self.looked_at >= IDLE_AT_MOST:
            self.looked_at = self.now
            self.the_worker_tidies_up()
            self.the_worker_does_what_is_due()

    def the_worker_looks_at_minimums(self) -> None:
        self.attempt(lambda: bookings.decide_minimums(now=self.now))

    def the_worker_looks_after_the_lines(self) -> None:
        def look() -> None:
            bookings.lapse_offers(now=self.now)
            bookings.lapse_times(now=self.now)
            bookings.offer_what_came_free(now=self.now)
            bookings.offer_free_times(now=self.now)
            bookings.close_waitlists(now=self.now)

        self.attempt(look)

    def the_worker_tidies_up(self) -> None:
        def tidy() -> None:
            availability.sweep_expired_holds(now=self.now)
            availability.sweep_lapsed_seats(now=self.now)
            bookings.settle_unanswered(now=self.now)
            checkout.forget_abandoned_orders(now=self.now)
            checkout.look_after_kept_aside(now=self.now)
            checkout.settle_open_payments(now=self.now)
            bookings.forget_abandoned_drafts(now=self.now)

        self.attempt(tidy)

    def the_worker_asks_the_bank(self) -> None:
        if payment := self.one(Payment.objects.exclude(provider_ref="").order_by("pk")):
            self.attempt(lambda: checkout.settle_payment(payment_id=payment.pk, now=self.now))

    def the_worker_gives_money_back(self) -> None:
        if refund := self.one(Refund.objects.filter(status="PENDING").order_by("pk")):
            self.attempt(lambda: checkout.do_refund(refund_id=refund.pk, now=self.now))

    def the_worker_does_what_is_due(self) -> None:
        self.attempt(lambda: work(self.now))


class Anybody(Customers, Team, Worker):
    """Customers, team and worker on one stage."""

    def act(self, seed: int) -> str:
        """Let somebody do something and return what."""
        self.dice = Random(seed)  # noqa: S311  no secret
        (name,) = self.dice.choices(list(HOW_OFTEN), weights=list(HOW_OFTEN.values()))
        getattr(self, name)()
        return name

    def findings(self) -> list[str]:
        """What the ledger has against the books now; what was refused or found nothing to do has
        changed nothing."""
        if not self.has_changed:
            return []
        self.has_changed = False
        with time_machine.travel(self.now, tick=False):
            return [str(it) for it in find_all(business_id=None, now=self.now)]


HOW_OFTEN = {
    "somebody_books": 14,
    "somebody_taps_a_time": 6,
    "somebody_takes_a_suggested_time": 2,
    "somebody_taps_a_class": 3,
    "details_are_sent": 5,
    "a_draft_is_held_or_let_go": 2,
    "somebody_cancels": 5,
    "more_people_come": 2,
    "a_party_goes_elsewhere": 2,
    "somebody_waits_for_a_class": 3,
    "somebody_waits_for_a_time": 3,
    "somebody_in_line_answers": 3,
    "somebody_checks_out": 8,
    "somebody_is_at_the_bank": 8,
    "a_double_booking_is_answered": 1,
    "a_request_is_confirmed": 6,
    "a_request_is_declined": 3,
    "another_time_is_suggested": 2,
    "an_answer_is_taken_back": 1,
    "the_owner_lets_it_take_place": 2,
    "the_owner_puts_somebody_in": 2,
    "the_owner_serves_the_line": 2,
    "a_double_booking_is_resolved": 2,
    "a_class_is_cancelled": 1,
    "a_course_is_cancelled": 1,
    "a_class_is_changed": 1,
    "somebody_takes_time_off": 1,
    "a_place_gets_another_clock": 2,
    "the_places_of_a_class_change": 2,
    "a_setting_changes": 8,
    "time_passes": 7,
    "the_worker_looks_at_minimums": 4,
    "the_worker_looks_after_the_lines": 4,
    "the_worker_tidies_up": 2,
    "the_worker_asks_the_bank": 7,
    "the_worker_gives_money_back": 1,
    "the_worker_does_what_is_due": 1,
}
