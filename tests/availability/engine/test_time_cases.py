"""The golden cases of clocks that jump: every line of time_cases.json, compared for equality."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.availability.engine import inputs, series, zones
from apps.availability.engine.inputs import (
    DateRule,
    Hours,
    Requirement,
    ResourceFacts,
    Search,
    Shape,
)
from apps.availability.engine.slots import Slot, find_slots

Facts = dict[str, Any]

CASES: list[Facts] = json.loads(Path(__file__).with_name("time_cases.json").read_text())


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def utc(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def local(zone: ZoneInfo, seconds: int) -> str:
    return zones.link_time(zone, seconds)


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def search_of(given: Facts, *, business_zone: str | None = None) -> Search:
    """One resource with the case's windows; in a business of another zone when one is named."""
    zone = ZoneInfo(given["zone"])
    ranges = tuple((minute(start), minute(end)) for start, end in given["windows"])
    hours = Hours((), (DateRule(date.fromisoformat(given["business_date"]), ranges),), zone)
    return Search(
        zone=ZoneInfo(business_zone or given["zone"]),
        business_hours=Hours(),
        resources={1: ResourceFacts(1, hours)},
        requirements=(Requirement(1, (1,)),),
        shape=Shape(
            duration=given["duration_min"] * 60,
            step=given["step_min"] * 60,
            buffer_before=given.get("buffer_before_min", 0) * 60,
            buffer_after=given.get("buffer_after_min", 0) * 60,
            buffers_within_hours=given.get("buffer_must_fit", False),
        ),
    )


def slots_of(given: Facts, **options: str) -> list[Slot]:
    on = date.fromisoformat(given["business_date"])
    first, last = on - timedelta(days=2), on + timedelta(days=3)
    return find_slots(search_of(given, **options), first=first, last=last)


def slots(given: Facts) -> Facts:
    zone = ZoneInfo(given["zone"])
    found = slots_of(given)
    again = zones.repeated_labels(zone, (slot.start for slot in found))
    answer: Facts = {
        "count": len(found),
        "slots": [
            {
                "start_local": local(zone, slot.start),
                "start_utc": utc(slot.start),
                "end_local": local(zone, slot.end),
                "end_utc": utc(slot.end),
            }
            for slot in found
        ],
        "labels_need_offset": sorted({local(zone, it)[11:16] for it in again}),
    }
    if "viewer_zone" in given:
        answer["viewer_days"] = viewer_days(given, ZoneInfo(given["viewer_zone"]))
    return answer


def viewer_days(given: Facts, viewer: ZoneInfo) -> dict[str, list[str]]:
    """Asked date by date in the viewer's zone, as the picker does."""
    on = date.fromisoformat(given["business_date"])
    days = {}
    for day in zones.dates_between(on - timedelta(days=2), on + timedelta(days=2)):
        found = find_slots(search_of(given), first=day, last=day, dates_in=viewer)
        if found:
            days[day.isoformat()] = [local(viewer, slot.start)[11:] for slot in found]
    return days


def cutoff(given: Facts) -> Facts:
    zone, start = ZoneInfo(given["zone"]), instant(given["start_utc"])
    unit = inputs.Unit(given["unit"])
    found = inputs.cutoff_before(start, zone=zone, value=given["value"], unit=unit)
    moments = [found.instant - 1, found.instant, found.instant + 1]
    allowed = [it for it in moments if inputs.is_in_time(now=it, cutoff=found.instant)]
    return {
        "cutoff_local": local(zone, found.instant),
        "cutoff_utc": utc(found.instant),
        "resolution": found.resolution,
        "real_hours_before": (start - found.instant) / 3600,
        "allowed_at_utc": [utc(it) for it in allowed],
        "refused_at_utc": [utc(it) for it in moments if it not in allowed],
    }


def elapsed(given: Facts) -> Facts:
    end = inputs.elapse(instant(given["start_utc"]), minutes=given["minutes"])
    return {"end_local": local(ZoneInfo(given["zone"]), end), "end_utc": utc(end)}


