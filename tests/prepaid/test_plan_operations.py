"""Plans are bought, used, given back exactly once, paused and ended (rule M16)."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import UNDO_WINDOW, CustomerBlocked, Details, NotAllowed
from apps.catalog.models import AddOn, AddOnGroup, BookingPolicy, PricingPlan
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase
from apps.checkout.operations import Act, PlanRefused, Seen
from apps.checkout.plans import PlanProblem
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class
from apps.customers import operations as customers
from apps.customers.models import Customer
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.catalog import make_service
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.prepaid import (
    book_with_plan,
    buy_online,
    make_plan,
    make_prepared_place,
    make_purchase,
)
from tests.factories.studio import Studio, make_session, make_studio
from tests.prepaid.books import assert_the_books_add_up, fresh, lines_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
Kind = CreditEntry.Kind


def test_a_plan_begins_when_its_money_has_come(ten: PricingPlan) -> None:
    bought = buy_online(ten)
    assert bought.url.startswith("/practice/")
    draft = fresh(bought.purchase)
    assert (draft.status, draft.balance, lines_of(draft)) == ("DRAFT", 0, [])

    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    plan = fresh(bought.purchase)
    assert (plan.status, plan.balance, plan.starts_at) == ("ACTIVE", 10, LATER)
    assert plan.ends_at == datetime(2027, 5, 24, 4, tzinfo=UTC)  # midnight in New York
    assert lines_of(plan) == [(Kind.BOUGHT, 10, 10)]
    assert Order.objects.get().payment_status == "PAID"
    assert_the_books_add_up(LATER)


def test_the_same_form_twice_is_one_purchase_and_one_payment(ten: PricingPlan) -> None:
    first, second = buy_online(ten), buy_online(ten)

    assert (first.purchase, first.url) == (second.purchase, second.url)
    counts = (PlanPurchase.objects.count(), Order.objects.count(), Payment.objects.count())
    assert counts == (1, 1, 1)


def test_another_price_than_the_page_showed_buys_nothing(ten: PricingPlan) -> None:
    with pytest.raises(prepaid.PlanChanged) as changed:
        buy_online(ten, seen_price=15000)

    assert changed.value.price == 16000
    assert not PlanPurchase.objects.exists()


def test_tax_that_comes_on_top_is_part_of_the_price_that_is_seen(studio: Studio) -> None:
    studio.business.prices_include_tax = False
    studio.business.save()
    plan = make_plan(services=[studio.flow], tax_rate=1000)
    plan.business = studio.business

    with pytest.raises(prepaid.PlanChanged):
        buy_online(plan, seen_price=16000)
    buy_online(plan, seen_price=17600)

    assert (Order.objects.get().total, Order.objects.get().tax) == (17600, 1600)


def test_what_the_owner_changes_later_is_not_what_was_bought(
    ten: PricingPlan, purchase: PlanPurchase, studio: Studio
) -> None:
    PricingPlan.objects.filter(pk=ten.pk).update(credits=1, price=1, name="One", valid_days=7)
    ten.services.clear()

    book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)

    plan = fresh(purchase)
    assert (plan.name, plan.price, plan.credits, plan.balance) == ("Ten classes", 16000, 10, 9)


def test_the_phone_that_was_typed_counts_also_of_somebody_known_without_one(
    ten: PricingPlan, studio: Studio
) -> None:
    ten.max_per_customer = 1
    ten.save()
    ana = {"name": "Ana", "email": "ana@example.com"}
    customers.find_or_add_customer(business_id=studio.business.pk, phone="", now=NOW, **ana)
    prepaid.sell_plan(
        plan_id=ten.pk,
        buyer=Buyer(phone="+12125550142", **ana),
        seen_price=ten.price,
        is_paid=True,
        form_key="at-the-desk",
        by=studio.olga,
        now=NOW,
    )

    with pytest.raises(prepaid.PlanNotSold):
        prepaid.buy_plan(
            plan=ten,
            buyer=Buyer(name="Eva", email="eva@example.com", phone="+12125550142 ext. 7"),
            seen_price=ten.price,
            form_key="another-form-that-was-shown",
            visitor_hash="visitor-eva",
            origin=ORIGIN,
            now=NOW,
        )


@pytest.mark.parametrize("columns", [{"hidden": True}, {"retired_at": NOW}])
def test_what_is_not_offered_is_not_sold(ten: PricingPlan, columns: dict[str, object]) -> None:
    for name, value in columns.items():
        setattr(ten, name, value)

    with pytest.raises(prepaid.PlanNotSold):
        buy_online(ten)


def test_a_customer_has_a_plan_as_often_as_it_allows(ten: PricingPlan, studio: Studio) -> None:
    ten.max_per_customer = 1
    ten.save()
    make_purchase(plan=ten, by=studio.olga)

    with pytest.raises(prepaid.PlanNotSold):
        buy_online(ten)
    buy_online(ten, email="eva@example.com")

    assert PlanPurchase.objects.count() == 2


@pytest.mark.parametrize(
    ("email", "phone", "sold"),
    [
        ("carl@example.com", "", False),
        ("carl+gym@example.com", "", False),
        ("eva@example.com", "+12125550142", False),
        ("eva@example.com", "+12125550143", True),
    ],
)
def test_another_spelling_or_the_same_phone_is_the_same_customer(
    ten: PricingPlan, studio: Studio, email: str, phone: str, *, sold: bool
) -> None:
    ten.max_per_customer = 1
    ten.save()
    make_purchase(plan=ten, by=studio.olga)
    Customer.objects.update(phone="+12125550142")

    def buy() -> None:
        prepaid.buy_plan(
            plan=ten,
            buyer=Buyer(name="Somebody", email=email, phone=phone),
            seen_price=ten.price,
            form_key="another-form-that-was-shown",
            visitor_hash="visitor-eva",
            origin=ORIGIN,
            now=NOW,
        )

    if sold:
        buy()
    else:
        with pytest.raises(prepaid.PlanNotSold):
            buy()
    assert PlanPurchase.objects.count() == 1 + sold


def test_whoever_is_blocked_buys_nothing(
    ten: PricingPlan, purchase: PlanPurchase, studio: Studio
) -> None:
    customers.block_customer(customer_id=purchase.customer_id, business_id=studio.business.pk)

    with pytest.raises(CustomerBlocked):
        buy_online(ten)


def test_a_free_plan_begins_at_once(studio: Studio) -> None:
    bought = buy_online(make_plan(services=[studio.flow], price=0, credits=1))

    assert bought.url == ""
    assert lines_of(bought.purchase) == [(Kind.BOUGHT, 1, 1)]
    assert_the_books_add_up()


def test_at_the_desk_it_is_paid_in_person_and_begins_at_once(
    purchase: PlanPurchase, studio: Studio
) -> None:
    plan, payment = fresh(purchase), Payment.objects.get()

    assert (plan.status, plan.balance, plan.starts_at) == ("ACTIVE", 10, NOW)
    assert (payment.kind, payment.captured, payment.taken_by) == (
        *("IN_PERSON", 16000),
        studio.olga.user,
    )
    assert_the_books_add_up()


def test_a_declined_card_is_tried_again(ten: PricingPlan) -> None:
    bought = buy_online(ten)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=NOW)
    work(LATER)

    again = prepaid.pay_for_plan(purchase_id=bought.purchase.pk, origin=ORIGIN, now=LATER)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=LATER)
    work(LATER)

    assert again.url not in {"", bought.url}
    assert fresh(bought.purchase).status == "ACTIVE"
    assert prepaid.pay_for_plan(purchase_id=bought.purchase.pk, origin=ORIGIN, now=LATER).url == (
        ""
    )


def test_the_team_of_another_business_sells_none_of_ours(ten: PricingPlan) -> None:
    sam = make_studio(slug="sams").olga

    with pytest.raises(PricingPlan.DoesNotExist):
        prepaid.sell_plan(plan_id=ten.pk, buyer=Buyer("Sam", "s@a.org"), by=sam, now=NOW)


def test_a_plan_that_nobody_paid_for_is_forgotten_after_a_day(ten: PricingPlan) -> None:
    buy_online(ten)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=NOW)
    work(LATER)

    assert prepaid.forget_unpaid_plans(now=NOW + timedelta(hours=23)) == 0
    assert prepaid.forget_unpaid_plans(now=NOW + timedelta(hours=24)) == 1
    assert not PlanPurchase.objects.exists()
    assert not Order.objects.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer, no locks of rows")
def test_one_tap_locks_the_draft_that_it_lets_go_before_the_limit_of_the_customer(
    purchase: PlanPurchase, studio: Studio
) -> None:
    """As the details of that draft do, so that the two never wait for each other (rule C2)."""
    BookingPolicy.objects.update(rebooking_limit=9)
    session = make_session(studio, starts_at=studio.at(27, 18))
    classes.hold_seats(
        choice=choose(service=studio.flow),
        target=make_session(studio, starts_at=studio.at(28, 18)),
        visitor=make_visitor(purchase.reference),
        now=NOW,
    )

    with CaptureQueriesContext(connection) as asked, suppress(bookings.HoldsAnother):
        book_with_plan(session, purchase)

    locks = [it["sql"] for it in asked if " FOR " in it["sql"] and "UPDATE" in it["sql"]]
    tables = [re.findall(r'FROM "(\w+)"', it)[0] for it in locks]
    assert tables[:2] == ["bookings_booking", "catalog_bookingpolicy"]


def test_one_tap_books_and_uses_one_visit(purchase: PlanPurchase, studio: Studio) -> None:
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)

    assert (booking.status, booking.payment_status, booking.payment_option, booking.price) == (
        *("CONFIRMED", "EXEMPT", "MEMBERSHIP"),
        0,
    )
    assert (booking.contact_name, booking.contact_email) == ("Carl Vogt", "carl@example.com")
    assert lines_of(purchase) == [(Kind.BOUGHT, 10, 10), (Kind.USED, -1, 9)]
    assert_the_books_add_up()


def test_three_people_use_three(purchase: PlanPurchase, studio: Studio) -> None:
    book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase, people=3)

    assert fresh(purchase).balance == 7
    assert_the_books_add_up()


def test_the_last_visits_are_not_used_twice(ten: PricingPlan, studio: Studio) -> None:
    ten.credits = 2
    ten.save()
    purchase = make_purchase(plan=ten, by=studio.olga)
    book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)

    with pytest.raises(PlanRefused) as refused:
        book_with_plan(make_session(studio, starts_at=studio.at(28, 18)), purchase, people=2)

    assert refused.value.refused is PlanProblem.TOO_FEW
    assert (fresh(purchase).balance, Booking.objects.count()) == (1, 1)


def test_unlimited_keeps_its_lines_and_counts_nothing(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="UNLIMITED", slug="unlimited")
    purchase = make_purchase(plan=plan, by=studio.olga)

    book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    with pytest.raises(PlanRefused) as refused:
        book_with_plan(make_session(studio, starts_at=studio.at(28, 18)), purchase, people=2)

    assert refused.value.refused is PlanProblem.ONE_PERSON
    assert lines_of(purchase) == [(Kind.BOUGHT, 0, None), (Kind.USED, 0, None)]
    assert_the_books_add_up()


def test_unlimited_pays_for_one_place_at_a_time(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="UNLIMITED", slug="unlimited")
    purchase = make_purchase(plan=plan, by=studio.olga)
    evening = make_session(studio, starts_at=studio.at(27, 18))
    half_past = make_session(
        studio, starts_at=studio.at(27, 18, 30), resource_ids=(studio.dan.resource_id,)
    )
    after = make_session(studio, starts_at=studio.at(27, 20))
    book_with_plan(evening, purchase)

    refused = []
    for session in (evening, half_past):
        with pytest.raises(PlanRefused) as again:
            book_with_plan(session, purchase)
        refused.append(again.value.refused)
    draft = make_prepared_place(evening)
    with pytest.raises(PlanRefused) as at_the_page:
        pay_with(draft, purchase)
    book_with_plan(after, purchase)

    assert refused == [PlanProblem.THERE_ALREADY] * 2
    assert at_the_page.value.refused is PlanProblem.THERE_ALREADY
    assert Booking.objects.filter(status="CONFIRMED").count() == 2
    assert_the_books_add_up()


def test_only_services_it_covers(purchase: PlanPurchase, studio: Studio) -> None:
    other = make_service(business=studio.business, name="Yin", kind="CLASS", price=2200)
    purchase.services.set([other])

    with pytest.raises(PlanRefused) as refused:
        book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)

    assert refused.value.refused is PlanProblem.OTHER_SERVICE
    assert (fresh(purchase).balance, Booking.objects.count()) == (10, 0)


def test_a_plan_of_another_business_pays_for_nothing_here(studio: Studio) -> None:
    sams = make_studio(slug="sams")
    foreign = make_purchase(plan=make_plan(services=[sams.flow]), by=sams.olga)
    foreign.services.add(studio.flow)
    session = make_session(studio, starts_at=studio.at(27, 18))

    with pytest.raises(PlanRefused):
        book_with_plan(session, foreign)
    draft = make_prepared_place(session)
    with pytest.raises(PlanRefused):
        pay_with(draft, foreign)

    assert (fresh(foreign).balance, draft.status) == (10, "CREATED")


def test_a_class_after_its_last_day_is_not_paid(ten: PricingPlan, studio: Studio) -> None:
    ten.valid_days = 7
    ten.save()
    purchase = make_purchase(plan=ten, by=studio.olga)  # good through 1 December

    book_with_plan(make_session(studio, starts_at=studio.at(31, 21)), purchase)
    with pytest.raises(PlanRefused) as refused:
        book_with_plan(make_session(studio, starts_at=studio.at(32, 7)), purchase)

    assert refused.value.refused is PlanProblem.ENDS_BEFORE


def test_one_that_has_run_out_pays_no_more_before_anybody_ended_it(
    ten: PricingPlan, studio: Studio
) -> None:
    ten.valid_days = 7
    ten.save()
    purchase = make_purchase(plan=ten, by=studio.olga)
    session = make_session(studio, starts_at=studio.at(34, 18))

    with pytest.raises(PlanRefused) as refused:
        book_with_plan(session, purchase, now=studio.at(33, 10))

    assert (refused.value.refused, fresh(purchase).status) == (PlanProblem.OVER, "ACTIVE")


def test_what_is_approved_first_is_not_paid_with_a_plan(
    purchase: PlanPurchase, studio: Studio
) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()

    with pytest.raises(PlanRefused) as refused:
        book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)

    assert refused.value.refused is PlanProblem.NOT_BY_PLAN


def pay_with(
    draft: Booking, purchase: PlanPurchase, *, total: int = 0, due_now: int = 0
) -> checkout.CheckedOut:
    seen = Seen(total=total, due_now=due_now, purchase_id=purchase.pk)
    return checkout.check_out(
        draft_id=draft.draft_id, way=Way.PLAN, seen=seen, origin=ORIGIN, now=NOW
    )


def test_it_covers_everything_but_the_extras(purchase: PlanPurchase, studio: Studio) -> None:
    studio.flow.tax_rate = 1900
    studio.flow.save()
    mat = AddOn.objects.create(
        group=AddOnGroup.objects.create(service=studio.flow, name="Extras"),
        name="Mat",
        price=300,
    )
    draft = classes.hold_seats(
        choice=choose(service=studio.flow, add_on_ids=[mat.pk]),
        target=make_session(studio, starts_at=studio.at(27, 18)),
        visitor=make_visitor("carl"),
        now=NOW,
    )
    bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )

    done = pay_with(draft, purchase, total=300)

    assert (done.url, done.booking.status, done.booking.price) == ("", "CONFIRMED", 300)
    assert (done.booking.payment_status, Order.objects.get(booking=draft).due_now) == (
        *("NOT_PAID",),
        0,
    )
    assert fresh(purchase).balance == 9
    assert_the_books_add_up()


def test_another_amount_than_the_page_showed_books_nothing(
    purchase: PlanPurchase, studio: Studio
) -> None:
    draft = make_prepared_place(make_session(studio, starts_at=studio.at(27, 18)))

    with pytest.raises(checkout.QuoteChanged):
        pay_with(draft, purchase, total=300)

    assert (fresh(purchase).balance, lines_of(purchase)) == (10, [(Kind.BOUGHT, 10, 10)])
    assert Booking.objects.get().status == "CREATED"


def test_sent_twice_it_is_used_once(purchase: PlanPurchase, studio: Studio) -> None:
    draft = make_prepared_place(make_session(studio, starts_at=studio.at(27, 18)))

    first, second = pay_with(draft, purchase), pay_with(draft, purchase)

    assert first.booking == second.booking
    assert fresh(purchase).balance == 9


def test_no_plan_is_offered_where_it_is_not_asked_for(studio: Studio) -> None:
    draft = make_prepared_place(make_session(studio, starts_at=studio.at(27, 18)))

    assert Way.PLAN not in offer_of(booking=draft, now=NOW).quotes
    assert offer_of(booking=draft, now=NOW, has_plan=True).quotes[Way.PLAN].total == 0


def cancel_by_link(booking: Booking, *, now: datetime = NOW) -> Booking:
    booking.refresh_from_db()
    return bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=now,
    )


def test_cancelled_in_time_the_visit_comes_back_exactly_once(
    purchase: PlanPurchase, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    cancel_by_link(book_with_plan(session, purchase, people=2))

    assert checkout.return_lost_credits(now=LATER) == 1
    assert checkout.return_lost_credits(now=LATER) == 0

    assert lines_of(purchase) == [
        (Kind.BOUGHT, 10, 10),
        (Kind.USED, -2, 8),
        (Kind.RETURNED, 2, 10),
    ]
    assert_the_books_add_up(LATER)


def test_too_late_it_cannot_be_cancelled_and_the_visit_is_lost(
    purchase: PlanPurchase, studio: Studio
) -> None:
    booking = book_with_plan(make_session(studio, starts_at=studio.at(24, 18)), purchase)

    with pytest.raises(NotAllowed):
        cancel_by_link(booking)

    assert (checkout.return_lost_credits(now=LATER), fresh(purchase).balance) == (0, 9)


def test_the_team_gives_it_back_at_once(purchase: PlanPurchase, studio: Studio) -> None:
    booking = book_with_plan(make_session(studio, starts_at=studio.at(24, 18)), purchase)

    checkout.cancel_and_refund(
        booking_id=booking.pk,
        business_id=studio.business.pk,
        reason="",
        by=studio.olga,
        now=NOW,
    )

    assert (fresh(purchase).balance, checkout.return_lost_credits(now=LATER)) == (10, 0)
    assert_the_books_add_up()


def test_the_team_may_keep_it_and_nothing_comes_back(
    purchase: PlanPurchase, studio: Studio
) -> None:
    booking = book_with_plan(make_session(studio, starts_at=studio.at(24, 18)), purchase)

    checkout.cancel_and_keep(
        booking_id=booking.pk, revision=booking.revision, reason="", by=studio.olga, now=NOW
    )

    assert (checkout.return_lost_credits(now=LATER), fresh(purchase).balance) == (0, 9)


def test_a_class_that_is_called_off_gives_everybody_theirs_back(
    purchase: PlanPurchase, ten: PricingPlan, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    evas = make_purchase(plan=ten, by=studio.olga, email="eva@example.com")
    book_with_plan(session, purchase)
    booking = book_with_plan(session, evas, people=2)

    classes.cancel_class(
        session_id=session.pk,
        scope=Scope.THIS,
        seen=seen_of_class(session=session, scope=Scope.THIS, now=NOW),
        reason="",
        by=studio.olga,
        now=NOW,
    )
    work(LATER)
    checkout.return_lost_credits(now=LATER)

    booking.refresh_from_db()
    assert booking.status == "CANCELED"
    assert (fresh(purchase).balance, fresh(evas).balance) == (10, 10)
    assert_the_books_add_up(LATER)


def test_a_visit_stays_used_as_long_as_the_decision_can_be_taken_back(
    purchase: PlanPurchase, studio: Studio
) -> None:
    studio.flow.min_participants = 2
    studio.flow.save()
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    assert booking.status == "PENDING"
    declined = bookings.decline_request(
        booking_id=booking.pk, revision=booking.revision, by=studio.olga, now=NOW
    )
    almost = NOW + UNDO_WINDOW - timedelta(seconds=1)

    assert checkout.return_lost_credits(now=almost) == 0
    bookings.undo_decision(
        booking_id=booking.pk, revision=declined.revision, by=studio.olga, now=almost
    )
    assert checkout.return_lost_credits(now=LATER) == 0

    assert fresh(purchase).balance == 9
    assert_the_books_add_up(LATER)


def test_a_visit_goes_back_from_the_instant_that_nothing_can_be_taken_back(
    purchase: PlanPurchase, studio: Studio
) -> None:
    cancel_by_link(book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase))

    assert checkout.return_lost_credits(now=NOW + UNDO_WINDOW) == 1


def test_the_mail_about_a_cancellation_knows_that_the_visit_goes_back(
    purchase: PlanPurchase, studio: Studio, mailoutbox: list[EmailMessage]
) -> None:
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    work(NOW)
    mailoutbox.clear()

    cancel_by_link(booking)
    work(LATER)  # before the visit went back

    (to_carl,) = [it for it in mailoutbox if it.to == ["carl@example.com"]]
    paid = [line.strip() for line in str(to_carl.body).splitlines() if "Ten classes" in line]
    assert paid == ["Price      Paid with Ten classes, visit returned"]


def test_the_mail_about_a_visit_that_is_kept_does_not_give_it_back(
    purchase: PlanPurchase, studio: Studio, mailoutbox: list[EmailMessage]
) -> None:
    booking = book_with_plan(make_session(studio, starts_at=studio.at(24, 18)), purchase)
    work(NOW)
    mailoutbox.clear()

    checkout.cancel_and_keep(
        booking_id=booking.pk, revision=booking.revision, reason="", by=studio.olga, now=NOW
    )
    work(LATER)

    (to_carl,) = [it for it in mailoutbox if it.to == ["carl@example.com"]]
    paid = [line.strip() for line in str(to_carl.body).splitlines() if "Ten classes" in line]
    assert paid == ["Price      Paid with Ten classes, 9 left"]
