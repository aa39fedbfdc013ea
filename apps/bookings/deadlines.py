"""When too few people are too few (rule B16), what becomes of a request that nobody answers in
time, as its service says (rule B29), and when its customer is asked what to do (rule B36). Pure.

The moment itself is over: until then an answer is in time. A request never outlives the time it is
for: when that begins nobody can answer any more, and the request ends whatever the rule.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

ANEW = timedelta(minutes=15)
"""How long there is at least to answer anew what was answered and taken back."""
QUESTION = timedelta(hours=48)
"""How long before the start somebody who still waits for an answer is asked what to do."""
JUST_ASKED = timedelta(hours=12)
"""Whoever asked for the time within so long before that question has had no time to wait."""
KEY = "unanswered"
"""Where the rule stands in the rules that are frozen with a booking."""


class Verdict(StrEnum):
    """WAIT: there is time for more people to come."""

    WAIT = "WAIT"
    TAKES_PLACE = "TAKES_PLACE"
    CALLED_OFF = "CALLED_OFF"


def decides_at(*, starts_at: datetime, minutes_before: int) -> datetime:
    """The instant at which too few people are too few."""
    return starts_at - timedelta(minutes=minutes_before)


def judge_minimum(
    *, people: int, minimum: int, starts_at: datetime, minutes_before: int, now: datetime
) -> Verdict:
    """Enough people settle it at once; too few are called off when the time has come."""
    if people >= minimum:
        return Verdict.TAKES_PLACE
    if now >= decides_at(starts_at=starts_at, minutes_before=minutes_before):
        return Verdict.CALLED_OFF
    return Verdict.WAIT


class Rule(StrEnum):
    """REMIND: the team is reminded and the customer told; DECLINE: it ends, with other times."""

    REMIND = "REMIND"
    DECLINE = "DECLINE"


class Due(StrEnum):
    """What has to happen now."""

    NOTHING = "NOTHING"
    REMIND = "REMIND"
    DECLINE = "DECLINE"


def due_of(
    *, rule: Rule, answer_by: datetime, ends_at: datetime, was_reminded: bool, now: datetime
) -> Due:
    """Say what is due for a request; ends_at is when nobody can answer any more."""
    if now < answer_by:
        return Due.NOTHING
    if now >= ends_at or rule is Rule.DECLINE:
        return Due.DECLINE
    return Due.NOTHING if was_reminded else Due.REMIND


def last_moment(*, starts_at: datetime, ends_at: datetime, asked_at: datetime) -> datetime:
    """When a request for this time has no sense any more: its start; of a course that had begun
    when somebody asked to join it, its end."""
    return starts_at if asked_at < starts_at else ends_at


def deadline_after(
    answer_by: datetime, *, starts_at: datetime, ends_at: datetime, asked_at: datetime
) -> datetime:
    """Until when a request is answered whose time has become this one: as before, or sooner."""
    last = last_moment(starts_at=starts_at, ends_at=ends_at, asked_at=asked_at)
    return min(answer_by, last)


def deadline_anew(
    answer_by: datetime, *, ends_at: datetime, was_reminded: bool, now: datetime
) -> datetime:
    """Until when a request is answered whose answer was taken back (rule B11): as before, or a
    little later where that is over or nearly so, but not after ends_at, when nobody can answer any
    more. What the team was reminded of stays overdue."""
    if was_reminded:
        return answer_by
    return max(answer_by, min(now + ANEW, ends_at))


def question_at(*, starts_at: datetime, asked_at: datetime) -> datetime | None:
    """From when on the customer of a request without an answer is asked whether to choose another
    time, to wait on or to withdraw it (rule B36); None for one that was sent shortly before."""
    at = starts_at - QUESTION
    return at if asked_at <= at - JUST_ASKED else None


def rule_of(snapshot: Mapping[str, Any]) -> Rule:
    """The rule frozen with a booking; one of before there was a choice reminds."""
    return Rule(snapshot.get(KEY, Rule.REMIND))
