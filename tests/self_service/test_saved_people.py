"""The people one books for: a list of one's own, chosen with one tap on the details of a booking,
told to whoever has to know, and gone with the address (rule D14)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings.models import Booking, Participant
from apps.customers import operations as customers
from apps.customers.models import Customer, SavedPerson
from apps.privacy import operations as privacy
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.pages import DETAILS, fields_of, fill, hold, text_of
from tests.self_service.test_own_data import CARL, SAM, signed_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("at_now"),
]
PAGE = "/me/people/"


def save(name: str, email: str = CARL) -> SavedPerson:
    return customers.save_person(email=email, name=name, now=NOW)


def names(email: str = CARL) -> list[str]:
    saved = SavedPerson.objects.filter(email=email).order_by("pk")
    return list(saved.values_list("name", flat=True))


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page).replace("<", " <")).replace("\xa0", " ").split())


# ----- the list
def test_somebody_is_added_renamed_and_removed(client: Client) -> None:
    signed_in(client)
    assert "Only you see this list." in words_of(client.get(PAGE))

    for name in ("Mia", "Tom", "mia"):
        answer = client.post(PAGE, {"name": name})
        assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert names() == ["Mia", "Tom"]

    mia = SavedPerson.objects.get(name="Mia")
    shown = {"person": mia.pk, "revision": mia.revision, "name": "Mia Vogt"}
    for _time in range(2):
        assert client.post(PAGE, shown).status_code == 303
    assert names() == ["Mia Vogt", "Tom"]

    stale = client.post(PAGE, {**shown, "name": "Maja"})
    assert (stale.status_code, names()) == (409, ["Mia Vogt", "Tom"])
    assert "This name has just been changed." in words_of(stale)
    assert 'value="Maja"' in text_of(stale)

    for _time in range(2):
        assert client.post(PAGE, {"remove": mia.pk}).status_code == 303
    assert names() == ["Tom"]


@pytest.mark.parametrize("name", ["", " \u202e ", "x" * 121])
def test_a_name_that_is_none_is_refused_with_words(client: Client, name: str) -> None:
    answer = signed_in(client).post(PAGE, {"name": name})

    assert (answer.status_code, names()) == (422, [])
    assert 'id="name_error"' in text_of(answer)


def test_the_eleventh_is_one_too_many(client: Client) -> None:
    signed_in(client)
    for number in range(10):
        save(f"Child {number}")
    assert "Add somebody" not in text_of(client.get(PAGE))

    answer = client.post(PAGE, {"name": "One more"})

    assert (answer.status_code, len(names())) == (422, 10)
    assert "Ten people are on your list" in words_of(answer)
    customers.remove_saved_person(person_id=SavedPerson.objects.earliest("pk").pk, email=CARL)
    assert client.post(PAGE, {"name": "One more"}).status_code == 303


def test_two_of_one_name_cannot_be_told_apart(client: Client) -> None:
    save("Mia")
    tom = save("Tom")

    answer = signed_in(client).post(
        PAGE, {"person": tom.pk, "revision": tom.revision, "name": "MIA"}
    )

    assert (answer.status_code, names()) == (422, ["Mia", "Tom"])
    assert "Somebody on your list has this name." in words_of(answer)


def test_nobody_sees_or_changes_the_list_of_another(client: Client) -> None:
    mia = save("Mia", SAM)
    signed_in(client)

    assert "Mia" not in text_of(client.get(PAGE))
    client.post(PAGE, {"remove": mia.pk})
    asked = {"person": mia.pk, "revision": mia.revision, "name": "Maja"}
    assert client.post(PAGE, asked).status_code == 404
    assert names(SAM) == ["Mia"]
    stranger = Client()
    for answer in (stranger.get(PAGE), stranger.post(PAGE, {"name": "Mia"})):
        assert (answer.status_code, answer["Location"]) == (303, "/me/sign-in/")


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "\x00", "1e3"])
def test_an_odd_number_is_nobody(client: Client, odd: str) -> None:
    signed_in(client)

    assert client.post(PAGE, {"remove": odd}).status_code == 404
    assert client.post(PAGE, {"person": odd, "name": "Mia"}).status_code == 404
    assert client.post(PAGE, {"person": "7", "revision": odd, "name": "Mia"}).status_code == 404


# ----- chosen on the details of a booking
def details_of(client: Client, salon: Salon, **extra: str) -> str:
    return hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone), extra)


def test_one_tap_says_for_whom_and_everybody_reads_it(client: Client, salon: Salon) -> None:
    mia = save("Mia")
    signed_in(client)
    address = details_of(client, salon)
    assert "Who is it for?" in text_of(client.get(address))

    answer = fill(client, address, {**DETAILS, "who": str(mia.pk)})

    assert answer.status_code == 303
    booking = Booking.objects.get()
    assert (booking.contact_name, booking.party_size) == ("Carl Vogt", 1)
    assert list(Participant.objects.values_list("name", flat=True)) == ["Mia"]
    for page in (client.get(answer["Location"]), client.get(f"/manage/{booking.reference}/")):
        assert "For Mia" in words_of(page)
    assert "For Mia" in words_of(client.get("/me/"))
    work(NOW + timedelta(minutes=1))
    assert len(mail.outbox) > 0
    assert [it.subject for it in mail.outbox if "Mia" not in str(it.body)] == []
    olga = Client()
    olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    own = words_of(olga.get(f"/own/juniper/bookings/{booking.reference}/"))
    assert "Who comes Mia" in own


@pytest.mark.parametrize("typed", [{}, {"who": ""}])
def test_me_is_what_it_was_before(client: Client, salon: Salon, typed: dict[str, str]) -> None:
    save("Mia")
    signed_in(client)

    assert fill(client, details_of(client, salon), {**DETAILS, **typed}).status_code == 303

    assert Participant.objects.count() == 0
    assert "For " not in words_of(client.get("/me/"))


def test_guests_are_asked_nothing_more(client: Client, salon: Salon) -> None:
    mia = save("Mia")
    address = details_of(client, salon)

    assert "Who is it for?" not in text_of(client.get(address))
    assert fill(client, address, {**DETAILS, "who": str(mia.pk)}).status_code == 303
    assert Participant.objects.count() == 0


def test_whoever_is_not_on_the_list_cannot_be_chosen(client: Client, salon: Salon) -> None:
    save("Mia")
    foreign = save("Zoe", SAM)
    address = details_of(signed_in(client), salon)

    answer = fill(client, address, {**DETAILS, "who": str(foreign.pk)})

    assert answer.status_code == 422
    assert "this name is no longer on your list" in words_of(answer)
    assert "Zoe" not in text_of(answer)
    assert 'value="Carl Vogt"' in text_of(answer)


def several(salon: Salon) -> None:
    salon.policy.max_participants = 3
    salon.policy.save()
    salon.form.asks_participant_names = True
    salon.form.save()


def test_each_of_several_is_chosen_or_typed(client: Client, salon: Salon) -> None:
    several(salon)
    mia, tom = save("Mia"), save("Tom")
    address = details_of(signed_in(client), salon, people="3")

    chosen = {**DETAILS, "who": str(mia.pk), "p1_who": str(tom.pk), "p2_name": "Zoe Weir"}
    assert fill(client, address, chosen).status_code == 303

    assert list(Participant.objects.values_list("name", flat=True)) == ["Mia", "Tom", "Zoe Weir"]


def test_nobody_comes_twice_and_nobody_comes_without_a_name(client: Client, salon: Salon) -> None:
    several(salon)
    mia = save("Mia")
    address = details_of(signed_in(client), salon, people="2")

    twice = fill(client, address, {**DETAILS, "who": str(mia.pk), "p1_who": str(mia.pk)})
    assert twice.status_code == 422
    assert "You have chosen Mia twice." in words_of(twice)
    nobody = fill(client, address, {**DETAILS, "who": str(mia.pk)})
    assert nobody.status_code == 422
    assert "Enter the name of person 2." in words_of(nobody)


def test_what_is_booked_keeps_its_name_when_the_list_changes(client: Client, salon: Salon) -> None:
    mia = save("Mia")
    fill(signed_in(client), details_of(client, salon), {**DETAILS, "who": str(mia.pk)})
    client.post(PAGE, {**fields_of(client.get(PAGE)), "name": "Maja", "person": mia.pk})

    client.post(PAGE, {"remove": mia.pk})

    assert list(Participant.objects.values_list("name", flat=True)) == ["Mia"]


# ----- gone with the address
def test_the_list_goes_when_no_business_knows_the_address(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=CARL)
    save("Mia")
    save("Zoe", SAM)
    after = booking.ends_at + timedelta(days=1)

    privacy.erase_mailbox(business_id=salon.business.pk, email=CARL, now=after)

    assert (names(), names(SAM)) == ([], ["Zoe"])


def test_a_list_of_nobody_goes_after_two_weeks(salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=CARL)
    save("Mia")
    save("Zoe", SAM)

    assert customers.forget_saved_people(now=NOW + timedelta(days=14)) == 0
    assert customers.forget_saved_people(now=NOW + timedelta(days=15)) == 1

    assert (names(), names(SAM)) == (["Mia"], [])
    assert Customer.objects.filter(email=CARL).exists()


# ----- whoever is signed in
def test_whoever_is_signed_in_types_neither_name_nor_address_again(
    client: Client, salon: Salon
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    signed_in(client)
    at = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))

    shown = fields_of(client.get(at))
    sent = client.post(at, shown)

    assert (shown["name"], shown["email"]) == ("Carl Vogt", CARL)
    assert sent.status_code == 303
    assert Booking.objects.latest("pk").contact_email == CARL


def test_nobody_who_is_not_signed_in_sees_what_belongs_to_an_address(
    client: Client, salon: Salon
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    at = hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))

    shown = fields_of(client.get(at))

    assert (shown["name"], shown["email"]) == ("", "")
