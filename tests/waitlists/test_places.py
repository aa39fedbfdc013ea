"""A line in front of a full class: first come, first offered, nobody in between (rule B19)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from apps.availability.models import CourseRun, Session
from apps.availability.operations import SessionChange
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class
from apps.dashboard.access import Access
from apps.dashboard.classes.queries.roster import get_roster
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from apps.self_service.views.booking import position_of
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails, line
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
AN_HOUR_LATER = NOW + timedelta(minutes=61)


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def wait(
    target: Session | CourseRun, name: str, *, people: int = 1, notice: int = 0
) -> WaitlistEntry:
    service = Service.objects.select_related("business").get(pk=target.service_id or 0)
    email = f"{name.lower()}@example.com"
    return waitlists.join_waitlist(
        choice=choose(service=service, party_size=people),
        target=target,
        details=WaitingDetails(name=name, email=email, notice_minutes=notice),
        visitor=make_visitor(email),
        now=NOW,
    )


def cancel(booking: Booking, studio: Studio) -> None:
    booking.refresh_from_db()
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=studio.business.pk,
        revision=booking.revision,
        by=studio.olga,
        now=LATER,
    )


def states() -> dict[str, str]:
    entries = WaitlistEntry.objects.select_related("booking").order_by("pk")
    return {it.booking.contact_name: it.state for it in entries}


def seats(target: Session | CourseRun) -> tuple[int, int]:
    target.refresh_from_db()
    return target.seats_taken, target.seats_offered


def test_a_freed_place_is_offered_to_the_first_and_kept_for_them(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva, _ida = wait(session, "Eva"), wait(session, "Ida")

    cancel(sam, studio)

    assert states() == {"Eva": "OFFERED", "Ida": "WAITING"}
    assert seats(session) == (0, 1)
    with pytest.raises(bookings.CannotJoin):
        join(session, email="stranger@example.com", now=LATER)

    booking = waitlists.take_offer(booking=eva.booking, now=LATER)
    assert booking.status == "CONFIRMED"
    assert seats(session) == (1, 0)
    again = waitlists.take_offer(booking=eva.booking, now=LATER)
    assert (again.pk, seats(session)) == (booking.pk, (1, 0))
    assert list(find_all(business_id=None, now=LATER)) == []


def test_an_offer_that_runs_out_goes_to_the_next_and_then_to_everybody(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva, ida = wait(session, "Eva"), wait(session, "Ida")
    cancel(sam, studio)

    waitlists.expire_offers(now=AN_HOUR_LATER)
    assert states() == {"Eva": "WAITING", "Ida": "OFFERED"}
    with pytest.raises(waitlists.OfferGone):
        waitlists.take_offer(booking=eva.booking, now=AN_HOUR_LATER)

    waitlists.refuse_offer(booking=ida.booking, now=AN_HOUR_LATER)
    assert states() == {"Eva": "WAITING", "Ida": "WAITING"}
    assert seats(session) == (0, 0)
    carl = join(session, email="carl@example.com", now=AN_HOUR_LATER)
    assert carl.status == "CONFIRMED"

    cancel(carl, studio)
    assert states() == {"Eva": "OFFERED", "Ida": "WAITING"}


def test_an_offer_is_shown_until_it_ends_and_not_a_second_longer(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva = wait(session, "Eva")
    cancel(sam, studio)
    ends = WaitlistEntry.objects.get(pk=eva.pk).offer_ends_at
    assert ends is not None

    def shown(at: datetime) -> tuple[datetime | None, datetime | None]:
        mine = position_of(booking=Booking.objects.get(pk=eva.booking_id), now=at)
        (line,) = get_roster(access=Access(studio.olga, frozenset()), session=session, now=at).line
        return mine.offer_ends_at if mine else None, line.offer_ends_at

    second = timedelta(seconds=1)
    assert shown(ends - second) == (ends, ends)
    assert shown(ends) == (None, None)
    assert shown(ends + second) == (None, None)


def test_an_offer_does_not_outlive_the_start_that_the_class_was_moved_to(studio: Studio) -> None:
    BookingPolicy.objects.update(waitlist_minutes=30 * 60)
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva = wait(session, "Eva")
    cancel(sam, studio)
    eva.refresh_from_db()
    offered_until, starts_at = eva.offer_ends_at, studio.at(25, 7)
    people = [studio.noor.resource_id, studio.pier.pk]

    classes.change_class(
        session_id=session.pk,
        scope=Scope.THIS,
        change=SessionChange(resource_ids=tuple(people), at=time(7)),
        seen=seen_of_class(session=session, scope=Scope.THIS, now=LATER),
        by=studio.olga,
        now=LATER,
    )

    eva.refresh_from_db()
    assert offered_until is not None
    assert offered_until > starts_at
    assert eva.offer_ends_at == starts_at
    with pytest.raises(waitlists.OfferGone):
        waitlists.take_offer(booking=eva.booking, now=starts_at)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_a_party_is_stepped_over_until_there_is_room(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=3)
    sam, carl = join(session, email="sam@example.com"), join(session, people=2)
    wait(session, "Eva", people=2)
    wait(session, "Ida")

    cancel(sam, studio)
    assert states() == {"Eva": "WAITING", "Ida": "OFFERED"}
    cancel(carl, studio)
    assert states() == {"Eva": "OFFERED", "Ida": "OFFERED"}
    assert seats(session) == (0, 3)


def test_a_course_has_a_line_of_its_own(studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), capacity=1)
    sam = join(run, email="sam@example.com")
    eva = wait(run, "Eva")

    cancel(sam, studio)
    waitlists.take_offer(booking=eva.booking, now=LATER)

    assert seats(run) == (1, 0)
    assert Booking.objects.get(pk=eva.booking_id).course_run == run


def test_more_places_are_offered_first_to_those_who_wait(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session, email="sam@example.com")
    wait(session, "Eva")

    classes.change_places(session=session, capacity=3, now=LATER)

    assert states() == {"Eva": "OFFERED"}
    assert seats(session) == (1, 1)


def test_the_team_puts_somebody_in_and_orders_the_line(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva, ida = wait(session, "Eva"), wait(session, "Ida")

    waitlists.move_to_front(booking=ida.booking, now=LATER)
    cancel(sam, studio)
    assert states() == {"Eva": "WAITING", "Ida": "OFFERED"}
    waitlists.leave_waitlist(booking=ida.booking, by=studio.olga, now=LATER)
    assert states() == {"Eva": "OFFERED", "Ida": "LEFT"}
    waitlists.enrol_from_line(booking=eva.booking, by=studio.olga, now=LATER)
    assert states() == {"Eva": "ENROLLED", "Ida": "LEFT"}
    assert seats(session) == (1, 0)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_cancelling_a_booking_that_waits_leaves_the_line(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva, _ida = wait(session, "Eva"), wait(session, "Ida")
    cancel(sam, studio)

    cancel(eva.booking, studio)

    assert states() == {"Eva": "LEFT", "Ida": "OFFERED"}
    assert seats(session) == (0, 1)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_who_cannot_wait_is_told_why(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=2)
    with pytest.raises(waitlists.NotFull):
        wait(session, "Eva")
    join(session, people=2)
    eva = wait(session, "Eva")
    with pytest.raises(waitlists.AlreadyInLine) as again:
        wait(session, "Eva")
    assert str(again.value) == eva.booking.reference
    studio.policy.waitlist_capacity = 1
    studio.policy.save()
    with pytest.raises(waitlists.LineIsFull):
        wait(session, "Ida")


def test_those_who_still_wait_at_the_start_are_told(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session)
    eva = wait(session, "Eva")

    closed = waitlists.close_waitlists(now=session.starts_at)

    eva.booking.refresh_from_db()
    assert (closed, eva.booking.status, states()) == (1, "DECLINED", {"Eva": "LEFT"})


def test_nobody_is_sent_home_whose_class_was_moved_a_moment_ago(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read who waits; before it comes to Eva, Olga moves the class to 21:00."""
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session)
    wait(session, "Eva")
    start = session.starts_at

    def swept(rows: Any, do: Callable[[int], int | None]) -> int:
        listed = list(rows.values_list("pk", flat=True))
        classes.change_class(
            session_id=session.pk,
            scope=Scope.THIS,
            change=SessionChange((studio.noor.resource_id, studio.pier.pk), at=time(21)),
            seen=seen_of_class(session=session, scope=Scope.THIS, now=start - timedelta(minutes=1)),
            by=studio.olga,
            now=start - timedelta(minutes=1),
        )
        return sum(do(pk) or 0 for pk in listed)

    monkeypatch.setattr(line, "sweep", swept)

    assert waitlists.close_waitlists(now=start) == 0
    assert states() == {"Eva": "WAITING"}


