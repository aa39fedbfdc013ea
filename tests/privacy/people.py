"""Somebody whose name stands nowhere else, with everything a business may keep of her; and a search
through all that is stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models

from apps.bookings import operations as bookings
from apps.bookings.models import Answer, Booking, Participant
from apps.bookings.operations import Details
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, GiftCard, Payment, PlanPurchase
from apps.customers import operations as customers
from apps.customers.models import Customer
from apps.outbox.models import OutboxItem
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, Gift
from tests.factories import NOW, Salon, make_draft
from tests.factories.money import work
from tests.factories.prepaid import make_plan

NAME, EMAIL, PHONE = "Zenobia Quirke", "zenobia@quirke.example", "+4917655512345"
TRACES = ("zenobia", "quirke", "17655512345")
AFTER = NOW + timedelta(days=60)
"""Long after everything she booked."""


@dataclass(frozen=True)
class Zenobia:
    customer: Customer
    visit: Booking
    canceled: Booking
    plan: PlanPurchase
    card: GiftCard


def make_zenobia(salon: Salon) -> Zenobia:
    """A visit that was paid and partly refunded, a cancelled one, a plan that has ended, and a gift
    card; with words of hers and about her wherever somebody may type."""
    visit, canceled = _visit(salon, 26), _visit(salon, 27)
    olga = salon.olga
    bookings.cancel_booking(
        booking_id=canceled.pk,
        business_id=salon.business.pk,
        revision=canceled.revision,
        by=olga,
        now=NOW,
        reason=f"Sorry, {NAME}",
    )
    checkout.mark_paid(booking_id=visit.pk, revision=visit.revision, by=olga, now=NOW)
    checkout.refund_order(
        booking_id=visit.pk, amount=100, seen_refunded=0, reason=f"For {NAME}", by=olga, now=NOW
    )
    plan = prepaid.sell_plan(
        plan_id=make_plan(services=[salon.cut]).pk,
        buyer=Buyer(name=NAME, email=EMAIL, phone=PHONE),
        by=olga,
        now=NOW,
    )
    gift = Gift(
        value=5000,
        buyer=Buyer(name=NAME, email=EMAIL),
        to_name="Carl",
        to_email="carl@example.com",
        words=f"Love, {NAME}",
    )
    card = prepaid.sell_gift_card(gift=gift, by=olga, now=NOW)
    bookings.ask_for_links(business=salon.business, email=EMAIL, reference="", now=NOW)
    work(NOW + timedelta(minutes=20))
    plan.refresh_from_db()
    prepaid.cancel_plan(
        purchase_id=plan.pk,
        revision=plan.revision,
        amount=0,
        seen_refunded=0,
        reason=f"{NAME} moved away",
        by=olga,
        now=NOW,
    )
    customers.save_person(email=EMAIL, name="Tom Quirke", now=NOW)
    customer = Customer.objects.get(email=EMAIL)
    _write_everywhere(customer, visit, plan, card)
    visit.refresh_from_db()
    canceled.refresh_from_db()
    return Zenobia(customer, visit, canceled, plan, card)


def _visit(salon: Salon, day: int) -> Booking:
    draft = make_draft(service=salon.cut, starts_at=salon.at(day, 10), now=NOW, visitor="zenobia")
    details = Details(
        name=NAME,
        email=EMAIL,
        phone=PHONE,
        visit_address="Quirke Lane 1",
        note=f"{NAME} is allergic",
        participant_names=[NAME],
        consents=["I agree"],
    )
    return bookings.submit_draft(
        draft_id=draft.draft_id, details=details, seen_price=draft.price, now=NOW
    )


def _write_everywhere(
    customer: Customer, visit: Booking, plan: PlanPurchase, card: GiftCard
) -> None:
    """What people type in places where they need not."""
    Booking.objects.filter(customer=customer).update(
        owner_note=f"{NAME} talks", override_reason=f"{NAME} asked"
    )
    line = visit.history.latest("pk")
    line.before = {**line.before, "override_reason": f"{NAME} asked"}
    line.after = {**line.after, "override_reason": f"{NAME} asked"}
    line.save()
    Answer.objects.create(booking=visit, label="Anything?", kind="SHORT", value=f"{NAME}: no")
    Participant.objects.create(booking=visit, name=NAME)
    CreditEntry.objects.filter(purchase=plan).update(reason=f"{NAME} asked")
    card.entries.update(reason=f"{NAME} paid")
    Payment.objects.filter(order__booking=visit).update(failure=f"card of {NAME}")
    OutboxItem.objects.filter(topic="mail.send").update(last_error=f"550 <{EMAIL}> unknown")
    LogEntry.objects.create(
        user=User.objects.get(),
        content_type=ContentType.objects.get_for_model(Customer),
        object_id=str(customer.pk),
        object_repr=NAME,
        action_flag=CHANGE,
        change_message="[]",
    )


def traces() -> list[str]:
    """Each column of the whole database that tells of her, with how many rows."""
    return [f"{where} ({n})" for where, n in _counted() if n]


def _counted() -> Iterator[tuple[str, int]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                values = model._default_manager.values_list(field.name, flat=True)
                yield f"{model._meta.label}.{field.name}", sum(map(_tells, values))


def _tells(value: Any) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return any(it in text.lower() for it in TRACES)
