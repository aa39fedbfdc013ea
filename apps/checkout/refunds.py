"""From where money goes back, and for which lines (rule M9). Pure.

All amounts are whole minor units of one currency.
"""

from collections.abc import Mapping, Sequence

Share = tuple[int, int]
"""The id of a payment or a line, and an amount of it."""


def split(wanted: int, *, over: Sequence[Share]) -> list[Share]:
    """Take an amount from what is left of each, in their order; those of which nothing is taken are
    left out. When all of them together are too little, less is taken."""
    parts, rest = [], wanted
    for pk, left in over:
        part = min(rest, left)
        if part > 0:
            parts.append((pk, part))
            rest -= part
    return parts


def assign(lines: Mapping[int, int], *, to: Sequence[Share]) -> dict[int, list[Share]]:
    """Say which lines each refund is for, one line after the other; what is left of the refunds in
    the end is for no line."""
    rest, found = dict(lines), {}
    for refund, amount in to:
        found[refund] = split(amount, over=list(rest.items()))
        for line, part in found[refund]:
            rest[line] -= part
    return found
