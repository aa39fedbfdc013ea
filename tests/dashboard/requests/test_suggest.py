"""The page of suggesting times: what it offers, what it refuses, where it leads."""

import re

import pytest
from django.test import Client

from apps.bookings.models import Booking, SuggestedTime
from tests.dashboard.test_query_counts import queries_of
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(salon: Salon) -> Booking:
    """Ana has a cut at the time Ines wants."""
    request = make_request(
        service=salon.bridal,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="ines@example.com",
        name="Ines Moreau",
    )
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    return request


def path_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/suggest/"


def boxes(text: str) -> list[tuple[str, bool]]:
    found = re.findall(r'<input type="checkbox" name="time" value="([^"]+)"( checked)?>', text)
    return [(value, bool(ticked)) for value, ticked in found]


def test_a_dozen_times_with_three_of_them_ticked(olga: Client, ines: Booking) -> None:
    answer = olga.get(path_of(ines))

    found = boxes(answer.content.decode())
    assert answer.status_code == 200
    assert (len(found), sum(ticked for _value, ticked in found)) == (12, 3)


def test_two_ticked_times_are_sent_and_the_inbox_offers_undo(olga: Client, ines: Booking) -> None:
    offered = [value for value, _ticked in boxes(olga.get(path_of(ines)).content.decode())]

    answer = olga.post(path_of(ines), {"revision": "2", "time": offered[:2]})

    inbox = olga.get("/own/juniper/requests/").content.decode()
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/own/juniper/requests/#card-{ines.reference}",
    )
    assert Booking.objects.get(pk=ines.pk).status == "DECLINED"
    assert SuggestedTime.objects.filter(booking=ines).count() == 2
    assert f'id="undo-{ines.reference}"' in inbox


@pytest.mark.parametrize("count", [0, 4])
def test_none_and_four_are_refused_beside_the_boxes_and_the_word_is_kept(
    olga: Client, ines: Booking, count: int
) -> None:
    offered = [value for value, _ticked in boxes(olga.get(path_of(ines)).content.decode())]

    answer = olga.post(
        path_of(ines), {"revision": "2", "time": offered[:count], "message": "Sorry, Ines."}
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Tick one, two or three times." in text
    assert 'value="Sorry, Ines."' in text
    assert [value for value, ticked in boxes(text) if ticked] == offered[:count]
    assert Booking.objects.get(pk=ines.pk).status == "PENDING"


@pytest.mark.parametrize(
    "time", ["2026-11-28T09:00Z", "2026-11-01T09:00Z", "yesterday", "2026-11-28T09:00", "<b>"]
)
def test_a_time_that_is_not_offered_is_a_409_with_the_times_as_they_are(
    olga: Client, ines: Booking, time: str
) -> None:
    answer = olga.post(path_of(ines), {"revision": "2", "time": [time]})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "One of these times is no longer free." in text
    assert len(boxes(text)) == 12


def test_a_stale_page_says_who_was_faster(olga: Client, ines: Booking) -> None:
    offered = [value for value, _ticked in boxes(olga.get(path_of(ines)).content.decode())]
    olga.post(f"/own/juniper/bookings/{ines.reference}/decline/", {"revision": "2"})

    sent = olga.post(path_of(ines), {"revision": "2", "time": offered[:1]})
    looked = olga.get(path_of(ines))

    assert (sent.status_code, looked.status_code) == (409, 409)
    assert "declined this" in sent.content.decode()
    assert SuggestedTime.objects.count() == 0


def test_what_does_not_fit_leads_to_suggestions_first(olga: Client, ines: Booking) -> None:
    inbox = olga.get("/own/juniper/requests/").content.decode()
    today = olga.get("/own/juniper/").content.decode()

    link = f'class="btn primary" id="suggest-{ines.reference}"'
    assert (inbox.count(link), today.count(link)) == (1, 1)
    assert f'id="confirm-{ines.reference}"' not in inbox


def test_the_page_costs_the_same_with_one_booking_and_with_three(
    olga: Client, salon: Salon, ines: Booking
) -> None:
    queries_of(olga, path_of(ines))
    one = queries_of(olga, path_of(ines))
    for day in (26, 27):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(day, 10),
            now=NOW,
            email=f"carl{day}@example.com",
        )

    assert queries_of(olga, path_of(ines)) == one
