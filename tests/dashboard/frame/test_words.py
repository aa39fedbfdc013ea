"""Every reason, problem and line of history has words, whatever it knows and whatever it lacks."""

from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

from apps.availability.engine.reasons import ChangeKind, ReasonCode
from apps.bookings.models import BookingEvent
from apps.dashboard.frame.queries.fits import Obstacle
from apps.dashboard.frame.views.refusals import LastChange, Problem
from apps.kernel.money import Money
from tests.architecture.raising import every_refusal
from tests.factories import NOW

CLOCK = {"zone": ZoneInfo("Europe/Berlin"), "locale": "en-GB", "now": NOW}


def words(template: str, **context: object) -> str:
    return " ".join(render_to_string(f"dashboard/{template}", {**CLOCK, **context}).split())


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_words(code: ReasonCode) -> None:
    said = [
        words(
            "_obstacle.html",
            obstacle=Obstacle(
                code,
                who=who,
                starts_at=NOW if spans else None,
                ends_at=NOW + timedelta(hours=1) if spans else None,
                change=change,
                minutes=minutes,
                opens_at=NOW if spans else None,
            ),
        )
        for who, spans, change, minutes in product(
            ["", "Ana"], [False, True], [None, *ChangeKind], [None, 30]
        )
    ]

    assert [text for text in said if not text.endswith(".") or "None" in text] == []


def test_every_refusal_has_words() -> None:
    for code in sorted(it.code for it in every_refusal()):
        assert words_of_problem(code) == [], f"templates/dashboard/_problem.html: {code}"


def words_of_problem(code: str) -> list[str]:
    """What reads badly of all that may be said of a refusal."""
    said = [
        words(
            "_problem.html",
            problem=Problem(
                code, 409, change=change, obstacles=obstacles, amount=Money(500, "EUR"), visits=2
            ),
        )
        for change, obstacles in product(
            [
                None,
                *(LastChange(it, who, NOW) for it in BookingEvent.Action for who in ("", "Ben")),
            ],
            [(), (Obstacle(ReasonCode.BUSINESS_CLOSED),)],
        )
    ]
    return [text for text in said if not text.endswith(".") or "None" in text]


@pytest.mark.parametrize("action", BookingEvent.Action)
def test_every_line_of_history_has_words(action: str) -> None:
    said = [
        words("_event_words.html", event={"action": action, "actor": actor, "who": who})
        for actor, who in product(BookingEvent.Actor, ["", "Ben"])
    ]

    assert all(said)
