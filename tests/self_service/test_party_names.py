"""Where those who come were named, the page of how many asks who stays away and what the others are
called (rule B42)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Answer, Booking, Participant
from apps.checkout import operations as checkout
from apps.classes.party import Names, names_to_change
from apps.classes.queries.party import NamesMissing
from tests.factories import NOW
from tests.factories.money import work
from tests.factories.studio import join, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def family(db: None, at_now: Any) -> Booking:
    """Carl, Mia and Tom in a class of five."""
    studio = make_studio(max_participants=4)
    booking = join(make_session(studio, starts_at=studio.at(27, 18), capacity=5), people=3)
    named = [
        Participant(booking=booking, name=name, position=position)
        for position, name in enumerate(("Carl", "Mia", "Tom"))
    ]
    Participant.objects.bulk_create(named)
    return booking


@pytest.fixture
def his(client: Client, family: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=family, now=NOW)}")
    return client


def key_of(booking: Booking, name: str) -> str:
    return str(booking.participants.get(name=name).pk)


def names_of(booking: Booking) -> list[tuple[int, str]]:
    return list(booking.participants.values_list("position", "name"))


def send(client: Client, booking: Booking, people: str, **typed: Any) -> Any:
    """Look at what changes, say who, and tap."""
    path = f"/manage/{booking.reference}/people"
    check = fields_of(client.get(path, {"people": people}))
    hidden = {name: check[name] for name in ("revision", "price")}
    return client.post(path, {**hidden, "people": people, **typed})


@pytest.mark.parametrize(
    ("known", "before", "after", "expected"),
    [
        (0, 3, 1, (0, 0)),
        (3, 3, 3, (0, 0)),
        (3, 3, 1, (2, 0)),
        (3, 3, 5, (0, 2)),
        (1, 1, 2, (0, 1)),
        (2, 3, 2, (0, 0)),
        (2, 3, 1, (1, 0)),
        (2, 3, 4, (0, 1)),
    ],
)
def test_only_names_that_are_known_go(
    known: int, before: int, after: int, expected: tuple[int, int]
) -> None:
    assert names_to_change(known=known, before=before, after=after) == expected


def test_whoever_stays_away_is_ticked_and_goes_with_the_answers(
    his: Client, family: Booking
) -> None:
    mia = family.participants.get(name="Mia")
    Answer.objects.create(booking=family, participant=mia, label="Age", kind="TEXT", value="8")
    check = his.get(f"/manage/{family.reference}/people", {"people": "2"})
    assert "Who doesn’t come?" in text_of(check)

    answer = send(his, family, "2", gone=[str(mia.pk)])

    assert answer.status_code == 303
    assert names_of(family) == [(0, "Carl"), (1, "Tom")]
    assert not family.answers.filter(label="Age").exists()
    assert "Carl, Tom" in text_of(his.get(f"/manage/{family.reference}/"))


@pytest.mark.parametrize(
    ("ticked", "words"),
    [([], "Tick 2 people."), (["Mia"], "Tick 2 people."), (["Carl", "Mia", "Tom"], "Tick 2")],
)
def test_too_few_or_too_many_ticks_are_told_and_change_nothing(
    his: Client, family: Booking, ticked: list[str], words: str
) -> None:
    answer = send(his, family, "1", gone=[key_of(family, name) for name in ticked])

    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert text_of(answer).count(" checked") == len(ticked)
    family.refresh_from_db()
    assert (family.party_size, len(names_of(family))) == (3, 3)


def test_somebody_of_another_booking_is_nobody_here(his: Client, family: Booking) -> None:
    answer = send(his, family, "2", gone=["987654321"])

    assert answer.status_code == 422
    assert "This person is not on this booking any more." in text_of(answer)


def test_whoever_is_added_has_a_name(his: Client, family: Booking) -> None:
    missing = send(his, family, "4", name_4=" ")
    assert (missing.status_code, "Enter a name." in text_of(missing)) == (422, True)

    assert send(his, family, "4", name_4="Lea").status_code == 303

    assert names_of(family) == [(0, "Carl"), (1, "Mia"), (2, "Tom"), (3, "Lea")]


def test_the_operation_itself_wants_the_names(family: Booking) -> None:
    tom = family.participants.get(name="Tom").pk
    for names in (Names(), Names(frozenset({0})), Names(frozenset({tom}), ("Lea",))):
        with pytest.raises(NamesMissing):
            checkout.change_party(
                booking=family,
                wanted={0: 2},
                revision=family.revision,
                seen_price=3600,
                now=NOW,
                names=names,
            )

    family.refresh_from_db()
    assert (family.party_size, len(names_of(family))) == (3, 3)


def test_one_more_from_the_page_of_the_class_is_asked_for_the_name(
    his: Client, family: Booking
) -> None:
    path = f"/manage/{family.reference}/people"

    answer = his.post(path, {"people": "3"})

    assert (answer.status_code, answer["Location"]) == (303, f"{path}?people=4")
    assert "Name of person 4" in text_of(his.get(answer["Location"]))


def test_customer_and_team_are_told_that_it_changed_and_from_how_many(
    his: Client, family: Booking
) -> None:
    work(NOW + timedelta(minutes=1))
    mail.outbox.clear()

    send(his, family, "2", gone=[key_of(family, "Mia")])
    work(NOW + timedelta(minutes=1))

    told = {it.to[0]: (str(it.subject), str(it.body)) for it in mail.outbox}
    assert len(told) == len(mail.outbox) == 2
    subject, body = told["carl@example.com"]
    assert subject.startswith("Changed: ")
    assert "Your booking has changed" in body
    assert "2 people, instead of 3: Carl, Tom" in body
    subject, body = next(it for to, it in told.items() if to != "carl@example.com")
    assert subject.startswith("Changed by the customer: ")
    assert "2 people, instead of 3: Carl, Tom" in body
