"""A gift card on its way: to whoever bought it, and to whom it is for."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.checkout.gifts import spell_code
from apps.checkout.links import gift_token
from apps.checkout.models import GiftCard
from apps.checkout.operations import GIFT_TOPIC
from apps.messages.composing import require_plain_address, sender_of
from apps.messages.links import gift_url
from apps.messages.operations.send import NotDelivered, hold_back_floods
from apps.messages.style import styles
from apps.web import formatting

__all__ = ["GIFT_TOPIC", "send_gift"]


def send_gift(*, card_id: int, attempt: int, now: datetime) -> None:
    """Mail a gift card that was paid for to its buyer, and to whom it is for when an address was
    given.

    Raises:
        RefusedAddress: an address is not one plain address.
        Postpone: too many mails to the buyer's address (rule S5).
        NotDelivered: the mail server is away for now.
    """
    card = GiftCard.objects.select_related("business").get(pk=card_id)
    addresses = list(dict.fromkeys(it for it in (card.buyer_email, card.to_email) if it))
    for address in addresses:
        require_plain_address(address)
    if attempt == 1:
        hold_back_floods(card.buyer_email, now)
    mails = [compose_gift_mail(card, address) for address in addresses]
    try:
        get_connection().send_messages(mails)
    except OSError as error:  # every error of smtplib is one
        raise NotDelivered(type(error).__name__) from error


def compose_gift_mail(card: GiftCard, address: str) -> EmailMultiAlternatives:
    """Put the mail together in the language of the business."""
    business = card.business
    with translation.override(business.locale):
        worth = formatting.format_money(card.value, card.currency, business.locale)
        heading = _("A gift card of %(worth)s") % {"worth": worth}
        facts = [spell_code(card.code)]
        if card.to_name:
            facts.append(_("For %(name)s") % {"name": card.to_name})
        facts.append(_("From %(name)s") % {"name": card.buyer_name})
        note = card.words or _("Type the code when you pay, all at once or bit by bit.")
        url = gift_url(gift_token(card))
        footer = _("%(sender)s. Whoever has this code can use the card.")
        footer %= {"sender": business.name}
        text = "\n\n".join([f"{heading}.", "\n".join(facts), note, url, f"-- \n{footer}"]) + "\n"
        context = {
            "business": business,
            "heading": heading,
            "facts": facts,
            "note": note,
            "url": url,
            "button": _("See and print it"),
            "footer": footer,
            "language": business.locale.split("-", maxsplit=1)[0],
            "css": styles(business.accent),
        }
        html = render_to_string("messages/card.html", context)
    mail = EmailMultiAlternatives(
        subject=f"{heading}, {business.name}",
        body=text,
        from_email=sender_of(business.name),
        to=[address],
        reply_to=[business.email] if business.email else [],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    return mail