@pytest.fixture
def by_parts(studio: Studio) -> CourseRun:
    """A course of eight dates for US$160.00 whose late joiners pay for what is left of it; Eva
    waits for its only place, which Sam gives up after four."""
    Service.objects.filter(pk=studio.course.pk).update(price=16000, prorates=True)
    return make_run(studio, first=studio.at(26, 18), capacity=1)


def after(run: CourseRun, *, weeks: int) -> datetime:
    """The evening after so many of its dates."""
    return run.starts_at + timedelta(weeks=weeks - 1, hours=3)


def test_what_is_left_of_a_course_costs_the_line_what_it_costs_strangers(
    by_parts: CourseRun, studio: Studio
) -> None:
    studio.policy.late_entry = True
    studio.policy.save()
    sam, now = join(by_parts, email="sam@example.com"), after(by_parts, weeks=4)
    eva = wait(by_parts, "Eva")
    assert eva.booking.price == 16000
    bookings.cancel_booking(
        booking_id=sam.pk,
        business_id=studio.business.pk,
        revision=sam.revision,
        by=studio.olga,
        now=now,
    )

    told = WaitlistEntry.objects.get(pk=eva.pk)
    waitlists.tell_offer(entry_id=told.pk, offer=told.offers, now=now)
    assert Booking.objects.get(pk=eva.booking_id).price == 8000
    booked = waitlists.take_offer(booking=eva.booking, now=now)

    assert (booked.status, booked.price) == ("CONFIRMED", 8000)
    assert list(find_all(business_id=None, now=now)) == []


