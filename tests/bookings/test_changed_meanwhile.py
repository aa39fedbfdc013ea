"""A class is moved or called off while somebody types: nobody is booked for what they did not
see."""

from datetime import timedelta

import pytest

from apps.availability.models import CourseRun, Session
from apps.availability.operations import SessionChange
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, SlotGone
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund
from apps.checkout.operations import Act, Seen, SeenGift
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class, seen_of_run
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.money import ORIGIN, check_out, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def studio(db: None) -> Studio:
    studio = make_studio()
    for service in (studio.flow, studio.course):
        service.pays_online = True
        service.save()
    return studio


@pytest.fixture
def session(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(27, 18))


@pytest.fixture
def run(studio: Studio) -> CourseRun:
    return make_run(studio, first=studio.at(28, 18), weeks=4)


def send(draft: Booking) -> Booking:
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=LATER,
    )


def begin_to_pay(target: Session | CourseRun) -> Payment:
    draft = join(target, submits=False)
    prepared = bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    check_out(prepared, Way.FULL, now=NOW)
    return Payment.objects.get()


def pay(payment: Payment) -> Booking:
    pay_in_sandbox(payment, Act.PAY, now=LATER)
    work(LATER)
    return Booking.objects.get()


def put_off(studio: Studio, session: Session) -> None:
    """The class begins an hour later, with Dan."""
    at = (session.starts_at + timedelta(hours=1)).astimezone(studio.business.zone).time()
    classes.change_class(
        session_id=session.pk,
        scope=Scope.THIS,
        change=SessionChange(resource_ids=(studio.dan.resource_id,), at=at),
        seen=seen_of_class(session=session, scope=Scope.THIS, now=NOW),
        by=studio.olga,
        now=NOW,
    )
    session.refresh_from_db()


def call_off(studio: Studio, target: Session | CourseRun) -> None:
    if isinstance(target, Session):
        classes.cancel_class(
            session_id=target.pk,
            scope=Scope.THIS,
            seen=seen_of_class(session=target, scope=Scope.THIS, now=NOW),
            reason="Ill",
            by=studio.olga,
            now=NOW,
        )
    else:
        classes.cancel_run(
            course_run_id=target.pk,
            seen=seen_of_run(course_run_id=target.pk),
            reason="Ill",
            by=studio.olga,
            now=NOW,
        )


def broken_rules() -> list[str]:
    return [str(finding) for finding in find_all(business_id=None, now=LATER)]


def test_a_class_that_was_put_off_is_not_booked_at_the_time_that_was_seen(
    studio: Studio, session: Session
) -> None:
    draft = join(session, submits=False)
    put_off(studio, session)

    with pytest.raises(SlotGone):
        send(draft)

    assert Booking.objects.get().status == "CREATED"
    assert broken_rules() == []


def test_whoever_paid_for_it_meanwhile_is_moved_with_the_others_and_told(
    studio: Studio, session: Session
) -> None:
    payment = begin_to_pay(session)
    seen = session.starts_at
    put_off(studio, session)

    booking = pay(payment)

    assert (booking.status, booking.starts_at) == ("CONFIRMED", session.starts_at)
    assert not booking.double_booked
    told = [event for event in booking.history.all() if event.action == "MOVED"]
    assert [event.before["starts_at"] for event in told] == [seen.isoformat()]
    assert broken_rules() == []


def test_a_course_that_was_called_off_is_not_booked(studio: Studio, run: CourseRun) -> None:
    draft = join(run, submits=False)
    call_off(studio, run)

    with pytest.raises(SlotGone):
        send(draft)

    run.refresh_from_db()
    assert (run.seats_taken, Booking.objects.get().status) == (0, "CREATED")
    assert broken_rules() == []


@pytest.mark.parametrize("kind", ["class", "course"])
def test_money_for_what_was_called_off_goes_back(
    studio: Studio, session: Session, run: CourseRun, kind: str
) -> None:
    target = session if kind == "class" else run
    payment = begin_to_pay(target)
    call_off(studio, target)

    booking = pay(payment)

    assert (booking.status, booking.double_booked, booking.paid) == ("DECLINED", False, 0)
    assert Refund.objects.get().amount == payment.amount
    actions = list(booking.history.order_by("pk").values_list("action", flat=True))
    assert actions == ["DECLINED", "PAID", "REFUNDED"]
    assert broken_rules() == []


def test_what_a_gift_card_paid_for_it_goes_back_to_the_card(
    studio: Studio, session: Session
) -> None:
    card = make_gift_card(by=studio.olga, value=1000)
    draft = join(session, submits=False)
    prepared = bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    seen = Seen(total=1800, due_now=1800, gift=SeenGift(card.pk, 1000))
    checkout.check_out(draft_id=prepared.draft_id, way=Way.FULL, seen=seen, origin=ORIGIN, now=NOW)
    call_off(studio, session)

    pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.PAY, now=LATER)
    work(LATER)

    card.refresh_from_db()
    prepared.refresh_from_db()
    assert (prepared.status, prepared.paid, card.balance) == ("DECLINED", 0, 1000)
    assert broken_rules() == []
