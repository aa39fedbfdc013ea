"""A salon with bookings in every state: held, asked for, decided, overridden, cancelled."""

from datetime import datetime, timedelta

from apps.bookings import operations as bookings
from apps.bookings.operations import Details
from apps.businesses.models import FormerSlug
from apps.catalog.models import AddOn, AddOnGroup, FormerServiceSlug, Service, Variant
from apps.catalog.queries import choose
from apps.customers.models import Consent, Customer
from tests.factories import (
    NOW,
    Salon,
    make_booking,
    make_draft,
    make_location,
    make_request,
    make_salon,
    make_variant,
    make_visitor,
)

LATER = NOW + timedelta(minutes=1)


def write() -> None:
    salon = make_salon(slug="larch", name="Larch Hair")
    _describe(salon)
    _hold(salon)
    _decide(salon)
    _override(salon)
    _cancel(salon)


def write_last() -> None:
    """A booking whose mail still waits for the worker."""
    cut = Service.objects.select_related("business").get(business__slug="larch", slug="cut")
    at = datetime(2026, 12, 1, 10, tzinfo=cut.business.zone)
    make_booking(service=cut, starts_at=at, now=LATER, name="Quin", email="quin@example.com")


def _describe(salon: Salon) -> None:
    FormerSlug.objects.create(business=salon.business, slug="larch-and-sons")
    FormerServiceSlug.objects.create(business=salon.business, service=salon.cut, slug="haircut")
    salon.cut.locations.add(
        make_location(business=salon.business, name="Lisbon", time_zone="Europe/Lisbon")
    )
    make_variant(service=salon.colour, name="Long hair", price=9900, duration_minutes=120)
    make_variant(service=salon.colour, name="Short hair", price=7400)
    extras = AddOnGroup.objects.create(service=salon.colour, name="Extras")
    AddOn.objects.create(group=extras, name="Gloss", price=1500, duration_minutes=15)


def _hold(salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, visitor="sam")
    bookings.store_draft_text(booking=draft, typed={"name": "Sam", "note": "By the window"})
    make_draft(
        service=salon.cut, starts_at=salon.at(26, 12), now=NOW - timedelta(hours=1), visitor="ida"
    )


def _decide(salon: Salon) -> None:
    at = salon.at(28, 10)
    lena = make_request(
        service=salon.bridal, starts_at=at, now=NOW, name="Lena", email="lena@example.com"
    )
    mia = make_request(
        service=salon.bridal, starts_at=at, now=NOW, name="Mia", email="mia@example.com"
    )
    make_request(service=salon.bridal, starts_at=at, now=NOW, name="Zoe", email="zoe@example.com")
    bookings.confirm_request(booking_id=lena.pk, revision=lena.revision, by=salon.olga, now=LATER)
    if hasattr(bookings, "suggest_times"):
        bookings.suggest_times(
            booking_id=mia.pk,
            revision=mia.revision,
            by=salon.olga,
            starts=[salon.at(28, 14)],
            now=LATER,
            message="The afternoon is quieter",
        )
    else:
        bookings.decline_request(
            booking_id=mia.pk, revision=mia.revision, by=salon.olga, now=LATER, reason="Taken"
        )


def _override(salon: Salon) -> None:
    at = salon.at(29, 10)
    asked = make_request(
        service=salon.bridal, starts_at=at, now=NOW, name="Nora", email="nora@example.com"
    )
    make_booking(
        service=salon.cut,
        starts_at=at,
        now=NOW,
        name="Otto",
        email="otto@example.com",
        resource_id=salon.ana.resource_id,
    )
    bookings.confirm_request(
        booking_id=asked.pk,
        revision=asked.revision,
        by=salon.olga,
        now=LATER,
        override_reason="Otto's cut is quick, Nora is the bride",
    )


def _cancel(salon: Salon) -> None:
    long_hair = Variant.objects.get(service=salon.colour, name="Long hair")
    gloss = AddOn.objects.get(group__service=salon.colour)
    held = bookings.place_hold(
        choice=choose(service=salon.colour, variant_id=long_hair.pk, add_on_ids=[gloss.pk]),
        starts_at=salon.at(30, 10),
        visitor=make_visitor("rosa"),
        now=NOW,
    )
    kept = bookings.submit_draft(
        draft_id=held.draft_id,
        details=Details(name="Rosa", email="rosa@example.com", phone="+4930123456"),
        seen_price=held.price,
        now=NOW,
    )
    bookings.note_booking(
        booking_id=kept.pk, revision=kept.revision, by=salon.olga, note="Allergic to PPD", now=NOW
    )
    bookings.create_access_link(booking=kept, now=NOW)
    Consent.objects.create(
        business=salon.business,
        customer=Customer.objects.get(pk=kept.customer_id or 0),
        wording="Tell me about offers",
        given_at=NOW,
    )
    gone = make_booking(
        service=salon.cut, starts_at=salon.at(30, 15), now=NOW, name="Pia", email="pia@example.com"
    )
    bookings.cancel_booking(
        booking_id=gone.pk,
        business_id=gone.business_id,
        revision=gone.revision,
        by=None,
        now=LATER,
        reason="Ill",
    )
    salon.policy.fee_windows = [[7 * 24 * 60, 2_500, None], [60, None, 4000]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    ill = make_booking(
        service=salon.cut, starts_at=salon.at(30, 16), now=NOW, name="Uwe", email="uwe@example.com"
    )
    bookings.cancel_own(
        booking_id=ill.pk,
        business_id=ill.business_id,
        revision=ill.revision,
        seen_fee=1200,
        now=LATER,
        reason="My train is late",
    )
