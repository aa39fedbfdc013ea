"""Which terms a plan may be offered with (rule M16). Pure.

Visits are those of one person, days and months those of the business's calendar.
"""

from dataclasses import dataclass
from enum import StrEnum

SHORTEST = 7
"""Days a package is good for at least."""
PACKAGE, UNLIMITED = "PACKAGE", "UNLIMITED"


class Wrong(StrEnum):
    """What is wrong with the terms of a plan."""

    VISITS_MISSING = "VISITS_MISSING"
    COUNTS_NOTHING = "COUNTS_NOTHING"
    PERIOD_MISSING = "PERIOD_MISSING"
    NO_PERIOD = "NO_PERIOD"
    TOO_SHORT = "TOO_SHORT"
    ENDS_WITH_PERIOD = "ENDS_WITH_PERIOD"
    NOTHING_COVERED = "NOTHING_COVERED"
    NOT_COVERED = "NOT_COVERED"


@dataclass(frozen=True, slots=True)
class Terms:
    """None means unlimited visits, no expiry, or no period."""

    kind: str
    credits: int | None
    valid_days: int | None
    period_months: int | None


def wrong_with(terms: Terms) -> tuple[Wrong, ...]:
    """What keeps a plan from being offered like this; nothing when it may be."""
    found = []
    if terms.kind == UNLIMITED and terms.credits is not None:
        found.append(Wrong.COUNTS_NOTHING)
    if terms.kind != UNLIMITED and not terms.credits:
        found.append(Wrong.VISITS_MISSING)
    if terms.kind == PACKAGE and terms.period_months is not None:
        found.append(Wrong.NO_PERIOD)
    if terms.kind != PACKAGE and not terms.period_months:
        found.append(Wrong.PERIOD_MISSING)
    if terms.kind != PACKAGE and terms.valid_days is not None:
        found.append(Wrong.ENDS_WITH_PERIOD)
    if terms.kind == PACKAGE and terms.valid_days is not None and terms.valid_days < SHORTEST:
        found.append(Wrong.TOO_SHORT)
    return tuple(found)


class Barred(StrEnum):
    """Why no plan pays for a service."""

    APPROVAL = "APPROVAL"
    COURSE = "COURSE"


def barred_from_plans(*, kind: str, requires_approval: bool) -> Barred | None:
    """Why a service cannot be covered by a plan; None when it can."""
    if kind == "COURSE":
        return Barred.COURSE
    return Barred.APPROVAL if requires_approval else None
