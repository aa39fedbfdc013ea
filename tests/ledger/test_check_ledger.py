"""check_ledger finds every kind of disagreement that is planted, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Occupancy, Seating, Session
from apps.availability.operations import Override
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.businesses.models import Business
from apps.catalog.models import BookingPolicy
from apps.ledger.check import find_all
from apps.messages.operations import fan_out
from apps.outbox.models import OutboxItem
from tests.factories import (
    NOW,
    Salon,
    make_booking,
    make_draft,
    make_request,
    make_salon,
)
from tests.factories.studio import join, make_run, make_session, make_studio

pytestmark = pytest.mark.django_db

SOON = timedelta(seconds=5)


def broken_rules() -> set[str]:
    return {finding.rule for finding in find_all(business_id=None, now=NOW)}


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def cut(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


@pytest.fixture
def colour(salon: Salon) -> Booking:
    return make_booking(service=salon.colour, starts_at=salon.at(26, 13), now=NOW)


@pytest.fixture
def request_(salon: Salon) -> Booking:
    return make_request(
        service=salon.bridal, starts_at=salon.at(28, 10), now=NOW, email="lena@example.com"
    )


def lift_the_guard() -> None:
    """Take the constraint away until the test's transaction rolls back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER resource_occupied_once_insert")
            cursor.execute("DROP TRIGGER resource_occupied_once_update")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ALTER TABLE availability_occupancy DROP CONSTRAINT resource_occupied_once"
            )


def test_the_whole_life_of_bookings_leaves_a_clean_ledger(salon: Salon, cut: Booking) -> None:
    colour = make_booking(service=salon.colour, starts_at=salon.at(26, 13), now=NOW)
    make_draft(service=salon.cut, starts_at=salon.at(27, 9), now=NOW, visitor="sam")
    make_draft(service=salon.cut, starts_at=salon.at(27, 11), now=NOW, visitor="sam")
    lapsed = make_draft(service=salon.cut, starts_at=salon.at(27, 15), now=NOW, visitor="eva")
    bookings.release_draft(booking=lapsed, now=NOW)
    bookings.cancel_booking(
        booking_id=cut.pk, business_id=cut.business_id, revision=cut.revision, by=None, now=NOW
    )
    bookings.note_booking(
        booking_id=colour.pk, revision=colour.revision, by=salon.olga, note="Tea", now=NOW
    )
    ana = salon.ana.resource_id
    availability.block_time(
        business_id=salon.business.pk,
        resource_ids=[ana],
        starts_at=salon.at(29, 9),
        ends_at=salon.at(29, 18),
        note="Fair",
        now=NOW,
    )

    assert list(find_all(business_id=None, now=NOW + timedelta(hours=1))) == []


def test_decisions_their_undo_and_overrides_leave_a_clean_ledger(salon: Salon) -> None:
    first, second, third = (
        make_request(
            service=salon.bridal,
            starts_at=salon.at(28, 10),
            now=NOW,
            email=f"{name}@example.com",
        )
        for name in ("lena", "carla", "ines")
    )
    by = salon.olga
    confirmed = bookings.confirm_request(
        booking_id=first.pk, revision=first.revision, by=by, now=NOW
    )
    undone = bookings.undo_decision(
        booking_id=first.pk, revision=confirmed.revision, by=by, now=NOW + SOON
    )
    bookings.confirm_request(booking_id=first.pk, revision=undone.revision, by=by, now=NOW)
    bookings.confirm_request(
        booking_id=second.pk, revision=second.revision, by=by, now=NOW, override_reason="Twins"
    )
    bookings.decline_request(booking_id=third.pk, revision=third.revision, by=by, now=NOW)

    assert Occupancy.objects.filter(enforced=False).count() == 1
    assert list(find_all(business_id=None, now=NOW)) == []


def test_a_resource_taken_twice_is_found(salon: Salon, cut: Booking) -> None:
    ana = salon.ana.resource_id
    later = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW, resource_id=ana)
    lift_the_guard()
    span = {"starts_at": cut.starts_at, "ends_at": cut.ends_at}
    Occupancy.objects.filter(session=later.session_id).update(**span)
    Session.objects.filter(bookings=later).update(**span)
    Booking.objects.filter(pk=later.pk).update(**span, wall_time=cut.wall_time)

    found = list(find_all(business_id=None, now=NOW))

    assert [finding.rule for finding in found] == ["resource_occupied_once"]
    assert f"resource {ana} is taken twice at 2026-11-26 09:00Z" in str(found[0])


