"""Who was erased stays so when a backup is put back (rule D15)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.bookings.models import Booking
from apps.customers.models import Customer
from apps.ledger.check import find_all
from apps.privacy import operations as privacy
from apps.privacy.models import PrivacyEntry
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now"), pytest.mark.both_databases]
LATER = NOW + timedelta(days=10)
MONDAY = (LATER + timedelta(days=3)).replace(hour=9, minute=0)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """His visit is over; Eva's as well."""
    make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="eva@example.com")
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


@pytest.fixture
def later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


class PutBack(Exception):
    """The database is as it was in the backup."""


@contextmanager
def backup_put_back() -> Iterator[None]:
    """What happens within is lost."""
    try:
        with transaction.atomic():
            yield
            raise PutBack
    except PutBack:
        pass


def run(*args: str) -> str:
    out = StringIO()
    call_command("erasures", *args, stdout=out)
    return out.getvalue()


def erased_and_lost(carl: Booking, tmp_path: Path) -> str:
    """The list that was kept elsewhere, of an erasure that the backup does not know."""
    with backup_put_back():
        privacy.erase_mailbox(business_id=carl.business_id, email="carl@example.com", now=LATER)
        listed = run()
    (tmp_path / "erasures").write_text(listed, encoding="utf-8")
    assert Customer.objects.filter(email="carl@example.com").exists()
    return str(tmp_path / "erasures")


def test_the_list_names_nobody(carl: Booking, later: None) -> None:
    privacy.erase_mailbox(business_id=carl.business_id, email="carl@example.com", now=LATER)
    him = Customer.objects.get(erased_at__isnull=False)

    assert run() == f"{carl.business_id} {him.pk} {him.created_at.isoformat()}\n"


def test_whoever_is_back_is_erased_again_and_nobody_else(
    carl: Booking, later: None, tmp_path: Path
) -> None:
    file = erased_and_lost(carl, tmp_path)

    said = run("--again", file)

    assert said == "Erased again: 1.\n"
    him = Booking.objects.get(pk=carl.pk)
    assert (him.contact_email, him.contact_name) == ("", "Erased")
    assert Customer.objects.filter(email="eva@example.com", erased_at=None).count() == 1
    entry = PrivacyEntry.objects.get()
    assert (entry.what, entry.actor, entry.tell) == ("ERASED", "SYSTEM", "")
    assert [str(it) for it in find_all(business_id=None, now=LATER)] == []
    assert run("--again", file) == "Erased again: 0.\n"


def test_nobody_is_written_to(carl: Booking, later: None, tmp_path: Path) -> None:
    work(LATER)
    mail.outbox.clear()

    run("--again", erased_and_lost(carl, tmp_path))
    work(LATER + timedelta(minutes=1))

    assert [it for it in mail.outbox if it.to == ["carl@example.com"]] == []


def test_another_contact_with_the_same_number_stays(
    carl: Booking, later: None, tmp_path: Path
) -> None:
    file = erased_and_lost(carl, tmp_path)
    Customer.objects.filter(email="carl@example.com").update(created_at=LATER)

    assert run("--again", file) == "Erased again: 0.\n"
    assert Customer.objects.filter(email="carl@example.com", erased_at=None).exists()


def test_what_is_open_in_the_backup_is_named_and_stays(
    salon: Salon, carl: Booking, later: None, tmp_path: Path
) -> None:
    file = erased_and_lost(carl, tmp_path)
    make_booking(service=salon.cut, starts_at=MONDAY, now=LATER)
    out = StringIO()

    with pytest.raises(CommandError, match="1 wait for something to end"):
        call_command("erasures", "--again", file, stdout=out)

    assert out.getvalue().startswith("Still open, and not erased: ")
    assert Booking.objects.get(pk=carl.pk).contact_email == "carl@example.com"


@pytest.mark.parametrize(
    "text", ["carl@example.com", "1 2", "1 2 2026-11-24", "1 x 2026", "\udcff"]
)
def test_another_file_erases_nobody(carl: Booking, tmp_path: Path, text: str) -> None:
    file = tmp_path / "erasures"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(CommandError, match=r"is no list of erasures\. Nobody was erased\."):
        call_command("erasures", "--again", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("erasures", "--again", str(tmp_path / "none"))


def test_the_operation_says_that_it_was_done(carl: Booking, later: None) -> None:
    him: Any = Customer.objects.get(email="carl@example.com")

    assert privacy.erase_again(customer=him, now=LATER) is not None
