"""Money paid = kept + refunded, by the real operations, with the ledger asked after each: for
random policies and times, and for whatever ended it (rules M11, M30, M33, M34, B16, B33, B35,
B40)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from apps.kernel.refusals import Refusal
from apps.ledger.check import find_all
from tests.factories import NOW, Salon
from tests.factories.bookings import cancel_as_customer, make_visitor
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.studio import Studio, make_session
from tests.often import often

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.long]
End = Callable[[Salon, Booking, datetime, int | None], None]
PHASES = (Phase.explicit, Phase.generate)
"""An example takes a second: what fails is told as it is, and not made smaller for minutes."""
TEN_MINUTES = timedelta(minutes=10)
AFTER = timedelta(minutes=15)
NOT_THERE = timedelta(minutes=1)

fees = some.one_of(
    some.tuples(some.integers(1, 10_000), some.none()),
    some.tuples(some.none(), some.integers(1, 6_000)),
)
windows = some.lists(
    some.tuples(some.integers(0, 4_000), fees), max_size=4, unique_by=lambda it: it[0]
).map(lambda found: [[minutes, share, amount] for minutes, (share, amount) in found])


def by_customer(_salon: Salon, booking: Booking, at: datetime, _fee: int | None) -> None:
    cancel_as_customer(booking, fee=1_000_000, now=at)


def by_team(choice: MoneyChoice) -> End:
    def end(salon: Salon, booking: Booking, at: datetime, fee: int | None) -> None:
        checkout.cancel_as_decided(
            booking_id=booking.pk,
            revision=booking.revision,
            choice=choice,
            reason="Ana is ill",
            by=salon.olga,
            fee=fee,
            seen_fee=1_000_000,
            now=at,
        )

    return end


def by_no_show(salon: Salon, booking: Booking, _at: datetime, fee: int | None) -> None:
    checkout.mark_no_show(
        booking_id=booking.pk,
        revision=booking.revision,
        by=salon.olga,
        fee=fee,
        reason="A regular",
        now=booking.starts_at + NOT_THERE,
    )


def by_both(salon: Salon, booking: Booking, at: datetime, fee: int | None) -> None:
    """The first trigger wins: nobody came, and the team cancels it after that."""
    by_no_show(salon, booking, at, fee)
    booking.refresh_from_db()
    by_team(MoneyChoice.POLICY)(salon, booking, booking.starts_at + 2 * NOT_THERE, None)


def taken_back(salon: Salon, booking: Booking, at: datetime, fee: int | None) -> None:
    """Cancelled, taken back, and cancelled after all."""
    by_customer(salon, booking, at, fee)
    booking.refresh_from_db()
    bookings.undo_cancellation(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        now=at,
    )
    booking.refresh_from_db()
    by_customer(salon, booking, at, fee)


ENDS: dict[str, End] = {
    "the customer": by_customer,
    "the customer, once more": taken_back,
    "nobody came": by_no_show,
    "nobody came, and cancelled": by_both,
    **{f"the team, {it}": by_team(it) for it in MoneyChoice},
}


def settle(booking: Booking, at: datetime) -> None:
    """The worker makes it final and gives back what is to go back, twice."""
    for later in (TEN_MINUTES, AFTER):
        checkout.finish_cancellations(now=at + later)
        work(at + later)
    booking.refresh_from_db()


def expect_nothing_lost(booking: Booking, *, paid: int, at: datetime) -> int:
    """What was paid is kept or went back, here as at the provider; return what went back."""
    back = sum(it.amount for it in Refund.objects.filter(status="DONE"))
    assert not Refund.objects.exclude(status="DONE").exists()
    assert sum(it.refunded for it in SandboxSession.objects.all()) == back
    assert sum(it.captured - it.refunded for it in Payment.objects.all()) == booking.paid
    assert booking.paid + back == paid
    assert min(booking.paid, back, booking.cancellation_fee) >= 0
    assert booking.cancellation_fee <= (booking.price or 0)
    assert [str(it) for it in find_all(business_id=None, now=at)] == []
    return back


def paid_booking(salon: Salon, rules: list[list[int | None]], way: Way) -> Booking:
    salon.policy.fee_windows = rules
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, way, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    return draft


@given(
    rules_and_way=some.tuples(windows, some.sampled_from([Way.FULL, Way.DEPOSIT])),
    minutes=some.integers(1, 2_900),
    name=some.sampled_from(sorted(ENDS)),
    share=some.none() | some.floats(0, 1),
)
@settings(max_examples=often(25), phases=PHASES)
def test_what_was_paid_is_kept_or_went_back_whatever_ended_it(
    salon: Salon,
    rules_and_way: tuple[list[list[int | None]], Way],
    minutes: int,
    name: str,
    share: float | None,
) -> None:
    rules, way = rules_and_way
    with transaction.atomic():
        booking = paid_booking(salon, rules, way)
        at = max(booking.starts_at - timedelta(minutes=minutes), NOW)
        fee = None if share is None else int(2_000 * share)
        try:
            with transaction.atomic():
                ENDS[name](salon, booking, at, fee)
        except Refusal:  # more than its policy says, or out of its time: nothing happens
            booking.refresh_from_db()
            assert booking.status == "CONFIRMED"
        last = max(at, booking.starts_at + 2 * NOT_THERE) if "nobody" in name else at
        settle(booking, last)

        back = expect_nothing_lost(booking, paid=booking.paid + refunded(), at=last + AFTER)
        assert booking.paid + back == (4800 if way is Way.FULL else 2000)
        if name == f"the team, {MoneyChoice.BACK}":
            assert booking.paid == 0
        transaction.set_rollback(True)


def refunded() -> int:
    return sum(it.amount for it in Refund.objects.all())


@given(
    people=some.integers(1, 4),
    minimum=some.integers(2, 6),
    hours=some.integers(2, 48),
    is_kept=some.booleans(),
)
@settings(max_examples=often(10), phases=PHASES)
def test_what_finds_too_few_people_stays_until_the_team_decides(
    studio: Studio, people: int, minimum: int, hours: int, *, is_kept: bool
) -> None:
    """The worker calls it off by itself, whatever cancelling would cost; the team gives all of it
    back or keeps it (rule M30). With enough people it takes place."""
    with transaction.atomic():
        studio.policy.fee_windows = [[10_000, 10_000, None]]
        studio.policy.max_participants = 4
        studio.policy.save()
        studio.flow.pays_online = True
        studio.flow.min_participants = minimum
        studio.flow.decide_before_minutes = 60 * hours
        studio.flow.save()
        booking = pay_for_class(studio, people=people)
        at = booking.starts_at - timedelta(hours=hours)
        classes.decide_minimums(now=at)
        settle(booking, at)
        is_off = people < minimum
        assert (booking.status == "CANCELED") is is_off
        assert expect_nothing_lost(booking, paid=1800 * people, at=at + AFTER) == 0

        if is_off and is_kept:
            checkout.keep_money(booking_id=booking.pk, by=studio.olga, now=at + AFTER)
        elif is_off:
            checkout.refund_the_rest(booking_id=booking.pk, by=studio.olga, now=at + AFTER)
        settle(booking, at + AFTER)

        back = expect_nothing_lost(booking, paid=1800 * people, at=at + 2 * AFTER)
        assert back == (1800 * people if is_off and not is_kept else 0)
        assert booking.cancellation_fee == 0
        transaction.set_rollback(True)


def pay_for_class(studio: Studio, *, people: int) -> Booking:
    session = make_session(studio, starts_at=studio.at(30, 18), capacity=6)
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
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    prepared.refresh_from_db()
    return prepared
