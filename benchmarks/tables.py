"""Plain text tables: the first column to the left, figures to the right. Pure."""

from collections.abc import Sequence

from benchmarks.figures import Aim

GAP = "  "
THREE_DIGITS = 100


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows below their heading, each column as wide as its widest cell.

    Raises:
        ValueError: a row has another number of cells than the heading.
    """
    lines = [list(head), *(list(row) for row in rows)]
    if any(len(line) != len(head) for line in lines):
        raise ValueError("Every row has as many cells as the heading.")
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    laid = [_line(line, widths) for line in lines]
    return "\n".join([laid[0], "-" * len(laid[0]), *laid[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return GAP.join([first, *rest])


def ms(value: float) -> str:
    """Milliseconds with as many digits as say something: 0.34, 9.5, 182."""
    digits = 2 if value < 1 else 1 if round(value) < THREE_DIGITS else 0
    return f"{value:.{digits}f}"


def per_second(value: float) -> str:
    """A rate without false precision."""
    return f"{value:,.0f}"


def times(value: float) -> str:
    """A ratio to a floor; a dash when there was none."""
    return f"{value:.2f}x" if value else "-"


def count_words(rows: int) -> str:
    """1k, 50k, 1m: how sizes are written on the command line and in headings."""
    for unit, word in ((1_000_000, "m"), (1_000, "k")):
        if rows >= unit and rows % unit == 0:
            return f"{rows // unit}{word}"
    return str(rows)


def parse_count(text: str) -> int:
    """The number behind 1k, 50k, 1m or plain digits.

    Raises:
        ValueError: it is no such number.
    """
    word = text.strip().lower()
    unit = {"k": 1_000, "m": 1_000_000}.get(word[-1:], 1)
    return int(word[:-1] if unit > 1 else word) * unit


def aims_table(aims: Sequence[tuple[str, Aim]]) -> str:
    """Every aim with its database, in the order given, OK or MISS said plainly."""
    rows = [
        (
            f"{database}: {aim.what}",
            f"{'<=' if aim.at_most else '>='} {aim.limit:g} {aim.unit}",
            "-" if aim.measured is None else f"{aim.measured:.1f} {aim.unit}",
            aim.verdict,
        )
        for database, aim in aims
    ]
    return table(("Aim", "limit", "measured", "verdict"), rows)
