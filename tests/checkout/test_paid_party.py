"""Fewer or more people come on what was paid: what comes back and how, what is owed, and what the
receipt goes on saying (rules B42, M35)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.catalog.models import BookingPolicy
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import (
    CreditEntry,
    CreditNote,
    Order,
    Payment,
    PlanPurchase,
    Receipt,
    Refund,
)
from apps.checkout.operations import Act
from apps.checkout.plans import PlanProblem
from apps.checkout.pricing import Way
from apps.checkout.queries.orders import find_payment_summary
from apps.checkout.queries.party import PlanPaysNoMore, plan_party
from apps.checkout.states import Flow, settle_difference
from apps.classes import operations as classes
from apps.classes.queries.party import Obstacle, PartyFixed
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import ORIGIN, check_out, pay_in_sandbox, work
from tests.factories.prepaid import book_with_plan, make_gift_card, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    """A class for $18.00 each, paid online or there, with 19 % tax in it; five at most on one
    booking."""
    studio = make_studio(max_participants=5)
    studio.flow.pays_online = True
    studio.flow.tax_rate = 1900
    studio.flow.save()
    return studio


def paid(studio: Studio, *, people: int = 3, capacity: int = 6) -> Booking:
    """Carl and whoever comes along, paid online in full."""
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=capacity)
    draft = classes.hold_seats(
        choice=choose(service=studio.flow, party_size=people),
        target=session,
        visitor=make_visitor("carl"),
        now=NOW,
    )
    prepared = bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    check_out(prepared, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=NOW)
    work(NOW)
    mail.outbox.clear()
    return Booking.objects.get(pk=draft.pk)


def change(booking: Booking, people: int, **changed: Any) -> Booking:
    """As a customer who reads what the page says, and taps."""
    fresh = Booking.objects.select_related("service__business").get(pk=booking.pk)
    wanted: Mapping[int, int] = {0: people}
    given = {"revision": fresh.revision, "now": LATER, **changed}
    if "seen_price" not in given:
        planned = plan_party(booking=fresh, wanted=wanted, now=given["now"])
        given["seen_price"] = planned.money.price
    return checkout.change_party(booking=fresh, wanted=wanted, **given)


def money(booking: Booking) -> tuple[Any, ...]:
    booking.refresh_from_db()
    return (booking.party_size, booking.price, booking.paid, booking.payment_status)


def pay_the_rest(booking: Booking, *, amount: int | None = None) -> None:
    checkout.pay_balance(
        booking_id=booking.pk,
        business_id=booking.business_id,
        origin=ORIGIN,
        amount=amount,
        now=LATER,
    )
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=LATER)
    work(LATER)


def clean() -> bool:
    return list(map(str, find_all(business_id=None, now=LATER))) == []


# ----- shared out
PAYMENTS = st.lists(
    st.tuples(st.integers(0, 9000), st.booleans()).map(lambda it: (Flow(it[0], 0), it[1])),
    max_size=4,
)


@given(payments=PAYMENTS, price=st.integers(0, 20000))
@settings(max_examples=200)
def test_what_was_paid_is_kept_or_goes_back(payments: list[tuple[Flow, bool]], price: int) -> None:
    flows = [flow for flow, _online in payments]
    came = sum(it.captured for it in flows)
    by_itself = sum(it.captured for it, online in payments if online)

    share = settle_difference(price=price, flows=flows, by_itself=by_itself)

    kept = came - share.back - share.by_hand
    assert came == kept + share.back + share.by_hand
    assert kept == min(came, price)
    assert share.owed == price - kept
    assert 0 <= share.back <= by_itself


# ----- fewer
def test_the_share_of_those_who_do_not_come_goes_back_the_way_it_came(studio: Studio) -> None:
    carl = paid(studio)

    change(carl, 1)
    work(LATER)

    assert money(carl) == (1, 1800, 1800, "PAID")
    assert [(it.amount, it.status) for it in Refund.objects.all()] == [(3600, "DONE")]
    carl.session.refresh_from_db()  # type: ignore[union-attr]
    assert carl.session.seats_taken == 1  # type: ignore[union-attr]
    assert clean()
    assert carl.returned == 0  # what went back paid for nobody: the bill is smaller


def test_the_receipt_that_was_given_keeps_its_lines(studio: Studio) -> None:
    carl = paid(studio)
    before = list(Order.objects.get().lines.values_list("name", "quantity", "total", "tax"))

    change(carl, 2)

    order = Order.objects.get()
    assert list(order.lines.values_list("name", "quantity", "total", "tax")) == before
    assert (order.total, order.credited, order.price, order.bill) == (5400, 1800, 3600, 3600)
    note = CreditNote.objects.get()
    assert (note.amount, note.tax, note.people, note.given_at) == (1800, 287, 1, LATER)
    assert Receipt.objects.count() == 1
    summary = find_payment_summary(booking=carl)
    assert summary is not None
    assert summary.tax == order.tax - 287


def test_what_came_in_person_is_handed_back_by_the_team(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    carl = join(session, people=3)
    checkout.mark_paid(booking_id=carl.pk, revision=carl.revision, by=studio.olga, now=NOW)

    planned = plan_party(
        booking=Booking.objects.select_related("service__business").get(pk=carl.pk),
        wanted={0: 2},
        now=LATER,
    )
    change(carl, 2)

    assert (planned.money.back, planned.money.by_hand) == ((), 1800)
    assert money(carl) == (2, 3600, 5400, "PAID")
    summary = find_payment_summary(booking=carl)
    assert summary is not None
    assert summary.balance == -1800  # stands before the team as paid too much
    assert clean()


def test_what_a_gift_card_paid_is_on_it_again(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    carl = join(session, people=3)
    card = make_gift_card(by=studio.olga, value=5000)
    checkout.use_code(
        booking_id=carl.pk, business_id=carl.business_id, code=card.code, by=None, now=NOW
    )

    change(carl, 1)

    card.refresh_from_db()
    assert money(carl) == (1, 1800, 1800, "PAID")
    assert card.balance == 3200
    assert clean()


def test_a_part_that_was_paid_counts_towards_those_who_come(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    carl = join(session, people=3)
    card = make_gift_card(by=studio.olga, value=2000)
    checkout.use_code(
        booking_id=carl.pk, business_id=carl.business_id, code=card.code, by=None, now=NOW
    )

    change(carl, 2)
    assert money(carl) == (2, 3600, 2000, "PARTIALLY_PAID")
    assert Refund.objects.count() == 0

    change(carl, 1)
    assert money(carl) == (1, 1800, 1800, "PAID")
    assert clean()


def test_the_visit_of_whoever_does_not_come_goes_back_to_the_plan(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    purchase = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    carl = book_with_plan(session, purchase, people=3)

    change(carl, 1)
    purchase.refresh_from_db()
    assert (purchase.balance, money(carl)[0]) == (9, 1)

    change(carl, 2)
    purchase.refresh_from_db()
    assert purchase.balance == 8
    assert clean()

    carl.refresh_from_db()
    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=studio.olga,
        now=LATER,
    )
    checkout.return_lost_credits(now=LATER + timedelta(minutes=1))
    purchase.refresh_from_db()
    assert purchase.balance == 10
    lines = CreditEntry.objects.filter(booking=carl).order_by("pk")
    assert list(lines.values_list("kind", "amount")) == [
        ("USED", -3),
        ("RESIZED", 2),
        ("RESIZED", -1),
        ("RETURNED", 2),
    ]
    assert clean()


def test_a_plan_pays_no_more_people_than_it_has_visits(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    few = make_plan(services=[studio.flow], credits=2)
    carl = book_with_plan(session, make_purchase(plan=few, by=studio.olga), people=2)
    freely = make_plan(services=[studio.flow], kind="UNLIMITED", slug="freely")
    eva = book_with_plan(
        session, make_purchase(plan=freely, by=studio.olga, email="eva@example.com")
    )

    for booking, problem in ((carl, PlanProblem.TOO_FEW), (eva, PlanProblem.ONE_PERSON)):
        with pytest.raises(PlanPaysNoMore) as no:
            change(booking, booking.party_size + 1)
        assert no.value.refused is problem
    assert PlanPurchase.objects.filter(balance=0).count() == 1
    assert clean()


# ----- more
def test_whoever_comes_besides_is_owed_and_paid_online(studio: Studio) -> None:
    carl = paid(studio, people=1)

    change(carl, 3)
    assert money(carl) == (3, 5400, 1800, "PARTIALLY_PAID")
    added = Order.objects.get().lines.latest("position")
    assert (added.total, added.added_at) == (3600, LATER)

    pay_the_rest(carl)
    assert money(carl) == (3, 5400, 5400, "PAID")

    change(carl, 2)
    work(LATER)
    assert money(carl) == (2, 3600, 3600, "PAID")
    assert clean()


def test_what_is_begun_to_be_paid_changes_no_more(studio: Studio) -> None:
    carl = paid(studio, people=1)
    change(carl, 2)
    checkout.pay_balance(booking_id=carl.pk, business_id=carl.business_id, origin=ORIGIN, now=LATER)

    with pytest.raises(PartyFixed) as no:
        change(carl, 1)
    assert no.value.obstacle is Obstacle.MONEY


def test_a_discount_counts_for_whoever_comes_besides_as_the_page_says(studio: Studio) -> None:
    carl = paid(studio, people=1)
    make_discount(business=studio.business, kind="PERCENT", value=1000, min_people=2)

    fresh = Booking.objects.select_related("service__business").get(pk=carl.pk)
    planned = plan_party(booking=fresh, wanted={0: 2}, now=LATER)
    change(carl, 2)

    assert planned.money.price == 3240
    assert money(carl)[1] == 3240
    assert clean()


def test_the_list_of_what_is_to_be_paid_counts_what_goes_back(
    studio: Studio, client: Client
) -> None:
    carl = paid(studio)
    client.force_login(studio.olga.user)
    path = f"/own/{studio.business.slug}/money/orders/?state=open"

    change(carl, 1)
    work(LATER)
    assert carl.contact_name not in text_of(client.get(path))

    change(carl, 2)
    assert carl.contact_name in text_of(client.get(path))


# ----- refused, and once
def test_the_same_form_sent_twice_gives_back_once(studio: Studio) -> None:
    carl = paid(studio)

    for _time in range(2):
        change(carl, 2, revision=carl.revision, seen_price=3600)

    assert Refund.objects.count() == 1
    for odd in ({"revision": carl.revision}, {"seen_price": 1}):
        with pytest.raises(bookings.StaleRevision):
            change(carl, 1, **odd)
    assert clean()


def test_once_cancelling_costs_something_nobody_is_taken_off(studio: Studio) -> None:
    BookingPolicy.objects.update(cancel_until_minutes=60, fee_windows=[[1440, 5000, 0]])
    carl = paid(studio)
    last_moment = carl.starts_at - timedelta(days=1)

    with pytest.raises(PartyFixed) as no:
        change(carl, 2, now=last_moment + timedelta(seconds=1))
    assert no.value.obstacle is Obstacle.NOT_FREE
    change(carl, 2, now=last_moment)
    assert Refund.objects.get().amount == 1800


def test_what_the_team_gave_back_is_not_given_back_again(studio: Studio) -> None:
    carl = paid(studio)
    checkout.refund_order(
        booking_id=carl.pk,
        amount=1800,
        seen_refunded=0,
        reason="One is ill",
        by=studio.olga,
        now=NOW,
    )

    with pytest.raises(PartyFixed) as no:
        change(carl, 2)
    assert no.value.obstacle is Obstacle.MONEY


def test_a_code_takes_nothing_off_what_was_credited(studio: Studio) -> None:
    carl = paid(studio, people=1)
    change(carl, 3)
    change(carl, 2)
    coupon = make_coupon(business=studio.business)

    with pytest.raises(checkout.CouponRefused):
        checkout.use_code(
            booking_id=carl.pk, business_id=carl.business_id, code=coupon.code, by=None, now=LATER
        )
    assert clean()


# ----- the pages
@pytest.fixture
def his(client: Client) -> Client:
    return client


def opened(client: Client, booking: Booking) -> str:
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    return f"/manage/{booking.reference}/people"


def test_the_page_says_what_comes_back_before_the_tap(studio: Studio, his: Client) -> None:
    carl = paid(studio)
    path = opened(his, carl)

    check = his.get(path, {"people": "1"})
    words = text_of(check)
    assert "You get back" in words
    assert "the way you paid" in words
    assert "$36.00" in words
    answer = his.post(path, {**fields_of(check), "people": "1"})

    assert (answer.status_code, answer["Location"]) == (303, f"/manage/{carl.reference}/")
    assert Refund.objects.get().amount == 3600
    work(LATER)
    assert sorted(it.subject.partition(":")[0] for it in mail.outbox) != []
    receipt = text_of(his.get(f"/manage/{carl.reference}/receipt"))
    assert "Credit note: 2 people fewer" in receipt
    assert "× 3" in receipt


def test_more_people_lead_to_the_bank_at_once(studio: Studio, his: Client) -> None:
    carl = paid(studio, people=1)
    path = opened(his, carl)

    check = his.get(path, {"people": "2"})
    assert "To pay online now" in text_of(check)
    assert "Change and pay" in text_of(check)
    sent = {**fields_of(check), "people": "2"}
    answers = [his.post(path, sent) for _time in range(2)]

    payment = Payment.objects.latest("pk")
    assert [it["Location"] for it in answers] == [payment.url] * 2
    assert (payment.amount, Payment.objects.count()) == (1800, 2)
    assert money(carl) == (2, 3600, 1800, "PARTIALLY_PAID")


def test_who_pays_there_goes_on_paying_there(studio: Studio, his: Client) -> None:
    carl = join(make_session(studio, starts_at=studio.at(27, 18), capacity=6))
    checkout.mark_paid(booking_id=carl.pk, revision=carl.revision, by=studio.olga, now=NOW)
    path = opened(his, carl)

    check = his.get(path, {"people": "2"})
    assert "Still to be paid" in text_of(check)
    answer = his.post(path, {**fields_of(check), "people": "2"})

    assert answer["Location"] == f"/manage/{carl.reference}/"
    assert money(carl) == (2, 3600, 1800, "PARTIALLY_PAID")


def test_the_page_says_which_visits_come_back(studio: Studio, his: Client) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=6)
    purchase = make_purchase(plan=make_plan(services=[studio.flow], credits=3), by=studio.olga)
    carl = book_with_plan(session, purchase, people=3)
    path = opened(his, carl)

    assert "2 visits go back to your plan Ten classes." in text_of(his.get(path, {"people": "1"}))
    too_many = his.get(path, {"people": "4"})
    assert too_many.status_code == 409
    assert "Your plan cannot pay for this. Too few visits are left." in text_of(too_many)


def test_why_the_money_stands_in_the_way(studio: Studio, his: Client) -> None:
    carl = paid(studio)
    Order.objects.update(status="INITIALIZED")

    answer = his.get(opened(his, carl), {"people": "1"})

    assert answer.status_code == 409
    assert "cannot be changed online" in text_of(answer)
