"""A gift card on its way: to whoever bought it, and to whom it is for."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.checkout.gifts import spell_code
from apps.checkout.models import GiftCard
from apps.checkout.operations import GIFT_TOPIC, RECIPIENT, tell_all_of_gift, tell_of_gift
from apps.messages.links import gift_url
from apps.messages.mails import Card, card_mail
from apps.messages.money_words import money_went_heading, money_went_words
from apps.messages.operations.send import NotDelivered, post
from apps.outbox.backoff import MAX_ATTEMPTS
from apps.outbox.registry import GiveUp
from apps.prepaid.links import gift_token
from apps.web import formatting

__all__ = ["GIFT_TOPIC", "send_gift"]

OF_MONEY = ("REFUNDED", "HANDED_BACK", "NOT_REFUNDED")


def send_gift(
    *,
    card_id: int,
    to: str,
    what: str = "BOUGHT",
    amount: int = 0,
    attempt: int,
    now: datetime,
    message_id: str = "",
) -> None:
    """Mail one person about a gift card: its BUYER, or the RECIPIENT it is for. What is BOUGHT or
    REINSTATED, NOT_DELIVERED to its recipient; or an amount (minor units) that is REFUNDED,
    HANDED_BACK in person, or NOT_REFUNDED.

    When the recipient cannot be reached, the buyer is told so, once.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    card = GiftCard.objects.select_related("business").get(pk=card_id)
    address = card.to_email if to == RECIPIENT else card.buyer_email
    try:
        post(
            lambda: compose_gift_mail(card, address, what, amount=amount),
            to=address,
            attempt=attempt,
            now=now,
            message_id=message_id,
        )
    except GiveUp:
        _tell_buyer(card, to, now=now)
        raise
    except NotDelivered:
        if attempt >= MAX_ATTEMPTS:
            _tell_buyer(card, to, now=now)
        raise


@transaction.atomic
def _tell_buyer(card: GiftCard, to: str, *, now: datetime) -> None:
    """Nobody else would: the card is paid for, and its recipient knows nothing of it."""
    if to == RECIPIENT:
        tell_of_gift(card=card, what="NOT_DELIVERED", now=now, key=f"gift:{card.pk}:NOT_DELIVERED")


@transaction.atomic
def send_gift_to_all(*, card_id: int, now: datetime) -> None:
    """Have everybody a card is for told by an item of their own. Items that were written before
    there was one for each person come here; done twice it is the same."""
    tell_all_of_gift(card=GiftCard.objects.get(pk=card_id), now=now)


def compose_gift_mail(
    card: GiftCard, address: str, what: str = "BOUGHT", *, amount: int = 0
) -> EmailMultiAlternatives:
    """Put the mail together in the language of the business."""
    business = card.business
    with translation.override(business.locale):
        heading = _heading(card, what)
        is_over = what in OF_MONEY
        facts = [_worth(card) if is_over else spell_code(card.code)]
        if card.to_name:
            facts.append(_("For %(name)s") % {"name": card.to_name})
        facts.append(_("From %(name)s") % {"name": card.buyer_name})
        footer = "%(sender)s."
        if not is_over:
            footer = _("%(sender)s. Whoever has this code can use the card.")
        return card_mail(
            Card(
                heading=heading,
                facts=facts,
                note=_note(card, what, amount),
                url=gift_url(gift_token(card)),
                button=_("View the card") if is_over else _("View and print it"),
                footer=footer % {"sender": business.name},
            ),
            to=address,
            subject=f"{heading}, {business.name}",
            sender=business.name,
            business=business,
            reply_to=business.email,
        )


def _worth(card: GiftCard) -> str:
    worth = formatting.format_money(card.value, card.currency, card.business.locale)
    return _("A gift card of %(worth)s") % {"worth": worth}


def _heading(card: GiftCard, what: str) -> str:
    if what in OF_MONEY:
        return money_went_heading(what, business=card.business.name)
    return {
        "NOT_DELIVERED": _("Your gift card could not be delivered"),
        "REINSTATED": _("Your gift card is valid again"),
    }.get(what) or _worth(card)


def _note(card: GiftCard, what: str, amount: int) -> str:
    locale = card.business.locale
    if what == "NOT_DELIVERED":
        words = _(
            "Our e-mail to %(email)s was not delivered, so they do not have the card "
            "yet. It is still valid: please give them this code yourself, or print "
            "the card."
        )
        return words % {"email": card.to_email}
    if what in OF_MONEY:
        told = formatting.format_money(amount, card.currency, locale)
        return money_went_words(what, amount=told, business=card.business.name)
    if what == "REINSTATED":
        left = formatting.format_money(card.balance, card.currency, locale)
        return _("%(left)s is left on it. Enter the code when you pay.") % {"left": left}
    return card.words or _("Enter the code when you pay, all at once or a little at a time.")
