"""On which side the instant itself falls: asked one second before it, at it, and one second after.

What runs out (a hold, an offer, the undo, quiet hours, a payment, a link) is over at its end: the
instant belongs to what comes after. What is promised "until" a time (cancelling, the notice) may
still be done at it. Whoever reads and whoever writes answers alike.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from apps.availability import operations as availability
from apps.availability.engine.inputs import compute_limits, hold_ends_at
from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.joining import Joinable, JoinRules, Obstacle, may_join
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.policy import Policy, Reason, free_until, is_free_now, may_cancel
from apps.bookings.queries.clock import cancel_limits
from apps.bookings.queries.drafts import is_time_gone
from apps.bookings.queries.joinables import joinable_of
from apps.bookings.queries.offered import NoTime, find_claim, slot_query
from apps.bookings.states import Status
from apps.bookings.views.details_page import hold_of
from apps.bookings.visitors import count_live_holds
from apps.bookings.wishes import Wish
from apps.businesses.models import Business
from apps.catalog.queries import choose
from apps.dashboard.access import open_access
from apps.dashboard.bookings.queries.actions import find_undoable
from apps.dashboard.frame.queries.rota import load_rota
from apps.outbox.operations import lease_due
from apps.waitlists import operations as waitlists
from apps.waitlists.offers import QuietHours, offer_ends_at, speaks_at
from apps.waitlists.operations import WaitingDetails
from apps.waitlists.queries import has_offer
from apps.web.signed import OLDEST, SEAL, Verdict, judge, new_guard
from tests.factories import NOW, Salon, make_booking, make_draft, make_request, make_salon
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_session, make_studio

SECOND = timedelta(seconds=1)
OVER_AT_ITS_END = pytest.mark.parametrize(
    ("seconds", "lives"), [(-1, True), (0, False), (1, False)], ids=["before", "at", "after"]
)
STILL_AT_IT = pytest.mark.parametrize(
    ("seconds", "allowed"), [(-1, True), (0, True), (1, False)], ids=["before", "at", "after"]
)
TAPPED = [NOW, NOW + timedelta(milliseconds=600)]
"""A tap is seldom on a whole second."""
HOLD_END = NOW + timedelta(minutes=10)


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon()


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio()


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written is as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def refuses(error: type[Exception] | tuple[type[Exception], ...], deed: object) -> bool:
    """Whether a deed is refused; its writes are taken back either way."""
    assert callable(deed)
    try:
        with taken_back():
            deed()
    except error:
        return True
    return False


@pytest.mark.parametrize("tapped_at", TAPPED, ids=["whole", "split"])
@OVER_AT_ITS_END
def test_a_hold_ends_for_all_at_one_instant(
    salon: Salon, seconds: int, *, lives: bool, tapped_at: datetime
) -> None:
    salon.ben.resource.active = False
    salon.ben.resource.save()
    at = salon.at(26, 10)
    draft = make_draft(service=salon.cut, starts_at=at, now=tapped_at)
    assert draft.hold_expires_at == HOLD_END
    now = HOLD_END + seconds * SECOND
    query = slot_query(choice=choose(service=salon.cut))
    rota = load_rota(business=salon.business, dates=[date(2026, 11, 26)], now=now)
    live_holds, _first = count_live_holds(
        business=salon.business, network_hash=draft.network_hash, besides="", now=now
    )
    count = Occupancy.objects.count

    readers = {
        "draft": draft.is_held(now),
        "details": hold_of(draft, now=now)["until"] is not None,
        "search": refuses(NoTime, lambda: find_claim(query=query, starts_at=at, now=now)),
        "calendar": bool(rota.busy.get(salon.ana.resource_id)),
        "limits": live_holds == 1,
    }
    assert readers == dict.fromkeys(readers, lives)

    with taken_back():
        extended = bookings.extend_draft_hold(booking=draft, now=now)
    with taken_back():
        availability.sweep_expired_holds(now=now)
        survives = count() == 1
    refused = refuses(
        bookings.SlotGone,
        lambda: make_draft(service=salon.cut, starts_at=at, now=now, visitor="sam"),
    )
    assert (extended, survives, refused) == (lives, lives, lives)


@pytest.mark.parametrize("now", [HOLD_END - timedelta(milliseconds=1), HOLD_END])
def test_between_two_seconds_reader_and_writer_agree(salon: Salon, now: datetime) -> None:
    salon.ben.resource.active = False
    salon.ben.resource.save()
    at = salon.at(26, 10)
    make_draft(service=salon.cut, starts_at=at, now=NOW + timedelta(milliseconds=999))
    query = slot_query(choice=choose(service=salon.cut))

    hidden = refuses(NoTime, lambda: find_claim(query=query, starts_at=at, now=now))
    refused = refuses(
        bookings.SlotGone,
        lambda: make_draft(service=salon.cut, starts_at=at, now=now, visitor="sam"),
    )

    assert hidden == refused == (now < HOLD_END)


@pytest.mark.parametrize("tapped_at", TAPPED, ids=["whole", "split"])
@OVER_AT_ITS_END
def test_held_places_come_back_for_all_at_one_instant(
    studio: Studio, seconds: int, *, lives: bool, tapped_at: datetime
) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    draft = join(session, email="carl@example.com", now=tapped_at, submits=False)
    now = HOLD_END + seconds * SECOND
    session.refresh_from_db()

    assert (joinable_of(session, besides=None, now=now).seats_left == 0) is lives
    assert (hold_of(draft, now=now)["until"] is not None) is lives
    with taken_back():
        assert bookings.extend_draft_hold(booking=draft, now=now) is lives
    with taken_back():
        assert (availability.sweep_lapsed_seats(now=now) == 0) is lives
    sam = refuses(bookings.CannotJoin, lambda: join(session, email="sam@example.com", now=now))
    assert sam is lives


@OVER_AT_ITS_END
def test_a_draft_whose_hold_is_over_asks_whether_the_time_is_still_free(
    salon: Salon, seconds: int, *, lives: bool
) -> None:
    ana, at = salon.ana.resource_id, salon.at(26, 10)
    draft = make_draft(service=salon.cut, starts_at=at, now=NOW, resource_id=ana)
    make_draft(service=salon.cut, starts_at=at, now=HOLD_END, resource_id=ana, visitor="sam")

    assert is_time_gone(booking=draft, now=HOLD_END + seconds * SECOND) is not lives


def test_an_hour_of_holding_ends_on_a_whole_second_too() -> None:
    split = NOW + timedelta(milliseconds=999)

    assert hold_ends_at(split, minutes=60) == NOW + timedelta(hours=1)
    assert offer_ends_at(now=split, starts_at=NOW + timedelta(days=1), minutes=60) == (
        NOW + timedelta(hours=1)
    )


@pytest.mark.parametrize("decision", ["confirm", "decline"])
@OVER_AT_ITS_END
def test_the_undo_is_over_when_the_mail_may_leave(
    salon: Salon, seconds: int, *, lives: bool, decision: str
) -> None:
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    if decision == "confirm":
        bookings.confirm_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)
    else:
        bookings.decline_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)
    now = NOW + timedelta(seconds=10 + seconds)

    shown = find_undoable(access=open_access(member=salon.olga), now=now)
    refused = refuses(
        bookings.TooLateToUndo,
        lambda: bookings.undo_decision(booking_id=lena.pk, revision=3, by=salon.olga, now=now),
    )
    with taken_back():
        leased = lease_due(worker="w", now=now)
    topics = {{"confirm": "booking.confirmed", "decline": "booking.declined"}[decision]}

    assert (bool(shown), not refused) == (lives, lives)
    assert (not topics & {it.topic for it in leased}) is lives


BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(22 * 60, 7 * 60)


def berlin(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-24T21:59:59", "2026-11-24T21:59:59"),
        ("2026-11-24T22:00:00", "2026-11-25T07:00:00"),
        ("2026-11-24T22:00:01", "2026-11-25T07:00:00"),
        ("2026-11-25T06:59:59", "2026-11-25T07:00:00"),
        ("2026-11-25T07:00:00", "2026-11-25T07:00:00"),
        ("2026-11-25T07:00:01", "2026-11-25T07:00:01"),
    ],
)
def test_quiet_hours_begin_and_end_on_the_second(now: str, told: str) -> None:
    assert speaks_at(now=berlin(now), zone=BERLIN, quiet=NIGHT) == berlin(told)


@pytest.mark.parametrize(
    ("quiet", "now", "told"),
    [
        # 28 March 2027: 02:00 is 03:00. An end that is skipped is the change itself.
        ((0, 150), berlin("2027-03-28T01:59:59"), berlin("2027-03-28T03:00:00")),
        ((0, 150), berlin("2027-03-28T03:00:00"), berlin("2027-03-28T03:00:00")),
        # 31 October 2027: 03:00 is 02:00 again. An end is never told before the question.
        ((0, 150), berlin("2027-10-31T02:15:00"), berlin("2027-10-31T02:30:00")),
        ((0, 150), berlin("2027-10-31T02:45:00"), berlin("2027-10-31T02:45:00")),
        (
            (0, 150),
            berlin("2027-10-31T02:15:00", fold=1),
            berlin("2027-10-31T02:30:00", fold=1),
        ),
        ((0, 1440), berlin("2026-11-24T23:59:59"), berlin("2026-11-25T00:00:00")),
    ],
)
def test_quiet_hours_end_ahead_whatever_the_clocks_do(
    quiet: tuple[int, int], now: datetime, told: datetime
) -> None:
    assert speaks_at(now=now, zone=BERLIN, quiet=QuietHours(*quiet)) == told


def waits(name: str) -> WaitingDetails:
    return WaitingDetails(name=name, email=f"{name.lower()}@example.com")


@OVER_AT_ITS_END
def test_an_offered_place_is_kept_until_its_end_and_no_longer(
    studio: Studio, seconds: int, *, lives: bool
) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waits("Eva"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    bookings.cancel_booking(
        booking_id=sam.pk, business_id=sam.business_id, revision=2, by=None, now=NOW
    )
    entry.refresh_from_db()
    assert entry.offer_ends_at is not None
    now = entry.offer_ends_at + seconds * SECOND

    with taken_back():
        kept = waitlists.expire_offers(now=now) == 0
    gone = refuses(
        waitlists.OfferGone,
        lambda: waitlists.take_offer(booking=entry.booking, now=now),
    )
    assert (has_offer(entry, now=now), kept, not gone) == (lives, lives, lives)


@OVER_AT_ITS_END
def test_an_offered_time_is_kept_until_its_end_and_no_longer(
    salon: Salon, seconds: int, *, lives: bool
) -> None:
    salon.ben.resource.active = False
    salon.ben.resource.save()
    ana = salon.ana.resource_id
    block = availability.block_time(
        business_id=salon.business.pk,
        resource_ids=[ana],
        starts_at=salon.at(26, 9),
        ends_at=salon.at(26, 18),
        note="",
        now=NOW,
    )
    day = date(2026, 11, 26)
    entry = waitlists.wait_for_time(
        choice=choose(service=salon.cut),
        wish=Wish(day, day),
        details=waits("Eva"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    block.delete()
    assert waitlists.offer_what_came_free(now=NOW + timedelta(milliseconds=600)) == 1
    entry.refresh_from_db()
    assert entry.offer_ends_at is not None
    now = entry.offer_ends_at + seconds * SECOND
    offered = Booking.objects.get(pk=entry.booking_id)
    query = slot_query(choice=choose(service=salon.cut))

    with taken_back():
        kept = waitlists.expire_offers(now=now) == 0
    gone = refuses(waitlists.OfferGone, lambda: waitlists.take_offer(booking=offered, now=now))
    hidden = refuses(NoTime, lambda: find_claim(query=query, starts_at=offered.starts_at, now=now))
    assert (has_offer(entry, now=now), kept, not gone, hidden) == (lives,) * 4


def policy_of(minutes: int | None) -> Policy:
    return Policy(
        cancel_allowed=True,
        cancel_until_minutes=minutes,
        cancel_by_link=True,
        move_allowed=True,
        move_until_minutes=minutes,
        move_by_link=True,
        max_participants=1,
    )


START = NOW + timedelta(days=2)


def booked_under(policy: Policy) -> Booking:
    """What is booked at a business that can be called, by these rules."""
    return Booking(
        business=Business(phone="030 555 0142"),
        status="CONFIRMED",
        starts_at=START,
        created_at=START - timedelta(days=30),
        policy_snapshot=policy.as_snapshot(),
    )


@STILL_AT_IT
def test_cancelling_is_free_until_the_instant_that_is_named(seconds: int, *, allowed: bool) -> None:
    policy = policy_of(24 * 60)
    until = free_until(policy=policy, starts_at=START)
    assert until == START - timedelta(days=1)
    now = until + seconds * SECOND

    verdict = may_cancel(
        policy=policy, status=Status.CONFIRMED, starts_at=START, now=now, is_team=False
    )

    assert verdict.allowed is allowed
    assert is_free_now(policy=policy, starts_at=START, now=now) is allowed
    assert cancel_limits(booking=booked_under(policy), now=now)[0].is_now is allowed


@OVER_AT_ITS_END
def test_what_has_begun_is_not_cancelled_whatever_the_policy(seconds: int, *, lives: bool) -> None:
    policy, now = policy_of(0), START + seconds * SECOND

    verdict = may_cancel(
        policy=policy, status=Status.CONFIRMED, starts_at=START, now=now, is_team=False
    )

    assert (verdict.allowed, verdict.reason) == (lives, None if lives else Reason.OVER)
    assert is_free_now(policy=policy, starts_at=START, now=now) is lives
    assert bool(cancel_limits(booking=booked_under(policy), now=now)) is lives


@STILL_AT_IT
def test_notice_is_kept_up_to_its_instant_by_appointments_and_classes(
    seconds: int, *, allowed: bool
) -> None:
    now = START - timedelta(hours=2) + seconds * SECOND
    limits = compute_limits(
        now=int(now.timestamp()),
        zone=BERLIN,
        min_notice_minutes=120,
        max_advance_minutes=None,
        horizon_days=None,
    )
    rules = JoinRules(
        max_advance_minutes=None, min_notice_minutes=120, late_entry=False, max_participants=1
    )
    joinable = Joinable((START,), START + timedelta(hours=1), takes_place=True, seats_left=1)

    joining = may_join(joinable, rules=rules, seats=1, now=now)

    assert limits.allow(int(START.timestamp())) is allowed
    assert joining.obstacle == (None if allowed else Obstacle.TOO_LATE)


@pytest.mark.parametrize(("seconds", "opens"), [(-1, False), (0, True), (1, True)])
def test_what_opens_a_while_before_opens_at_its_instant(seconds: int, *, opens: bool) -> None:
    now = START - timedelta(days=1) + seconds * SECOND
    limits = compute_limits(
        now=int(now.timestamp()),
        zone=BERLIN,
        min_notice_minutes=None,
        max_advance_minutes=24 * 60,
        horizon_days=None,
    )
    rules = JoinRules(
        max_advance_minutes=24 * 60, min_notice_minutes=None, late_entry=False, max_participants=1
    )
    joinable = Joinable((START,), START + timedelta(hours=1), takes_place=True, seats_left=1)

    joining = may_join(joinable, rules=rules, seats=1, now=now)

    assert limits.allow(int(START.timestamp())) is opens
    assert joining.is_open is opens


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, False), (1, False)])
def test_the_horizon_ends_with_its_day(seconds: int, *, in_time: bool) -> None:
    limits = compute_limits(
        now=int(NOW.timestamp()),
        zone=BERLIN,
        min_notice_minutes=None,
        max_advance_minutes=None,
        horizon_days=14,
    )
    midnight = berlin("2026-12-09T00:00:00")

    assert limits.allow(int(midnight.timestamp()) + seconds) is in_time


@OVER_AT_ITS_END
def test_an_access_link_opens_until_its_end(salon: Salon, seconds: int, *, lives: bool) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    token = bookings.create_access_link(booking=booking, now=NOW)
    end = booking.ends_at + timedelta(days=7)

    found = bookings.exchange_link(token=token, now=end + seconds * SECOND)

    assert (found is not None) is lives


@OVER_AT_ITS_END
def test_a_form_is_stale_from_its_end_on(seconds: int, *, lives: bool) -> None:
    guard = new_guard(purpose="details", now=NOW)

    verdict = judge(post={SEAL: guard.seal}, purpose="details", now=NOW + OLDEST + seconds * SECOND)

    assert verdict is (Verdict.PERSON if lives else Verdict.STALE)


@OVER_AT_ITS_END
def test_the_line_of_a_class_closes_when_it_begins(
    studio: Studio, seconds: int, *, lives: bool
) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    join(session, email="sam@example.com")
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waits("Eva"),
        visitor=make_visitor("eva"),
        now=NOW,
    )

    waitlists.close_waitlists(now=session.starts_at + seconds * SECOND)

    entry.refresh_from_db()
    assert (entry.state == WaitlistEntry.State.WAITING) is lives
