"""What plans say to people: how much is left, until when, and why one does not pay for this."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.checkout.models import PlanPurchase
from apps.checkout.plans import Refused
from apps.checkout.queries.passes import Pass
from apps.web import formatting

A_MOMENT = timedelta(seconds=1)


def last_day_words(purchase: PlanPurchase) -> str:
    """ "24 December 2026", the last whole day on which it is good; "" without end."""
    if purchase.ends_at is None:
        return ""
    last = (purchase.ends_at - A_MOMENT).astimezone(purchase.zone)
    return formatting.format_day(last.date(), locale=purchase.business.locale, year=True)


def left_words(purchase: PlanPurchase) -> str:
    """ "7 visits left", or that nobody counts."""
    if purchase.balance is None:
        return _("Unlimited visits")
    return ngettext("%(n)d visit left", "%(n)d visits left", purchase.balance) % {
        "n": purchase.balance
    }


def card_hint(found: Pass) -> str:
    """What stands on the card of a plan on the pay page: "7 visits left, uses 1"."""
    if found.refused is not None:
        return refused_words(found)
    left = left_words(found.purchase)
    if not found.visits:
        return left
    return _("%(left)s, this uses %(n)d") % {"left": left, "n": found.visits}


def refused_words(found: Pass) -> str:
    """Why a plan does not pay for a booking."""
    return plan_refused_words(found.refused, found.purchase)


def cannot_pay_words(why: str) -> str:
    """That a plan does not pay, with the reason behind it."""
    return _("Your plan cannot pay for this. %(why)s") % {"why": why}


def plan_refused_words(refused: Refused | None, purchase: PlanPurchase | None) -> str:
    """The same without the booking beside it."""
    if refused is Refused.ENDS_BEFORE and purchase is not None:
        return _("It ends on %(day)s, before this.") % {"day": last_day_words(purchase)}
    if refused is Refused.TOO_FEW and purchase is not None:
        return _("Too few visits are left: %(left)s.") % {"left": left_words(purchase)}
    return {
        Refused.NOT_BY_PLAN: _("Requests cannot be paid with a plan."),
        Refused.PAID_ALREADY: _("Part of it has already been paid another way."),
        Refused.OTHER_SERVICE: _("It does not cover this."),
        Refused.PAUSED: _("It is paused."),
        Refused.ONE_PERSON: _("It is for one person."),
        Refused.THERE_ALREADY: _(
            "It is for one person, who already has a booking with it at that time."
        ),
        Refused.TOO_FEW: _("Too few visits are left."),
    }.get(refused or Refused.OVER, _("It has ended."))
