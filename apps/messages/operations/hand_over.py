"""The one place where a mail is given to the mail server, and where its "no" is judged (rule C16).

One mail has one recipient: a refusal is theirs alone, and nobody else gets the mail again for it.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives, get_connection

from apps.messages.composing import RefusedAddress, require_plain_address
from apps.outbox.operations import GiveUp, Postpone
from apps.web import limit_rules as rules
from apps.web.limits import Hit, TooMany, require_room

PERMANENT = 500
MAX_ERROR = 500


class NotDelivered(Exception):
    """The mail server said no for now, or did not answer; the worker tries again later."""


def nothing_more() -> None:
    """What follows a mail that nobody has to mark as sent."""


def hand_over(
    mail: EmailMultiAlternatives,
    *,
    then: Callable[[], None] = nothing_more,
    message_id: str = "",
) -> None:
    """Give one mail to the server; then is called before QUIT, so that a mark follows at once.
    message_id, where given, is the same at every attempt, so that a copy is recognised (rule C9).

    Raises:
        GiveUp: the address, or the mail, is refused for good.
        NotDelivered: the server is away, slow, or refused for now.
    """
    if message_id:
        mail.extra_headers["Message-ID"] = message_id
    connection = get_connection()
    try:
        connection.open()
        connection.send_messages([mail])
        then()
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _judged(code, reply) from error
    except smtplib.SMTPDataError as error:
        raise _judged(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(type(error).__name__) from error
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def post(
    compose: Callable[[], EmailMultiAlternatives],
    *,
    to: str,
    attempt: int,
    now: datetime,
    message_id: str,
) -> None:
    """Write to somebody once: the address is looked at, floods are held back, and only then is the
    mail put together and handed over.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    require_address(to)
    if attempt == 1:
        hold_back_floods(to, now)
    hand_over(compose(), message_id=message_id)


def require_address(address: str) -> None:
    """Refuse what no mail is made for, today and at any later try.

    Raises:
        GiveUp: it is not one plain address.
    """
    try:
        require_plain_address(address)
    except RefusedAddress as error:
        raise GiveUp("not a plain e-mail address") from error


def hold_back_floods(address: str, now: datetime) -> None:
    """Count a mail to a stranger's address (rule S5).

    Raises:
        Postpone: it was one too many; it is held until the window ends.
    """
    domain = address.rsplit("@", maxsplit=1)[-1]
    hits = [
        Hit(rules.MAILS_PER_ADDRESS_HOURLY, address.lower()),
        Hit(rules.MAILS_PER_ADDRESS_DAILY, address.lower()),
        Hit(rules.MAILS_PER_DOMAIN, domain.lower()),
    ]
    try:
        require_room(hits=hits, now=now)
    except TooMany as error:
        raise Postpone(now + timedelta(seconds=error.retry_after)) from error


def _judged(code: int, reply: bytes | str) -> GiveUp | NotDelivered:
    words = _words(code, reply)
    return GiveUp(words) if code >= PERMANENT else NotDelivered(words)


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"[:MAX_ERROR]
