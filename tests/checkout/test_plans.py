"""What a plan pays for, how many visits that is, and until when it is good (rule M16)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.checkout.gifts import (
    new_gift_code,
    paid_by_card,
    plain_gift_code,
    spell_code,
)
from apps.checkout.plans import (
    PlanKind,
    PlanProblem,
    PlanTerms,
    Wanted,
    good_until,
    refusal,
    visits_for,
)
from apps.checkout.pricing import Way
from tests.factories import NOW

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TERMS = PlanTerms(
    kind=PlanKind.PACKAGE,
    is_active=True,
    is_paused=False,
    left=3,
    starts_at=NOW - timedelta(days=1),
    ends_at=NOW + timedelta(days=30),
    service_ids=frozenset({1}),
)
WANTED = Wanted(service_id=1, needs_approval=False, people=1, starts_at=NOW + timedelta(days=2))


@pytest.mark.parametrize(
    ("plan", "wanted", "expected"),
    [
        ({}, {}, None),
        ({}, {"people": 3}, None),
        ({}, {"people": 4}, PlanProblem.TOO_FEW),
        ({"left": 0}, {}, PlanProblem.TOO_FEW),
        ({}, {"service_id": 2}, PlanProblem.OTHER_SERVICE),
        ({}, {"needs_approval": True}, PlanProblem.NOT_BY_PLAN),
        ({"is_active": False}, {}, PlanProblem.OVER),
        ({"is_active": False, "is_paused": True}, {}, PlanProblem.PAUSED),
        ({}, {"starts_at": NOW + timedelta(days=30)}, PlanProblem.ENDS_BEFORE),
        ({}, {"starts_at": NOW + timedelta(days=30, seconds=-1)}, None),
        ({"ends_at": None}, {"starts_at": NOW + timedelta(days=900)}, None),
        ({"kind": PlanKind.UNLIMITED, "left": None}, {}, None),
        ({"kind": PlanKind.UNLIMITED, "left": None}, {"people": 2}, PlanProblem.ONE_PERSON),
        (
            {"kind": PlanKind.UNLIMITED, "left": None, "is_taken": True},
            {},
            PlanProblem.THERE_ALREADY,
        ),
        ({"kind": PlanKind.PACKAGE, "is_taken": True}, {}, None),
        ({"kind": PlanKind.CREDITS}, {"people": 2}, None),
    ],
)
def test_whether_a_plan_pays(
    plan: dict[str, Any], wanted: dict[str, Any], expected: PlanProblem | None
) -> None:
    assert refusal(replace(TERMS, **plan), replace(WANTED, **wanted)) is expected


def test_the_most_lasting_reason_is_told_first() -> None:
    terms = replace(TERMS, is_paused=True, is_active=False, left=0, ends_at=NOW)
    wanted = replace(WANTED, service_id=2, needs_approval=True)

    told = []
    for cure in ({"needs_approval": False}, {"service_id": 1}):
        told.append(refusal(terms, wanted))
        wanted = replace(wanted, **cure)
    for better in ({"is_paused": False}, {"is_active": True}, {"ends_at": None}, {"left": 1}):
        told.append(refusal(terms, wanted))
        terms = replace(terms, **better)

    assert told == [
        *(PlanProblem.NOT_BY_PLAN, PlanProblem.OTHER_SERVICE, PlanProblem.PAUSED, PlanProblem.OVER),
        *(PlanProblem.ENDS_BEFORE, PlanProblem.TOO_FEW),
    ]
    assert refusal(terms, wanted) is None


@given(
    kind=st.sampled_from(PlanKind),
    left=st.integers(0, 30),
    parties=st.lists(st.integers(1, 6), max_size=30),
)
def test_whatever_is_booked_no_plan_is_overdrawn(
    kind: PlanKind, left: int, parties: list[int]
) -> None:
    """Bookings one after the other use what the plan says they use, and stop at nothing left."""
    terms = replace(TERMS, kind=kind, left=None if kind is PlanKind.UNLIMITED else left)
    came = 0
    for people in parties:
        if refusal(terms, replace(WANTED, people=people)) is not None:
            continue
        used = visits_for(terms, people=people)
        came += people
        if terms.left is not None:
            assert used <= terms.left
            terms = replace(terms, left=terms.left - used)

    if kind is PlanKind.UNLIMITED:
        assert came == parties.count(1)
    else:
        assert came + (terms.left or 0) == left


def test_a_package_is_good_until_the_end_of_its_last_day() -> None:
    end = good_until(
        kind=PlanKind.PACKAGE,
        begins_on=date(2026, 10, 20),
        valid_days=7,
        period_months=None,
        periods=1,
        zone=BERLIN,
    )

    assert end == datetime(2026, 10, 28, tzinfo=BERLIN).astimezone(UTC)  # the clock went back


def test_a_package_without_days_is_good_for_ever() -> None:
    end = good_until(
        kind=PlanKind.PACKAGE,
        begins_on=date(2026, 10, 20),
        valid_days=None,
        period_months=None,
        periods=1,
        zone=BERLIN,
    )

    assert end is None


@pytest.mark.parametrize(
    ("periods", "last_day_before"), [(1, (2027, 2, 28)), (2, (2027, 3, 31)), (3, (2027, 4, 30))]
)
def test_a_membership_of_the_31st_comes_back_to_the_31st(
    periods: int, last_day_before: tuple[int, int, int]
) -> None:
    end = good_until(
        kind=PlanKind.UNLIMITED,
        begins_on=date(2027, 1, 31),
        valid_days=None,
        period_months=1,
        periods=periods,
        zone=NEW_YORK,
    )

    assert end == datetime(*last_day_before, tzinfo=NEW_YORK).astimezone(UTC)


@given(
    begins_on=st.dates(date(2024, 1, 1), date(2034, 12, 31)),
    months=st.integers(1, 12),
    periods=st.integers(1, 36),
    zone=st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("UTC")]),
)
def test_every_period_ends_at_midnight_and_later_than_the_one_before(
    begins_on: date, months: int, periods: int, zone: ZoneInfo
) -> None:
    ends = [
        good_until(
            kind=PlanKind.CREDITS,
            begins_on=begins_on,
            valid_days=None,
            period_months=months,
            periods=count,
            zone=zone,
        )
        for count in (periods, periods + 1)
    ]

    assert ends[0] is not None
    assert ends[1] is not None
    local = [end.astimezone(zone) for end in ends if end]
    assert local[0] < local[1]
    assert [(at.hour, at.minute) for at in local] == [(0, 0), (0, 0)]
    first = begins_on.year * 12 + begins_on.month
    assert [at.year * 12 + at.month - first for at in local] == [
        months * periods,
        months * (periods + 1),
    ]
    assert all(at.day <= begins_on.day for at in local)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_gift_code()

    assert len(code) == 13
    assert plain_gift_code(spell_code(code)) == code
    assert plain_gift_code(f"  {spell_code(code).lower().replace('-', ' - ')} ") == code
    assert spell_code("GABCDEFGHJKLM") == "G-ABCD-EFGH-JKLM"


@pytest.mark.parametrize(
    ("balance", "way", "pays"),
    [
        (10_000, Way.FULL, 4800),
        (1_000, Way.FULL, 1_000),
        (10_000, Way.DEPOSIT, 2000),
        (1_500, Way.DEPOSIT, 1_500),
        (10_000, Way.IN_PERSON, 4800),
        (1_000, Way.IN_PERSON, 1_000),
        (0, Way.FULL, 0),
    ],
)
def test_what_a_card_pays_of_an_order(balance: int, way: Way, pays: int) -> None:
    due_now = {Way.FULL: 4800, Way.DEPOSIT: 2000, Way.IN_PERSON: 0}[way]

    assert paid_by_card(balance=balance, total=4800, due_now=due_now, way=way) == pays
