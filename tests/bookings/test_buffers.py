"""The clean-up before and after a visit belongs to it on every way to a time, down to the database.

Ana gives a treatment of an hour with ten minutes before and fifteen after it, and cuts of an hour
without any. Each rule is asked at the last start that is one step too near, and at the next one,
which only touches.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from apps.availability import operations as availability
from apps.availability.engine.slots import find_slots
from apps.availability.models import Occupancy
from apps.availability.models.occupancy import constraint_name
from apps.availability.operations import (
    Claim,
    Override,
    SessionChange,
    SessionFacts,
    SessionsConflict,
    SlotTaken,
)
from apps.availability.queries.scheduling import ProposedSession, preview_sessions
from apps.availability.queries.search import load_search
from apps.availability.queries.timeline import find_busy_rows
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.queries.offered import choice_of, claim_of_hold, find_claim, slot_query
from apps.bookings.queries.suggestions import find_free_starts
from apps.bookings.wishes import Wish
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.dashboard.frame.queries.fits import find_fits
from apps.dashboard.frame.queries.rota import load_rota
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from apps.waitlists.operations.offer import offer_claim
from apps.waitlists.queries import find_times_for
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon, make_service
from tests.factories.bookings import make_visitor
from tests.pages import slots_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
THURSDAY = date(2026, 11, 26)
AFTER_THE_HOLD = NOW + timedelta(minutes=10)
Hour = tuple[int, int]

BESIDE_A_TREATMENT: list[tuple[Hour, Hour]] = [((11, 0), (10, 50)), ((13, 0), (13, 15))]
"""A cut beside a treatment at 12:00, which keeps Ana from 11:50 to 13:15."""

BESIDE_A_CUT: list[tuple[Hour, Hour]] = [((13, 0), (13, 10)), ((11, 0), (10, 45))]
"""A treatment beside a cut from 12:00 to 13:00."""

SIDES = ["before", "after"]


@dataclass(frozen=True)
class Stage:
    salon: Salon
    treatment: Service
    cut: Service

    @property
    def ana(self) -> int:
        return self.salon.ana.resource_id

    def at(self, hour: Hour) -> datetime:
        return self.salon.at(26, *hour)


@pytest.fixture
def stage() -> Stage:
    salon = make_salon(slug="juniper")
    facts: dict[str, Any] = {
        "business": salon.business,
        "needs": [[salon.ana.resource]],
        "duration_minutes": 60,
        "slot_step_minutes": 5,
    }
    treatment = make_service(
        name="Treatment",
        slug="treatment",
        buffer_before_minutes=10,
        buffer_after_minutes=15,
        **facts,
    )
    cut = make_service(name="Trim", slug="trim", **facts)
    for service in (treatment, cut):
        service.locations.add(salon.location)
    return Stage(salon, treatment, cut)


@dataclass(frozen=True)
class Way:
    """What is there at noon, what is wanted beside it, one step too near and just far enough."""

    stage: Stage
    there: Service
    wanted: Service
    near: datetime
    touching: datetime

    def fill(self, *, now: datetime = NOW) -> Booking:
        return make_booking(
            service=self.there, starts_at=self.stage.at((12, 0)), now=now, email="eva@example.com"
        )

    def claim(self, starts_at: datetime) -> Claim:
        query = slot_query(choice=choose(service=self.wanted))
        return find_claim(query=query, starts_at=starts_at, now=NOW)

    def draft(self, starts_at: datetime, *, now: datetime = NOW) -> Booking:
        return make_draft(service=self.wanted, starts_at=starts_at, now=now)


@pytest.fixture(
    params=[
        *[("treatment", *hours) for hours in BESIDE_A_TREATMENT],
        *[("cut", *hours) for hours in BESIDE_A_CUT],
    ],
    ids=[
        *[f"stored-{side}" for side in SIDES],
        *[f"wanted-{side}" for side in SIDES],
    ],
)
def way(request: pytest.FixtureRequest, stage: Stage) -> Way:
    there, near, touching = request.param
    services = (stage.treatment, stage.cut)
    first, second = services if there == "treatment" else services[::-1]
    return Way(stage, first, second, stage.at(near), stage.at(touching))


def clean() -> bool:
    return list(find_all(business_id=None, now=NOW)) == []


def submit(draft: Booking, *, now: datetime) -> Booking:
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=now,
    )


def spans(booking: Booking) -> list[tuple[datetime, datetime]]:
    rows = Occupancy.objects.filter(session_id=booking.session_id or 0)
    return list(rows.values_list("starts_at", "ends_at"))


def test_search_offers_what_touches_and_nothing_nearer(way: Way) -> None:
    way.fill()
    query = slot_query(choice=choose(service=way.wanted))
    search = load_search(query=query, first=THURSDAY, last=THURSDAY, now=NOW)

    starts = {slot.start for slot in find_slots(search, first=THURSDAY, last=THURSDAY)}

    assert int(way.touching.timestamp()) in starts
    between = range(*sorted((int(way.near.timestamp()), int(way.touching.timestamp()))))
    assert starts.isdisjoint({int(way.near.timestamp()), *between} - {way.touching.timestamp()})


def test_the_picker_shows_what_touches_and_nothing_nearer(way: Way, client: Client) -> None:
    way.fill()
    zone = way.stage.salon.business.zone

    with time_machine.travel(NOW, tick=False):
        page = client.get(times_url(way.wanted), {"date": "2026-11-26"})

    shown = {value.partition(";")[0] for value in slots_of(page)}
    assert f"{way.touching.astimezone(zone):%Y-%m-%dT%H:%M}+01:00" in shown
    assert f"{way.near.astimezone(zone):%Y-%m-%dT%H:%M}+01:00" not in shown


def test_a_tap_too_near_is_refused(way: Way) -> None:
    way.fill()

    with pytest.raises(bookings.SlotGone):
        way.draft(way.near)
    assert way.draft(way.touching).starts_at == way.touching


def test_a_hold_keeps_the_clean_up_too(way: Way) -> None:
    make_draft(
        service=way.there, starts_at=way.stage.at((12, 0)), now=NOW, visitor="eva@example.com"
    )

    with pytest.raises(bookings.SlotGone):
        way.draft(way.near)
    assert way.draft(way.touching).starts_at == way.touching


def test_what_is_taken_is_the_visit_with_its_clean_up(stage: Stage) -> None:
    booking = make_booking(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)

    assert spans(booking) == [(stage.at((11, 50)), stage.at((13, 15)))]
    assert clean()


def test_under_the_lock_it_is_looked_at_again(way: Way) -> None:
    near, touching = way.claim(way.near), way.claim(way.touching)
    way.fill()

    with pytest.raises(SlotTaken), transaction.atomic():
        availability.take_time(claim=near, now=NOW)
    assert availability.take_time(claim=touching, now=NOW).starts_at == way.touching


def test_the_database_refuses_it_by_itself(way: Way) -> None:
    near, touching = way.claim(way.near), way.claim(way.touching)
    way.fill()

    def write(claim: Claim) -> None:
        session = claim.session(state="SCHEDULED", seats_taken=1)
        session.save()
        Occupancy.objects.bulk_create(claim.occupancies(session.pk, expires_at=None))

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write(near)
    assert constraint_name(refusal.value) == "resource_occupied_once"
    write(touching)


def test_the_statement_that_reads_what_is_taken_reads_the_clean_up(stage: Stage) -> None:
    make_booking(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    minute = timedelta(minutes=1)
    first, last = stage.at((11, 50)), stage.at((13, 15))

    def reads(start: datetime, end: datetime) -> bool:
        edges = {"starts_at": int(start.timestamp()), "ends_at": int(end.timestamp())}
        return bool(find_busy_rows(resource_ids=[stage.ana], **edges))

    asked = [
        (first - minute, first),
        (first - minute, first + minute),
        (last - minute, last),
        (last, last + minute),
    ]
    assert [reads(*edges) for edges in asked] == [False, True, True, False]


def test_a_hold_that_ran_out_is_not_taken_again_over_a_clean_up(way: Way) -> None:
    draft = way.draft(way.near)
    way.fill(now=AFTER_THE_HOLD)

    with pytest.raises(bookings.SlotGone):
        submit(draft, now=AFTER_THE_HOLD)


def test_a_hold_that_ran_out_is_taken_again_beside_a_clean_up(way: Way) -> None:
    draft = way.draft(way.touching)
    way.fill(now=AFTER_THE_HOLD)

    assert submit(draft, now=AFTER_THE_HOLD).status == Booking.Status.CONFIRMED
    assert clean()


def asking(way: Way, starts_at: datetime) -> Booking:
    """A request that takes no time until it is confirmed."""
    Service.objects.filter(pk=way.wanted.pk).update(
        requires_approval=True, allows_multiple_requests=True
    )
    way.wanted.refresh_from_db()
    return make_booking(service=way.wanted, starts_at=starts_at, now=NOW)


def confirm(way: Way, booking: Booking, *, why: str = "") -> Booking:
    return bookings.confirm_request(
        booking_id=booking.pk,
        revision=booking.revision,
        by=way.stage.salon.olga,
        now=NOW,
        override_reason=why,
    )


def test_a_request_too_near_is_not_confirmed(way: Way) -> None:
    near, touching = asking(way, way.near), asking(way, way.touching)
    way.fill()

    with pytest.raises(bookings.DoesNotFit):
        confirm(way, near)
    assert confirm(way, touching).status == Booking.Status.CONFIRMED
    assert clean()


def test_the_owner_reads_that_a_request_is_too_near(way: Way) -> None:
    asked = [asking(way, way.near), asking(way, way.touching)]
    way.fill()
    rota = load_rota(business=way.stage.salon.business, dates=[THURSDAY], now=NOW)
    loaded = Booking.objects.select_related("service", "location")
    found = find_fits(bookings=list(loaded.filter(pk__in=[it.pk for it in asked])), rota=rota)

    assert [found[it.pk].ok for it in asked] == [False, True]


def test_only_what_is_too_near_is_an_override(way: Way) -> None:
    near, touching = asking(way, way.near), asking(way, way.touching)
    way.fill()

    for booking, overrides in ((touching, False), (near, True)):
        confirm(way, booking, why="Both agreed")
        booking.refresh_from_db()
        assert booking.skip_availability_validation is overrides
        assert clean()
        bookings.cancel_booking(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=booking.revision,
            by=None,
            now=NOW,
        )


def test_nobody_is_moved_into_a_clean_up(way: Way) -> None:
    way.fill()
    booking = make_booking(service=way.wanted, starts_at=way.stage.at((16, 0)), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(double_booked=True)

    def move(starts_at: datetime) -> Booking:
        return bookings.move_out_of_conflict(
            booking_id=booking.pk,
            business_id=booking.business_id,
            starts_at=starts_at,
            by=way.stage.salon.olga,
            now=NOW,
        )

    with pytest.raises(bookings.SlotGone):
        move(way.near)
    assert move(way.touching).starts_at == way.touching
    assert clean()


def test_a_moved_booking_takes_the_clean_up_of_today_along(stage: Stage) -> None:
    booking = make_booking(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(double_booked=True)
    lengthen(stage.treatment)

    bookings.move_out_of_conflict(
        booking_id=booking.pk,
        business_id=booking.business_id,
        starts_at=stage.at((15, 0)),
        by=stage.salon.olga,
        now=NOW,
    )

    assert spans(booking) == [(stage.at((14, 30)), stage.at((16, 45)))]
    assert clean()


def test_suggested_times_keep_off_the_clean_up(way: Way) -> None:
    booking = asking(way, way.stage.at((16, 0)))
    way.fill()

    free = find_free_starts(booking=booking, now=NOW)

    assert (way.near in free, way.touching in free) == (False, True)


def test_times_for_who_waits_keep_off_the_clean_up(way: Way) -> None:
    way.fill()
    choice = choose(service=way.wanted)

    free = find_times_for(choice=choice, wish=Wish(THURSDAY, THURSDAY), now=NOW)

    assert (way.near in free, way.touching in free) == (False, True)


def test_nobody_who_waits_is_given_a_time_inside_a_clean_up(way: Way) -> None:
    near, touching = way.claim(way.near), way.claim(way.touching)
    blocks = [
        make_booking(
            service=way.stage.cut,
            starts_at=way.stage.at((hour, 0)),
            now=NOW,
            email=f"c{hour}@example.com",
        )
        for hour in range(9, 18)
    ]
    entry = waitlists.wait_for_time(
        choice=choose(service=way.wanted),
        wish=Wish(THURSDAY, THURSDAY),
        details=WaitingDetails(name="Ida", email="ida@example.com"),
        visitor=make_visitor("ida@example.com"),
        now=NOW,
    )
    for block in blocks:
        bookings.cancel_booking(
            booking_id=block.pk,
            business_id=block.business_id,
            revision=block.revision,
            by=None,
            now=NOW,
        )
    way.fill()

    def offer(claim: Claim) -> bool:
        return offer_claim(entry_id=entry.pk, claim=claim, actor=bookings.Actor.system(), now=NOW)

    with pytest.raises(SlotTaken):
        offer(near)
    assert offer(touching)
    assert clean()


def test_no_break_is_laid_into_a_clean_up(stage: Stage) -> None:
    make_booking(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)

    def block(start: Hour, end: Hour) -> None:
        availability.block_time(
            business_id=stage.salon.business.pk,
            resource_ids=[stage.ana],
            starts_at=stage.at(start),
            ends_at=stage.at(end),
            note="",
            now=NOW,
        )

    for start, end in (((11, 0), (11, 55)), ((13, 10), (14, 0))):
        with pytest.raises(SlotTaken), transaction.atomic():
            block(start, end)
    block((11, 0), (11, 50))
    block((13, 15), (14, 0))


@pytest.fixture
def evening(stage: Stage) -> Service:
    """A class of an hour that needs ten minutes before it and fifteen after."""
    return make_service(
        business=stage.salon.business,
        name="Braiding",
        slug="braiding",
        kind="CLASS",
        duration_minutes=60,
        buffer_before_minutes=10,
        buffer_after_minutes=15,
    )


def propose(at: datetime) -> ProposedSession:
    return ProposedSession(int(at.timestamp()), int(at.timestamp()) + 3600)


def open_class(
    stage: Stage, service: Service, at: datetime, *, override: Override | None = None
) -> Any:
    facts = SessionFacts(service, None, (stage.ana,), 6, override=override)
    return availability.open_sessions(facts=facts, proposals=[propose(at)], now=NOW)[0]


@pytest.mark.parametrize(("near", "touching"), BESIDE_A_CUT, ids=SIDES)
def test_a_class_with_its_clean_up_keeps_off_what_is_there(
    stage: Stage, evening: Service, near: Hour, touching: Hour
) -> None:
    make_booking(service=stage.cut, starts_at=stage.at((12, 0)), now=NOW)

    with pytest.raises(SessionsConflict), transaction.atomic():
        open_class(stage, evening, stage.at(near))
    seen = preview_sessions(
        service=evening,
        location=None,
        resource_ids=[stage.ana],
        proposals=[propose(stage.at(near)), propose(stage.at(touching))],
        now=NOW,
    )
    assert [bool(it.reasons) for it in seen] == [True, False]
    assert open_class(stage, evening, stage.at(touching)).override_reason == ""
    assert clean()


@pytest.mark.parametrize(("near", "touching"), BESIDE_A_CUT, ids=SIDES)
def test_a_class_over_a_clean_up_is_an_override(
    stage: Stage, evening: Service, near: Hour, touching: Hour
) -> None:
    make_booking(service=stage.cut, starts_at=stage.at((12, 0)), now=NOW)
    why = Override("Ana manages")

    forced = open_class(stage, evening, stage.at(near), override=why)

    assert forced.override_reason == "Ana manages"
    assert list(forced.occupancies.values_list("enforced", flat=True)) == [False]
    forced.delete()
    fitting = open_class(stage, evening, stage.at(touching), override=why)
    assert list(fitting.occupancies.values_list("enforced", flat=True)) == [True]


@pytest.mark.parametrize(("near", "touching"), BESIDE_A_TREATMENT, ids=SIDES)
def test_nobody_is_booked_into_the_clean_up_of_a_class(
    stage: Stage, evening: Service, near: Hour, touching: Hour
) -> None:
    session = open_class(stage, evening, stage.at((12, 0)))
    assert list(session.occupancies.values_list("starts_at", "ends_at")) == [
        (stage.at((11, 50)), stage.at((13, 15)))
    ]

    with pytest.raises(bookings.SlotGone):
        make_draft(service=stage.cut, starts_at=stage.at(near), now=NOW)
    make_draft(service=stage.cut, starts_at=stage.at(touching), now=NOW)


@pytest.mark.parametrize(("near", "touching"), BESIDE_A_CUT, ids=SIDES)
def test_a_class_is_not_moved_into_somebody_by_its_clean_up(
    stage: Stage, evening: Service, near: Hour, touching: Hour
) -> None:
    make_booking(service=stage.cut, starts_at=stage.at((12, 0)), now=NOW)
    session = open_class(stage, evening, stage.at((16, 0)))

    def move(hour: Hour) -> None:
        at = stage.at(hour).astimezone(stage.salon.business.zone).time()
        change = SessionChange(resource_ids=(stage.ana,), at=at)
        availability.change_sessions(session_ids=[session.pk], change=change, now=NOW)

    with pytest.raises(SessionsConflict), transaction.atomic():
        move(near)
    move(touching)
    session.refresh_from_db()
    assert session.starts_at == stage.at(touching)
    assert clean()


def test_a_class_that_is_changed_takes_the_clean_up_of_today(
    stage: Stage, evening: Service
) -> None:
    session = open_class(stage, evening, stage.at((12, 0)))
    lengthen(evening)

    change = SessionChange(resource_ids=(stage.ana,))
    availability.change_sessions(session_ids=[session.pk], change=change, now=NOW)

    assert list(session.occupancies.values_list("starts_at", "ends_at")) == [
        (stage.at((11, 30)), stage.at((13, 45)))
    ]
    assert clean()


def lengthen(service: Service) -> None:
    service.buffer_before_minutes, service.buffer_after_minutes = 30, 45
    service.save()


def beside(stage: Stage) -> list[Booking]:
    """Cuts that touch the treatment at noon on both sides."""
    return [
        make_booking(
            service=stage.cut, starts_at=stage.at(hour), now=NOW, email=f"c{hour[0]}@example.com"
        )
        for hour in ((10, 50), (13, 15))
    ]


def test_a_request_is_confirmed_with_the_clean_up_it_was_booked_with(stage: Stage) -> None:
    stage.treatment.requires_approval = True
    stage.treatment.save()
    booking = make_booking(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    beside(stage)
    lengthen(stage.treatment)

    confirmed = bookings.confirm_request(
        booking_id=booking.pk, revision=2, by=stage.salon.olga, now=NOW
    )

    assert confirmed.status == Booking.Status.CONFIRMED
    assert spans(booking) == [(stage.at((11, 50)), stage.at((13, 15)))]
    assert clean()


def test_the_owner_reads_that_a_request_fits_with_the_clean_up_it_was_booked_with(
    stage: Stage,
) -> None:
    stage.treatment.requires_approval = True
    stage.treatment.save()
    booking = make_booking(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    beside(stage)
    lengthen(stage.treatment)
    rota = load_rota(business=stage.salon.business, dates=[THURSDAY], now=NOW)
    loaded = Booking.objects.select_related("service", "location").get(pk=booking.pk)

    assert find_fits(bookings=[loaded], rota=rota)[booking.pk].ok


def test_a_live_hold_is_booked_with_the_clean_up_it_was_held_with(stage: Stage) -> None:
    draft = make_draft(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    beside(stage)
    lengthen(stage.treatment)

    assert submit(draft, now=NOW).status == Booking.Status.CONFIRMED
    assert spans(draft) == [(stage.at((11, 50)), stage.at((13, 15)))]
    assert clean()


def test_under_the_lock_a_hold_is_asked_about_with_the_clean_up_it_was_held_with(
    stage: Stage,
) -> None:
    draft = make_draft(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    beside(stage)
    lengthen(stage.treatment)
    held = Booking.objects.get(pk=draft.pk)
    claim = claim_of_hold(booking=held, choice=choice_of(booking=held), now=NOW)
    assert claim is not None

    availability.confirm_time(session_id=held.session_id or 0, claim=claim, now=NOW)

    assert spans(draft) == [(stage.at((11, 50)), stage.at((13, 15)))]


def test_a_hold_that_ran_out_is_taken_anew_with_the_clean_up_of_today(stage: Stage) -> None:
    draft = make_draft(service=stage.treatment, starts_at=stage.at((12, 0)), now=NOW)
    lengthen(stage.treatment)

    submit(draft, now=AFTER_THE_HOLD)

    assert spans(draft) == [(stage.at((11, 30)), stage.at((13, 45)))]
    assert clean()
