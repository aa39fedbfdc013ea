"""``manage.py check_ledger``: print what does not add up, or that all does."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from apps.businesses.models import Business
from apps.ledger.check import find_all, find_unguarded


@contextmanager
def _all_day() -> Iterator[None]:
    """One transaction on PostgreSQL: outside of any, a law of a million rows would be cut off like
    a web request (ADR 30). On SQLite a transaction would keep everybody else from writing."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        yield


class Command(BaseCommand):
    help = "Check that time, seats, bookings, history and mails agree; exit code 1 if they do not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--business", metavar="SLUG", help="check one business only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each finding; the last line counts them."""
        count = 0
        business_id = self._find_business(options["business"])
        findings = find_all(business_id=business_id, now=timezone.now())
        with _all_day():
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
