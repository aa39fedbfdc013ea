"""kill -9 while a booking that was paid for is cancelled, moved, or swapped for a better time
(rules C9, B12, B32, B34, B37, M11): whenever it dies, afterwards its customer has exactly one time
or none, the money went back once, and one mail said so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability import operations as availability
from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Booking, MoveWish
from apps.bookings.operations import reschedule
from apps.bookings.wishes import Wish
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.providers.sandbox import Sandbox
from apps.outbox.registry import all_periodic
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.races.killing import Moment, after, dies, stopped

pytestmark = [
    *(pytest.mark.real_time, pytest.mark.crash, pytest.mark.detail),
    pytest.mark.django_db(transaction=True),
]
LATER = NOW + timedelta(minutes=2)
"""It is cancelled, moved or swapped."""
FINAL = LATER + timedelta(minutes=10)
"""Nothing can be taken back any more."""
AGAIN = FINAL + timedelta(minutes=5)
"""What a dead worker had leased is leased again."""
FEE = 2400
OWN = datetime(2026, 11, 26, 9, tzinfo=UTC)
BETTER = datetime(2026, 11, 25, 13, tzinfo=UTC)


@pytest.fixture
def sent(settings: Any, tmp_path: Path) -> Path:
    """Where mails go: also those of a process that is dead by now."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "sent"
    return tmp_path / "sent"


