"""What needs some people first says so in its mails, as its pages do (rules B16, W10)."""

import pytest
from django.core import mail

from apps.catalog.models import Service
from tests.factories import NOW, Salon, make_request, make_salon
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.messages.test_flow import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
SO_FAR = "1 of 3 people so far. It goes ahead if enough people have booked by {}."
TO_CUSTOMER = "We’ll e-mail you either way. We’re holding this time until then."
TO_TEAM = "You don’t need to do anything."
ANSWERS = (
    "answers by",
    "Please answer",
    "Answer the request",
    "received your request",
    "A new request",
)


@pytest.fixture
def studio(db: None) -> Studio:
    studio = make_studio()
    Service.objects.update(min_participants=3)
    studio.flow.refresh_from_db()
    studio.course.refresh_from_db()
    return studio


@pytest.fixture
def salon(db: None) -> Salon:
    salon = make_salon(slug="juniper")
    Service.objects.update(min_participants=3)
    salon.cut.refresh_from_db()
    return salon


def sent() -> list[tuple[str, str]]:
    """Subject and text of the mails to the customer and to the team."""
    work()
    return [(str(it.subject), " ".join(str(it.body).split())) for it in mail.outbox]


def kept(words: str) -> str:
    return f"{words} {TO_CUSTOMER}"


def test_a_place_in_a_class_is_told_with_how_many_have_come(studio: Studio) -> None:
    join(make_session(studio, starts_at=studio.at(27, 18)))

    (subject, words), (to_team, of_team) = sent()

    assert kept(SO_FAR.format("Fri 27 Nov, 00:00")) in words  # by Carl's own clock
    assert f"{SO_FAR.format('Thu 26 Nov, 18:00')} {TO_TEAM}" in of_team
    assert subject == "Waiting for more people: Sat 28 Nov, 00:00, Vinyasa flow"
    assert words.startswith("Your booking is waiting for more people, Carl.")
    assert to_team == "New booking: Fri 27 Nov, 18:00, Vinyasa flow"
    assert "Open the booking" in of_team
    assert [it for it in ANSWERS if it in words + of_team] == []


def test_a_course_and_a_day_of_appointments_tell_the_same(studio: Studio, salon: Salon) -> None:
    join(make_run(studio, first=studio.at(27, 10)))
    make_request(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    words = [it for _subject, it in sent()]

    assert [it.count("1 of 3 people so far.") for it in words] == [1, 1, 1, 1]
    assert [kept("").strip() in it for it in words] == [True, False, True, False]
    assert [it for it in ANSWERS if it in "".join(words)] == []


def test_what_is_decided_meanwhile_names_no_time_that_is_over(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    join(session)

    work(studio.at(26, 18, 1))

    words = " ".join(str(mail.outbox[0].body).split())
    assert "This is being decided now. We’ll e-mail you either way." in words
    assert "until" not in words.partition("being decided")[2].partition("either way")[0]


def test_who_asks_the_team_as_well_reads_by_when_it_answers(studio: Studio) -> None:
    Service.objects.update(requires_approval=True)
    studio.flow.refresh_from_db()
    join(make_session(studio, starts_at=studio.at(27, 18)))

    (subject, words), (to_team, of_team) = sent()

    assert (subject.split(":")[0], to_team.split(":")[0]) == ("Request received", "New request")
    assert "Harbor Yoga answers by" in words
    assert "Please answer by" in of_team
