"""The two mails about one's own data: the link to the desk, and the receipt of an erasure.

Whether a business keeps anything of an address comes about here and nowhere else, so that the page
that asks takes the same time for all (rule S4).
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.businesses.models import Business
from apps.messages.links import home_url
from apps.messages.mails import Card, card_mail
from apps.messages.operations.send import post
from apps.outbox.backoff import MAX_ATTEMPTS
from apps.outbox.registry import GiveUp
from apps.privacy.models import DataRequest, PrivacyEntry
from apps.privacy.operations import note_told, open_link
from apps.privacy.queries.desk import knows


def send_link(*, request_id: int, attempt: int, now: datetime, message_id: str = "") -> int:
    """Mail the link to the desk to an address of which the business keeps something; return 1, or
    0 where nothing is sent.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    asked = DataRequest.objects.select_related("business").filter(pk=request_id).first()
    if asked is None or not knows(business_id=asked.business_id, email=asked.email):
        return 0
    token = open_link(request_id=asked.pk, now=now)
    if not token:
        return 0
    post(
        lambda: _compose_link(asked, token),
        to=asked.email,
        attempt=attempt,
        now=now,
        message_id=message_id,
        asked_for="data",
    )
    return 1


def _compose_link(asked: DataRequest, token: str) -> EmailMultiAlternatives:
    business = asked.business
    with translation.override(business.locale):
        return _mail(
            business,
            to=asked.email,
            heading=_("Your data at %(name)s") % {"name": business.name},
            facts=[_("See what we keep, correct it, take a copy, or have it erased.")],
            note=_("The link works for 24 hours. Please do not forward it."),
            url=f"{settings.PORTAL_ORIGIN}/m/data/{token}",
            button=_("See my data"),
            footer=_("If it wasn’t you, do nothing: without this e-mail nobody sees your data."),
        )


def send_receipt(*, entry_id: int, attempt: int, now: datetime, message_id: str = "") -> int:
    """Mail the receipt of an erasure, and forget the address; return 1, or 0 where it has left.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    found = PrivacyEntry.objects.select_related("business").exclude(tell="")
    entry = found.filter(pk=entry_id).first()
    if entry is None:
        return 0
    try:
        post(
            lambda: _compose_receipt(entry),
            to=entry.tell,
            attempt=attempt,
            now=now,
            message_id=message_id,
        )
    except GiveUp:
        note_told(entry_id=entry.pk)
        raise
    except Exception:
        if attempt >= MAX_ATTEMPTS:
            note_told(entry_id=entry.pk)
        raise
    note_told(entry_id=entry.pk)
    return 1


def _compose_receipt(entry: PrivacyEntry) -> EmailMultiAlternatives:
    business = entry.business
    with translation.override(business.locale):
        return _mail(
            business,
            to=entry.tell,
            heading=_("Your data has been erased"),
            facts=[_("Your name, addresses, phone, answers and messages are gone."), *kept(entry)],
            note=_("This is the last e-mail: this address is not kept either."),
            url=home_url(business.slug),
            button=business.name,
            footer=_("If you book again, that booking is kept as usual."),
        )


def kept(entry: PrivacyEntry) -> list[str]:
    """What an erasure left as numbers, in words."""
    found = [
        ngettext(
            "%(n)d booking stays in the calendar without a name.",
            "%(n)d bookings stay in the calendar without a name.",
            entry.counts.get("bookings", 0),
        )
        % {"n": entry.counts.get("bookings", 0)}
    ]
    found.append(_("Receipts stay as numbers, because tax law asks for them."))
    return found


def _mail(
    business: Business,
    *,
    to: str,
    heading: str,
    facts: list[str],
    note: str,
    url: str,
    button: str,
    footer: str,
) -> EmailMultiAlternatives:
    card = Card(heading=heading, facts=facts, note=note, url=url, button=button, footer=footer)
    return card_mail(
        card,
        to=to,
        subject=heading,
        sender=business.name,
        business=business,
        reply_to=business.email,
    )
