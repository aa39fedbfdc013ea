"""Requests grouped by the time they want, the most urgent first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings.models import Answer, Booking
from apps.catalog.models import Question
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = pytest.mark.both_databases

INBOX = "/own/juniper/requests/"
HTMX = {"HX-Request": "true"}


def ask(salon: Salon, name: str, *, hour: int = 10, minutes_ago: int = 0) -> Booking:
    return make_request(
        service=salon.bridal,
        starts_at=salon.at(28, hour),
        now=NOW - timedelta(minutes=minutes_ago),
        email=f"{name}@example.com",
        name=name.title(),
    )


def test_people_who_want_one_time_stand_together_first_come_first(
    olga: Client, salon: Salon
) -> None:
    ask(salon, "ines", minutes_ago=40)
    ask(salon, "lena", minutes_ago=180)
    ask(salon, "paula", hour=14, minutes_ago=60)

    groups = olga.get(INBOX).context["inbox"].groups

    names = [[person.card.customer_name for person in group.people] for group in groups]
    assert names == [["Lena", "Ines"], ["Paula"]]
    assert [group.waiting for group in groups] == [2, 1]
    assert [person.card.is_oldest for person in groups[0].people] == [True, False]


def test_the_deadline_decides_the_order(olga: Client, salon: Salon) -> None:
    ask(salon, "lena", minutes_ago=10)
    ask(salon, "paula", hour=14, minutes_ago=600)

    groups = olga.get(INBOX).context["inbox"].groups

    assert [group.people[0].card.customer_name for group in groups] == ["Paula", "Lena"]


def test_confirming_one_shows_that_the_others_no_longer_fit(olga: Client, salon: Salon) -> None:
    lena, ines = ask(salon, "lena", minutes_ago=5), ask(salon, "ines")

    answer = olga.post(
        f"/own/juniper/bookings/{lena.reference}/confirm/?at=requests",
        {"revision": "2"},
        headers=HTMX,
    )

    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="undo-{lena.reference}"' in text
    assert f'id="confirm-{ines.reference}"' not in text
    assert f'id="anyway-{ines.reference}"' in text
    assert "Ana is taken 10:00 – 12:00." in text


def test_the_front_desk_is_offered_no_override(seat: Callable[[str], Client], salon: Salon) -> None:
    lena = ask(salon, "lena")
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )

    text = seat("FRONT_DESK").get(INBOX).content.decode()

    assert f'id="decline-{lena.reference}"' in text
    assert f'id="anyway-{lena.reference}"' not in text


def test_sensitive_answers_are_not_for_staff(
    seat: Callable[[str], Client], olga: Client, salon: Salon
) -> None:
    lena = ask(salon, "lena")
    question = Question.objects.create(
        form=salon.form, kind=Question.Kind.SHORT_TEXT, label="Allergies", sensitive=True
    )
    for label, sensitive in (("Allergies", True), ("Hair length", False)):
        Answer.objects.create(
            booking=lena,
            question=question,
            label=label,
            kind=question.kind,
            value="see below",
            sensitive=sensitive,
        )

    owners, staffs = (it.get(INBOX).content.decode() for it in (olga, seat("STAFF")))

    assert ("Allergies" in owners, "Hair length" in owners) == (True, True)
    assert ("Allergies" in staffs, "Hair length" in staffs) == (False, True)


def test_visits_count_what_is_over_and_was_confirmed(olga: Client, salon: Salon) -> None:
    before = make_booking(
        service=salon.cut, starts_at=salon.at(25, 9), now=NOW, email="lena@example.com"
    )
    Booking.objects.filter(pk=before.pk).update(
        starts_at=NOW - timedelta(days=9), ends_at=NOW - timedelta(days=9, hours=-1)
    )
    ask(salon, "lena")

    (group,) = olga.get(INBOX).context["inbox"].groups

    assert [person.visits for person in group.people] == [1]


def test_an_empty_inbox_teaches(olga: Client) -> None:
    assert "No requests." in olga.get(INBOX).content.decode()


@pytest.mark.parametrize("page", ["0", "-3", "x", "999999999999", "٣", "2"])
def test_any_page_number_is_answered(olga: Client, page: str) -> None:
    assert olga.get(INBOX, {"page": page}).status_code == 200


def test_markup_in_a_name_and_a_note_stays_text(olga: Client, salon: Salon) -> None:
    lena = ask(salon, "lena")
    Booking.objects.filter(pk=lena.pk).update(
        contact_name="<script>alert(1)</script>", customer_note="<img src=x onerror=alert(2)>"
    )

    for path in (INBOX, "/own/juniper/", f"/own/juniper/bookings/{lena.reference}/"):
        text = olga.get(path).content.decode()
        assert "<script>alert" not in text
        assert "<img" not in text