def recurs(given: Facts) -> Facts:
    zone = ZoneInfo(given["zone"])
    meetings = series.occurrences(
        zone=zone,
        dates=series.weekly_dates(
            first=date.fromisoformat(given["first_date"]), count=given["weekly_count"]
        ),
        at=time.fromisoformat(given["local_time"]),
        duration=given["duration_min"] * 60,
    )
    answer: Facts = {
        "sessions": [
            {
                "start_local": local(zone, it.start),
                "start_utc": utc(it.start),
                "end_local": local(zone, it.end),
                "end_utc": utc(it.end),
                "resolution": it.resolution,
            }
            for it in meetings
        ]
    }
    if "viewer_zone" in given:
        viewer = ZoneInfo(given["viewer_zone"])
        answer["viewer_local"] = [local(viewer, it.start) for it in meetings]
    return answer


def day_bounds(given: Facts) -> Facts:
    zone = ZoneInfo(given["zone"])
    start, end = zones.day_bounds(zone, date.fromisoformat(given["date"]))
    return {
        "start_utc": utc(start),
        "end_utc_exclusive": utc(end),
        "hours": (end - start) / 3600,
        "first_local": local(zone, start),
    }


def calendar_days(given: Facts) -> Facts:
    first = date.fromisoformat(given["first_date"])
    days = []
    for on in zones.dates_between(first, first + timedelta(days=given["count"] - 1)):
        start, end = zones.day_bounds(ZoneInfo(given["zone"]), on)
        days.append({"date": on.isoformat(), "hours": (end - start) / 3600})
    return {"days": days}


def horizon(given: Facts) -> Facts:
    zone, now = ZoneInfo(given["zone"]), instant(given["now_utc"])
    end = inputs.horizon_end(now, zone, given["book_ahead_days"])
    allowed = inputs.compute_limits(now=now, zone=zone, horizon_days=given["book_ahead_days"])
    assert [allowed.allow(end - 1), allowed.allow(end)] == [True, False]
    return {
        "today": zones.local_date(zone, now).isoformat(),
        "last_bookable_date": zones.local_date(zone, end - 1).isoformat(),
        "bookable": local(zone, end - 3600),
        "not_bookable": local(zone, end),
    }


def resolve(given: Facts) -> Facts:
    zone = ZoneInfo(given["zone"])
    found = zones.resolve_typed(zone=zone, typed=datetime.fromisoformat(given["submitted"]))
    answer: Facts = {"status": found.status}
    if found.next_valid is not None:
        return answer | {
            "next_valid": [{"local": local(zone, found.next_valid), "utc": utc(found.next_valid)}]
        }
    return answer | {
        "instants": [{"local": local(zone, it), "utc": utc(it)} for it in found.instants]
    }


def ics(given: Facts) -> Facts:
    zone = ZoneInfo(given["zone"])
    found = zones.resolve_typed(zone=zone, typed=datetime.fromisoformat(given["start_local"]))
    (start,) = found.instants
    return {"DTSTART": f"{datetime.fromtimestamp(start, UTC):%Y%m%dT%H%M%SZ}"}


def tzdata_drift(given: Facts) -> Facts:
    zone = ZoneInfo(given["zone"])
    stored = instant(given["stored_utc_under_2025b"])
    promised = datetime.fromisoformat(given["intended_wall"])
    drift = series.drift_of(zone=zone, promised=promised, stored=stored)
    assert drift is not None
    assert zones.wall_of(zone, stored) == drift.reads_now
    return {
        "correct_utc_under_2026f": utc(drift.promised),
        "stale_instant_now_reads": local(zone, stored),
    }


ANSWERS: dict[str, Callable[[Facts], Facts]] = {
    "slots": slots,
    "cutoff": cutoff,
    "reminder": cutoff,
    "elapsed": elapsed,
    "recurrence": recurs,
    "day_bounds": day_bounds,
    "calendar_days": calendar_days,
    "horizon": horizon,
    "resolve": resolve,
    "ics": ics,
    "tzdata_drift": tzdata_drift,
}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_portal_answers_as_the_golden_case_says(case: Facts) -> None:
    expected = {name: value for name, value in case["expected"].items() if name != "action"}

    assert ANSWERS[case["kind"]](case["input"]) == expected


def test_no_golden_case_was_lost() -> None:
    assert len(CASES) == 49


STAFF_ZONE_CASES = [
    case for case in CASES if "viewer_zone" in case["input"] and "windows" in case["input"]
]


@pytest.mark.parametrize("case", STAFF_ZONE_CASES, ids=[case["id"] for case in STAFF_ZONE_CASES])
def test_hours_kept_in_the_staff_members_zone_give_the_same_instants(case: Facts) -> None:
    given = case["input"]

    abroad = slots_of(given, business_zone=given["viewer_zone"])

    assert abroad == slots_of(given)
