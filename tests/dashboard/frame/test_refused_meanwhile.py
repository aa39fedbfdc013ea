"""What an operation refuses because of what happened meanwhile is told in words, text kept."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.bookings.operations import create_access_link
from apps.businesses.models import Business
from apps.businesses.operations import pause_business
from apps.checkout.models import GiftCard, Payment
from tests.dashboard.classes.test_rooms_elsewhere import just_before
from tests.factories import NOW, Salon, make_salon
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fill, hold
from tests.prepaid.test_begun_gifts import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def studio() -> Studio:
    return make_studio()


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_nobody_is_put_in_line_for_what_is_not_offered_any_more(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    join(session)
    pause_business(business_id=studio.business.pk)
    typed = {"name": "Eva", "email": "eva@example.com", "people": "1", "line": "1"}

    answer: Any = olga.post(f"/own/harbor/classes/{session.pk}/add/", typed)

    form = answer.context["add_form"]
    assert (answer.status_code, form["name"].value()) == (409, "Eva")
    assert form.non_field_errors() == [
        "Nobody can join the waitlist now: this is no longer offered."
    ]
    assert Booking.objects.filter(status="WAITING_LIST").count() == 0


def test_a_party_larger_than_is_let_in_by_now_still_moves_as_it_is(
    client: Client, studio: Studio
) -> None:
    here = make_session(studio, starts_at=studio.at(27, 18))
    there = make_session(studio, starts_at=studio.at(28, 18))
    booking = join(here, people=3)
    type(studio.policy).objects.filter(pk=studio.policy.pk).update(max_participants=2)
    client.get(f"/m/{create_access_link(booking=booking, now=NOW)}")

    sent = {"target": there.pk, "revision": booking.revision}
    answer = client.post(f"/manage/{booking.reference}/move", sent)

    booking.refresh_from_db()
    assert (answer.status_code, booking.session_id) == (303, there.pk)


def test_a_draft_that_was_cleared_away_while_somebody_typed_is_a_lost_time(client: Client) -> None:
    salon: Salon = make_salon(slug="juniper")
    address = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))

    def clear() -> None:
        Booking.objects.all().delete()

    with just_before("SAVEPOINT", clear):
        answer = fill(client, address)

    assert answer.status_code == 409


def test_a_card_whose_money_somebody_looks_at_is_not_paid_a_second_time(client: Client) -> None:
    salon: Salon = make_salon(slug="juniper")
    Business.objects.filter(pk=salon.business.pk).update(sells_gift_cards=True)
    card = begin(client)
    Payment.objects.update(status="UNCLEAR", told_amount=1, told_currency="EUR")

    answer = client.post(f"{card}pay")

    assert (answer.status_code, answer["Location"]) == (303, card)
    assert (GiftCard.objects.get().status, Payment.objects.count()) == ("DRAFT", 1)