def test_a_long_booking_over_two_short_ones_is_found_twice(salon: Salon) -> None:
    ana = salon.ana.resource_id
    for hour in (10, 12):
        make_booking(service=salon.cut, starts_at=salon.at(26, hour), now=NOW, resource_id=ana)
    first = Occupancy.objects.earliest("starts_at")
    lift_the_guard()
    Occupancy.objects.create(
        business=salon.business,
        resource_id=ana,
        session_id=first.session_id,
        starts_at=salon.at(26, 9),
        ends_at=salon.at(26, 16),
    )

    rules = [finding.rule for finding in find_all(business_id=None, now=NOW)]

    assert rules.count("resource_occupied_once") == 2


def test_time_of_a_session_that_does_not_exist_is_found(salon: Salon) -> None:
    orphan = Occupancy.objects.create(
        business=salon.business,
        resource=salon.wash,
        session_id=987654321,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
    )

    found = broken_rules()
    orphan.delete()

    assert found == {"time_has_an_owner"}


def test_time_kept_for_a_cancelled_session_is_found(cut: Booking) -> None:
    Session.objects.filter(bookings=cut).update(state=Session.State.CANCELED)

    assert broken_rules() == {"time_has_an_owner"}


def test_a_hold_that_never_ends_is_found(salon: Salon) -> None:
    make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    Occupancy.objects.update(expires_at=None)

    assert broken_rules() == {"hold_expires_as_one"}


def shrink(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(ends_at=booking.ends_at - timedelta(minutes=15))


DAMAGES: list[tuple[str, Callable[[Booking], object]]] = [
    ("seats_taken", lambda it: Session.objects.filter(bookings=it).update(seats_taken=0)),
    ("override_has_a_reason", lambda _: Occupancy.objects.update(enforced=False)),
    ("time_is_kept", lambda _: Occupancy.objects.all().delete()),
    ("session_time", shrink),
    (
        "wall_time",
        lambda it: Business.objects.filter(pk=it.business_id).update(time_zone="Asia/Tokyo"),
    ),
    (
        "history_has_no_gaps",
        lambda it: Booking.objects.filter(pk=it.pk).update(revision=it.revision + 1),
    ),
    ("move_is_told", lambda _: OutboxItem.objects.all().delete()),
    ("one_default", lambda _: BookingPolicy.objects.update(is_default=False)),
]


@pytest.mark.parametrize(("rule", "damage"), DAMAGES, ids=[rule for rule, _ in DAMAGES])
def test_damage_to_a_booking_is_found_under_its_own_rule(
    cut: Booking, rule: str, damage: Callable[[Booking], object]
) -> None:
    before = broken_rules()

    damage(cut)

    assert before == set()
    assert broken_rules() == {rule}


def test_resources_kept_for_different_spans_are_found(salon: Salon, colour: Booking) -> None:
    Occupancy.objects.filter(resource=salon.wash).update(
        ends_at=colour.ends_at + timedelta(minutes=5)
    )

    assert broken_rules() == {"one_footprint", "footprint_is_visit_and_buffers"}


@pytest.mark.parametrize(
    "shift",
    [
        {"starts_at": F("starts_at") + timedelta(minutes=5)},
        {"starts_at": F("starts_at") - timedelta(minutes=5)},
        {"ends_at": F("ends_at") + timedelta(minutes=5)},
        {"ends_at": F("ends_at") - timedelta(minutes=5)},
    ],
)
def test_time_without_its_clean_up_is_found(
    salon: Salon, colour: Booking, shift: dict[str, Any]
) -> None:
    Occupancy.objects.filter(session=colour.session).update(**shift)

    assert "footprint_is_visit_and_buffers" in broken_rules()


def test_a_service_with_another_clean_up_changes_nothing_that_is_booked(
    salon: Salon, colour: Booking
) -> None:
    salon.colour.buffer_before_minutes, salon.colour.buffer_after_minutes = 30, 45
    salon.colour.save()

    assert broken_rules() == set()


def test_an_override_of_enough_places_and_one_without_a_reason_are_found() -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=2)
    run = make_run(studio, first=studio.at(27, 18), capacity=2)
    join(session, people=1)
    Session.objects.filter(pk=session.pk).update(overridden=True)
    CourseRun.objects.filter(pk=run.pk).update(overridden=True)

    found = [it.rule for it in find_all(business_id=None, now=NOW)]

    reasons, idle = ["override_has_a_reason"] * 2, ["override_overrides_something"] * 2
    assert sorted(found) == [*reasons, *idle]


def test_a_class_over_something_is_explained_by_its_reason_only() -> None:
    studio = make_studio()
    make_session(studio, starts_at=studio.at(26, 18))
    make_session(studio, starts_at=studio.at(26, 18), override=Override("Noor assists"))
    before = broken_rules()

    Session.objects.update(override_reason="")

    assert before == set()
    assert broken_rules() == {"override_has_a_reason"}


def test_one_resource_of_two_is_not_enough_before_the_visit(salon: Salon, colour: Booking) -> None:
    Occupancy.objects.filter(resource=salon.wash).delete()
    after = colour.ends_at + timedelta(hours=1)

    assert broken_rules() == {"time_is_kept"}
    assert list(find_all(business_id=None, now=after)) == []


