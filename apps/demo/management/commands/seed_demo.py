"""``manage.py seed_demo``: three businesses that feel real."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.demo.people import describe
from apps.demo.seed import names, seed_demo


class Command(BaseCommand):
    help = "Make the demo businesses that are not there yet, and say how to sign in to them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now",
            type=datetime.fromisoformat,
            help="an instant with its offset to make the bookings around, for tests and pictures",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seed and print; refuse where real people could meet well-known pass words."""
        if not settings.DEMO:
            raise CommandError(
                "This is not a demo: its pass words are known to everybody. Set DEMO=1 if it is."
            )
        seed_demo(now=options["now"] or timezone.now())
        self.stdout.write(describe(origin=settings.PORTAL_ORIGIN, names=names()))
