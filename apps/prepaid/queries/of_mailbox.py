"""The plans and gift cards of one mailbox, over all businesses, for whoever has proven that they
read it (rule S19)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.checkout.models import GiftCard, PlanPurchase
from apps.checkout.queries.passes import last_day_words, left_words
from apps.kernel.money import Money

MOST = 50


@dataclass(frozen=True, slots=True)
class MailboxPlan:
    """A plan in a list: left and last_day are words, "" where it is over or without end."""

    name: str
    business: str
    status: str
    left: str
    last_day: str
    url: str


@dataclass(frozen=True, slots=True)
class MailboxCard:
    """A gift card in a list, as its business writes money; left is its balance."""

    business: str
    locale: str
    is_active: bool
    worth: Money
    left: Money
    url: str


def plans_held(email: str) -> list[tuple[int, int]]:
    """The ids of plans that were paid with an address (lower case), and of their businesses; one
    query. What was never paid is nobody's."""
    mine = PlanPurchase.objects.filter(customer__email=email)
    paid = mine.exclude(status=PlanPurchase.Status.DRAFT).order_by("-pk")
    return list(paid.values_list("pk", "business_id")[:MOST])


def list_plans(*, among: Sequence[int]) -> Sequence[MailboxPlan]:
    """These plans that were paid, the newest first; one query, none where there is none to look
    for."""
    if not among:
        return []
    found = PlanPurchase.objects.filter(pk__in=among).exclude(status=PlanPurchase.Status.DRAFT)
    return [_plan(it) for it in found.select_related("business").order_by("-pk")[:MOST]]


def list_cards_of(*, email: str) -> Sequence[MailboxCard]:
    """The gift cards that an address bought or was given, the newest first; one query, none for no
    address."""
    if not email:
        return []
    found = cards_of_mailbox(email).select_related("business").order_by("-pk")
    return [_card(it) for it in found[:MOST]]


def cards_of_mailbox(email: str) -> QuerySet[GiftCard]:
    """The paid gift cards whose code was mailed to an address (lower case)."""
    mine = Q(buyer_email=email) | Q(to_email=email)
    return GiftCard.objects.filter(mine).exclude(status=GiftCard.Status.DRAFT)


def _plan(purchase: PlanPurchase) -> MailboxPlan:
    is_live = purchase.status in PlanPurchase.LIVE
    return MailboxPlan(
        name=purchase.name,
        business=purchase.business.name,
        status=purchase.status,
        left=left_words(purchase) if is_live else "",
        last_day=last_day_words(purchase) if is_live else "",
        url=reverse("prepaid:plan", kwargs={"reference": purchase.reference}),
    )


def _card(card: GiftCard) -> MailboxCard:
    return MailboxCard(
        business=card.business.name,
        locale=card.business.locale,
        is_active=card.status == GiftCard.Status.ACTIVE,
        worth=Money(card.value, card.currency),
        left=Money(card.balance, card.currency),
        url=reverse("prepaid:gift_card", kwargs={"reference": card.reference}),
    )
