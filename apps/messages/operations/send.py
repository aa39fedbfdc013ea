"""Send one mail, once: compose, hand over to the mail server, remember.

Here is the one place where a mail is given to the mail server, and where its "no" is judged
(rule C16). One mail has one recipient: a refusal is theirs alone, and nobody else gets the mail
again for it. No transaction is open while the server is asked (rule C2). Between its "accepted" and
our mark a crash can repeat this one mail, with the same Message-ID (rule C9); it can never lose it.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives, get_connection

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, BookingEvent
from apps.checkout.queries.given_back import excess_of, handed_over_at
from apps.customers.queries import identity_of, is_proven
from apps.messages.composing import ComposedMail, compose
from apps.messages.facts import BookingFacts, Kind, overtaken_by
from apps.messages.mails import RefusedAddress, require_plain_address
from apps.messages.models import Message
from apps.messages.move_facts import find_move_asked
from apps.messages.move_words import OF_MOVE_REQUESTS
from apps.messages.purposes import purpose_of
from apps.messages.queries import (
    find_place_before,
    get_booking_facts,
    is_moved_again,
    with_better_time,
)
from apps.outbox.backoff import MAX_ATTEMPTS
from apps.outbox.registry import GiveUp, Postpone
from apps.web import limit_rules as rules
from apps.web.limits import Hit, TooMany, require_room
from apps.web.text import MAIL_PROVIDERS

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
    asked_for: str = "",
) -> None:
    """Write to somebody once: the address is looked at, floods are held back, and only then is the
    mail put together and handed over. asked_for names what anybody may ask for with an address.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    require_address(to)
    if attempt == 1:
        hold_back_floods(to, now, asked_for=asked_for)
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


def hold_back_floods(
    address: str, now: datetime, *, asked_for: str = "", by_anybody: bool = False
) -> None:
    """Count a mail to somebody's mailbox, however it is spelled (rule S5). What anybody may ask for
    with an address (asked_for) counts by itself: whoever asks in another's name holds back nothing
    else of theirs. A mailbox that somebody has signed in with gets more.

    What anybody can cause (by_anybody, asked_for) counts for its domain too, unless strangers share
    that: the customers of one provider would hold each other up, and one of them all the others.

    Raises:
        Postpone: it was one too many; it is held until the window ends.
    """
    try:
        require_room(hits=_hits(address.lower(), asked_for, now, by_anybody=by_anybody), now=now)
    except TooMany as error:
        raise Postpone(now + timedelta(seconds=error.retry_after)) from error


def _hits(address: str, asked_for: str, now: datetime, *, by_anybody: bool) -> list[Hit]:
    mailbox, domain = identity_of(address), address.rsplit("@", maxsplit=1)[-1]
    is_counted = (by_anybody or bool(asked_for)) and domain not in MAIL_PROVIDERS
    of_domain = [Hit(rules.MAILS_PER_DOMAIN, domain)] if is_counted else []
    if asked_for:
        return [Hit(rules.ASKED_MAILS_PER_ADDRESS, f"{asked_for}:{mailbox}"), *of_domain]
    if is_proven(email=address, now=now):
        return [Hit(rules.MAILS_PER_PROVEN_ADDRESS, mailbox)]
    return [
        Hit(rules.MAILS_PER_ADDRESS_HOURLY, mailbox),
        Hit(rules.MAILS_PER_ADDRESS_DAILY, mailbox),
        *of_domain,
    ]


def _judged(code: int, reply: bytes | str) -> GiveUp | NotDelivered:
    words = _words(code, reply)
    return GiveUp(words) if code >= PERMANENT else NotDelivered(words)


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"[:MAX_ERROR]


MOVES = {Kind.MOVED, Kind.NEW_MOVE}


def went_back(event: BookingEvent) -> int:
    """How much went back with a move of a booking, came back from a refund that was refused, or was
    kept, in minor units."""
    if "kept" in event.after:
        return int(event.after["kept"])
    return abs(int(event.before.get("paid", 0)) - int(event.after.get("paid", 0)))


def words_of_team(event: BookingEvent) -> str:
    """What the team wrote to the customer when it moved a booking."""
    moved, team = BookingEvent.Action.MOVED, BookingEvent.Actor.TEAM
    return event.reason if (event.action, event.actor) == (moved, team) else ""


