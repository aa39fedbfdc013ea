"""``manage.py worker``: do what operations have written into the outbox."""

import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.outbox.operations import LEASE
from apps.outbox.worker import BATCH, Worker

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Command(BaseCommand):
    help = "Send mails and do all other work that waits in the outbox. Stops on SIGTERM and Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="one batch, then stop")
        how.add_argument("--drain", action="store_true", help="until nothing is due, then stop")
        parser.add_argument("--poll", type=float, default=1.0, help="seconds of rest when idle")
        parser.add_argument("--batch", type=int, default=BATCH, help="items leased at a time")
        parser.add_argument(
            "--lease",
            type=float,
            default=LEASE.total_seconds(),
            help="seconds after which the items of a killed worker are done again",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Build one worker and run it as asked."""
        worker = Worker(
            clock=timezone.now, lease=timedelta(seconds=options["lease"]), batch=options["batch"]
        )

        with stopped_by_signals(worker):
            if options["once"] or options["drain"]:
                worker.run_periodic()
                count = worker.run_batch() if options["once"] else worker.drain()
                self.stdout.write(f"{count} items")
            else:
                worker.loop(poll=options["poll"])


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the worker after the item in hand, as long as the block runs."""

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop.set()

    former = {number: signal.signal(number, ask_to_stop) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, action in former.items():
            signal.signal(number, action)
