"""Several asked for one time of a day that needs people, and the day takes place: the time is sold
once, and whoever did not get it is before the owner."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.pages import slot_at, slots_of, tap, text_of, times_url

pytestmark = pytest.mark.django_db

DAY = 28
INBOX = "/own/juniper/requests/"


@pytest.fixture
def salon(salon: Salon) -> Salon:
    """A bridal trial is done on a day with three at least; many may ask for one time of Ana's."""
    salon.bridal.min_participants = 3
    salon.bridal.save()
    return salon


def ask(salon: Salon, name: str, *, hour: int) -> Booking:
    return make_booking(
        service=salon.bridal,
        starts_at=salon.at(DAY, hour),
        now=NOW,
        name=name.title(),
        email=f"{name}@example.com",
    )


def trust(salon: Salon) -> None:
    """The owner stops answering each request."""
    salon.bridal.requires_approval = salon.bridal.allows_multiple_requests = False
    salon.bridal.save()


def the_owner_lets_the_day_take_place(salon: Salon) -> None:
    ask(salon, "paula", hour=14)
    asked = Booking.objects.earliest("pk")
    classes.let_take_place(session_id=asked.session_id or 0, by=salon.olga, now=NOW)


def statuses() -> dict[str, str]:
    return dict(Booking.objects.order_by("pk").values_list("contact_name", "status"))


def broken_rules() -> list[str]:
    return [str(finding) for finding in find_all(business_id=None, now=NOW)]


def test_who_asked_first_gets_the_time_and_no_stranger(client: Client, salon: Salon) -> None:
    ask(salon, "lena", hour=10)
    ask(salon, "ines", hour=10)

    the_owner_lets_the_day_take_place(salon)

    assert statuses() == {"Lena": "CONFIRMED", "Ines": "PENDING", "Paula": "CONFIRMED"}
    assert Occupancy.objects.filter(enforced=True, expires_at=None).count() == 2
    page = client.get(times_url(salon.bridal), {"date": f"2026-11-{DAY}"})
    free = [slot.partition("T")[2][:5] for slot in slots_of(page)]
    assert "12:00" in free
    assert not {"08:15", "10:00", "11:45", "14:00", "15:00"} & set(free)
    ten = salon.at(DAY, 10).astimezone(salon.business.zone)
    stranger = tap(Client(), salon.bridal, slot_at(ten))
    assert stranger.status_code == 409
    assert broken_rules() == []


def test_whoever_did_not_get_it_is_before_the_owner(salon: Salon, client: Client) -> None:
    ask(salon, "lena", hour=10)
    ines = ask(salon, "ines", hour=10)

    the_owner_lets_the_day_take_place(salon)

    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    inbox = client.get(INBOX)
    (group,) = inbox.context["inbox"].groups
    assert [person.card.customer_name for person in group.people] == ["Ines"]
    assert inbox.context["nav"]["waiting"] == 1
    words = " ".join(text_of(inbox).split())
    why = (
        "The day is going ahead, but somebody else has this time. Suggest another one, or decline."
    )
    assert words.count(why) == 1
    today = " ".join(text_of(client.get("/own/juniper/")).split())
    assert today.count(why) == 1
    assert f"/own/juniper/bookings/{ines.reference}/suggest/" in today
    assert client.get(f"/own/juniper/bookings/{ines.reference}/suggest/").status_code == 200


def test_the_time_that_comes_free_again_is_for_who_asked_for_it(salon: Salon) -> None:
    lena, ines = ask(salon, "lena", hour=10), ask(salon, "ines", hour=10)
    the_owner_lets_the_day_take_place(salon)
    lena.refresh_from_db()
    bookings.cancel_booking(
        booking_id=lena.pk,
        business_id=lena.business_id,
        revision=lena.revision,
        by=salon.olga,
        now=NOW,
    )

    classes.decide_minimums(now=NOW + timedelta(seconds=20))
    assert statuses()["Ines"] == "PENDING"
    bookings.confirm_request(
        booking_id=ines.pk, revision=ines.revision, by=salon.olga, now=NOW + timedelta(minutes=1)
    )

    ines.refresh_from_db()
    assert ines.status == "CONFIRMED"
    assert broken_rules() == []


def test_what_the_owner_was_asked_stays_asked_when_approval_goes(
    salon: Salon, client: Client
) -> None:
    ask(salon, "lena", hour=10)
    ask(salon, "ines", hour=10)
    trust(salon)
    ask(salon, "paula", hour=14)

    classes.decide_minimums(now=NOW)

    assert statuses() == {"Lena": "PENDING", "Ines": "PENDING", "Paula": "CONFIRMED"}
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    (group,) = client.get(INBOX).context["inbox"].groups
    assert [person.card.customer_name for person in group.people] == ["Lena", "Ines"]
    assert broken_rules() == []
