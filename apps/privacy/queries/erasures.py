"""Who was erased, told without a name, so that they can be erased again after a backup was put back
(rule D15)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from apps.customers.models import Customer


class Unreadable(ValueError):
    """A line is none that ``list_erasures`` wrote."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One contact of a business, by its numbers; created_at (UTC) tells it from another contact
    that got the same number after a backup was put back."""

    business_id: int
    customer_id: int
    created_at: datetime

    def __str__(self) -> str:
        return f"{self.business_id} {self.customer_id} {self.created_at.isoformat()}"


def list_erasures() -> Iterator[Erasure]:
    """Every contact that is erased, in the order of their numbers; one query."""
    rows = Customer.objects.filter(erased_at__isnull=False).order_by("pk")
    for keys in rows.values_list("business_id", "pk", "created_at").iterator():
        yield Erasure(*keys)


def read_erasure(line: str) -> Erasure:
    """Read a line that was written by ``list_erasures``.

    Raises:
        Unreadable: it was not.
    """
    try:
        business, customer, created = line.split()
        found = Erasure(int(business), int(customer), datetime.fromisoformat(created))
    except ValueError as error:
        raise Unreadable(line) from error
    if found.created_at.tzinfo is None:
        raise Unreadable(line)
    return found


def find_returned(erasure: Erasure) -> Customer | None:
    """The contact of an erasure, where it is here and not erased."""
    return Customer.objects.filter(
        pk=erasure.customer_id,
        business_id=erasure.business_id,
        created_at=erasure.created_at,
        erased_at=None,
    ).first()
