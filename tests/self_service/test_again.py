"""The same once more after a cancellation: page and mail lead to it with all that was chosen, and
the stub says by its look that it is over."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import AddOn, AddOnGroup
from apps.catalog.queries import choose
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import make_visitor
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_now"),
    pytest.mark.both_databases,
]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def booked(salon: Salon) -> Booking:
    """With Ben, and with an extra."""
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    extra = AddOn.objects.create(group=group, name="Head massage", price=900)
    choice = choose(service=salon.cut, add_on_ids=[extra.pk], resource_id=salon.ben.resource_id)
    draft = bookings.place_hold(
        choice=choice, starts_at=salon.at(27, 10), visitor=make_visitor("carl"), now=NOW
    )
    details = bookings.Details(name="Carl Vogt", email="carl@example.com")
    return bookings.submit_draft(
        draft_id=draft.draft_id, details=details, seen_price=draft.price, now=NOW
    )


def cancel(booking: Booking, by: Any) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=by,
        now=LATER,
    )
    booking.refresh_from_db()


def page_of(booking: Booking) -> str:
    token = bookings.create_access_link(booking=booking, now=LATER)
    return text_of(Client().get(f"/m/{token}", follow=True))


def link_of(page: str) -> str:
    found = re.search(r'<a class="btn primary big" href="([^"]*)">Book again', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_page_and_mail_lead_to_the_picker_with_all_that_was_chosen(
    salon: Salon, booked: Booking
) -> None:
    cancel(booked, salon.olga)
    work(LATER + timedelta(seconds=11))

    extra = AddOn.objects.get()
    expected = f"/juniper/s/{salon.cut.slug}/times?add_on={extra.pk}&staff={salon.ben.resource_id}"
    assert link_of(page_of(booked)) == expected
    told = next(it for it in mail.outbox if it.subject.startswith("Cancelled"))
    assert re.search(r"Book again: +http://[^/]+(\S+)", str(told.body))[1] == expected  # type: ignore[index]
    picker = text_of(Client().get(expected))
    assert "Head massage" in picker
    assert f'<option value="{salon.ben.resource_id}" selected' in picker


def test_what_is_not_offered_any_more_takes_nothing_else_along(
    salon: Salon, booked: Booking
) -> None:
    AddOn.objects.update(active=False)
    cancel(booked, salon.olga)

    expected = f"/juniper/s/{salon.cut.slug}/times?staff={salon.ben.resource_id}"
    assert link_of(page_of(booked)) == expected
    assert Client().get(expected).status_code == 200


def test_a_class_leads_to_its_dates_with_as_many_people() -> None:
    studio: Studio = make_studio()
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=5)
    carl = join(session, people=2)
    cancel(carl, studio.olga)

    url = link_of(page_of(carl))

    assert url == f"/harbor/classes/?class={studio.flow.slug}&people=2"
    assert Client().get(url).status_code == 200


def test_what_is_not_sold_any_more_is_not_offered_again(salon: Salon, booked: Booking) -> None:
    cancel(booked, salon.olga)
    type(salon.cut).objects.filter(pk=salon.cut.pk).update(retired_at=LATER)

    assert "Book again" not in page_of(booked)


def test_the_stub_of_what_is_over_is_struck_through(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    assert 'class="stub gone' not in page_of(booking)

    cancel(booking, salon.olga)

    assert 'class="stub gone done-stub"' in page_of(booking)
