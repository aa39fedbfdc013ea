"""A credit note takes something off what was told (rule M35)."""

from datetime import datetime

from apps.catalog.pricing import tax_in
from apps.checkout.models import CreditNote, Order


def credit(order: Order, *, less: int, people: int, now: datetime) -> None:
    """Take an amount (minor units, tax included) off a locked order, because so many fewer people
    come (0: for another reason); its lines stay as they were told."""
    tax = tax_in(less, rate=order.tax_rate)
    CreditNote.objects.create(order=order, amount=less, tax=tax, people=people, given_at=now)
    order.credited += less
    order.due_now = min(order.due_now, order.price)
    order.save(update_fields=["credited", "due_now"])
