"""The gift cards that were sold, and everything about one of them (rule M15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.checkout.gifts import codes_within, plain_gift_code, spell_code
from apps.checkout.models import GiftCard, GiftEntry
from apps.checkout.operations import BUYER, RECIPIENT
from apps.checkout.operations.gift_money import gift_mail_key
from apps.checkout.queries.orders import PaymentSummary, find_card_summary, payer_of
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import name_of
from apps.kernel.money import Money
from apps.outbox.queries import find_failed

A_PAGE = 50
MAX_LINES = 200
DRAFT = GiftCard.Status.DRAFT


def find_cards(*, access: Access, words: str, page: int) -> Page[GiftCard]:
    """A page of the cards of a name, mail or reference, the newest first; two queries. What was
    never paid is no card."""
    found = _cards(access)
    if words:
        found = found.filter(
            Q(buyer_name__icontains=words)
            | Q(buyer_email__icontains=words)
            | Q(to_name__icontains=words)
            | Q(to_email__icontains=words)
            | Q(reference=words.upper())
        )
    return Paginator(found.order_by("-pk"), A_PAGE).get_page(page)


def find_by_code(*, access: Access, code: str) -> GiftCard | None:
    """The card of a whole code, alone or with words around it."""
    return _cards(access).filter(code__in=[plain_gift_code(code), *codes_within(code)]).first()


@dataclass(frozen=True, slots=True)
class GiftLine:
    """One line of a card's ledger: amount below 0 where it paid. booking is the reference of what
    it paid for, "" when that was no booking; who of the team wrote it, "" for nobody."""

    at: datetime
    words: str
    reason: str
    amount: Money
    left: Money
    booking: str
    payer: str
    who: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """value was paid for it, left is still on it, uncovered was used although its purchase went
    back; refundable is what can go back to its buyer. missed are BUYER and RECIPIENT when its mail
    did not reach them."""

    card: GiftCard
    code: str
    value: Money
    left: Money
    lines: Sequence[GiftLine]
    summary: PaymentSummary | None
    uncovered: Money
    missed: frozenset[str] = frozenset()

    @property
    def refundable(self) -> bool:
        return self.summary is not None and self.summary.refundable >= self.card.balance > 0


def get_card(*, access: Access, reference: str) -> GiftCard:
    """Return a card of this business.

    Raises:
        GiftCard.DoesNotExist: there is none, or it was never paid.
    """
    card = _cards(access).get(reference=reference)
    card.business = access.business
    return card


def read_card(*, card: GiftCard) -> CardPage:
    """Read everything about it; six queries, however long its ledger is."""
    related = ("by", "payment__order__booking__customer", "payment__order__purchase__customer")
    entries = card.entries.select_related(*related).order_by("-pk")[:MAX_LINES]
    return CardPage(
        card=card,
        code=spell_code(card.code),
        value=Money(card.value, card.currency),
        left=Money(card.balance, card.currency),
        lines=[_line(entry, card.currency) for entry in entries],
        summary=find_card_summary(card=card),
        uncovered=Money(card.uncovered, card.currency),
        missed=_missed(card),
    )


def _missed(card: GiftCard) -> frozenset[str]:
    keys = {gift_mail_key(card.pk, to): to for to in (BUYER, RECIPIENT)}
    return frozenset(keys[key] for key in find_failed(keys=keys))


def _line(entry: GiftEntry, currency: str) -> GiftLine:
    payer = payer_of(entry.payment.order) if entry.payment else None
    return GiftLine(
        at=entry.at,
        words=_words(entry),
        reason=entry.reason,
        amount=Money(entry.amount, currency),
        left=Money(entry.left, currency),
        booking=payer.reference if payer and payer.of == "BOOKING" else "",
        payer=payer.name if payer else "",
        who=name_of(entry.by),
    )


def _words(entry: GiftEntry) -> str:
    if entry.kind == GiftEntry.Kind.REFUNDED and entry.amount > 0:
        return _("Put back: the refund was refused")
    return entry.get_kind_display()


def _cards(access: Access) -> QuerySet[GiftCard]:
    return GiftCard.objects.filter(business_id=access.business.pk).exclude(status=DRAFT)
