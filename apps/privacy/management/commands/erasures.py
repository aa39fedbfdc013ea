"""``manage.py erasures``: print who was erased, without a name; ``--again FILE`` after a backup was
put back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.privacy.operations import StillOpen, erase_again
from apps.privacy.queries.erasures import (
    Erasure,
    Unreadable,
    find_returned,
    list_erasures,
    read_erasure,
)


class Command(BaseCommand):
    help = "List who was erased, to be kept beside the backups; erase them again after a restore."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", metavar="FILE", help="erase whoever of this list is back")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List, or read a list: all of it before anybody is erased. Exit code 1 where somebody
        could not be."""
        if options["again"] is None:
            for erasure in list_erasures():
                self.stdout.write(str(erasure))
            return
        self._again(self._read(Path(options["again"])))

    def _read(self, path: Path) -> list[Erasure]:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            return [read_erasure(line) for line in lines if line.strip()]
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except (Unreadable, UnicodeDecodeError) as odd:
            raise CommandError(f"{path} is no list of erasures. Nobody was erased.") from odd

    def _again(self, erasures: list[Erasure]) -> None:
        done, waiting = 0, 0
        for erasure in erasures:
            customer = find_returned(erasure)
            if customer is None:
                continue
            try:
                erase_again(customer=customer, now=timezone.now())
                done += 1
            except StillOpen:
                waiting += 1
                self.stdout.write(f"Still open, and not erased: {erasure}")
        self.stdout.write(f"Erased again: {done}.")
        if waiting:
            raise CommandError(f"{waiting} wait for something to end: run it again then.")
