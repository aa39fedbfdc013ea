"""The way back to an account: a mail with a link to choose a new password.

The page that asks for it writes down the typed address and nothing else, for known and unknown
ones alike. Who that is, and the key, come about here: the key is made when the mail leaves, so that
it is in no table and in no log, and a slow mail server does not eat up its time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.businesses.models import Business
from apps.businesses.queries import list_memberships
from apps.messages.mails import Card, card_mail
from apps.messages.operations.send import post
from apps.outbox import operations as outbox

RESET_TOPIC = "accounts.reset"
MINUTE = 60


@dataclass(frozen=True, slots=True)
class _Account:
    user: AbstractBaseUser
    address: str


def ask_for_reset(*, email: str, now: datetime) -> None:
    """Write down that somebody at this address wants a new password, in the caller's transaction.

    The same work whoever it is: nobody is looked for here.
    """
    outbox.enqueue(topic=RESET_TOPIC, payload={"email": email}, business_id=None, now=now)


def send_reset(
    *, email: str, attempt: int, now: datetime, user_id: int | None = None, message_id: str = ""
) -> int:
    """Mail a link to each active account of an address; return how many there were.

    It goes to the address as it stands in the account, never to one that only looks alike. Where
    there are several, each is mailed by an item of its own (user_id): a refusal is theirs alone.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    accounts = [it for it in _accounts_of(email) if user_id in (None, it.user.pk)]
    if not accounts:
        return 0
    if len(accounts) > 1:
        _ask_for_each(accounts, email, key=message_id, now=now)
        return len(accounts)
    (account,) = accounts
    post(
        lambda: _compose(account),
        to=account.address,
        attempt=attempt,
        now=now,
        message_id=message_id,
        asked_for="reset",
    )
    return 1


@transaction.atomic
def _ask_for_each(accounts: Sequence[_Account], email: str, *, key: str, now: datetime) -> None:
    for account in accounts:
        outbox.enqueue(
            topic=RESET_TOPIC,
            payload={"email": email, "user_id": account.user.pk},
            business_id=None,
            now=now,
            key=key and f"{key}:{account.user.pk}",
        )


def _accounts_of(email: str) -> Iterator[_Account]:
    users = get_user_model().objects
    seen = set()
    known = EmailAddress.objects.filter(email__iexact=email, user__is_active=True)
    for row in known.select_related("user").order_by("pk"):
        if row.user_id not in seen:
            seen.add(row.user_id)
            yield _Account(row.user, row.email)
    for user in users.filter(email__iexact=email, is_active=True).exclude(pk__in=seen):
        yield _Account(user, user.email)


def reset_url(user: AbstractBaseUser) -> str:
    """A fresh address to choose a password at, once: it ends with the password that it changes."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    path = reverse("account_reset_password_from_key", kwargs=key)
    return f"{settings.PORTAL_ORIGIN}{path}"


def _compose(account: _Account) -> EmailMultiAlternatives:
    business = _business_of(account.user)
    with translation.override(business.locale if business else settings.LANGUAGE_CODE):
        sender = business.name if business else _("Booking portal")
        heading = _("Choose a new password")
        return card_mail(
            Card(
                heading=heading,
                facts=[account.address, _("Somebody asked for this on the sign-in page.")],
                note=_life_words(),
                url=reset_url(account.user),
                button=heading,
                footer=_("If it wasn’t you, do nothing: your password stays the same."),
            ),
            to=account.address,
            subject=heading,
            sender=sender,
            business=business,
        )


def _life_words() -> str:
    minutes = -(-settings.PASSWORD_RESET_TIMEOUT // MINUTE)
    return ngettext(
        "The link works once, for %d minute.", "The link works once, for %d minutes.", minutes
    ) % (minutes,)


def _business_of(user: AbstractBaseUser) -> Business | None:
    """Whose look and language the mail has: the first team of this person."""
    return next((member.business for member in list_memberships(user=user)), None)
