"""The rows of the cancellation clock in words, as pages and mails say them (rule B33)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.bookings.cancellation import ClockRow
from apps.businesses.pages import Contacts, cancel_by
from apps.web.formatting import format_money


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the cancellation clock: until None is the last row, and last_words say when it
    counts. back_words tell what of the money that was paid comes back, or what is to be paid beyond
    it, "" where nothing was paid."""

    until: datetime | None
    note: str
    cost_words: str
    is_now: bool
    back_words: str = ""
    last_words: str = ""


def limits_of(
    rows: Sequence[ClockRow],
    *,
    paid: int,
    is_by_plan: bool,
    currency: str,
    locale: str,
    reached: Contacts,
) -> list[Limit]:
    """Word the rows: of the money (minor units, paid is what came and did not go back), or of the
    visits of the plan that pays. reached is the business, which is asked once nothing is free and
    nothing is charged either."""
    return [
        Limit(
            until=row.until,
            note=str(_("Now.")) if row.is_now else "",
            cost_words=_visit_words(row)
            if is_by_plan
            else _cost_words(row, currency=currency, locale=locale, reached=reached),
            is_now=row.is_now,
            back_words=""
            if is_by_plan
            else _back_words(row, paid=paid, currency=currency, locale=locale),
            last_words=""
            if row.until
            else _last_words(is_only=len(rows) == 1, is_charged=is_by_plan or row.fee > 0),
        )
        for row in rows
    ]


def _last_words(*, is_only: bool, is_charged: bool) -> str:
    if not is_charged:
        return _("Until it begins") if is_only else _("After that")
    if is_only:
        return _("Until it begins, or if you don’t come")
    return _("After that, or if you don’t come")


def _visit_words(row: ClockRow) -> str:
    return _("Visit used") if row.fee or row.until is None else _("Visit back")


def _cost_words(row: ClockRow, *, currency: str, locale: str, reached: Contacts) -> str:
    """ "Free", "€24.00"; later than that without a fee, how it is cancelled all the same."""
    if row.fee:
        return format_money(row.fee, currency, locale)
    if row.until is None:
        return cancel_by(reached) or str(_("No longer possible"))
    return str(_("Free"))


def _back_words(row: ClockRow, *, paid: int, currency: str, locale: str) -> str:
    if not paid or (row.until is None and not row.fee):
        return ""
    rest = paid - row.fee
    if not rest:
        return _("Nothing back")
    words = _("%(amount)s back") if rest > 0 else _("%(amount)s more")
    return words % {"amount": format_money(abs(rest), currency, locale)}
