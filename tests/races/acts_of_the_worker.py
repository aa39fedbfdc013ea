"""What the worker does in ``test_any_order``, and what it must not hide: it goes on after a fault,
which is right in a shop and wrong in a test."""

import logging
from collections.abc import Callable
from datetime import timedelta

from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund
from apps.classes import operations as classes
from apps.outbox.registry import all_periodic
from tests.factories.money import work
from tests.races.stage_of_all import Stage, later

WAITS = (1, 1, 5, 11, 11, 5 * 60, 11 * 60, 3600, 6 * 3600, 20 * 3600)

IDLE_AT_MOST = timedelta(minutes=30)
"""A worker that runs has looked at everything long before: the ledger may expect so."""


class Trouble(logging.Handler):
    """Keeps what the worker and its sweeps only write into the log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.told.append(f"the worker: {record.getMessage()} {error!r}")


class Worker(Stage):
    def __init__(self) -> None:
        super().__init__()
        self.looked_at = self.now
        self.trouble = Trouble()

    def attempt(self, act: Callable[[], object]) -> None:
        log = logging.getLogger("apps.outbox")
        log.addHandler(self.trouble)
        try:
            super().attempt(act)
        finally:
            log.removeHandler(self.trouble)

    def time_passes(self) -> None:
        """The clock goes on, and the worker catches up where it went far."""
        self.now, self.has_changed = later(self.now, self.dice.choice(WAITS)), True
        if self.now - self.looked_at >= IDLE_AT_MOST:
            self.the_worker_runs()

    def the_worker_runs(self) -> None:
        """Everything that is done from time to time, and all that is due."""
        self.looked_at = self.now
        for periodic in all_periodic():
            self.attempt(lambda: periodic.run(self.now))  # noqa: B023  done at once
        self.attempt(lambda: work(self.now))

    def everything_is_settled(self) -> None:
        """Nobody does anything any more, and the worker asks and does all there is."""
        for _turn in range(2):
            for pk in Payment.objects.exclude(provider_ref="").values_list("pk", flat=True):
                self.attempt(lambda: checkout.settle_payment(payment_id=pk, now=self.now))  # noqa: B023
            self.now += timedelta(minutes=2)
            self.the_worker_runs()

    def the_worker_does_one_thing(self) -> None:
        one = self.dice.choice(list(all_periodic()))
        self.attempt(lambda: one.run(self.now))

    def the_worker_does_what_is_due(self) -> None:
        self.attempt(lambda: work(self.now))

    def the_worker_looks_at_minimums(self) -> None:
        self.attempt(lambda: classes.decide_minimums(now=self.now))

    def the_worker_asks_the_bank(self) -> None:
        asked = Payment.objects.exclude(provider_ref="").order_by("pk")
        open_ones = asked.filter(status="PENDING") if self.chance(0.7) else asked
        if payment := self.one(open_ones):
            self.attempt(lambda: checkout.settle_payment(payment_id=payment.pk, now=self.now))

    def the_worker_gives_money_back(self) -> None:
        if refund := self.one(Refund.objects.filter(status="PENDING").order_by("pk")):
            self.attempt(lambda: checkout.do_refund(refund_id=refund.pk, now=self.now))
