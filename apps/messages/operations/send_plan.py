"""What is written about a plan: the link that opens it, and what changed."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _

from apps.bookings.money_words import PaidPart, paid_parts, with_parts
from apps.checkout.models import Order, PlanPurchase
from apps.checkout.operations import PLAN_TOPIC
from apps.checkout.queries.orders import paid_in_ways
from apps.checkout.queries.passes import last_day_words, left_words
from apps.messages.links import plan_url
from apps.messages.mails import Card, card_mail
from apps.messages.money_words import money_went_heading, money_went_words
from apps.messages.operations.send import post
from apps.prepaid.links import plan_token
from apps.prepaid.queries.plans import next_period_of
from apps.web.formatting import format_money

__all__ = ["PLAN_TOPIC", "send_plan"]

OF_MONEY = ("REFUNDED", "HANDED_BACK", "NOT_REFUNDED", "KEPT")


def send_plan(
    *,
    purchase_id: int,
    what: str,
    attempt: int,
    now: datetime,
    amount: int = 0,
    message_id: str = "",
) -> None:
    """Write to the holder of a plan: what is BOUGHT, RENEWED, UNPAID, or the LINK they asked for;
    or what becomes of an amount (minor units) that is REFUNDED, HANDED_BACK in person, NOT_REFUNDED
    or KEPT.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    plans = PlanPurchase.objects.select_related("business", "customer")
    purchase = plans.get(pk=purchase_id)
    if purchase.customer.erased_at:
        return  # whoever had it is nobody any more (rule D10)
    post(
        lambda: compose_plan_mail(purchase, what, amount=amount),
        to=purchase.customer.email,
        attempt=attempt,
        now=now,
        message_id=message_id,
    )


def compose_plan_mail(
    purchase: PlanPurchase, what: str, *, amount: int = 0
) -> EmailMultiAlternatives:
    """Put the mail together in the language of the business."""
    business = purchase.business
    with translation.override(business.locale):
        heading = _heading(purchase, what)
        footer = _("%(sender)s. Whoever has this link can use the plan: please do not forward it.")
        return card_mail(
            Card(
                heading=heading,
                facts=_facts(purchase, what),
                note=_note(purchase, what, amount),
                url=plan_url(plan_token(purchase)),
                button=_("Open my plan"),
                footer=footer % {"sender": business.name},
            ),
            to=purchase.customer.email,
            subject=f"{heading}: {purchase.name}",
            sender=business.name,
            business=business,
            reply_to=business.email,
        )


def _facts(purchase: PlanPurchase, what: str) -> list[str]:
    """What is left is said as long as the period that runs is the one that was paid for."""
    if what in OF_MONEY:
        return [purchase.name]
    facts = [purchase.name] if purchase.opens_at else [purchase.name, left_words(purchase)]
    until = last_day_words(purchase)
    if until:
        facts.append(_("Valid until %(day)s") % {"day": until})
    words = {"RENEWED": _("Paid: %(price)s"), "UNPAID": _("To be paid: %(price)s")}.get(what)
    following = next_period_of(purchase) if words else None
    if words and following:
        price, locale = following.price, purchase.business.locale
        told = words % {"price": format_money(price.amount, price.currency, locale)}
        parts = _parts_of_newest(purchase, price.amount) if what == "RENEWED" else ""
        facts.append(with_parts(told, parts))
    return facts


def _parts_of_newest(purchase: PlanPurchase, amount: int) -> str:
    """In which ways the newest period was paid, or "" where that was one."""
    order = purchase.orders.filter(status=Order.Status.APPROVED).order_by("-pk").first()
    ways = paid_in_ways(order.payments.all()) if order else []
    parts = [PaidPart(*part) for part in ways]
    return paid_parts(amount, parts, currency=purchase.currency, locale=purchase.business.locale)


def _heading(purchase: PlanPurchase, what: str) -> str:
    if what in OF_MONEY:
        return money_went_heading(what, business=purchase.business.name)
    return {
        "BOUGHT": _("Your plan"),
        "RENEWED": _("Your plan has been renewed"),
        "UNPAID": _("Your plan could not be paid"),
    }.get(what, _("The link to your plan"))


def _note(purchase: PlanPurchase, what: str, amount: int) -> str:
    if what in OF_MONEY:
        business = purchase.business
        told = format_money(amount, purchase.currency, business.locale)
        return money_went_words(what, amount=told, business=business.name)
    if what == "UNPAID":
        return _("Your card could not be charged. Open your plan and pay there, or it will end.")
    if what == "RENEWED":
        return _("The next period is paid. You can cancel at any time on your plan’s page.")
    return _("Open it on the device you book with, then book with one tap.")
