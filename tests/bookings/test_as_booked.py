"""What was booked is shown as it was booked, whatever the owner changes afterwards."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.policy import ServiceSnapshot, Venue
from apps.businesses.models import Business, Location
from apps.catalog.models import (
    AddOn,
    AddOnGroup,
    BookingForm,
    BookingPolicy,
    Question,
    Service,
    Variant,
)
from apps.classes import operations as classes
from apps.messages.composing import calendars_of, compose
from apps.messages.facts import Kind
from apps.messages.queries import get_booking_facts
from tests.factories import NOW, Salon, make_draft, make_variant
from tests.factories.studio import join, make_session, make_studio
from tests.pages import DETAILS, fill, hold, text_of

pytestmark = pytest.mark.django_db

MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
NOISE = re.compile(
    r'name="(csrfmiddlewaretoken|key)" value="[^"]*"|"X-CSRFToken": "[^"]*"',
)
MOVE = re.compile(
    r'\s*(<a class="btn primary big" href="[^"]*/move">.*?</a>)?'
    r'\s*(<p class="policy">(?:You c(?:an|ould) move|Juniper Hair agrees).*?</p>)?'
    r'\s*<a class="btn (?:wide|primary big)" (?=href="[^"]*/calendar\.ics")',
    re.DOTALL,
)
"""Whether another time can be taken is asked of today, as by everybody who takes one (rule B31)."""
FOOTER = re.compile(r"Juniper Hair, [^.]*\. You are receiving this e-mail")
"""The address of who sends it: that is where the business is today."""
HOME = "22 Hanley Road\nLondon N4 3DR"
LINK = "https://meet.example/carl"


def roster_of(client: Client, address: str) -> str:
    """The list of who comes, without the forms for what is offered today."""
    found = re.search(r'<section id="roster".*?</section>', main_of(client, address), re.DOTALL)
    assert found
    return found[0]


def main_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    found = MAIN.search(text_of(page))
    assert found
    return MOVE.sub("<a ", NOISE.sub("", found[0]))


def told(booking: Booking, kind: Kind) -> str:
    """A mail as text, HTML and calendar file."""
    facts = get_booking_facts(booking_id=booking.pk)
    mail = compose(
        facts=facts, kind=kind, to_address="a@example.com", message_id="<1@x>", token="t", now=NOW
    )
    (calendar,) = calendars_of(facts=facts, kind=kind, now=NOW)
    file = calendar.content.decode()
    html = str(mail.mail.alternatives[0][0])
    return FOOTER.sub("", "\n".join((mail.subject, str(mail.mail.body), html, file)))


def shown(booking: Booking, customer: Client, owner: Client) -> dict[str, str]:
    """Everything that is said of a booking."""
    ref, slug = booking.reference, booking.business.slug
    views = {
        "done": main_of(customer, f"/done/{ref}/"),
        "manage": main_of(customer, f"/manage/{ref}/"),
        "owner": main_of(owner, f"/own/{slug}/bookings/{ref}/"),
        "file": customer.get(f"/manage/{ref}/calendar.ics").content.decode(),
    }
    return views | {
        str(kind): told(booking, kind)
        for kind in (Kind.BOOKED, Kind.CONFIRMED, Kind.REQUESTED, Kind.NEW_BOOKING)
    }


def change_everything(business: Business) -> None:
    """The owner moves, renames, reprices, and makes other rules."""
    Business.objects.update(place_word="barn", arrival_note="Honk twice.", answer_within_hours=99)
    Location.objects.update(street="Elsewhere 99", city="Nowhere", postal_code="00000")
    Service.objects.update(
        name="Another name",
        price=99_900,
        pays_in_person=False,
        pays_online=True,
        any_amount=False,
        deposit=None,
        arrival_note="Bring a towel.",
        online_link="https://other.example/",
        requires_approval=True,
        allows_multiple_requests=True,
    )
    for cut in Service.objects.filter(slug="cut"):
        is_online = not cut.online and not cut.home_visit
        Service.objects.filter(pk=cut.pk).update(online=is_online, home_visit=False)
    Service.objects.filter(slug="bridal").update(home_visit=True)
    Variant.objects.update(name="Other kind", price=1)
    AddOn.objects.update(name="Other extra", price=1, active=False)
    Question.objects.update(label="Another question")
    BookingForm.objects.update(note_label="")
    BookingPolicy.objects.update(
        cancel_allowed=False, cancel_until_minutes=1, move_allowed=False, description="New rules"
    )


def assert_same(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    for name, words in before.items():
        assert after[name] == words, name


@pytest.fixture
def owner(salon: Salon) -> Client:
    browser = Client()
    browser.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def book(
    client: Client,
    salon: Salon,
    service: Service,
    extra: Mapping[str, Any] | None = None,
    **typed: Any,
) -> Booking:
    at = salon.at(26, 10, 15).astimezone(salon.business.zone)
    fill(client, hold(client, service, at, extra), {**DETAILS, **typed})
    return Booking.objects.select_related("business").get(status__in=("CONFIRMED", "PENDING"))


def test_an_appointment_stays_as_it_was_booked(client: Client, salon: Salon, owner: Client) -> None:
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    gloss = AddOn.objects.create(group=group, name="Gloss", price=900, duration_minutes=10)
    Business.objects.update(arrival_note="Ring at the courtyard door.")
    booking = book(client, salon, salon.cut, {"add_on": gloss.pk})
    before = shown(booking, client, owner)

    change_everything(salon.business)

    assert_same(before, shown(booking, client, owner))
    for name in ("done", "manage", "BOOKED", "file"):
        assert "Kastanienallee 12" in before[name].replace("\\", "").replace("\r\n ", "")
        assert "Gloss" in before[name], name
    assert "Ring at the courtyard door." in before["done"]
    assert "€57.00, at the studio" in before["manage"]


def test_a_request_stays_as_it_was_asked_for(client: Client, salon: Salon, owner: Client) -> None:
    booking = book(client, salon, salon.bridal)
    before = shown(booking, client, owner)

    change_everything(salon.business)
    Service.objects.update(allows_multiple_requests=False, requires_approval=False)

    assert_same(before, shown(booking, client, owner))


def test_a_home_visit_happens_at_the_customer_s_address(
    client: Client, salon: Salon, owner: Client
) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(
        home_visit=True, arrival_note="We ring ten minutes before."
    )
    salon.cut.refresh_from_db()
    booking = book(client, salon, salon.cut, visit_address=HOME)
    before = shown(booking, client, owner)
    address = "22 Hanley Road, London N4 3DR"

    assert booking.visit_address == address
    for name in ("done", "manage", "owner", "BOOKED", "NEW_BOOKING"):
        assert address in before[name], name
        assert "at the visit" in before[name], name
        assert "Kastanienallee" not in before[name], name
    assert "LOCATION:22 Hanley Road\\, London N4 3DR" in before["file"]
    assert "We ring ten minutes before." in before["BOOKED"]
    directions = "openstreetmap.org/search?query=22%20Hanley%20Road"
    assert [directions in before[it] for it in ("done", "BOOKED", "owner", "NEW_BOOKING")] == [
        False,
        False,
        True,
        True,
    ]

    change_everything(salon.business)

    assert_same(before, shown(booking, client, owner))


def test_a_home_visit_is_not_booked_without_an_address(client: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(home_visit=True)
    at = salon.at(26, 10, 15).astimezone(salon.business.zone)
    address = hold(client, salon.cut, at)

    answers = [fill(client, address, {**DETAILS, **it}) for it in ({}, {"visit_address": "a@b.de"})]

    assert [it.status_code for it in answers] == [422, 422]
    assert "Enter the address we should come to." in text_of(answers[0])
    assert "without a link" in text_of(answers[1])
    assert Booking.objects.get().status == "CREATED"


def test_an_online_booking_has_the_link_of_the_service_and_no_door(
    client: Client, salon: Salon, owner: Client
) -> None:
    Business.objects.update(arrival_note="Ring at the courtyard door.")
    Service.objects.filter(pk=salon.cut.pk).update(online=True, online_link=LINK)
    salon.cut.refresh_from_db()
    booking = book(client, salon, salon.cut)
    before = shown(booking, client, owner)

    for name in ("done", "manage", "owner", "BOOKED", "NEW_BOOKING"):
        assert f'href="{LINK}"' in before[name], name
        assert "courtyard" not in before[name], name
        assert "at the studio" not in before[name], name
    assert f"LOCATION:{LINK}" in before["file"]

    change_everything(salon.business)

    assert_same(before, shown(booking, client, owner))


def test_the_link_of_one_booking_is_typed_and_mailed(
    client: Client, salon: Salon, owner: Client
) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(online=True)
    salon.cut.refresh_from_db()
    booking = book(client, salon, salon.cut)
    page = f"/own/juniper/bookings/{booking.reference}/"
    assert "We’ll e-mail you the link" in told(booking, Kind.BOOKED)
    assert "There is no link yet" in main_of(owner, page)

    wrong = owner.post(f"{page}link/", {"revision": booking.revision, "link": "http://x.example"})
    done = owner.post(f"{page}link/", {"revision": booking.revision, "link": LINK})
    stale = owner.post(f"{page}link/", {"revision": booking.revision, "link": LINK + "2"})

    assert [it.status_code for it in (wrong, done, stale)] == [422, 303, 409]
    assert "http://x.example" in text_of(wrong)
    assert LINK + "2" in text_of(stale)
    assert booking.history.last().action == "LINKED"  # type: ignore[union-attr]
    assert f'href="{LINK}"' in main_of(client, f"/manage/{booking.reference}/")
    mail = told(booking, Kind.LINK)
    assert mail.startswith("Your link: Thu 26 Nov, 10:15, Cut and finish\nHere is the link")
    assert LINK in mail


def test_a_link_is_not_told_before_the_yes(salon: Salon, client: Client) -> None:
    Service.objects.filter(pk=salon.bridal.pk).update(online=True, online_link=LINK)
    salon.bridal.refresh_from_db()
    booking = book(client, salon, salon.bridal)

    assert LINK not in main_of(client, f"/manage/{booking.reference}/")
    assert LINK not in told(booking, Kind.REQUESTED)


def test_a_class_tells_who_comes_as_what(client: Client, at_now: Any) -> None:
    studio = make_studio()
    Service.objects.filter(pk=studio.flow.pk).update(price_kind="VARIED")
    adult = make_variant(service=studio.flow, name="Adult", price=1800)
    child = make_variant(service=studio.flow, name="Child", price=900)
    session = make_session(studio, starts_at=studio.at(25, 18))
    address = f"/harbor/classes/{session.pk}/"
    answer = client.post(f"{address}hold", {f"people_{adult.pk}": 2, f"people_{child.pk}": 1})
    details = client.get(answer["Location"])
    fill(client, answer["Location"])
    booking = Booking.objects.select_related("business").get()
    owner = Client()
    owner.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    roster = f"/own/harbor/classes/{session.pk}/"
    before = {**shown(booking, client, owner), "roster": roster_of(owner, roster)}

    assert "2 × Adult, 1 × Child" in text_of(details)
    for name in ("done", "manage", "owner", "roster", "BOOKED", "NEW_BOOKING"):
        assert "2 × Adult, 1 × Child" in before[name], name
    assert "2 × Adult\\, 1 × Child" in before["file"].replace("\r\n ", "")

    for number, kind in enumerate(Variant.objects.all()):
        Variant.objects.filter(pk=kind.pk).update(name=f"Kind {number}", price=1)
    Business.objects.update(place_word="barn", arrival_note="Honk twice.")
    Location.objects.update(street="Elsewhere 99")

    assert_same(before, {**shown(booking, client, owner), "roster": roster_of(owner, roster)})


def test_whoever_is_booked_keeps_their_price_when_more_people_come(at_now: Any) -> None:
    studio = make_studio()
    carl = join(make_session(studio, starts_at=studio.at(25, 18)))
    Service.objects.update(price=2500)

    classes.add_people(booking=carl, more=1, now=NOW)

    carl.refresh_from_db()
    assert (carl.party_size, carl.price) == (2, 1800 + 2500)


def test_a_move_to_another_location_takes_that_address(at_now: Any) -> None:
    studio = make_studio()
    carl = join(make_session(studio, starts_at=studio.at(25, 18)))
    there = Location.objects.create(business=studio.business, name="Loft", street="Pier 7")
    target = make_session(
        studio, starts_at=studio.at(26, 18), location=there, resource_ids=(studio.dan.resource_id,)
    )

    classes.move_places(booking=carl, target=target, by=studio.olga, now=NOW)

    carl.refresh_from_db()
    assert (carl.location_id, carl.as_booked.address) == (there.pk, "Pier 7")


def test_what_changes_while_somebody_types_is_settled_with_the_booking(salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True)

    booking = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW + timedelta(minutes=1),
    )

    assert (booking.status, booking.as_booked.requires_approval) == ("PENDING", True)


def test_a_snapshot_of_any_version_can_be_read() -> None:
    later = {"version": 9, "venue": "ONLINE", "not_known_yet": 1}

    assert ServiceSnapshot.from_snapshot({}) == ServiceSnapshot()
    assert ServiceSnapshot.from_snapshot(later) == ServiceSnapshot(venue=Venue.ONLINE)
    assert ServiceSnapshot().as_snapshot()["version"] == 2
