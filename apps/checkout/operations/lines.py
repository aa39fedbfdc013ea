"""The lines of an order, as they were priced."""

from collections.abc import Sequence

from apps.checkout.models import Order, OrderLine
from apps.checkout.pricing import Line, Quote


def write_lines(order: Order, quote: Quote, *, title: str) -> None:
    """Write the lines of a locked order anew; title names a line that has no name of its own."""
    order.lines.all().delete()
    add_lines(order, quote.lines, title=title)


def add_lines(order: Order, lines: Sequence[Line], *, title: str = "", first: int = 0) -> None:
    """Add lines to a locked order, or to a new one, from the position first on."""
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            name=line.name or title,
            amount=line.amount,
            quantity=line.quantity,
            tax=line.tax,
            discount=line.discount,
            total=line.total,
            position=position,
        )
        for position, line in enumerate(lines, start=first)
    )
