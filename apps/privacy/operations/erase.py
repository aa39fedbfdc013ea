"""One contact of one business, erased: the registry says what becomes of each column, and this
follows it, for the customer, for the team, and for the worker alike (rules D10, D12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import Business, TeamMember
from apps.checkout.models import CouponUse, GiftCard, GiftEntry, Order, Payment, PlanPurchase
from apps.customers.models import Customer
from apps.customers.operations import erase_customer
from apps.kernel.refusals import Refusal
from apps.messages.models import Message
from apps.outbox import operations as outbox
from apps.privacy.models import DataRequest, PrivacyEntry
from apps.privacy.queries.whose import (
    InTheWay,
    Whose,
    cards_of,
    find_in_the_way,
    is_on_its_way,
    rows_of,
    whose,
)
from apps.privacy.registry import BOOKING, Fate, columns_of

RECEIPT_TOPIC = "privacy.receipt"
RECEIPT_KEPT = timedelta(days=2)
"""How long the address of a receipt that does not leave is kept."""
FOLLOWED = (
    *("checkout.PlanPurchase", "checkout.CreditEntry", "checkout.Payment", "checkout.Refund"),
    "messages.Message",
)
"""Tables whose rows stay, with columns of which nothing but the registry has to be known."""


class StillOpen(Refusal):
    """Something has to end first; in_the_way says what."""

    def __init__(self, in_the_way: InTheWay) -> None:
        super().__init__("something is still open")
        self.in_the_way = in_the_way


@transaction.atomic
def erase_mailbox(*, business_id: int, email: str, now: datetime) -> PrivacyEntry | None:
    """Erase an address (lower case) at a business for whoever has proven that they read it: the
    contact who has it, and gift cards that were bought with it or for it. Rules, errors and what is
    returned are those of ``erase_person``."""
    known = Customer.objects.filter(business_id=business_id, email=email)
    return _erase_mailbox(business_id, email, known.first(), by=None, reason="", now=now)


@transaction.atomic
def erase_person(
    *, business_id: int, customer_id: int, by: TeamMember, reason: str, now: datetime
) -> PrivacyEntry | None:
    """Erase a contact of a business wherever it names them, for the team, with a reason. Return
    what the owner reads of it, None where it was done before.

    Bookings, orders and what was paid stay as numbers, so that every list and sum stays what it
    was. A receipt is mailed to the address, once, and then that copy goes too. Sent twice it is
    done once.

    Raises:
        Customer.DoesNotExist: not a contact of this business.
        StillOpen: a booking is ahead, a plan is live, or money is on its way. Nothing was changed.
    """
    customer = Customer.objects.get(pk=customer_id, business_id=business_id)
    if customer.erased_at is not None:
        return None
    return _erase_mailbox(business_id, customer.email, customer, by=by, reason=reason, now=now)


@transaction.atomic
def erase_again(*, customer: Customer, now: datetime) -> PrivacyEntry | None:
    """Erase a contact that was erased already and came back with a backup (rule D15), by the rules
    of ``erase_person``; whose receipt has long left, so nobody is written to.

    Raises:
        StillOpen: the backup has something of theirs that is open. Nothing was changed.
    """
    return _erase_mailbox(
        customer.business_id, customer.email, customer, by=None, reason="", now=now, is_again=True
    )


def _erase_mailbox(
    business_id: int,
    email: str,
    customer: Customer | None,
    *,
    by: TeamMember | None,
    reason: str,
    now: datetime,
    is_again: bool = False,
) -> PrivacyEntry | None:
    business = Business.objects.get(pk=business_id)
    theirs = whose(business_id=business_id, email=email, customer=customer)
    _lock(theirs, customer)
    in_the_way = find_in_the_way(business_id=business_id, email=email, customer=customer, now=now)
    if in_the_way:
        raise StillOpen(in_the_way)
    actor = Actor.system() if is_again else Actor.of(by)
    counts = erase_whose(theirs, business=business, actor=actor, now=now)
    counts["gift_cards"] = _erase_cards(theirs, business=business)
    is_new = customer is not None and erase_customer(
        customer_id=customer.pk, business_id=business_id, name=word_for(business), now=now
    )
    _erase_traces(customer, email, business=business)
    if not (is_new or counts["gift_cards"]):
        return None
    entry = PrivacyEntry.objects.create(
        business=business,
        customer=customer,
        what=PrivacyEntry.What.ERASED,
        actor=PrivacyEntry.Actor(actor.kind.value),
        user_id=by.user_id if by else None,
        reason=reason,
        counts=counts,
        tell="" if is_again else email,
        at=now,
    )
    if not is_again:
        _send_receipt(entry, now=now)
    return entry


def _send_receipt(entry: PrivacyEntry, *, now: datetime) -> None:
    outbox.enqueue(
        topic=RECEIPT_TOPIC,
        payload={"entry_id": entry.pk},
        business_id=entry.business_id,
        now=now,
        key=f"{RECEIPT_TOPIC}:{entry.pk}",
    )


def _lock(theirs: Whose, customer: Customer | None) -> None:
    """In the order of docs/lock-order.md: bookings, the contact (so that none comes to it while it
    is looked at), orders and payments, plans with theirs, gift cards."""
    of_bookings = Order.objects.filter(booking__in=theirs.booking_ids)
    of_plans = Order.objects.filter(purchase__in=theirs.plan_ids)
    for rows in (
        Booking.objects.filter(pk__in=theirs.booking_ids),
        Customer.objects.filter(pk=customer.pk if customer else 0),
        of_bookings,
        Payment.objects.filter(order__in=of_bookings),
        PlanPurchase.objects.filter(pk__in=theirs.plan_ids),
        of_plans,
        Payment.objects.filter(order__in=of_plans),
        cards_of(business_id=theirs.business_id, email=theirs.email),
    ):
        list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def word_for(business: Business) -> str:
    """What stands where a name stood, in the language of the business."""
    with translation.override(business.locale):
        return _("Erased")


def erase_whose(
    theirs: Whose, *, business: Business, actor: Actor, now: datetime
) -> dict[str, int]:
    """Erase bookings and plans, and what hangs on them; return how many there were of each.

    To be called with their rows locked in order.
    """
    word = word_for(business)
    rows = Booking.objects.filter(pk__in=theirs.booking_ids, business=business)
    done = bookings.erase_bookings(
        bookings=rows, columns=_emptied(BOOKING, word), actor=actor, now=now
    )
    for table in FOLLOWED:
        rows_of(table, theirs).update(**_emptied(table, word))
    told = Message.objects.filter(booking__in=theirs.booking_ids)
    told.filter(status=Message.Status.QUEUED).update(status=Message.Status.SKIPPED)
    number = Concat(Value("order-"), Cast(F("order_id"), CharField()))
    used = CouponUse.objects.filter(pk__in=rows_of("checkout.CouponUse", theirs).values("pk"))
    used.update(mailbox=number)
    return {"bookings": len(done), "plans": len(theirs.plan_ids)}


def _emptied(table: str, word: str) -> Mapping[str, Any]:
    """What the registry makes of the columns of a table."""
    values: dict[Fate, Any] = {Fate.BLANK: "", Fate.WORD: word, Fate.EMPTY: {}}
    return {it.column: values[it.fate] for it in columns_of(table, *values)}


def _erase_cards(theirs: Whose, *, business: Business) -> int:
    """A card stays valid for whoever has its code; who bought it, and for whom, goes where it is
    this one."""
    cards = cards_of(business_id=theirs.business_id, email=theirs.email)
    keys = list(cards.values_list("pk", flat=True))
    bought = GiftCard.objects.filter(pk__in=keys, buyer_email=theirs.email)
    got = GiftCard.objects.filter(pk__in=keys, to_email=theirs.email)
    got.update(to_name="", to_email="", words="")
    bought.update(buyer_name=word_for(business), buyer_email="", words="", visitor_hash="")
    _erase_words_of_cards(keys)
    return len(keys)


def _erase_words_of_cards(keys: Sequence[int]) -> None:
    GiftEntry.objects.filter(card__in=keys).exclude(reason="").update(reason="")
    paid = Payment.objects.filter(order__gift_card__in=keys)
    paid.update(**_emptied("checkout.Payment", ""))


@transaction.atomic
def erase_names_of_cards(*, cards: QuerySet[GiftCard], business: Business) -> int:
    """Erase who bought these cards and for whom; return how many there were."""
    keys = list(cards.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    GiftCard.objects.filter(pk__in=keys).update(**_emptied("checkout.GiftCard", word_for(business)))
    _erase_words_of_cards(keys)
    return len(keys)


@transaction.atomic
def erase_quietly(
    theirs: Whose,
    *,
    business: Business,
    actor: Actor,
    now: datetime,
    customer: Customer | None = None,
) -> dict[str, int]:
    """Erase what has reached the end of its time, and with it the contact where one is given; what
    is still open waits for the next time. Nobody is written to. Return how many there were."""
    nothing = {"bookings": 0, "people": 0}
    _lock(theirs, customer)
    paid = Q(order__booking__in=theirs.booking_ids) | Q(order__purchase__in=theirs.plan_ids)
    if is_on_its_way(Payment.objects.filter(paid)):
        return nothing
    if customer and Booking.objects.filter(customer=customer, erased_at=None).exists():
        return nothing
    counts = erase_whose(theirs, business=business, actor=actor, now=now)
    if customer is None:
        return {**nothing, "bookings": counts["bookings"]}
    email, word = customer.email, word_for(business)
    done = erase_customer(customer_id=customer.pk, business_id=business.pk, name=word, now=now)
    _erase_traces(customer, email, business=business)
    return {**nothing, "people": int(done)}


def _erase_traces(customer: Customer | None, email: str, *, business: Business) -> None:
    """What lies about beside the contact: links that were asked for, mails that have yet to leave,
    and what the admin wrote down."""
    DataRequest.objects.filter(business=business, email=email).delete()
    outbox.forget_address(business_id=business.pk, email=email)
    if customer is not None:
        contacts = ContentType.objects.get_for_model(Customer)
        lines = LogEntry.objects.filter(content_type=contacts, object_id=str(customer.pk))
        lines.update(object_repr=word_for(business))


def note_told(*, entry_id: int) -> None:
    """Forget where a receipt went: it has left, or never will."""
    PrivacyEntry.objects.filter(pk=entry_id).update(tell="")


def forget_receipts(*, now: datetime) -> int:
    """Forget the addresses of receipts that no mail server has taken for two days; return how
    many."""
    late = PrivacyEntry.objects.exclude(tell="").filter(at__lt=now - RECEIPT_KEPT)
    return late.update(tell="")
