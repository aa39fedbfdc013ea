"""Send one mail, once: compose, hand over to the mail server, remember.

No transaction is open while the mail server is asked (rule C2). Between the
server's "accepted" and our mark a crash can repeat this one mail, with the same Message-ID
(rule C9); it can never lose it.
"""

from dataclasses import replace
from datetime import datetime

from apps.bookings import operations as bookings
from apps.bookings.models import BookingEvent
from apps.checkout.queries.orders import excess_of, handed_over_at
from apps.messages.composing import ComposedMail, RefusedAddress, compose
from apps.messages.facts import BookingFacts, Kind, overtaken_by
from apps.messages.models import Message
from apps.messages.operations.hand_over import MAX_ERROR, NotDelivered, hand_over, hold_back_floods
from apps.messages.queries import find_place_before, get_booking_facts, is_moved_again
from apps.outbox.backoff import MAX_ATTEMPTS
from apps.outbox.operations import GiveUp

MOVES = {Kind.MOVED, Kind.NEW_MOVE}


def went_back(event: BookingEvent) -> int:
    """How much went back with a move of a booking, came back from a refund that was refused, or was
    kept, in minor units."""
    if "kept" in event.after:
        return int(event.after["kept"])
    return abs(int(event.before.get("paid", 0)) - int(event.after.get("paid", 0)))


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
        hold_back_floods(message.to_address, now)
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
    if kind is Kind.NOTE:
        return replace(facts, reason=message.event.reason)
    if kind is Kind.REFUNDED:
        of, at = message.booking_id, message.event.at
        return replace(
            facts,
            went_back=went_back(message.event),
            too_much=excess_of(booking_id=of, at=at),
            handed_over=handed_over_at(booking_id=of, at=at),
        )
    if kind in {Kind.NOT_REFUNDED, Kind.KEPT}:
        return replace(facts, went_back=went_back(message.event))
    if kind in MOVES:
        before = find_place_before(message=message)
        return replace(
            facts,
            moved_from=before.starts_at,
            zone_before=before.time_zone,
            was_with=before.person,
        )
    return facts


def _compose(message: Message, kind: Kind, facts: BookingFacts, now: datetime) -> ComposedMail:
    token = (
        "" if kind.is_for_team else bookings.create_access_link(booking=message.booking, now=now)
    )
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
