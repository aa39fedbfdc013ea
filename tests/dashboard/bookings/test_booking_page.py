"""One booking, cut to what the person may see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings.models import Answer, Booking
from apps.catalog.models import Question
from apps.messages.operations import fan_out
from tests.factories import NOW, Salon, make_booking, make_draft, make_request

Seat = Callable[[str], Client]


@pytest.fixture
def eva(salon: Salon) -> Booking:
    return make_booking(
        service=salon.colour,
        starts_at=salon.at(26, 10),
        now=NOW,
        name="Eva Lindner",
        email="eva@example.com",
    )


@pytest.fixture
def lena(salon: Salon) -> Booking:
    return make_request(
        service=salon.bridal, starts_at=salon.at(28, 10), now=NOW, name="Lena Hartmann"
    )


def path_of(booking: Booking, action: str = "") -> str:
    return f"/own/juniper/bookings/{booking.reference}/{action}"


def text_of(browser: Client, booking: Booking) -> str:
    return " ".join(browser.get(path_of(booking)).content.decode().split())


def test_the_page_tells_who_what_where_and_with_what(olga: Client, eva: Booking) -> None:
    text = text_of(olga, eva)

    for words in ("Eva Lindner", "eva@example.com", "Wash 1", "Kastanienallee 12", "€74.00"):
        assert words in text
    assert f'data-booking-reference="{eva.reference}"' in text


def test_the_frozen_rules_are_said_in_words(olga: Client, salon: Salon, eva: Booking) -> None:
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()

    assert ("The customer can cancel free of charge until Wed 25 Nov, 10:00.") in text_of(olga, eva)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("OWNER", ["eva@example.com", "€74.00", "Only your team sees this", "Cancel this booking"]),
        (
            "FRONT_DESK",
            ["eva@example.com", "€74.00", "Only your team sees this", "Cancel this booking"],
        ),
        ("STAFF", ["eva@example.com", "Only your team sees this"]),
        ("ACCOUNTANT", ["€74.00"]),
    ],
)
def test_a_role_sees_its_part(
    seat: Seat, olga: Client, eva: Booking, role: str, shown: list[str]
) -> None:
    text = text_of(olga if role == "OWNER" else seat(role), eva)

    every = ["eva@example.com", "€74.00", "Only your team sees this", "Cancel this booking"]
    assert [words for words in every if words in text] == shown
    assert "Eva Lindner" in text


def test_answers_keep_their_label_and_sensitive_ones_are_not_for_staff(
    seat: Seat, olga: Client, salon: Salon, eva: Booking
) -> None:
    for label, sensitive in (("Allergies", True), ("Hair length", False)):
        Answer.objects.create(
            booking=eva,
            label=label,
            kind=Question.Kind.SHORT_TEXT,
            value="see below",
            sensitive=sensitive,
        )

    assert "Allergies" in text_of(olga, eva)
    staffs = text_of(seat("STAFF"), eva)
    assert ("Allergies" in staffs, "Hair length" in staffs) == (False, True)


def test_history_and_mails_are_listed(olga: Client, salon: Salon, eva: Booking) -> None:
    event = eva.history.get()
    fan_out(booking_id=eva.pk, event_id=event.pk, now=NOW)
    olga.post(path_of(eva, "cancel/"), {"revision": "2", "reason": "Ana is ill"})

    text = text_of(olga, eva)

    assert "Booked by the customer" in text
    assert f"Cancelled by {salon.olga.user.email}" in text
    assert "Ana is ill" in text
    assert text.count("eva@example.com") >= 2


def test_cancelling_gives_the_time_back_and_says_why(olga: Client, eva: Booking) -> None:
    answer = olga.post(path_of(eva, "cancel/"), {"revision": "2", "reason": "Ana is ill"})

    eva.refresh_from_db()
    assert (answer.status_code, eva.status) == (303, "CANCELED")
    assert eva.history.get(action="CANCELED").reason == "Ana is ill"
    text = text_of(olga, eva)
    assert "Yes, cancel" not in text
    assert "Only your team sees this" in text


def test_a_cancelled_booking_cannot_be_cancelled_again(olga: Client, eva: Booking) -> None:
    olga.post(path_of(eva, "cancel/"), {"revision": "2"})

    answer = olga.post(path_of(eva, "cancel/"), {"revision": "3"})

    assert answer.status_code == 409
    assert "cancelled this just now." in " ".join(answer.content.decode().split())


def test_a_reason_that_is_too_long_comes_back(olga: Client, eva: Booking) -> None:
    answer = olga.post(path_of(eva, "cancel/"), {"revision": "2", "reason": "x" * 501})

    eva.refresh_from_db()
    assert (answer.status_code, eva.status) == (422, "CONFIRMED")
    assert "x" * 501 in answer.content.decode()


def test_a_note_is_kept_and_written_down(olga: Client, eva: Booking) -> None:
    answer = olga.post(path_of(eva, "notes/"), {"revision": "2", "note": "likes tea"})

    eva.refresh_from_db()
    assert (answer.status_code, eva.owner_note) == (303, "likes tea")
    assert eva.history.filter(action="NOTED").count() == 1


def test_a_stale_note_comes_back_with_its_text(olga: Client, eva: Booking) -> None:
    olga.post(path_of(eva, "notes/"), {"revision": "2", "note": "first"})

    answer = olga.post(
        path_of(eva, "notes/"),
        {"revision": "2", "note": "second"},
        headers={"HX-Request": "true"},
    )

    eva.refresh_from_db()
    text = answer.content.decode()
    assert (answer.status_code, eva.owner_note) == (409, "first")
    assert ("second" in text, "Your text is still here." in text) == (True, True)


def test_a_stale_note_can_be_saved_with_the_fresh_revision(olga: Client, eva: Booking) -> None:
    olga.post(path_of(eva, "notes/"), {"revision": "2", "note": "first"})

    answer = olga.post(path_of(eva, "notes/"), {"revision": "2", "note": "second"})

    assert 'name="revision" value="3"' in answer.content.decode()


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {}], ids=["fragment", "page"])
def test_nobody_erases_the_note_of_somebody_else_unseen(
    olga: Client, eva: Booking, headers: dict[str, str]
) -> None:
    olga.post(path_of(eva, "notes/"), {"revision": "2", "note": "Allergic to\nhenna"})

    answer = olga.post(
        path_of(eva, "notes/"), {"revision": "2", "note": "likes tea"}, headers=headers
    )

    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.count("Saved now:") == 1
    assert "Allergic to\nhenna</p>" in text
    assert "likes tea</textarea>" in text


def test_the_same_note_is_not_shown_twice(olga: Client, eva: Booking) -> None:
    olga.post(path_of(eva, "notes/"), {"revision": "2", "note": "likes tea"})

    answer = olga.post(path_of(eva, "notes/"), {"revision": "2", "note": " likes tea\r\n"})

    assert "Saved now:" not in answer.content.decode()


def test_a_draft_has_no_name_and_no_actions(olga: Client, salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 15), now=NOW)

    text = text_of(olga, draft)

    assert "the customer is still typing" in text
    assert 'id="confirm"' not in text


def test_undo_is_offered_while_the_mail_waits(olga: Client, lena: Booking) -> None:
    olga.post(path_of(lena, "confirm/"), {"revision": "2"})

    assert "Undo, e-mail goes out in 10 s" in text_of(olga, lena)


def test_a_note_after_an_answer_ends_the_undo(olga: Client, lena: Booking) -> None:
    olga.post(path_of(lena, "confirm/"), {"revision": "2"})
    olga.post(path_of(lena, "notes/"), {"revision": "3", "note": "bring the veil"})

    assert "Undo, e-mail goes out" not in text_of(olga, lena)


def test_past_bookings_keep_their_page(olga: Client, eva: Booking) -> None:
    Booking.objects.filter(pk=eva.pk).update(
        starts_at=NOW - timedelta(days=30), ends_at=NOW - timedelta(days=30, hours=-1)
    )

    assert olga.get(path_of(eva)).status_code == 200
