"""Does a class take place that needs a minimum of people (rule B16)? Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """WAIT: there is time for more people to come."""

    WAIT = "WAIT"
    TAKES_PLACE = "TAKES_PLACE"
    CALLED_OFF = "CALLED_OFF"


def decides_at(*, starts_at: datetime, minutes_before: int) -> datetime:
    """The instant at which too few people are too few."""
    return starts_at - timedelta(minutes=minutes_before)


def judge(
    *, people: int, minimum: int, starts_at: datetime, minutes_before: int, now: datetime
) -> Verdict:
    """Enough people settle it at once; too few are called off when the time has come."""
    if people >= minimum:
        return Verdict.TAKES_PLACE
    if now >= decides_at(starts_at=starts_at, minutes_before=minutes_before):
        return Verdict.CALLED_OFF
    return Verdict.WAIT
