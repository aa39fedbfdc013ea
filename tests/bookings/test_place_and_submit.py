"""From the tap to the booking (rule B6)."""

from datetime import timedelta

import pytest

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Details
from apps.catalog.queries import UnknownChoice, choose
from apps.customers.models import Customer
from apps.outbox.models import OutboxItem
from tests.factories import NOW, make_booking, make_draft, make_salon, make_visitor

pytestmark = pytest.mark.django_db


def test_a_tap_holds_the_time_for_ten_minutes() -> None:
    salon = make_salon()

    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)

    assert draft.status == Booking.Status.CREATED
    assert draft.hold_expires_at == NOW + timedelta(minutes=10)
    assert draft.price == 4800
    held = Occupancy.objects.get()
    assert held.resource_id == salon.ana.resource_id
    assert held.expires_at == draft.hold_expires_at


def test_a_held_time_is_gone_for_everybody_else_with_the_same_person() -> None:
    salon = make_salon()
    make_draft(
        service=salon.cut,
        starts_at=salon.at(26, 10, 15),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )

    with pytest.raises(bookings.SlotGone):
        make_draft(
            service=salon.cut,
            starts_at=salon.at(26, 10, 30),
            now=NOW,
            visitor="sam",
            resource_id=salon.ana.resource_id,
        )


def test_any_person_means_the_next_free_one() -> None:
    salon = make_salon()
    make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)

    second = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW, visitor="sam")

    assert second.resource_id == salon.ben.resource_id


def test_an_expired_hold_blocks_nobody_and_is_deleted_on_the_way() -> None:
    salon = make_salon()
    first = make_draft(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    held = make_draft(service=salon.colour, starts_at=salon.at(26, 10), now=NOW, visitor="eva")
    later = NOW + timedelta(minutes=11)

    taken = make_draft(service=salon.colour, starts_at=salon.at(26, 10), now=later, visitor="sam")

    assert list(Occupancy.objects.values_list("session_id", flat=True).distinct()) == [
        taken.session_id
    ]
    assert first.session_id is not None
    assert held.session_id is not None


def test_details_turn_the_draft_into_a_booking_once() -> None:
    salon = make_salon()
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    details = Details(name="Carl Vogt", email="carl@example.com", note="Parking?")

    first = bookings.submit_draft(
        draft_id=draft.draft_id, details=details, seen_price=4800, now=NOW
    )
    again = bookings.submit_draft(
        draft_id=draft.draft_id, details=details, seen_price=4800, now=NOW
    )

    assert first.reference == again.reference
    assert again.status == Booking.Status.CONFIRMED
    assert again.revision == 2
    assert Session.objects.get(bookings=draft).state == Session.State.SCHEDULED
    assert Occupancy.objects.get().expires_at is None
    assert [event.action for event in BookingEvent.objects.all()] == ["BOOKED"]
    assert [item.topic for item in OutboxItem.objects.all()] == ["booking.confirmed"]
    assert Customer.objects.get().email == "carl@example.com"


def test_a_lapsed_hold_is_taken_again_without_a_word_when_the_time_is_free() -> None:
    salon = make_salon()
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)

    booking = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=4800,
        now=NOW + timedelta(minutes=30),
    )

    assert booking.status == Booking.Status.CONFIRMED


def test_a_lapsed_hold_that_somebody_else_took_is_gone() -> None:
    salon = make_salon()
    at = salon.at(26, 10, 15)
    ana = salon.ana.resource_id
    draft = make_draft(service=salon.cut, starts_at=at, now=NOW, resource_id=ana)
    later = NOW + timedelta(minutes=11)
    make_draft(service=salon.cut, starts_at=at, now=later, visitor="sam", resource_id=ana)

    with pytest.raises(bookings.SlotGone):
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=4800,
            now=later,
        )


def test_a_changed_price_books_nothing_and_shows_both() -> None:
    salon = make_salon()
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    salon.cut.price = 5200
    salon.cut.save()

    with pytest.raises(bookings.PriceChanged) as change:
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=4800,
            now=NOW,
        )

    assert (change.value.seen, change.value.price.total) == (4800, 5200)
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_a_second_tap_of_the_same_visitor_lets_the_first_time_go() -> None:
    salon = make_salon()
    make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)

    second = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 30), now=NOW)

    assert list(Occupancy.objects.values_list("session_id", flat=True)) == [second.session_id]
    assert second.resource_id == salon.ana.resource_id