def test_a_course_that_nobody_joins_late_is_offered_to_nobody_once_it_has_begun(
    by_parts: CourseRun, studio: Studio
) -> None:
    sam, now = join(by_parts, email="sam@example.com"), after(by_parts, weeks=4)
    wait(by_parts, "Eva")
    assert waitlists.close_waitlists(now=by_parts.starts_at - timedelta(seconds=1)) == 0
    bookings.cancel_booking(
        booking_id=sam.pk,
        business_id=studio.business.pk,
        revision=sam.revision,
        by=studio.olga,
        now=now,
    )
    assert states() == {"Eva": "WAITING"}

    assert waitlists.close_waitlists(now=by_parts.starts_at) == 1
    assert states() == {"Eva": "LEFT"}


def test_the_offer_is_told_once_by_mail(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    eva = wait(session, "Eva")
    cancel(sam, studio)

    entry = WaitlistEntry.objects.get(pk=eva.pk)
    for _time in range(2):
        waitlists.tell_offer(entry_id=entry.pk, offer=1, now=LATER)

    actions = eva.booking.history.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["WAITLISTED", "OFFERED"]


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda: Session.objects.update(seats_offered=0), "offers_are_counted"),
        (lambda: WaitlistEntry.objects.update(state="LEFT"), "waiting_has_a_place"),
    ],
)
def test_the_ledger_notices_a_line_that_does_not_add_up(
    studio: Studio, spoil: Callable[[], object], rule: str
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    wait(session, "Eva")
    cancel(sam, studio)

    spoil()

    assert rule in {it.rule for it in find_all(business_id=None, now=LATER)}


def test_an_offer_made_at_night_is_told_in_the_morning_and_lasts_from_then(
    studio: Studio,
) -> None:
    studio.policy.quiet_from_minute, studio.policy.quiet_to_minute = 22 * 60, 7 * 60
    studio.policy.save()
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    sam = join(session, email="sam@example.com")
    wait(session, "Eva")

    cancel(sam, studio)  # at 4:43 in the night

    entry, item = WaitlistEntry.objects.get(), OutboxItem.objects.get(topic="waitlist.offered")
    assert (entry.state, entry.offer_ends_at) == ("OFFERED", studio.at(24, 8))
    assert item.not_before == studio.at(24, 7)
