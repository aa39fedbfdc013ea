"""The mail with which a customer signs in: a link and six digits, for ten minutes.

Whether anything belongs to the address comes about here and nowhere else, so that the page that
asks takes the same time for all (rule S4).
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.customers.models import SignIn
from apps.customers.operations import note_mailed
from apps.customers.proofs import code_of, token_of
from apps.customers.queries import is_customer
from apps.messages.links import sign_in_url
from apps.messages.mails import Card, card_mail
from apps.messages.operations.send import post
from apps.prepaid.queries.of_mailbox import cards_of_mailbox

MINUTE = 60


def send_sign_in(*, sign_in_id: int, attempt: int, now: datetime, message_id: str = "") -> int:
    """Mail link and code to an address that is somebody's; return 1, or 0 where nothing is sent:
    nobody knows the address, or the ten minutes are over.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    asked = SignIn.objects.filter(pk=sign_in_id).first()
    if asked is None or not _is_known(asked.email):
        return 0
    live = note_mailed(sign_in_id=sign_in_id, now=now)
    if live is None:
        return 0
    post(
        lambda: _compose(live),
        to=live.email,
        attempt=attempt,
        now=now,
        message_id=message_id,
        asked_for="sign-in",
    )
    return 1


def _is_known(email: str) -> bool:
    return is_customer(email=email) or cards_of_mailbox(email).exists()


def _compose(asked: SignIn) -> EmailMultiAlternatives:
    with translation.override(settings.LANGUAGE_CODE):
        code, heading = code_of(asked), _("Sign in to see your bookings")
        minutes = int(SignIn.LIFE.total_seconds()) // MINUTE
        life = ngettext(
            "Both work once, for %d minute, and only in the browser where you asked for them.",
            "Both work once, for %d minutes, and only in the browser where you asked for them.",
            minutes,
        ) % (minutes,)
        return card_mail(
            Card(
                heading=heading,
                facts=[
                    _("Your code: %(code)s") % {"code": f"{code[:3]} {code[3:]}"},
                    _("Type it in the browser where you asked for it, or open the link there."),
                ],
                note=life,
                url=sign_in_url(token_of(asked)),
                button=_("Sign in"),
                footer=_(
                    "If it wasn’t you, do nothing, and give the code to nobody: "
                    "without it nobody sees your bookings."
                ),
            ),
            to=asked.email,
            subject=heading,
            sender=_("Booking portal"),
            business=None,
        )