def test_a_staff_member_and_a_wash_station_are_taken_together() -> None:
    salon = make_salon()

    draft = make_draft(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)

    taken = set(
        Occupancy.objects.filter(session__bookings=draft).values_list("resource_id", flat=True)
    )
    assert taken == {salon.ana.resource_id, salon.wash.pk}
    with pytest.raises(bookings.SlotGone):
        make_draft(service=salon.colour, starts_at=salon.at(26, 10), now=NOW, visitor="sam")


def test_two_requests_for_one_time_and_only_one_confirmed() -> None:
    salon = make_salon()
    at = salon.at(28, 10)
    lena = make_booking(service=salon.bridal, starts_at=at, now=NOW, email="lena@example.com")
    ines = make_booking(service=salon.bridal, starts_at=at, now=NOW, email="ines@example.com")

    bookings.confirm_request(booking_id=lena.pk, revision=lena.revision, by=salon.olga, now=NOW)

    with pytest.raises(bookings.DoesNotFit):
        bookings.confirm_request(booking_id=ines.pk, revision=ines.revision, by=salon.olga, now=NOW)
    ines.refresh_from_db()
    assert ines.status == Booking.Status.PENDING


def test_an_override_is_stored_with_its_reason_and_not_enforced() -> None:
    salon = make_salon()
    at = salon.at(28, 10)
    lena = make_booking(service=salon.bridal, starts_at=at, now=NOW, email="lena@example.com")
    ines = make_booking(service=salon.bridal, starts_at=at, now=NOW, email="ines@example.com")
    bookings.confirm_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)

    forced = bookings.confirm_request(
        booking_id=ines.pk, revision=2, by=salon.olga, now=NOW, override_reason="Both agreed"
    )

    assert forced.status == Booking.Status.CONFIRMED
    assert forced.override_reason == "Both agreed"
    assert Occupancy.objects.get(session__bookings=ines).enforced is False


@pytest.mark.parametrize("service", ["bridal", "strict"])
def test_a_confirmation_is_undone_within_ten_seconds(service: str) -> None:
    salon = make_salon()
    if service == "strict":
        salon.bridal.allows_multiple_requests = False
        salon.bridal.save()
    lena = make_booking(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    before = Occupancy.objects.count()
    bookings.confirm_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)

    undone = bookings.undo_decision(
        booking_id=lena.pk, revision=3, by=salon.olga, now=NOW + timedelta(seconds=9)
    )

    assert undone.status == Booking.Status.PENDING
    assert Occupancy.objects.count() == before
    assert list(OutboxItem.objects.values_list("topic", flat=True)) == ["booking.requested"]


def test_a_decline_is_undone_and_has_its_time_again() -> None:
    salon = make_salon()
    salon.bridal.allows_multiple_requests = False
    salon.bridal.save()
    lena = make_booking(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    bookings.decline_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)
    assert Occupancy.objects.count() == 0

    bookings.undo_decision(booking_id=lena.pk, revision=3, by=salon.olga, now=NOW)

    assert Occupancy.objects.count() == 1


def test_an_undo_after_ten_seconds_comes_too_late() -> None:
    salon = make_salon()
    lena = make_booking(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    bookings.confirm_request(booking_id=lena.pk, revision=2, by=salon.olga, now=NOW)

    with pytest.raises(bookings.TooLateToUndo):
        bookings.undo_decision(
            booking_id=lena.pk, revision=3, by=salon.olga, now=NOW + timedelta(seconds=11)
        )


def test_a_foreign_booking_does_not_exist() -> None:
    salon, other = make_salon(), make_salon()
    lena = make_booking(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)

    with pytest.raises(Booking.DoesNotExist):
        bookings.confirm_request(booking_id=lena.pk, revision=2, by=other.olga, now=NOW)


def test_a_stale_revision_changes_nothing() -> None:
    salon = make_salon()
    lena = make_booking(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)

    with pytest.raises(bookings.StaleRevision):
        bookings.decline_request(booking_id=lena.pk, revision=1, by=salon.olga, now=NOW)
    lena.refresh_from_db()
    assert (lena.status, lena.revision) == (Booking.Status.PENDING, 2)


def test_choosing_a_person_who_does_not_do_the_service_is_refused() -> None:
    salon, other = make_salon(), make_salon()

    with pytest.raises(UnknownChoice):
        choose(service=salon.cut, resource_id=other.ana.resource_id)
    assert make_visitor().visitor_hash == "visitor-carl"
