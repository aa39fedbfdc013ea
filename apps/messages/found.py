"""What somebody finds at one business who only knows their own address: what is ahead, what they
had lately, and what they paid beforehand. It goes to that mailbox and is shown to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout.models import GiftCard, PlanPurchase
from apps.prepaid.queries.of_mailbox import cards_of_mailbox

MAX_LISTED = 20
MAX_PAST = 5
LATELY = timedelta(days=180)
AHEAD = (Booking.Status.PENDING, Booking.Status.CONFIRMED, Booking.Status.WAITING_LIST)
JOINED = ("business", "service", "waiting")


@dataclass(frozen=True, slots=True)
class Found:
    """Bookings ahead and past, and the plans and gift cards that can still be used."""

    ahead: Sequence[Booking] = ()
    past: Sequence[Booking] = ()
    plans: Sequence[PlanPurchase] = field(default=())
    cards: Sequence[GiftCard] = field(default=())

    def __len__(self) -> int:
        return len(self.ahead) + len(self.past) + len(self.plans) + len(self.cards)


def find_all(*, business: Business, email: str, reference: str, now: datetime) -> Found:
    """All of an address (lower case) at a business; only the booking with that reference where it
    is among them. Four queries."""
    ahead = list_ahead(business=business, email=email, now=now)
    past = list_past(business=business, email=email, now=now)
    one = Found(
        ahead=[it for it in ahead if it.reference == reference],
        past=[it for it in past if it.reference == reference],
    )
    if len(one):
        return one
    return Found(ahead, past, *_paid_beforehand(business, email))


def find_one(*, business: Business, email: str, booking_id: int) -> Found:
    """One booking, whatever became of it, as long as the address is still its own; one query."""
    one = Booking.objects.select_related(*JOINED)
    return Found(ahead=list(one.filter(pk=booking_id, business=business, contact_email=email)))


def list_ahead(*, business: Business, email: str, now: datetime) -> list[Booking]:
    """List what is ahead for an address, soonest first: places on a waitlist and wishes for a time,
    too."""
    bookings = Booking.objects.select_related(*JOINED).filter(
        business=business, contact_email=email, status__in=AHEAD, ends_at__gt=now
    )
    return list(bookings.order_by("starts_at", "pk")[:MAX_LISTED])


def list_past(*, business: Business, email: str, now: datetime) -> list[Booking]:
    """List the last visits of an address, the newest first; what was cancelled or declined, or only
    waited for, was none."""
    bookings = Booking.objects.select_related(*JOINED).filter(
        business=business,
        contact_email=email,
        status=Booking.Status.CONFIRMED,
        ends_at__lte=now,
        ends_at__gt=now - LATELY,
    )
    return list(bookings.order_by("-starts_at", "-pk")[:MAX_PAST])


def _paid_beforehand(business: Business, email: str) -> tuple[list[PlanPurchase], list[GiftCard]]:
    plans = PlanPurchase.objects.select_related("business").filter(
        business=business, customer__email=email, status__in=PlanPurchase.LIVE
    )
    cards = (
        cards_of_mailbox(email)
        .select_related("business")
        .filter(business=business, status=GiftCard.Status.ACTIVE, balance__gt=0)
    )
    return (
        list(plans.order_by("-pk")[:MAX_LISTED]),
        list(cards.order_by("-pk")[:MAX_LISTED]),
    )
