"""``manage.py bench``: how fast the portal is here, beside the floor of the same machine."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

DATABASES = {"sqlite": ["sqlite"], "postgres": ["postgres"], "both": ["postgres", "sqlite"]}
ROWS, QUICK_ROWS = "1k,50k,1m", "1k"


class Command(BaseCommand):
    help = "Measure pages, bookings and a storm on throw-away databases; loopback only, bounded."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", choices=DATABASES, default="both")
        parser.add_argument("--rows", help=f"sizes of the table, {ROWS} unless --quick")
        parser.add_argument("--quick", action="store_true", help="under a minute, fewer bookings")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the legs; the figures go to standard output as they come."""
        from benchmarks.run import run  # noqa: PLC0415  no other command needs it

        rows = options["rows"] or (QUICK_ROWS if options["quick"] else ROWS)
        code = run(
            databases=DATABASES[options["database"]],
            rows=rows.split(","),
            quick=options["quick"],
        )
        if code:
            sys.exit(code)
