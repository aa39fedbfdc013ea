"""Plans and gift cards: offered, and sold at the desk as a team does it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.businesses.models import Business, TeamMember
from apps.catalog.models import PricingPlan, Service
from apps.catalog.queries import choose
from apps.checkout.models import GiftCard, PlanPurchase
from apps.classes import operations as classes
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import BoughtGift, BoughtPlan, Buyer, Gift
from tests.clock import NOW
from tests.factories.bookings import make_visitor
from tests.factories.money import ORIGIN


def make_plan(*, services: Sequence[Service], **columns: Any) -> PricingPlan:
    """Ten visits for 160.00, good for half a year; a membership or another price by its columns."""
    values = {
        "business": services[0].business,
        "name": "Ten classes",
        "slug": "ten-classes",
        "kind": "PACKAGE",
        "price": 16000,
        "credits": 10,
        "valid_days": 180,
        **columns,
    }
    if values["kind"] != "PACKAGE":
        values = {**values, "valid_days": None, "period_months": columns.get("period_months", 1)}
    if values["kind"] == "UNLIMITED":
        values["credits"] = None
    plan = PricingPlan.objects.create(**values)
    plan.services.set(services)
    return plan


def make_purchase(
    *,
    plan: PricingPlan,
    by: TeamMember,
    now: datetime = NOW,
    name: str = "Carl Vogt",
    email: str = "carl@example.com",
) -> PlanPurchase:
    """A plan somebody has: paid at the desk, it has begun."""
    buyer = Buyer(name=name, email=email)
    return prepaid.sell_plan(plan_id=plan.pk, buyer=buyer, by=by, now=now)


def make_gift_card(*, by: TeamMember, value: int = 5000, now: datetime = NOW) -> GiftCard:
    """A card with all of its value on it."""
    buyer = Buyer(name="Eva Lindner", email="eva@example.com")
    card = prepaid.sell_gift_card(gift=Gift(value=value, buyer=buyer), by=by, now=now)
    card.refresh_from_db()
    return card


def book_with_plan(
    session: Session, purchase: PlanPurchase, *, people: int = 1, now: datetime = NOW
) -> Booking:
    """Book places of a class with one tap."""
    service = Service.objects.select_related("business").get(pk=session.service_id or 0)
    return prepaid.book_with_plan(
        choice=choose(service=service, party_size=people),
        target=session,
        visitor=make_visitor(purchase.reference),
        purchase_id=purchase.pk,
        now=now,
    )


def make_prepared_place(session: Session, *, email: str = "carl@example.com") -> Booking:
    """A place of a class whose details are written: the next step is the money."""
    service = Service.objects.select_related("business").get(pk=session.service_id or 0)
    draft = classes.hold_seats(
        choice=choose(service=service), target=session, visitor=make_visitor(email), now=NOW
    )
    return bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email=email),
        seen_price=draft.price,
        now=NOW,
    )


def buy_online(
    plan: PricingPlan,
    *,
    seen_price: int | None = None,
    form_key: str = "a-form-that-was-shown-once",
    email: str = "carl@example.com",
    now: datetime = NOW,
) -> BoughtPlan:
    """Buy a plan on its page, having seen what it costs."""
    return prepaid.buy_plan(
        plan=plan,
        buyer=Buyer(name="Carl Vogt", email=email),
        seen_price=plan.price if seen_price is None else seen_price,
        form_key=form_key,
        visitor_hash="visitor-carl",
        origin=ORIGIN,
        now=now,
    )


def buy_gift_online(
    business: Business,
    *,
    value: int = 5000,
    form_key: str = "a-form-that-was-shown-once",
    to_email: str = "",
    now: datetime = NOW,
) -> BoughtGift:
    """Buy a gift card on its page."""
    gift = Gift(value=value, buyer=Buyer("Eva Lindner", "eva@example.com"), to_email=to_email)
    return prepaid.buy_gift_card(
        business=business,
        gift=gift,
        form_key=form_key,
        visitor_hash="visitor-eva",
        origin=ORIGIN,
        now=now,
    )