def test_a_seat_counted_for_a_mere_request_is_found(request_: Booking) -> None:
    Session.objects.filter(bookings=request_).update(seats_taken=1)

    assert broken_rules() == {"seats_taken"}


def test_a_seat_without_any_booking_is_found(salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    Booking.objects.filter(pk=draft.pk).delete()

    assert broken_rules() == {"seats_taken", "time_has_a_booking"}


def test_a_status_edited_raw_is_found(request_: Booking) -> None:
    Booking.objects.filter(pk=request_.pk).update(status=Booking.Status.DECLINED)

    assert broken_rules() == {"status_was_moved"}


def test_a_request_confirmed_raw_without_its_time_is_found(request_: Booking) -> None:
    Booking.objects.filter(pk=request_.pk).update(status=Booking.Status.CONFIRMED)

    assert broken_rules() == {"status_was_moved", "seats_taken", "time_is_kept"}


def test_time_that_outlives_its_booking_is_found(cut: Booking) -> None:
    Booking.objects.filter(pk=cut.pk).update(status=Booking.Status.CANCELED)
    Session.objects.filter(bookings=cut).update(seats_taken=0)

    assert broken_rules() == {"status_was_moved", "time_has_a_booking"}


def test_a_confirmed_time_that_would_run_out_is_found(cut: Booking) -> None:
    soon = NOW + SOON
    Session.objects.filter(bookings=cut).update(expires_at=soon)
    Occupancy.objects.filter(session__bookings=cut).update(expires_at=soon)

    assert broken_rules() == {"time_is_firm"}


def test_an_override_is_content_with_what_is_left_of_its_resources(
    salon: Salon, colour: Booking
) -> None:
    Occupancy.objects.filter(resource=salon.wash).delete()
    Booking.objects.filter(pk=colour.pk).update(
        skip_availability_validation=True, override_reason="The basin is being mended"
    )

    assert broken_rules() == set()


@pytest.fixture
def place(db: None) -> Booking:
    studio = make_studio()
    return join(make_session(studio, starts_at=studio.at(27, 18)))


def test_places_that_would_run_out_are_found(place: Booking) -> None:
    Seating.objects.update(expires_at=NOW + SOON)

    assert broken_rules() == {"seats_are_kept"}


def test_places_of_another_class_are_found(place: Booking) -> None:
    session = Session.objects.get()
    session.pk = None
    session.seats_taken = 1
    session.save()
    Session.objects.exclude(pk=session.pk).update(seats_taken=0)
    Seating.objects.update(session=session)

    assert broken_rules() == {"seats_are_kept"}


def test_a_place_in_a_class_that_does_not_take_place_is_found(place: Booking) -> None:
    Occupancy.objects.all().delete()
    Session.objects.update(state=Session.State.CANCELED)

    assert broken_rules() == {"it_takes_place"}


def test_a_lost_line_of_history_is_found(cut: Booking) -> None:
    BookingEvent.objects.all().delete()

    assert broken_rules() == {"history_has_no_gaps", "status_was_moved"}


def test_a_hold_longer_than_an_hour_is_found(salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    Booking.objects.update(hold_expires_at=draft.created_at + timedelta(minutes=61))

    assert broken_rules() == {"hold_is_short"}


def test_a_mail_that_nobody_will_send_is_found(cut: Booking) -> None:
    event = BookingEvent.objects.get(booking=cut)
    fan_out(booking_id=cut.pk, event_id=event.pk, now=NOW)
    OutboxItem.objects.filter(topic="mail.send").delete()

    assert broken_rules() == {"mail_is_on_its_way"}


def test_a_mail_older_than_the_outbox_remembers_is_not_missed(cut: Booking) -> None:
    OutboxItem.objects.all().delete()
    later = NOW + timedelta(days=31)

    assert list(find_all(business_id=None, now=later)) == []


def test_the_command_prints_a_line_for_each_finding_and_fails(cut: Booking) -> None:
    Session.objects.update(seats_taken=0)
    out = StringIO()

    with pytest.raises(CommandError) as refusal:
        call_command("check_ledger", stdout=out)

    assert refusal.value.returncode == 1
    assert out.getvalue() == (
        f"seats_taken: business {cut.business_id}, session {cut.session_id}: "
        "says 0 taken, its bookings take 1\n"
    )


def test_the_command_looks_at_one_business_when_told(cut: Booking) -> None:
    other = make_salon()
    Session.objects.update(seats_taken=0)
    out = StringIO()

    call_command("check_ledger", business=other.business.slug, stdout=out)

    assert out.getvalue() == "The ledger is clean.\n"


def test_an_unknown_business_is_said_so() -> None:
    with pytest.raises(CommandError):
        call_command("check_ledger", business="nowhere")
