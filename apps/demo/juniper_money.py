"""Money at Juniper Hair: one customer pays after somebody else has taken the time (picture 12), and
two gift cards are bought at the desk."""

from datetime import datetime, timedelta

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, Visitor
from apps.bookings.wishes import Wish
from apps.catalog.queries import Choice, choose
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, SandboxSession
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.demo.build import Shop
from apps.demo.visits import address_of
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, Gift
from apps.waitlists.queries import find_times_for

SERVICE, PERSON = "gloss-and-tone", "Mia"
FIRST, SECOND = "Sofie Arndt", "Romy Jung"
EARLIER, HOLD_OVER, PAID = timedelta(hours=3), timedelta(hours=2), timedelta(hours=1, minutes=50)
DAYS_AHEAD = 4
ORIGIN = "http://127.0.0.1:8000"
SOLD = (
    (9, 8000, "Hanna Kurz", "Ida Sommer", "For your first autumn in Berlin."),
    (5, 5000, "Felix Haas", "", ""),
)
"""Days ago, worth in minor units, who bought it, for whom, and the words on it."""


def let_one_pay_late(shop: Shop, *, now: datetime) -> None:
    """Romy begins first and pays too late; Sofie has the time. Nothing when no time is free."""
    choice = choose(service=shop.services[SERVICE], resource_id=shop.people[PERSON].resource_id)
    today = now.astimezone(shop.business.zone).date()
    days = Wish(today + timedelta(days=1), today + timedelta(days=DAYS_AHEAD))
    free = find_times_for(choice=choice, wish=days, now=now)
    if not free:
        return
    romy = _prepare(choice, SECOND, free[0], at=now - EARLIER)
    payment = _check_out(romy, Way.FULL, at=now - EARLIER)
    SandboxSession.objects.filter(ref=payment.provider_ref).update(expires_at=now)
    sofie = _prepare(choice, FIRST, free[0], at=now - HOLD_OVER)
    first = _check_out(sofie, Way.DEPOSIT, at=now - HOLD_OVER)
    for paid, at in ((first, now - HOLD_OVER), (payment, now - PAID)):
        checkout.act_in_sandbox(ref=paid.provider_ref, act=Act.PAY_SILENTLY, now=at)
        checkout.settle_payment(payment_id=paid.pk, now=at)


def _prepare(choice: Choice, name: str, starts_at: datetime, *, at: datetime) -> Booking:
    draft = bookings.place_hold(
        choice=choice,
        starts_at=starts_at,
        visitor=Visitor("", "", choice.service.business.time_zone),
        now=at,
    )
    return bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name=name, email=address_of(name)),
        seen_price=draft.price,
        now=at,
    )


def _check_out(draft: Booking, way: Way, *, at: datetime) -> Payment:
    quote = offer_of(booking=draft, now=at).quotes[way]
    checkout.check_out(
        draft_id=draft.draft_id,
        way=way,
        seen=Seen.of(quote),
        origin=ORIGIN,
        now=at,
    )
    return Payment.objects.get(order__booking=draft)


def sell_gift_cards(shop: Shop, *, now: datetime) -> None:
    """Sell them; of the newer one something was taken off by phone."""
    for days_ago, value, buyer, to_name, words in SOLD:
        at = now - timedelta(days=days_ago)
        gift = Gift(value, Buyer(buyer, address_of(buyer)), to_name=to_name, words=words)
        card = prepaid.sell_gift_card(gift=gift, by=shop.owner, now=at)
    prepaid.adjust_gift_card(
        card_id=card.pk,
        amount=-1500,
        seen_balance=card.balance,
        reason="A shampoo by post",
        by=shop.owner,
        now=now - timedelta(days=2),
    )
