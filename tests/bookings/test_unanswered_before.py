"""What happens to a request without an answer is read before it is sent."""

import re

import pytest
from django.test import Client

from apps.catalog.models import Service
from tests.factories import Salon
from tests.pages import slots_of, tap, text_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def words_before(client: Client, service: Service, slot: str, **columns: object) -> str:
    Service.objects.filter(pk=service.pk).update(**columns)
    service.refresh_from_db()
    times = client.get(times_url(service), {"date": slot[:10]})
    value = next(it for it in slots_of(times) if it.startswith(slot))
    page = client.get(tap(client, service, value)["Location"])
    found = re.search(r'id="answer-words">([^<]*)<', text_of(page))
    return found[1] if found else ""


FAR, NEAR = "2026-11-27T15:00", "2026-11-24T16:00"


@pytest.mark.parametrize(
    ("slot", "unanswered", "many", "words"),
    [
        (
            FAR,
            "REMIND",
            False,
            (
                "We’re holding this time until they answer. If nobody has answered "
                "within 24 hours, we’ll remind them and e-mail you."
            ),
        ),
        (
            FAR,
            "REMIND",
            True,
            ("If nobody has answered within 24 hours, we’ll remind them and e-mail you."),
        ),
        (
            FAR,
            "DECLINE",
            False,
            (
                "If nobody has answered within 24 hours, your request ends and we "
                "suggest other times. We’re holding this time until then."
            ),
        ),
        (
            NEAR,
            "REMIND",
            True,
            (
                "If nobody has answered by Tue 24 Nov, 16:00, your request ends and we "
                "suggest other times."
            ),
        ),
    ],
)
def test_it_is_said_beside_the_button(
    client: Client,
    salon: Salon,
    slot: str,
    unanswered: str,
    words: str,
    *,
    many: bool,
) -> None:
    found = words_before(
        client,
        salon.cut,
        slot,
        requires_approval=True,
        allows_multiple_requests=many,
        unanswered=unanswered,
    )

    assert found == words


def test_what_is_booked_at_once_says_nothing_of_answers(client: Client, salon: Salon) -> None:
    assert words_before(client, salon.cut, FAR) == ""