def send_message(*, message_id: int, attempt: int, now: datetime) -> Message:
    """Send the message unless it was sent already or something newer has overtaken it.

    A FAILED message is tried again: an operator asked for it by *Retry now* on its outbox item.
    ``attempt`` counts from 1; limits for strangers' addresses are counted at the first attempt
    only. A fresh manage link is made for the mail, and only its hash is stored.

    Raises:
        GiveUp: the address is refused for good; the message is FAILED and shown to the owner.
        Postpone: too many mails to this address (rule S5); they are held until later.
        NotDelivered: the server is away, slow, or refused for now.
    """
    message = Message.objects.select_related("booking", "event").get(pk=message_id)
    if message.status in {Message.Status.SENT, Message.Status.SKIPPED}:
        return message
    kind = Kind(message.kind)
    facts = get_booking_facts(booking_id=message.booking_id)
    facts = _with_event(facts, kind, message)
    if kind in MOVES and (reason := _moved_meanwhile(message)):
        return _settle(message, Message.Status.SKIPPED, error=f"overtaken: {reason}")
    if reason := overtaken_by(kind=kind, facts=facts, now=now):
        return _settle(message, Message.Status.SKIPPED, error=f"overtaken: {reason}")
    if attempt == 1 and not kind.is_for_team:
        by_anybody = message.event.actor == BookingEvent.Actor.CUSTOMER
        hold_back_floods(message.to_address, now, by_anybody=by_anybody)
    composed = _compose(message, kind, facts, now)
    try:
        hand_over(composed.mail, then=lambda: _settle_sent(message, composed, now))
    except GiveUp as refused:
        _settle(message, Message.Status.FAILED, error=str(refused))
        raise
    except NotDelivered as error:
        last = attempt >= MAX_ATTEMPTS
        _settle(message, Message.Status.FAILED if last else Message.Status.QUEUED, error=str(error))
        raise
    return message


def _moved_meanwhile(message: Message) -> str:
    """What makes a mail about a move say nothing by now, "" where it does."""
    if is_moved_again(event=message.event):
        return "moved again"
    return "moved back" if find_place_before(message=message).is_back else ""


def _with_event(facts: BookingFacts, kind: Kind, message: Message) -> BookingFacts:
    """Add what only the event tells: words, money that went back, the time before."""
    if kind in {Kind.NOTE, Kind.CANCELED, Kind.NEW_CANCELED}:
        reason = facts.reason if kind is Kind.CANCELED else message.event.reason
        return replace(facts, reason=reason, withdrawn=_is_withdrawn(message))
    if kind in OF_MOVE_REQUESTS:
        move = find_move_asked(event=message.event)
        return replace(facts, move=move, reason=message.event.reason)
    if kind is Kind.REFUNDED:
        of, at = message.booking_id, message.event.at
        return replace(
            facts,
            went_back=went_back(message.event),
            too_much=excess_of(booking_id=of, at=at),
            handed_over=handed_over_at(booking_id=of, at=at),
        )
    if kind in {Kind.RESIZED, Kind.NEW_RESIZED}:
        return replace(facts, people_before=int(message.event.before.get("party_size", 0)))
    if kind is Kind.BETTER:
        return with_better_time(facts, event=message.event)
    if kind in {Kind.NOT_REFUNDED, Kind.KEPT}:
        return replace(facts, went_back=went_back(message.event))
    if kind in MOVES:
        before = find_place_before(message=message)
        return replace(
            facts,
            moved_from=before.starts_at,
            zone_before=before.time_zone,
            was_with=before.person,
            reason=words_of_team(message.event),
        )
    return facts


def _is_withdrawn(message: Message) -> bool:
    event = message.event
    was = event.before.get("status") == Booking.Status.PENDING
    of_customer = event.actor == BookingEvent.Actor.CUSTOMER
    return was and of_customer and message.booking.was_asked_for


def _compose(message: Message, kind: Kind, facts: BookingFacts, now: datetime) -> ComposedMail:
    token = ""
    if not kind.is_for_team:
        purpose = AccessLink.Purpose(purpose_of(facts, kind, now=now))
        token = bookings.create_access_link(booking=message.booking, purpose=purpose, now=now)
    try:
        return compose(
            facts=facts,
            kind=kind,
            to_address=message.to_address,
            message_id=message.message_id,
            token=token,
            now=now,
        )
    except RefusedAddress as error:
        _settle(message, Message.Status.FAILED, error="not a plain e-mail address")
        raise GiveUp("not a plain e-mail address") from error


def _settle_sent(message: Message, composed: ComposedMail, now: datetime) -> None:
    message.subject = composed.subject
    message.body_text = composed.kept_text
    message.sent_at = now
    _settle(message, Message.Status.SENT, error="")


def _settle(message: Message, status: Message.Status, *, error: str) -> Message:
    message.status = status
    message.error = error[:MAX_ERROR]
    message.save(update_fields=["status", "error", "subject", "body_text", "sent_at"])
    return message