@pytest.fixture
def salon(sent: Path) -> Salon:
    found = make_salon(slug="juniper")
    found.cut.pays_online = True
    found.cut.save()
    return found


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at ten, and paid: 48.00."""
    draft = make_prepared(
        service=salon.cut,
        starts_at=OWN,
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    check_out(draft, Way.FULL, now=NOW)
    payment = Payment.objects.get()
    pay_in_sandbox(payment, Act.PAY_SILENTLY, now=NOW)
    checkout.settle_payment(payment_id=payment.pk, now=NOW)
    run_worker(NOW + timedelta(seconds=30))
    return Booking.objects.get()


@pytest.fixture
def late(carl: Booking) -> Booking:
    """To cancel it costs half by now."""
    carl.policy_snapshot["fee_windows"] = [[7 * 1440, 5_000, None]]
    carl.save(update_fields=["policy_snapshot"])
    return carl


def run_worker(at: Any) -> None:
    """A worker that has just begun: everything it looks for, and all that is due."""
    for _turn in range(2):
        for periodic in all_periodic():
            periodic.run(at)
        work(at)


def subjects(sent: Path) -> list[str]:
    """Of all mails to Carl, in the order of their names."""
    files = sorted(sent.glob("*")) if sent.exists() else []
    found = [
        message_from_string(it)
        for file in files
        for it in file.read_text().split("-" * 79 + "\n")
        if it.strip()
    ]
    return [str(it["Subject"]) for it in found if it["To"] == "carl@example.com"]


def cancel_as_customer(booking: Booking, _by: TeamMember) -> None:
    bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        seen_fee=FEE,
        now=LATER,
    )


def cancel_as_team(choice: MoneyChoice) -> Callable[[Booking, TeamMember], None]:
    def cancel(booking: Booking, by: TeamMember) -> None:
        checkout.cancel_as_decided(
            booking_id=booking.pk,
            revision=booking.revision,
            choice=choice,
            reason="Ana is ill",
            by=by,
            seen_fee=FEE,
            now=LATER,
        )

    return cancel


@dataclass(frozen=True)
class Cancelling:
    """Who cancels, and what goes back by that (minor units)."""

    do: Callable[[Booking, TeamMember], None]
    back: int


CANCELLING = {
    "the customer": Cancelling(cancel_as_customer, 4800 - FEE),
    "the team by the policy": Cancelling(cancel_as_team(MoneyChoice.POLICY), 4800 - FEE),
    "the team with all of it back": Cancelling(cancel_as_team(MoneyChoice.BACK), 4800),
}
WHO = pytest.mark.parametrize("who", CANCELLING)


def expect_cancelled_once(booking: Booking, sent: Path, *, back: int) -> None:
    """One refund, written here as it is at the provider; the time is free; it was told once."""
    booking.refresh_from_db()
    assert (booking.status, booking.hold_expires_at) == ("CANCELED", None)
    assert (booking.paid, booking.cancellation_fee) == (4800 - back, 4800 - back)
    refund = Refund.objects.get()
    assert (refund.status, refund.amount) == ("DONE", back)
    assert SandboxSession.objects.get().refunded == back
    assert not Occupancy.objects.exists()
    assert booking.history.filter(action="CANCELED").count() == 1
    told = [it for it in subjects(sent) if it.startswith("Cancelled")]
    assert len(told) == 1, subjects(sent)
    call_command("check_ledger")


@WHO
def test_a_death_between_the_refund_and_its_commit_gives_it_back_once(
    salon: Salon, late: Booking, sent: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """The provider has given it back, and nobody has written that down."""
    cancelling = CANCELLING[who]
    cancelling.do(late, salon.olga)
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "refund", after(Sandbox.refund))
        dies(lambda: run_worker(FINAL))
    assert SandboxSession.objects.get().refunded == cancelling.back
    assert Refund.objects.get().status == "PENDING"

    run_worker(AGAIN)

    expect_cancelled_once(late, sent, back=cancelling.back)


@WHO
@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_it_is_cancelled_leaves_all_or_nothing(
    salon: Salon, late: Booking, sent: Path, who: str, moment: Moment
) -> None:
    """Whoever got no answer sends it again, and reads what is there."""
    cancelling = CANCELLING[who]
    with stopped(lambda: cancelling.do(late, salon.olga), at=moment) as web:
        web.kill()
    found = Booking.objects.get()
    if moment is Moment.BEFORE_COMMIT:
        assert (found.status, found.revision) == ("CONFIRMED", late.revision)
        assert (Refund.objects.count(), Occupancy.objects.get().expires_at) == (0, None)
        cancelling.do(late, salon.olga)
    else:
        with pytest.raises(bookings.StaleRevision):
            cancelling.do(late, salon.olga)

    run_worker(FINAL)

    expect_cancelled_once(late, sent, back=cancelling.back)


@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_it_becomes_final_makes_it_final_once(
    late: Booking, salon: Salon, sent: Path, moment: Moment
) -> None:
    cancel_as_customer(late, salon.olga)
    with stopped(lambda: checkout.finish_cancellations(now=FINAL), at=moment) as worker:
        worker.kill()

    run_worker(AGAIN)

    expect_cancelled_once(late, sent, back=4800 - FEE)


@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_it_is_taken_back_leaves_it_cancelled_or_booked(
    late: Booking, salon: Salon, sent: Path, moment: Moment
) -> None:
    cancel_as_customer(late, salon.olga)
    late.refresh_from_db()

    def undo() -> None:
        bookings.undo_cancellation(
            booking_id=late.pk, business_id=late.business_id, revision=late.revision, now=LATER
        )

    with stopped(undo, at=moment) as web:
        web.kill()

    run_worker(AGAIN)

    if moment is Moment.BEFORE_COMMIT:
        expect_cancelled_once(late, sent, back=4800 - FEE)
        return
    late.refresh_from_db()
    assert (late.status, late.paid, Refund.objects.count()) == ("CONFIRMED", 4800, 0)
    assert not [it for it in subjects(sent) if it.startswith("Cancelled")]
    call_command("check_ledger")


def move(booking: Booking) -> None:
    bookings.move_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        starts_at=BETTER,
        resource_id=booking.resource_id,
        by=None,
        now=LATER,
    )


def swap(booking: Booking) -> None:
    offers = MoveWish.objects.get(booking=booking).offers
    waitlists.swap(booking=booking, offer=offers, now=LATER)


def offered_a_better_time(booking: Booking) -> None:
    """Wednesday at two has just come free, and Carl was told."""
    on, ana = date(2026, 11, 25), booking.resource_id
    draft = make_prepared(
        service=booking.service,
        starts_at=BETTER,
        now=NOW,
        email="eva@example.com",
        resource_id=ana,
    )
    waitlists.wish_for_better_time(
        booking=booking,
        revision=booking.revision,
        wish=Wish(on, on, 14 * 60, 14 * 60 + 45),
        resource_id=ana,
        now=NOW + timedelta(minutes=1),
    )
    bookings.release_draft(booking=draft, now=NOW + timedelta(minutes=1))
    assert waitlists.offer_better_times(now=NOW + timedelta(minutes=1)) == 1
    booking.refresh_from_db()


def unprepared(_booking: Booking) -> None:
    """A move needs nothing before."""


CHANGES = {"move": (unprepared, move), "swap": (offered_a_better_time, swap)}
CHANGE = pytest.mark.parametrize("change", CHANGES)


def expect_one_time(booking: Booking, at: Any) -> None:
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at, booking.paid) == ("CONFIRMED", at, 4800)
    kept = Occupancy.objects.get(session_id=booking.session_id or 0)
    assert (kept.starts_at, kept.expires_at) == (at, None)
    assert Occupancy.objects.count() == 1
    call_command("check_ledger")


def expect_moved_once(booking: Booking, sent: Path) -> None:
    """One time, at one place, told once; and the money is what it was."""
    run_worker(AGAIN)
    expect_one_time(booking, BETTER)
    assert booking.history.filter(action="MOVED").count() == 1
    told = [it for it in subjects(sent) if it.startswith("Moved")]
    assert len(told) == 1, subjects(sent)
    assert Refund.objects.count() == SandboxSession.objects.get().refunded == 0


@CHANGE
@pytest.mark.parametrize("moment", Moment)
def test_a_death_around_the_commit_leaves_one_time(
    carl: Booking, sent: Path, change: str, moment: Moment
) -> None:
    prepare, do = CHANGES[change]
    prepare(carl)
    with stopped(lambda: do(carl), at=moment) as web:
        web.kill()
    is_kept = moment is Moment.AFTER_COMMIT
    expect_one_time(carl, BETTER if is_kept else OWN)

    do(carl)  # whoever got no answer taps again

    expect_moved_once(carl, sent)


@CHANGE
@pytest.mark.parametrize("step", ["grant_time", "require_paid_then", "record_transition"])
def test_a_death_in_the_middle_leaves_the_time_that_was_had(
    carl: Booking, sent: Path, monkeypatch: pytest.MonkeyPatch, change: str, step: str
) -> None:
    """The other time is taken and the own one given back, and it is not yet written who has it."""
    prepare, do = CHANGES[change]
    prepare(carl)
    where: Any = availability if step == "grant_time" else reschedule
    with monkeypatch.context() as patched:
        patched.setattr(where, step, after(getattr(where, step)))
        dies(lambda: do(carl))
    expect_one_time(carl, OWN)

    do(carl)

    expect_moved_once(carl, sent)
