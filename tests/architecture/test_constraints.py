"""Every law that has a name in the database refuses what its name forbids, on both databases."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F
from pytest_django import DjangoDbBlocker

from apps.availability.models import (
    CourseRun,
    DateException,
    DecidedDay,
    Occupancy,
    Schedule,
    Seating,
    Session,
    WeeklyHours,
)
from apps.availability.models.occupancy import constraint_name
from apps.bookings.models import (
    AccessLink,
    Attendance,
    Booking,
    BookingEvent,
    LinkUse,
    MoveRequest,
    MoveWish,
    ParticipantChoice,
    SuggestedTime,
    WaitlistEntry,
)
from apps.businesses.models import Business, Location, TeamMember
from apps.catalog.models import (
    BookingForm,
    BookingPolicy,
    Category,
    FormerServiceSlug,
    PricingPlan,
    ResourceType,
    Service,
    ServiceRequirement,
    Variant,
)
from apps.checkout.models import (
    Coupon,
    CouponUse,
    CreditEntry,
    CreditNote,
    GiftCard,
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
from apps.customers import operations as customers
from apps.customers.models import Customer, SavedPerson, SignedInDevice, SignIn
from apps.messages.models import Message
from apps.messages.operations import fan_out
from apps.outbox.models import OutboxItem
from apps.privacy import operations as privacy
from apps.privacy.models import DataRequest, PrivacyEntry, Retention
from apps.web.models import RateCounter
from tests.architecture.sources import FLOORS
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.factories.renewals import make_member_of, make_membership_plan
from tests.factories.studio import join, make_run, make_session, make_studio
from tests.stages import shared

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Stage:
    salon: Salon
    booking: Booking
    draft: Booking


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    with shared(django_db_blocker, make_stage) as stage:
        yield stage


@pytest.fixture
def stage(made: Stage, db: None) -> Stage:
    return deepcopy(made)


def make_stage() -> Stage:
    salon = make_salon()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 12), now=NOW, visitor="sam")
    event = BookingEvent.objects.get(booking=booking)
    fan_out(booking_id=booking.pk, event_id=event.pk, now=NOW)
    studio = make_studio()
    join(make_session(studio, starts_at=studio.at(26, 18)))
    make_run(studio, first=studio.at(27, 18))
    return Stage(salon=salon, booking=booking, draft=draft)


def copy(row: Any, **columns: Any) -> None:
    """Store the same row once more, under a new primary key."""
    row.pk = None
    row._state.adding = True
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def booked(stage: Stage, **columns: Any) -> None:
    Booking.objects.filter(pk=stage.booking.pk).update(**columns)


def session(stage: Stage, **columns: Any) -> None:
    Session.objects.filter(pk=stage.booking.session_id or 0).update(**columns)


def sign_in(**columns: Any) -> None:
    asked = customers.ask_to_sign_in(email="carl@example.com", now=NOW)
    SignIn.objects.filter(pk=asked.pk).update(**columns)


def saved_person(**columns: Any) -> SavedPerson:
    saved = customers.save_person(email="carl@example.com", name="Mia", now=NOW)
    SavedPerson.objects.filter(email="carl@example.com").update(**columns or {"name": "Mia"})
    return saved


def ask_for_data(stage: Stage, **columns: Any) -> None:
    asked = privacy.ask_for_data(business=stage.salon.business, email="carl@example.com", now=NOW)
    DataRequest.objects.filter(pk=asked.pk).update(**columns)


def same_link_twice(stage: Stage) -> None:
    for _time in range(2):
        ask_for_data(stage, token_hash="a")


def rate_twice(stage: Stage) -> None:
    for _time in range(2):
        RateCounter.objects.create(key_hash="a", window_started_at=NOW)


def former_slug_twice(stage: Stage) -> None:
    for _time in range(2):
        FormerServiceSlug.objects.create(
            business=stage.salon.business, service=stage.salon.cut, slug="old"
        )


def variant_twice(stage: Stage) -> None:
    for _time in range(2):
        Variant.objects.create(service=stage.salon.cut, name="Short", price=1)


def link_without_hash(stage: Stage) -> None:
    AccessLink.objects.create(
        booking=stage.booking, purpose="MANAGE", token_hash="", created_at=NOW, expires_at=NOW
    )


def use_link(stage: Stage, *, times: int = 1) -> None:
    link, _new = AccessLink.objects.get_or_create(
        booking=stage.booking,
        purpose="MANAGE",
        token_hash="x",
        defaults={"created_at": NOW, "expires_at": NOW},
    )
    LinkUse.objects.create(link=link, first_at=NOW, last_at=NOW, times=times)


def use_link_twice(stage: Stage) -> None:
    for _time in range(2):
        use_link(stage)


def suggest_twice(stage: Stage) -> None:
    for _time in range(2):
        SuggestedTime.objects.create(booking=stage.booking, starts_at=NOW)


def wait(stage: Stage, **columns: Any) -> None:
    values = {
        "session_id": stage.booking.session_id,
        "people": 1,
        "rank": 1,
        "joined_at": NOW,
        **columns,
    }
    WaitlistEntry.objects.create(business=stage.booking.business, booking=stage.booking, **values)


def want_better(stage: Stage, **columns: Any) -> None:
    values = {"wanted_first_on": "2026-11-26", "wanted_last_on": "2026-11-26", **columns}
    business, booking = stage.booking.business, stage.booking
    MoveWish.objects.create(business=business, booking=booking, asked_at=NOW, **values)


def ordered(stage: Stage, **columns: Any) -> Order:
    values = {
        "booking": stage.booking,
        "reference": "ORDER123",
        "way": "IN_PERSON",
        "currency": "EUR",
        "total": 4800,
        "due_now": 0,
        "placed_at": NOW,
        **columns,
    }
    return Order.objects.create(business=stage.booking.business, **values)


def credit(stage: Stage, **columns: Any) -> CreditNote:
    values = {"amount": 100, "people": 1, "given_at": NOW, **columns}
    return CreditNote.objects.create(order=ordered(stage), **values)


def paid(stage: Stage, **columns: Any) -> Payment:
    values = {"kind": "ONLINE", "amount": 4800, "created_at": NOW, **columns}
    order = Order.objects.filter(booking=stage.booking).first() or ordered(stage)
    return Payment.objects.create(business=stage.booking.business, order=order, **values)


def refund_nothing(stage: Stage) -> None:
    Refund.objects.create(
        business=stage.booking.business, payment=paid(stage), amount=0, created_at=NOW
    )


def refund_more_excess_than_amount(stage: Stage) -> None:
    Refund.objects.create(
        business=stage.booking.business, payment=paid(stage), amount=1, excess=2, created_at=NOW
    )


def tell_twice(_stage: Stage) -> None:
    for _time in range(2):
        ProviderEvent.objects.create(
            provider="practice", event_id="evt_1", kind="paid", received_at=NOW
        )


def pay_one_ref_twice(stage: Stage) -> None:
    for _time in range(2):
        paid(stage, provider="practice", provider_ref="practice_1")


def ask_a_card_twice(stage: Stage) -> None:
    for _time in range(2):
        paid(stage, saved_card="card_1")


def two_open_orders_of_a_plan(stage: Stage) -> None:
    purchase = make_member_of(make_membership_plan(service=stage.salon.cut))
    orders = ordered(stage), ordered(stage, booking=None, purchase=purchase, reference="ORDER456")
    Order.objects.filter(pk=orders[0].pk).update(booking=None, purchase=purchase)


def coupon(stage: Stage, **columns: Any) -> Coupon:
    return make_coupon(business=stage.booking.business, **columns)


def coupon_twice(stage: Stage) -> None:
    for _time in range(2):
        coupon(stage)


def use_twice(stage: Stage) -> None:
    found = coupon(stage)
    orders = [ordered(stage)]
    draft = Order(business=stage.booking.business, booking=stage.draft, reference="ORDER124")
    draft.way, draft.currency, draft.total, draft.due_now = "FULL", "EUR", 1, 1
    draft.placed_at = NOW
    draft.save()
    for order in (*orders, draft):
        CouponUse.objects.create(coupon=found, order=order, mailbox="a@b", number=1, amount=1)


def plan(stage: Stage, **columns: Any) -> PricingPlan:
    found = make_plan(services=[stage.salon.cut])
    PricingPlan.objects.filter(pk=found.pk).update(**columns)
    return found


def plan_twice(stage: Stage) -> None:
    for _time in range(2):
        plan(stage)


def bought(stage: Stage, **columns: Any) -> PlanPurchase:
    found = make_purchase(plan=plan(stage), by=stage.salon.olga)
    PlanPurchase.objects.filter(pk=found.pk).update(**columns)
    return found


def use_a_plan_twice(stage: Stage) -> None:
    purchase = bought(stage)
    for _time in range(2):
        CreditEntry.objects.create(
            purchase=purchase, kind="USED", amount=-1, left=9, booking=stage.booking, at=NOW
        )


def gift(stage: Stage, **columns: Any) -> GiftCard:
    found = make_gift_card(by=stage.salon.olga)
    GiftCard.objects.filter(pk=found.pk).update(**columns)
    return found


def gift_code_twice(stage: Stage) -> None:
    code = gift(stage).code
    gift(stage, code=code)


def order_of_nothing(stage: Stage) -> None:
    ordered(stage)
    Order.objects.update(booking=None)


def line_of(stage: Stage, **columns: Any) -> OrderLine:
    return OrderLine.objects.create(order=ordered(stage), name="Cut", amount=1, total=1, **columns)


def refund_line(stage: Stage, amount: int) -> None:
    line = line_of(stage)
    payment = Payment.objects.create(
        business=stage.booking.business,
        order=line.order,
        kind="ONLINE",
        amount=1,
        created_at=NOW,
    )
    refund = Refund.objects.create(
        business=stage.booking.business, payment=payment, amount=1, created_at=NOW
    )
    for _time in range(2):
        RefundLine.objects.create(refund=refund, line=line, amount=amount)


def receipt(stage: Stage, *, number: int = 1) -> None:
    order = Order.objects.filter(booking=stage.booking).first() or ordered(stage)
    Receipt.objects.create(
        business=order.business, order=order, year=2026, number=number, given_at=NOW
    )


def receipt_twice(stage: Stage) -> None:
    receipt(stage)
    found = Receipt.objects.get()
    other = Order(business=found.business, booking=stage.draft, reference="ORDER124")
    other.way, other.currency, other.total, other.due_now = "FULL", "EUR", 1, 1
    other.placed_at = NOW
    other.save()
    Receipt.objects.create(business=found.business, order=other, year=2026, number=1, given_at=NOW)


def count_twice(stage: Stage) -> None:
    for _time in range(2):
        ReceiptCounter.objects.create(business=stage.booking.business, year=2026)


def practise_too_much(_stage: Stage) -> None:
    SandboxSession.objects.create(
        key="1", ref="1", amount=1, currency="EUR", captured=1, refunded=2, expires_at=NOW
    )


def mark_twice(stage: Stage) -> None:
    for _time in range(2):
        Attendance.objects.create(
            business=stage.booking.business,
            booking=stage.booking,
            session_id=stage.booking.session_id or 0,
            seat=0,
            state="HERE",
            marked_at=NOW,
        )


def decide_a_day_twice(stage: Stage, location: Location | None = None) -> None:
    salon = stage.salon
    for _time in range(2):
        DecidedDay.objects.create(
            business=salon.business,
            service=salon.cut,
            location=location,
            on="2026-11-27",
            decided_at=NOW,
        )


def decide_a_day_of_a_place_twice(stage: Stage) -> None:
    decide_a_day_twice(stage, stage.salon.location)


def closed_half(stage: Stage) -> None:
    schedule = Schedule.objects.earliest("pk")
    DateException.objects.create(schedule=schedule, on=NOW.date(), starts_minute=60)


def the_business_follows_itself(stage: Stage) -> None:
    Schedule.objects.filter(resource=None).update(follows_business=True)


def share_a_session(stage: Stage) -> None:
    Booking.objects.filter(pk=stage.draft.pk).update(session=stage.booking.session_id)


def ask_to_move(stage: Stage, **columns: Any) -> None:
    booking = stage.booking
    elsewhere = Session.objects.create(
        business=booking.business,
        kind="APPOINTMENT",
        state="REQUESTED",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
    )
    MoveRequest.objects.create(
        business=booking.business,
        booking=booking,
        session=elsewhere,
        unanswered="REMIND",
        asked_at=NOW,
        answer_by=NOW,
        **columns,
    )


def ask_to_move_twice(stage: Stage) -> None:
    for _time in range(2):
        ask_to_move(stage)


BREAKERS: dict[str, Callable[[Stage], object]] = {
    "only_a_resource_follows_the_business": the_business_follows_itself,
    "rate_counter_once_per_window": rate_twice,
    "outbox_key_written_once": lambda _: copy(OutboxItem.objects.exclude(key="").earliest("pk")),
    "outbox_item_is_done_or_failed_not_both": lambda _: OutboxItem.objects.update(
        done_at=NOW, failed_at=NOW
    ),
    "business_hold_is_at_most_half_an_hour": lambda _: Business.objects.update(hold_minutes=31),
    "business_slot_step_is_at_least_five_minutes": lambda _: Business.objects.update(
        slot_step_minutes=4
    ),
    "team_member_once_per_business": lambda _: copy(TeamMember.objects.earliest("pk")),
    "customer_once_per_business": lambda _: copy(Customer.objects.earliest("pk")),
    "customer_has_an_address": lambda _: Customer.objects.update(email=""),
    "erased_customer_is_nobody": lambda _: Customer.objects.update(erased_at=NOW),
    "data_request_ends_after_it_was_asked": lambda it: ask_for_data(it, expires_at=NOW),
    "data_is_kept_for_a_month_at_least": lambda it: Retention.objects.create(
        business=it.salon.business, mail_months=0
    ),
    "data_link_once": same_link_twice,
    "erasing_for_somebody_gives_a_reason": lambda it: PrivacyEntry.objects.create(
        business=it.salon.business, what="ERASED", actor="TEAM", at=NOW
    ),
    "sign_in_has_few_tries": lambda _: sign_in(tries=6),
    "sign_in_ends_after_it_was_asked": lambda _: sign_in(expires_at=NOW),
    "used_sign_in_was_mailed": lambda _: sign_in(used_at=NOW),
    "device_ends_after_it_signed_in": lambda _: SignedInDevice.objects.create(
        email="carl@example.com", key_hash="a", name="Firefox", signed_in_at=NOW, ends_at=NOW
    ),
    "one_saved_person_per_place": lambda _: copy(saved_person()),
    "saved_people_are_few": lambda _: saved_person(place=10),
    "saved_person_has_a_name": lambda _: saved_person(name=""),
    "one_default_form_per_business": lambda _: copy(BookingForm.objects.earliest("pk")),
    "one_default_policy_per_business": lambda _: copy(BookingPolicy.objects.earliest("pk")),
    "policy_opens_before_it_closes": lambda _: BookingPolicy.objects.update(
        max_advance_minutes=60, min_notice_minutes=60
    ),
    "policy_lets_one_person_in": lambda _: BookingPolicy.objects.update(max_participants=0),
    "category_slug_once": lambda _: copy(Category.objects.earliest("pk")),
    "service_slug_once": lambda it: copy(it.salon.cut),
    "service_takes_time": lambda _: Service.objects.update(duration_minutes=0),
    "appointment_serves_one_booking": lambda _: Service.objects.update(capacity=2),
    "home_visit_is_an_appointment_in_person": lambda _: Service.objects.update(
        home_visit=True, online=True
    ),
    "many_requests_need_approval": lambda _: Service.objects.update(
        allows_multiple_requests=True, requires_approval=False
    ),
    "former_service_slug_once": former_slug_twice,
    "variant_named_once": variant_twice,
    "resource_type_named_once": lambda _: copy(ResourceType.objects.earliest("pk")),
    "resource_type_required_once": lambda _: copy(ServiceRequirement.objects.earliest("pk")),
    "session_ends_after_it_starts": lambda it: session(it, ends_at=F("starts_at")),
    "session_not_overbooked": lambda it: session(it, seats_offered=1),
    "held_session_expires": lambda it: session(it, state="HELD"),
    "resource_occupied_once": lambda _: copy(Occupancy.objects.earliest("pk")),
    "occupancy_ends_after_it_starts": lambda _: Occupancy.objects.update(ends_at=F("starts_at")),
    "schedule_has_one_owner": lambda it: Schedule.objects.update(
        resource=it.salon.ana.resource, service=it.salon.cut
    ),
    "one_schedule_of_the_business": lambda _: copy(
        Schedule.objects.filter(resource=None).earliest("pk")
    ),
    "weekly_hours_end_after_they_start": lambda _: WeeklyHours.objects.update(ends_minute=540),
    "weekly_hours_last_a_day_at_most": lambda _: WeeklyHours.objects.update(ends_minute=1981),
    "weekday_exists": lambda _: WeeklyHours.objects.update(weekday=7),
    "exception_is_closed_or_has_hours": closed_half,
    "course_ends_after_it_starts": lambda _: CourseRun.objects.update(ends_at=F("starts_at")),
    "course_not_overbooked": lambda _: CourseRun.objects.update(seats_offered=99),
    "course_session_has_a_run": lambda _: Session.objects.filter(kind="COURSE").update(
        course_run=None
    ),
    "a_decided_class_takes_place": lambda _: Session.objects.filter(kind="COURSE").update(
        decided_at=NOW
    ),
    "a_decided_course_takes_place": lambda _: CourseRun.objects.update(
        decided_at=NOW, state="CANCELED"
    ),
    "a_day_elsewhere_is_decided_once": decide_a_day_twice,
    "a_day_of_a_place_is_decided_once": decide_a_day_of_a_place_twice,
    "seating_has_one_target": lambda _: Seating.objects.update(session=None, course_run=None),
    "seating_is_for_somebody": lambda _: Seating.objects.update(seats=0),
    "classes_and_courses_have_seats": lambda _: Booking.objects.filter(kind="CLASS").update(
        seating=None
    ),
    "person_marked_once": mark_twice,
    "waits_for_one_target": lambda it: wait(it, session_id=None),
    "wish_is_a_span_of_days": lambda it: wait(
        it, session_id=None, wanted_first_on="2026-11-27", wanted_last_on="2026-11-26"
    ),
    "wish_is_a_span_of_hours": lambda it: wait(it, wanted_from_minute=60, wanted_to_minute=60),
    "move_wish_is_a_span_of_days": lambda it: want_better(it, wanted_last_on="2026-11-25"),
    "move_wish_is_a_span_of_hours": lambda it: want_better(it, wanted_to_minute=0),
    "better_time_is_whole": lambda it: want_better(it, state="OFFERED", offer_ends_at=NOW),
    "offer_has_an_end": lambda it: wait(it, state="OFFERED"),
    "waits_for_somebody": lambda it: wait(it, people=0),
    "due_now_is_part_of_the_order": lambda it: ordered(it, due_now=4801),
    "credit_is_part_of_the_order": lambda it: ordered(it, credited=4801),
    "credit_is_something": lambda it: credit(it, amount=0),
    "credit_tax_is_part_of_it": lambda it: credit(it, tax=101),
    "approved_order_has_a_time": lambda it: ordered(it, status="APPROVED"),
    "fee_is_for_a_placed_booking": lambda it: ordered(it, fee=100),
    "refund_within_captured": lambda it: paid(it, captured=4800, refunded=4801),
    "excess_within_refunded": lambda it: paid(it, captured=4800, refunded=1, excess=2),
    "captured_within_amount": lambda it: paid(it, captured=4801),
    "authorized_within_amount": lambda it: paid(it, status="AUTHORIZED", authorized=4801),
    "authorized_while_kept_aside": lambda it: paid(it, status="CANCELED", authorized=1),
    "unclear_payment_says_why": lambda it: paid(it, status="UNCLEAR"),
    "paid_means_captured": lambda it: paid(it, status="PAID"),
    "provider_ref_once": pay_one_ref_twice,
    "saved_card_asked_once": ask_a_card_twice,
    "one_open_order_of_a_plan": two_open_orders_of_a_plan,
    "refund_is_something": refund_nothing,
    "refund_excess_within_amount": refund_more_excess_than_amount,
    "event_told_once": tell_twice,
    "coupon_code_once": coupon_twice,
    "coupon_not_overused": lambda it: coupon(it, used=2, max_uses=1),
    "coupon_share_is_a_share": lambda it: coupon(it, value=10_001),
    "discount_share_is_a_share": lambda it: make_discount(
        business=it.booking.business, value=10_001
    ),
    "discount_ends_after_it_starts": lambda it: make_discount(
        business=it.booking.business, starts_at=NOW, ends_at=NOW - timedelta(seconds=1)
    ),
    "discount_is_for_somebody": lambda it: make_discount(
        business=it.booking.business, min_people=0
    ),
    "by_discount_is_part_of_the_discount": lambda it: ordered(
        it, discount_name="Autumn", by_discount=1
    ),
    "coupon_use_is_numbered": use_twice,
    "plan_slug_once": plan_twice,
    "unlimited_plan_counts_nothing": lambda it: plan(
        it, kind="UNLIMITED", period_months=1, valid_days=None
    ),
    "membership_has_a_period": lambda it: plan(it, kind="CREDITS"),
    "plan_credits_not_overdrawn": lambda it: bought(it, balance=-1),
    "unlimited_purchase_counts_nothing": lambda it: bought(it, kind="UNLIMITED"),
    "live_plan_has_begun": lambda it: bought(it, starts_at=None),
    "paused_plan_has_a_time": lambda it: bought(it, status="PAUSED"),
    "booking_uses_a_plan_once": use_a_plan_twice,
    "use_of_a_plan_has_a_booking": lambda it: CreditEntry.objects.create(
        purchase=bought(it), kind="USED", amount=-1, left=9, at=NOW
    ),
    "gift_code_once": gift_code_twice,
    "gift_balance_within_value": lambda it: gift(it, balance=5001),
    "gift_has_a_value": lambda it: gift(it, value=0, balance=0),
    "gift_payment_has_a_card": lambda it: paid(it, kind="GIFT"),
    "order_is_for_one_thing": order_of_nothing,
    "line_refund_within_total": lambda it: line_of(it, refunded=2),
    "refund_line_once": lambda it: refund_line(it, 1),
    "refund_line_is_something": lambda it: refund_line(it, 0),
    "receipts_counted_once": count_twice,
    "receipt_number_once": receipt_twice,
    "receipts_count_from_one": lambda it: receipt(it, number=0),
    "practice_refund_within_captured": practise_too_much,
    "deposit_is_paid_online": lambda it: Service.objects.filter(pk=it.salon.cut.pk).update(
        deposit=2000
    ),
    "any_amount_starts_at_a_deposit": lambda it: Service.objects.filter(
        pk=it.salon.colour.pk
    ).update(any_amount=True),
    "only_a_price_is_paid_online": lambda it: Service.objects.filter(pk=it.salon.cut.pk).update(
        pays_online=True, price_kind="FREE"
    ),
    "policy_lets_move_once": lambda _: BookingPolicy.objects.update(max_moves=0),
    "policy_lets_book_once": lambda _: BookingPolicy.objects.update(rebooking_days=30),
    "quiet_hours_have_two_ends": lambda _: BookingPolicy.objects.update(quiet_from_minute=60),
    "choice_is_for_somebody": lambda it: ParticipantChoice.objects.create(
        booking=it.booking, name="Nobody", people=0, price=1
    ),
    "booking_target_fits_its_kind": lambda it: booked(it, session=None),
    "one_hold_per_draft": share_a_session,
    "one_open_move_request": ask_to_move_twice,
    "an_answered_move_request_is_closed": lambda it: ask_to_move(it, state="DECLINED"),
    "only_a_draft_has_no_customer": lambda it: booked(it, customer=None),
    "draft_payment_is_undefined": lambda it: booked(it, status="CREATED", payment_status="PAID"),
    "booking_ends_after_it_starts": lambda it: booked(it, ends_at=F("starts_at")),
    "booking_is_for_somebody": lambda it: booked(it, party_size=0),
    "erased_booking_names_nobody": lambda it: booked(it, erased_at=NOW),
    "only_what_was_missed_has_a_fee": lambda it: booked(it, status="PENDING", cancellation_fee=100),
    "override_gives_a_reason": lambda it: booked(it, skip_availability_validation=True),
    "one_event_per_revision": lambda it: copy(BookingEvent.objects.get(booking=it.booking)),
    "link_hash_is_whole": link_without_hash,
    "one_use_per_kind_of_device": use_link_twice,
    "link_use_is_counted": lambda it: use_link(it, times=0),
    "time_suggested_once": suggest_twice,
    "message_written_once": lambda _: copy(Message.objects.earliest("pk")),
    "sent_message_has_a_time": lambda _: Message.objects.update(status="SENT", sent_at=None),
}


def test_every_named_constraint_has_its_breaker() -> None:
    named = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for constraint in model._meta.constraints
    }

    assert named == set(BREAKERS)


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_it_by_that_name(stage: Stage, name: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BREAKERS[name](stage)

    assert constraint_name(refusal.value) == name
