"""An override has a reason and something it overrode; all the rest of it stays under the guard."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.availability import operations as availability
from apps.availability.engine.series import SeriesRule
from apps.availability.models import DateException, Occupancy, Schedule, Session
from apps.availability.operations import Override, SessionChange, SessionFacts, SlotTaken
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.queries.offered import choice_of, claim_anyway
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_draft, make_request, make_salon
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = pytest.mark.django_db
WHY = "Both agreed"


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def studio() -> Studio:
    return make_studio()


def clean() -> bool:
    return list(find_all(business_id=None, now=NOW)) == []


def confirm_anyway(salon: Salon, booking: Booking) -> Booking:
    return bookings.confirm_request(
        booking_id=booking.pk,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
        override_reason=WHY,
    )


def override_of(booking: Booking) -> tuple[bool, str]:
    booking.refresh_from_db()
    return booking.skip_availability_validation, booking.override_reason


def enforced(booking: Booking) -> dict[int, bool]:
    rows = Occupancy.objects.filter(session_id=booking.session_id or 0)
    return dict(rows.values_list("resource_id", "enforced"))


def test_with_nothing_in_the_way_confirming_anyway_is_confirming(salon: Salon) -> None:
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)

    confirm_anyway(salon, lena)

    assert override_of(lena) == (False, "")
    assert enforced(lena) == {salon.ana.resource_id: True}
    assert BookingEvent.objects.latest("pk").reason == WHY
    assert clean()


def test_a_time_that_was_forced_in_vain_is_guarded_like_any_other(salon: Salon) -> None:
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    confirm_anyway(salon, lena)

    with pytest.raises(SlotTaken), transaction.atomic():
        availability.block_time(
            business_id=salon.business.pk,
            resource_ids=[salon.ana.resource_id],
            starts_at=salon.at(28, 11),
            ends_at=salon.at(28, 12),
            note="",
            now=NOW,
        )


def test_an_expired_hold_is_nothing_to_override(salon: Salon) -> None:
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    ana = salon.ana.resource_id
    make_draft(service=salon.cut, starts_at=salon.at(28, 10), now=NOW, resource_id=ana)
    later = NOW + timedelta(minutes=10)

    bookings.confirm_request(
        booking_id=lena.pk, revision=2, by=salon.olga, now=later, override_reason=WHY
    )

    assert override_of(lena) == (False, "")
    assert enforced(lena) == {ana: True}


def test_a_closed_day_is_overridden_and_the_time_is_guarded_all_the_same(salon: Salon) -> None:
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    Booking.objects.filter(pk=lena.pk).update(
        starts_at=salon.at(28, 20), ends_at=salon.at(28, 22), wall_time="2026-11-28T20:00"
    )
    Session.objects.filter(bookings=lena).update(
        starts_at=salon.at(28, 20), ends_at=salon.at(28, 22)
    )
    lena.refresh_from_db()

    with pytest.raises(bookings.DoesNotFit):
        bookings.confirm_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)
    confirm_anyway(salon, lena)

    assert override_of(lena) == (True, WHY)
    assert enforced(lena) == {salon.ana.resource_id: True}
    assert clean()


def test_of_two_resources_only_the_taken_one_leaves_the_guard(salon: Salon) -> None:
    salon.colour.requires_approval = salon.colour.allows_multiple_requests = True
    salon.colour.save()
    at = salon.at(26, 10)
    carl = make_request(service=salon.colour, starts_at=at, now=NOW, resource_id=None)
    Booking.objects.filter(pk=carl.pk).update(resource_id=salon.ben.resource_id)
    carl.refresh_from_db()
    eva = make_request(service=salon.colour, starts_at=at, now=NOW, email="eva@example.com")
    Booking.objects.filter(pk=eva.pk).update(resource_id=salon.ana.resource_id)
    eva.refresh_from_db()
    bookings.confirm_request(booking_id=eva.pk, revision=2, by=salon.olga, now=NOW)

    confirm_anyway(salon, carl)

    assert enforced(carl) == {salon.ben.resource_id: True, salon.wash.pk: False}
    assert override_of(carl) == (True, WHY)
    assert clean()


def test_a_request_confirmed_over_another_keeps_nothing_once_that_is_undone(salon: Salon) -> None:
    at = salon.at(28, 10)
    lena, ines = (
        make_request(service=salon.bridal, starts_at=at, now=NOW, email=f"{name}@example.com")
        for name in ("lena", "ines")
    )
    bookings.confirm_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)
    confirm_anyway(salon, ines)
    salon.bridal.allows_multiple_requests = False
    salon.bridal.save()

    bookings.undo_decision(booking_id=ines.pk, revision=3, by=salon.olga, now=NOW)

    assert enforced(ines) == {}
    assert override_of(ines) == (False, "")
    assert clean()


def test_undoing_a_confirmation_outside_the_hours_keeps_the_time_of_the_request(
    salon: Salon,
) -> None:
    salon.bridal.allows_multiple_requests = False
    salon.bridal.save()
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    hours = Schedule.objects.get(business=salon.business, resource=None, service=None)
    DateException.objects.create(schedule=hours, on="2026-11-28", reason="Moving")
    confirm_anyway(salon, lena)

    bookings.undo_decision(booking_id=lena.pk, revision=3, by=salon.olga, now=NOW)

    lena.refresh_from_db()
    assert lena.status == Booking.Status.PENDING
    assert enforced(lena) == {salon.ana.resource_id: True}
    assert clean()


def test_nobody_left_to_do_it_is_said_instead_of_an_error(salon: Salon) -> None:
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    Booking.objects.filter(pk=lena.pk).update(resource_id=None)
    salon.ana.resource.active = False
    salon.ana.resource.save()
    lena.refresh_from_db()

    with pytest.raises(bookings.DoesNotFit):
        confirm_anyway(salon, lena)


def late_payer(salon: Salon) -> tuple[Booking, Booking]:
    """Eva took Carl's hour; then Carl's money came."""
    at, ana = salon.at(26, 10), salon.ana.resource_id
    eva = make_booking(
        service=salon.cut, starts_at=at, now=NOW, resource_id=ana, email="eva@example.com"
    )
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 14), now=NOW, resource_id=ana)
    Occupancy.objects.filter(session_id=carl.session_id or 0).delete()
    Booking.objects.filter(pk=carl.pk).update(
        starts_at=at,
        ends_at=eva.ends_at,
        wall_time=eva.wall_time,
        double_booked=True,
    )
    Session.objects.filter(bookings=carl).update(starts_at=at, ends_at=eva.ends_at)
    carl.refresh_from_db()
    claim = claim_anyway(booking=carl, choice=choice_of(booking=carl), now=NOW)
    assert availability.force_time(session_id=carl.session_id or 0, claim=claim, now=NOW)
    return carl, eva


def test_keeping_both_is_an_override_while_the_other_is_there(salon: Salon) -> None:
    carl, _eva = late_payer(salon)

    bookings.keep_both(booking_id=carl.pk, reason=WHY, by=salon.olga, now=NOW)

    assert override_of(carl) == (True, WHY)
    assert enforced(carl) == {salon.ana.resource_id: False}
    assert clean()


def test_keeping_both_overrides_nothing_once_the_other_has_gone(salon: Salon) -> None:
    carl, eva = late_payer(salon)
    bookings.cancel_booking(
        booking_id=eva.pk, business_id=eva.business_id, revision=eva.revision, by=None, now=NOW
    )

    bookings.keep_both(booking_id=carl.pk, reason=WHY, by=salon.olga, now=NOW)

    assert override_of(carl) == (False, "")
    assert enforced(carl) == {salon.ana.resource_id: True}
    assert BookingEvent.objects.latest("pk").reason == WHY
    assert clean()


def open_series(studio: Studio, *, override: Override | None, weeks: int = 3) -> list[Session]:
    return availability.open_series(
        rule=SeriesRule(
            first_on=studio.at(30, 7).date(),
            weekdays=(0,),
            starts_minute=7 * 60,
            duration_minutes=60,
            count=weeks,
        ),
        facts=SessionFacts(
            service=studio.flow,
            location=studio.location,
            resource_ids=(studio.noor.resource_id, studio.pier.pk),
            capacity=12,
            override=override,
        ),
        skip_closed=False,
        now=NOW,
    )


def guarded(session: Session) -> list[bool]:
    rows = Occupancy.objects.filter(session=session).order_by("resource_id")
    return list(rows.values_list("enforced", flat=True))


def test_a_series_over_nothing_is_a_series_like_any_other(studio: Studio) -> None:
    opened = open_series(studio, override=Override(WHY, by_id=studio.olga.user_id))

    assert [guarded(it) for it in opened] == [[True, True]] * 3
    assert {(it.override_reason, it.overridden_by_id) for it in opened} == {("", None)}
    assert clean()


def test_of_a_series_only_the_dates_in_conflict_leave_the_guard(studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(37, 7), resource_ids=(studio.noor.resource_id,))

    opened = open_series(studio, override=Override(WHY, by_id=studio.olga.user_id))

    assert [guarded(it) for it in opened] == [[True, True], [False, True], [True, True]]
    assert [it.override_reason for it in opened] == ["", WHY, ""]
    assert [it.overridden_by_id for it in opened] == [None, studio.olga.user_id, None]
    assert clean()


@pytest.mark.parametrize("side", ["buffer_before_minutes", "buffer_after_minutes"])
def test_dates_of_one_series_that_meet_each_other_conflict(studio: Studio, side: str) -> None:
    setattr(studio.flow, side, 24 * 60)
    studio.flow.save()
    rule = SeriesRule(
        first_on=studio.at(30, 7).date(),
        weekdays=(0, 1),
        starts_minute=7 * 60,
        duration_minutes=60,
        count=2,
    )
    resources = (studio.noor.resource_id, studio.pier.pk)
    facts = SessionFacts(studio.flow, studio.location, resources, 12)

    with pytest.raises(availability.SessionsConflict) as conflict:
        availability.open_series(rule=rule, facts=facts, skip_closed=False, now=NOW)

    assert conflict.value.starts == (studio.at(31, 7),)


def test_an_override_without_a_reason_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="reason"):
        Override("  ")


def test_a_changed_class_is_overridden_only_where_it_conflicts_and_loses_that_again(
    studio: Studio,
) -> None:
    sessions = open_series(studio, override=None)
    dan, loft = studio.dan.resource_id, studio.loft.pk
    make_session(studio, starts_at=studio.at(37, 7), resource_ids=(dan, loft))
    ids = [it.pk for it in sessions]

    def changed(change: SessionChange) -> list[tuple[str, list[bool]]]:
        availability.change_sessions(session_ids=ids, change=change, now=NOW)
        rows = Session.objects.filter(pk__in=ids).order_by("starts_at")
        return [(it.override_reason, guarded(it)) for it in rows]

    over = changed(SessionChange(resource_ids=(dan, loft), override=Override(WHY)))
    assert over == [("", [True, True]), (WHY, [False, False]), ("", [True, True])]
    assert clean()

    back = changed(SessionChange(resource_ids=(studio.noor.resource_id, studio.pier.pk)))
    assert back == [("", [True, True])] * 3
    assert clean()


@pytest.mark.parametrize("kind", ["class", "course"])
def test_places_are_overbooked_only_when_they_are_short_and_only_that_long(
    studio: Studio, kind: str
) -> None:
    if kind == "class":
        target = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    else:
        target = make_run(studio, first=studio.at(26, 18), capacity=1)  # type: ignore[assignment]
    later = NOW + timedelta(minutes=11)
    draft = join(target, email="carl@example.com", submits=False)
    eva = join(target, email="eva@example.com", now=later)

    assert availability.force_seats(seating_id=draft.seating_id or 0, now=later)
    target.refresh_from_db()
    assert (target.seats_taken, target.overridden) == (2, True)

    availability.release_seats(seating_id=eva.seating_id or 0, now=later)
    target.refresh_from_db()
    assert (target.seats_taken, target.overridden) == (1, False)


def test_seats_forced_in_vain_are_guarded_like_any_other(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    later = NOW + timedelta(minutes=11)
    draft = join(session, email="carl@example.com", submits=False)
    rival = join(session, email="eva@example.com", now=later, submits=False)
    much_later = later + timedelta(minutes=11)
    assert rival.seating_id is not None

    assert not availability.force_seats(seating_id=draft.seating_id or 0, now=much_later)

    session.refresh_from_db()
    assert (session.seats_taken, session.overridden) == (1, False)


def test_more_places_end_the_override_of_a_class(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    later = NOW + timedelta(minutes=11)
    draft = join(session, email="carl@example.com", submits=False)
    join(session, email="eva@example.com", now=later)
    availability.force_seats(seating_id=draft.seating_id or 0, now=later)

    classes.change_places(session=session, capacity=2, now=later)

    session.refresh_from_db()
    assert (session.seats_taken, session.capacity, session.overridden) == (2, 2, False)
