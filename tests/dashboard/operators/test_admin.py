"""The operators' pages: all of them open, quick whatever the rows, inert whatever the text."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from apps.availability.models import (
    CourseRun,
    DateException,
    DecidedDay,
    Seating,
    SessionSeries,
)
from apps.bookings.models import (
    Answer,
    Attendance,
    Booking,
    BookingEvent,
    MoveWish,
    Participant,
    ParticipantChoice,
    SuggestedTime,
    WaitlistEntry,
)
from apps.bookings.operations import create_access_link, exchange_link
from apps.businesses.models import Business, FormerSlug, TeamMember
from apps.catalog.models import AddOn, FormerServiceSlug, Service
from apps.checkout.models import (
    CouponUse,
    CreditEntry,
    CreditNote,
    GiftCard,
    GiftEntry,
    Order,
    OrderLine,
    Payment,
    PlanPurchase,
    ProviderEvent,
    Receipt,
    ReceiptCounter,
    Refund,
    RefundLine,
    SandboxSession,
)
from apps.customers.models import Consent, Customer, SavedPerson, SignedInDevice, SignIn
from apps.demo.seed import seed_demo
from apps.messages.operations import fan_out
from apps.privacy import operations as privacy
from apps.privacy.models import PrivacyEntry, Retention
from apps.web.models import RateCounter
from tests.factories import NOW
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.detail]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}{% debug %}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
]
RAW = ["<script>alert(1)", "<img src=x", "<svg/onload", "49{%"]


def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


MODELS = registered()
NAMES = [model._meta.label for model in MODELS]


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_url(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo and at least three rows of everything that it lacks, with hostile names."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo(now=NOW)
        add_what_the_demo_lacks()
        yield
        transaction.set_rollback(True)


def add_money(booking: Booking, number: int) -> None:
    order, _new = Order.objects.get_or_create(
        booking=booking,
        defaults={
            "business": booking.business,
            "reference": f"ADMIN00{number}",
            "way": "FULL",
            "currency": "EUR",
            "total": 4800,
            "due_now": 4800,
            "placed_at": NOW,
        },
    )
    line = OrderLine.objects.create(order=order, name=HOSTILE[number], amount=4800, total=4800)
    payment = Payment.objects.create(
        business=booking.business,
        order=order,
        kind="ONLINE",
        provider="practice",
        provider_ref=f"practice_{number}",
        amount=4800,
        failure=HOSTILE[number],
        created_at=NOW,
    )
    refund = Refund.objects.create(
        business=booking.business,
        payment=payment,
        amount=1,
        reason=HOSTILE[number],
        created_at=NOW,
    )
    RefundLine.objects.create(refund=refund, line=line, amount=1)
    CreditNote.objects.create(order=order, amount=1, people=1, given_at=NOW)
    ReceiptCounter.objects.create(business=booking.business, year=2100 + number, last=1)
    Receipt.objects.get_or_create(
        order=order,
        defaults={
            "business": booking.business,
            "year": 2100,
            "number": number + 1,
            "given_at": NOW,
        },
    )
    ProviderEvent.objects.create(
        provider="practice", event_id=HOSTILE[number], kind="paid", received_at=NOW
    )
    coupon = make_coupon(business=booking.business, code=f"ADMIN{number}", name=HOSTILE[number])
    CouponUse.objects.create(
        coupon=coupon, order=order, mailbox=HOSTILE[number], number=1, amount=1
    )
    make_discount(business=booking.business, name=HOSTILE[number])
    SandboxSession.objects.create(
        key=f"admin-{number}",
        ref=f"practice_{number}",
        seller=HOSTILE[number],
        words=HOSTILE[number],
        amount=4800,
        currency="EUR",
        expires_at=NOW,
    )


def add_prepaid(business: Business, number: int) -> None:
    """A plan on offer, one that was bought, and a gift card, each with a hostile text."""
    service = Service.objects.filter(business=business, kind="APPOINTMENT").earliest("pk")
    olga = TeamMember.objects.select_related("business").get(business=business, role="OWNER")
    plan = make_plan(services=[service], slug=f"admin-{number}", name=HOSTILE[number])
    purchase = make_purchase(plan=plan, by=olga, name=HOSTILE[number])
    CreditEntry.objects.create(
        purchase=purchase, kind="ADJUSTED", amount=0, left=10, reason=HOSTILE[number], at=NOW
    )
    card = make_gift_card(by=olga)
    GiftCard.objects.filter(pk=card.pk).update(buyer_name=HOSTILE[number], words=HOSTILE[number])
    GiftEntry.objects.create(
        card=card, kind="ADJUSTED", amount=0, left=5000, reason=HOSTILE[number], at=NOW
    )


def _sign_in(email: str, *, name: str) -> None:
    """Somebody asked for a code, a device of theirs is signed in, and they book for somebody."""
    later = NOW + timedelta(minutes=10)
    SignIn.objects.create(email=email, form_key=email, asked_at=NOW, expires_at=later)
    SignedInDevice.objects.create(
        email=email, key_hash=email, name=name, signed_in_at=NOW, ends_at=later
    )
    SavedPerson.objects.create(email=email, name=name, place=0, created_at=NOW)


def add_waiting(booking: Booking) -> None:
    """A place in line and a wish for a better time, both of them over."""
    WaitlistEntry.objects.create(
        business=booking.business,
        booking=booking,
        session_id=booking.session_id,
        people=1,
        rank=1,
        state="LEFT",
        joined_at=NOW,
    )
    MoveWish.objects.create(
        business=booking.business,
        booking=booking,
        wanted_first_on=NOW.date(),
        wanted_last_on=NOW.date(),
        state="ENDED",
        asked_at=NOW,
    )


def _signs_in_and_asks(business: Business, number: int) -> None:
    _sign_in(f"eva{number}@example.com", name=HOSTILE[number])
    privacy.ask_for_data(business=business, email=f"eva{number}@example.com", now=NOW)
    Retention.objects.create(business=Business.objects.order_by("pk")[number])
    PrivacyEntry.objects.create(
        business=business,
        what="ERASED",
        actor="TEAM",
        reason=HOSTILE[number],
        counts={"bookings": 1},
        at=NOW,
    )


def add_what_the_demo_lacks() -> None:
    business = Business.objects.get(slug="juniper")
    service = Service.objects.filter(business=business).earliest("pk")
    customers = list(Customer.objects.filter(business=business)[:3])
    came = Booking.objects.filter(business=business).exclude(status="WAITING_LIST")
    bookings = list(came.order_by("-pk")[:3])
    for number in range(3):
        FormerSlug.objects.create(business=business, slug=f"former-{number}")
        FormerServiceSlug.objects.create(
            business=business, service=service, slug=f"former-{number}"
        )
        Consent.objects.create(
            business=business, customer=customers[number], wording=HOSTILE[number], given_at=NOW
        )
        RateCounter.objects.create(key_hash=str(number), window_started_at=NOW)
        exchange_link(token=create_access_link(booking=bookings[number], now=NOW), now=NOW)
        Participant.objects.create(booking=bookings[number], name=HOSTILE[number])
        ParticipantChoice.objects.create(
            booking=bookings[number], name=HOSTILE[number], people=2, price=900
        )
        make_series(business, service, number)
        add_money(bookings[number], number)
        add_prepaid(business, number)
        add_waiting(bookings[number])
        Attendance.objects.create(
            business=business,
            booking=bookings[number],
            session_id=bookings[number].session_id or 0,
            seat=0,
            state="HERE",
            marked_at=NOW,
        )
        SuggestedTime.objects.create(booking=bookings[number], starts_at=NOW)
        Answer.objects.create(
            booking=bookings[number], label=HOSTILE[number], value=HOSTILE[-1], kind="SHORT_TEXT"
        )
        event = BookingEvent.objects.filter(booking=bookings[number]).latest("pk")
        fan_out(booking_id=bookings[number].pk, event_id=event.pk, now=NOW)
        Group.objects.create(name=HOSTILE[number])
        _signs_in_and_asks(business, number)
    for user in User.objects.all()[:3]:
        Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    Booking.objects.filter(pk=bookings[0].pk).update(
        contact_name=HOSTILE[0], title=HOSTILE[1], customer_note=HOSTILE[5], owner_note=HOSTILE[3]
    )
    Business.objects.filter(pk=business.pk).update(name=HOSTILE[1])
    Service.objects.filter(pk=service.pk).update(name=HOSTILE[5], summary=HOSTILE[2])
    Customer.objects.filter(pk=customers[0].pk).update(name=HOSTILE[0])
    AddOn.objects.update(name=HOSTILE[0])
    DateException.objects.update(reason=HOSTILE[5])


def make_series(business: Business, service: Service, number: int) -> None:
    DecidedDay.objects.create(
        business=business, service=service, on=NOW.date() + timedelta(days=number), decided_at=NOW
    )
    SessionSeries.objects.create(
        business=business,
        service=service,
        rrule="FREQ=WEEKLY;COUNT=2;BYDAY=TU",
        first_on=NOW.date(),
        starts_minute=420,
        duration_minutes=60,
        capacity=12,
        created_at=NOW,
    )
    run = CourseRun.objects.create(
        business=business,
        service=service,
        name=HOSTILE[number],
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        capacity=12,
    )
    Seating.objects.create(business=business, course_run=run, seats=1, expires_at=NOW)


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("operator", "operator@portal.example", "correct horse")
    )
    return client


def queries_of(client: Client, url: str, **parameters: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url, parameters)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.long
def test_a_list_costs_as_much_with_three_rows_as_with_one(
    demo: None, operator: Client, model: type[Model]
) -> None:
    ids = list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:3])
    operator.get(list_url(model))

    one, three = (
        queries_of(operator, list_url(model), pk__in=",".join(map(str, ids[:count])))
        for count in (1, 3)
    )

    assert one == three <= 10


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.long
def test_the_page_of_a_row_opens_and_nothing_in_it_runs(
    demo: None, operator: Client, model: type[Model]
) -> None:
    rows = list(model._default_manager.order_by("-pk")[:3])

    for url in [list_url(model), *(page_url(row) for row in rows)]:
        response = operator.get(url)

        assert response.status_code == 200
        assert [text for text in RAW if text in response.content.decode()] == []


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_strangers_and_owners_are_sent_to_the_sign_in(model: type[Model], client: Client) -> None:
    stranger = client.get(list_url(model), follow=True)
    client.force_login(User.objects.create_user("carl", password="correct horse"))
    owner = client.get(list_url(model), follow=True)

    assert stranger.redirect_chain[-1][0].startswith("/own/sign-in/")
    assert owner.status_code == 403


@pytest.mark.long
def test_rows_below_a_page_do_not_multiply_its_queries(demo: None, operator: Client) -> None:
    with_exceptions = DateException.objects.filter(schedule__resource=None).earliest("pk").schedule
    booking = Booking.objects.filter(history__isnull=False).earliest("pk")
    counts = {}
    for name, row in {"schedule": with_exceptions, "booking": booking}.items():
        operator.get(page_url(row))
        before = queries_of(operator, page_url(row))
        add_below(row)
        counts[name] = queries_of(operator, page_url(row)) - before

    assert counts == {"schedule": 0, "booking": 0}


def add_below(row: Any) -> None:
    if isinstance(row, Booking):
        Participant.objects.create(booking=row, name="Two", position=2)
        Participant.objects.create(booking=row, name="Three", position=3)
    else:
        DateException.objects.create(schedule=row, on=NOW.date())
        DateException.objects.create(schedule=row, on=NOW.date())


def test_the_path_of_the_admin_is_a_setting() -> None:
    assert reverse("admin:index") == f"/{settings.OPERATOR_PATH}"


def test_operators_do_not_see_what_can_be_paid_with(demo: None, operator: Client) -> None:
    card, purchase = GiftCard.objects.latest("pk"), PlanPurchase.objects.latest("pk")
    PlanPurchase.objects.filter(pk=purchase.pk).update(saved_card="pm_secret_card")

    pages = [operator.get(page_url(row)).content.decode() for row in (card, purchase)]

    assert [card.code in pages[0], "pm_secret_card" in pages[1]] == [False, False]
    assert [card.reference in pages[0], purchase.reference in pages[1]] == [True, True]
