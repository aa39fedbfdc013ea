"""Northside Repairs in London: visits at the customer's address, each answered by hand."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.suggestions import find_free_starts
from apps.catalog.models import BookingForm, Question, Service
from apps.demo.build import Shop
from apps.demo.plans import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    BusinessPlan,
    PersonPlan,
    QuestionPlan,
    ServicePlan,
    VariantPlan,
    on_days,
)
from apps.demo.visits import Routine, Visit, make_visits, silence_outbox, usual_visits

Hue = Service.Hue
Kind = Question.Kind
AT_HOME = {
    "home_visit": True,
    "arrival_note": "We ring ten minutes before we are there.",
    "buffer_before_minutes": 30,
    "buffer_after_minutes": 30,
}

QUESTIONS = (
    QuestionPlan(
        key="machine",
        kind=Kind.CHOICE,
        label="What is it?",
        columns={"required": True, "choices": ["Washing machine", "Oven", "Boiler", "Another"]},
    ),
    QuestionPlan(
        key="other",
        kind=Kind.SHORT_TEXT,
        label="Which machine?",
        shown_if=("machine", "Another"),
        columns={"required": True},
    ),
    QuestionPlan(
        key="signs",
        kind=Kind.SEVERAL,
        label="What does it do?",
        columns={"choices": ["Leaks", "Makes a noise", "Stays cold", "Does not start"]},
    ),
    QuestionPlan(key="leak", kind=Kind.YES_NO, label="Is water running right now?"),
    QuestionPlan(
        key="stopcock",
        kind=Kind.ACKNOWLEDGEMENT,
        label="I have closed the stopcock.",
        shown_if=("leak", "yes"),
        columns={"required": True},
    ),
    QuestionPlan(
        key="floor",
        kind=Kind.NUMBER,
        label="Which floor?",
        columns={"help_text": "0 is the ground floor."},
    ),
    QuestionPlan(key="tried", kind=Kind.LONG_TEXT, label="What have you tried so far?"),
    QuestionPlan(key="since", kind=Kind.DATE, label="Since when?"),
    QuestionPlan(
        key="neighbour",
        kind=Kind.PHONE,
        label="Who else can open the door?",
        columns={"sensitive": True},
    ),
    QuestionPlan(
        key="photos",
        kind=Kind.CONSENT,
        label="You may keep photos of the machine for the next visit.",
    ),
)

NORTHSIDE = BusinessPlan(
    slug="northside",
    columns={
        "name": "Northside Repairs",
        "headline": "Home repairs in North London",
        "promise": "We come, we look, we say what it costs. Then we mend it.",
        "place_word": "workshop",
        "arrival_note": "Ring at the yard gate.",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "locale": "en-GB",
        "phone": "020 7946 0321",
        "email": "hello@northside.example",
        "accent": "#8A4B1F",
        "slot_step_minutes": 60,
        "answer_within_hours": 12,
    },
    place={
        "name": "Workshop",
        "street": "7 Archway Yard",
        "postal_code": "N19 3TD",
        "country": "GB",
        "city": "London",
    },
    week=on_days(range(MONDAY, SATURDAY + 1), ("08:00", "18:00")),
    people=(
        PersonPlan(
            name="Noel Whitaker",
            about="Boilers and anything with a thermostat.",
            week=on_days(range(MONDAY, FRIDAY + 1), ("08:00", "12:00"), ("13:00", "17:00")),
        ),
        PersonPlan(
            name="Grace Adeyemi",
            about="Washing machines, ovens, patience.",
            week=on_days(range(MONDAY, SATURDAY + 1), ("09:00", "13:00"), ("14:00", "18:00")),
        ),
    ),
    categories=(("visits", "At your home"), ("advice", "By phone or video")),
    services=(
        ServicePlan(
            slug="repair-visit",
            name="Repair visit",
            category="visits",
            minutes=90,
            price_kind=Service.PriceKind.CUSTOM,
            at_the_place=False,
            columns={
                **AT_HOME,
                "price_text": "Price after inspection",
                "requires_approval": True,
                "summary": "Washing machines, dishwashers, ovens. The inspection itself is free.",
            },
        ),
        ServicePlan(
            slug="boiler-service",
            name="Boiler service",
            category="visits",
            minutes=120,
            price=9500,
            who=("Noel",),
            at_the_place=False,
            columns={
                **AT_HOME,
                "hue": Hue.COPPER,
                "requires_approval": True,
                "summary": "The yearly check with a certificate.",
            },
        ),
        ServicePlan(
            slug="small-jobs",
            name="Small jobs",
            category="visits",
            minutes=60,
            price=6000,
            price_kind=Service.PriceKind.VARIED,
            at_the_place=False,
            variants=(
                VariantPlan(name="One hour", price=6000, minutes=60),
                VariantPlan(name="Two hours", price=11000, minutes=120),
            ),
            columns={
                **AT_HOME,
                "requires_approval": True,
                "variant_prompt": "How long",
                "summary": "Taps, shelves, door handles: make a list.",
            },
        ),
        ServicePlan(
            slug="advice",
            name="Advice by video",
            category="advice",
            minutes=15,
            price_kind=Service.PriceKind.FREE,
            at_the_place=False,
            columns={"hue": Hue.BLUE, "online": True, "summary": "Often it is only the filter."},
        ),
    ),
    policy={
        "name": "Visit rules",
        "min_notice_minutes": 240,
        "horizon_days": 45,
        "cancel_until_minutes": 2880,
        "move_until_minutes": 1440,
        "description": "Free cancellation up to 48 hours before, changes up to 24 hours before.",
    },
    form={
        "name": "Your visit",
        "phone_rule": BookingForm.PhoneRule.REQUIRED,
        "phone_reason": "We ring ten minutes before.",
        "note_label": "Anything else, such as the bell or parking",
    },
    questions=QUESTIONS,
)

ROUTINE = Routine(
    customers=("Alice Mercer", "Desmond Cole", "Fiona Reid", "Ravi Shah", "Alice Mercer"),
    patterns=(
        (("10:00", "repair-visit", ""),),
        (("10:00", "small-jobs", "One hour"), ("15:00", "advice", "")),
        (("14:00", "repair-visit", ""),),
    ),
    behind=12,
    ahead=7,
    today=True,
)
ANSWERS = (
    ("machine", "Washing machine"),
    ("signs", "Leaks"),
    ("leak", "No"),
    ("floor", "2"),
)
AT_HIS_DOOR: dict[str, Any] = {
    "address": "22 Hanley Road, London N4 3DR",
    "answers": ANSWERS,
    "phone": "+442079460018",
}


def fill_northside(shop: Shop, *, now: datetime) -> None:
    """Make the bookings of the workshop around `now`; the newest two still wait for an answer, and
    somebody asks to move."""
    today = now.astimezone(shop.business.zone).date()
    visits = sorted(
        usual_visits(shop, ROUTINE, around=today, now=now), key=lambda each: each.made_at
    )
    make_visits(shop, _answered(shop, visits, now=now))
    _let_one_ask_to_move(shop, now=now)
    silence_outbox(shop)


def _let_one_ask_to_move(shop: Shop, *, now: datetime) -> None:
    """Desmond has a boiler service that was confirmed, and asks for another time."""
    today = now.astimezone(shop.business.zone).date()
    for days, at in product(range(3, 10), ("09:00", "10:00", "14:00", "15:00")):
        visit = Visit(
            on=today + timedelta(days=days),
            at=at,
            service="boiler-service",
            who="Noel",
            customer="Desmond Cole",
            made_at=now - timedelta(days=2),
            confirmed_at=now - timedelta(days=1, hours=20),
            **AT_HIS_DOOR,
        )
        with suppress(bookings.SlotGone):
            make_visits(shop, [visit])
            break
    booked = Booking.objects.select_related("service__business").get(
        service=shop.services["boiler-service"], starts_at__gt=now
    )
    for starts_at in find_free_starts(booking=booked, now=now):
        if starts_at - booked.starts_at > timedelta(hours=20):
            bookings.ask_to_move(
                booking_id=booked.pk,
                business_id=booked.business_id,
                revision=booked.revision,
                starts_at=starts_at,
                resource_id=None,
                now=now - timedelta(minutes=25),
            )
            return


def _answered(shop: Shop, visits: list[Visit], *, now: datetime) -> Iterator[Visit]:
    asked = [visit for visit in visits if shop.services[visit.service].requires_approval]
    waiting = [visit for visit in asked if visit.on > now.date()][-2:]
    for visit in visits:
        if visit not in asked:
            yield visit
        else:
            decided = None if visit in waiting else visit.made_at + timedelta(hours=2)
            made_at = now - timedelta(hours=2) if visit in waiting else visit.made_at
            yield replace(
                visit,
                **AT_HIS_DOOR,
                made_at=made_at,
                confirmed_at=decided,
                canceled_at=None,
            )
