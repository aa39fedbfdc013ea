"""In which ways something was paid, in words: by gift card, online, in person. No query."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.web import formatting


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What came in one way ("GIFT", "ONLINE", "IN_PERSON"), and what of that went back; minor
    units, mistakes that were reversed taken off."""

    by: str
    came: int
    back: int = 0


def paid_parts(amount: int, parts: Sequence[PaidPart], *, currency: str, locale: str) -> str:
    """ "€50.00 by gift card, €44.00 online": an amount that was paid, by its parts. "" where it was
    paid in one way, or where the parts do not make up this amount."""
    gross = [(it.by, it.came) for it in parts if it.came > 0]
    net = [(it.by, it.came - it.back) for it in parts if it.came > it.back]
    for found in (net, gross):
        if len(found) > 1 and sum(part for _by, part in found) == amount:
            return ", ".join(
                _paid_by(by) % {"amount": formatting.format_money(part, currency, locale)}
                for by, part in found
            )
    return ""


def _paid_by(way: str) -> str:
    return {
        "GIFT": _("%(amount)s by gift card"),
        "ONLINE": _("%(amount)s online"),
    }.get(way) or _("%(amount)s in person")


def came_words(parts: Sequence[PaidPart], *, currency: str, locale: str) -> str:
    """ "€50.00 by gift card": what came at one moment, also where that was in one way alone."""
    return ", ".join(
        _paid_by(it.by) % {"amount": formatting.format_money(it.came, currency, locale)}
        for it in parts
        if it.came > 0
    )


def with_parts(words: str, parts: str) -> str:
    """ "€94.00, paid (€50.00 by gift card, €44.00 online)"; without parts the words alone."""
    return _("%(words)s (%(parts)s)") % {"words": words, "parts": parts} if parts else words
