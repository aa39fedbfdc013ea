"""Bills in every state: a deposit, paid, given back, authorized, too late; plans, cards, codes."""

from datetime import timedelta

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import OrderLine, Payment, SandboxSession
from apps.checkout.operations import Act, Seen, SeenGift
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from tests.factories import NOW, Salon, make_salon
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import (
    book_with_plan,
    buy_gift_online,
    make_gift_card,
    make_plan,
    make_purchase,
)
from tests.factories.renewals import make_member_of, make_membership_plan
from tests.factories.studio import make_session, make_studio

LATER = NOW + timedelta(minutes=1)
TOO_LATE = NOW + timedelta(minutes=40)


def write() -> None:
    salon = make_salon(slug="rowan", name="Rowan Hair")
    _price(salon)
    _deposit_and_refund(salon)
    _in_person(salon)
    _codes(salon)
    _authorized(salon)
    _gift(salon)
    _plans()
    _not_paid_yet(salon)
    _conflict(salon)


def _price(salon: Salon) -> None:
    """As in tests/checkout: the cut with a deposit, the rest of it online or at the salon."""
    for service in (salon.cut, salon.colour, salon.bridal):
        service.pays_online = True
        service.tax_rate = 1900
    salon.cut.deposit = 2000
    salon.bridal.deposit = 4000
    salon.bridal.allows_multiple_requests = False
    for service in (salon.cut, salon.colour, salon.bridal):
        service.save()


def _prepared(salon: Salon, *, hour: int, name: str) -> Booking:
    return make_prepared(
        service=salon.cut,
        starts_at=salon.at(26, hour),
        now=NOW,
        name=name.title(),
        email=f"{name}@example.com",
        resource_id=salon.ana.resource_id,
    )


def _paid(draft: Booking, way: Way) -> Booking:
    check_out(draft, way, now=NOW)
    pay_in_sandbox(_payment(draft), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def _payment(booking: Booking) -> Payment:
    return Payment.objects.filter(order__booking=booking).latest("pk")


def _deposit_and_refund(salon: Salon) -> None:
    """20.00 of 48.00 online, the rest at the salon; then 5.00 of it back for a line."""
    booking = _paid(_prepared(salon, hour=9, name="hal"), Way.DEPOSIT)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)
    line = OrderLine.objects.get(order__booking=booking)
    checkout.refund_order(
        booking_id=booking.pk,
        amount=0,
        lines={line.pk: 500},
        seen_refunded=0,
        reason="Ana was late",
        by=salon.olga,
        now=LATER,
    )
    work(LATER)


def _in_person(salon: Salon) -> None:
    """Taken at the salon and taken back by an entry; another paid online, all of it."""
    draft = make_prepared(service=salon.colour, starts_at=salon.at(27, 9), now=NOW)
    check_out(draft, Way.IN_PERSON, now=NOW)
    draft.refresh_from_db()
    payment = checkout.mark_paid(
        booking_id=draft.pk, revision=draft.revision, by=salon.olga, now=LATER
    )
    checkout.undo_mark_paid(booking_id=draft.pk, payment_id=payment.pk, by=salon.olga, now=LATER)
    _paid(_prepared(salon, hour=10, name="ivy"), Way.FULL)


def _codes(salon: Salon) -> None:
    make_coupon(business=salon.business)
    later = make_discount(business=salon.business, starts_at=NOW + timedelta(days=30))
    later.services.add(salon.cut)
    draft = _prepared(salon, hour=11, name="jo")
    quote = offer_of(booking=draft, code="WINTER10", now=NOW).quotes[Way.DEPOSIT]
    checkout.check_out(
        draft_id=draft.draft_id,
        way=Way.DEPOSIT,
        seen=Seen.of(quote, code="WINTER10"),
        origin=ORIGIN,
        now=NOW,
    )
    pay_in_sandbox(_payment(draft), Act.PAY, now=LATER)
    work(LATER)


def _authorized(salon: Salon) -> None:
    """One request with money authorized, and one whose money was taken after a yes."""
    for day, name in ((27, "kit"), (28, "lou")):
        draft = make_prepared(
            service=salon.bridal,
            starts_at=salon.at(day, 14),
            now=NOW,
            name=name.title(),
            email=f"{name}@example.com",
        )
        _paid(draft, Way.DEPOSIT)
    bookings.confirm_request(booking_id=draft.pk, revision=draft.revision, by=salon.olga, now=LATER)
    after_undo = LATER + timedelta(seconds=11)
    checkout.look_after_authorized(now=after_undo)
    work(after_undo)


def _gift(salon: Salon) -> None:
    salon.business.sells_gift_cards = True
    salon.business.save()
    card = make_gift_card(by=salon.olga)
    draft = _prepared(salon, hour=13, name="max")
    quote = offer_of(booking=draft, now=NOW).quotes[Way.FULL]
    seen = Seen(quote.total, quote.due_now, gift=SeenGift(card.pk, 4800))
    checkout.check_out(draft_id=draft.draft_id, way=Way.FULL, seen=seen, origin=ORIGIN, now=NOW)
    buy_gift_online(salon.business, value=2500)


def _plans() -> None:
    """Ten visits of which one is used, and a membership that renews."""
    studio = make_studio(slug="rowan-studio")
    ten = make_plan(services=[studio.flow])
    session = make_session(studio, starts_at=studio.at(26, 7))
    book_with_plan(session, make_purchase(plan=ten, by=studio.olga))
    make_member_of(make_membership_plan(service=studio.flow), email="mina@example.com")


def _not_paid_yet(salon: Salon) -> None:
    check_out(_prepared(salon, hour=14, name="nan"), Way.FULL, now=NOW)


def _conflict(salon: Salon) -> None:
    """Paid after the hold had ended and somebody else had taken the time."""
    late = _prepared(salon, hour=16, name="oz")
    check_out(late, Way.FULL, now=NOW)
    payment = _payment(late)
    SandboxSession.objects.filter(ref=payment.provider_ref).update(
        expires_at=TOO_LATE + timedelta(minutes=5)
    )
    first = make_prepared(
        service=salon.cut,
        starts_at=late.starts_at,
        now=TOO_LATE,
        name="Pat",
        email="pat@example.com",
        resource_id=salon.ana.resource_id,
    )
    check_out(first, Way.DEPOSIT, now=TOO_LATE)
    pay_in_sandbox(_payment(first), Act.PAY, now=TOO_LATE)
    work(TOO_LATE)
    pay_in_sandbox(payment, Act.PAY, now=TOO_LATE)
    work(TOO_LATE)
