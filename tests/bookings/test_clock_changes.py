"""A course keeps its hour when the clocks change: page, mail and calendar file agree
(rules T7, T5)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from apps.availability import operations as availability
from apps.availability.engine.series import SeriesRule
from apps.availability.models import CourseRun
from apps.availability.operations import SessionFacts
from apps.availability.queries.scheduling import schedule_series
from apps.outbox.worker import Worker
from tests.factories.studio import Studio, make_studio
from tests.pages import fill, text_of

pytestmark = pytest.mark.django_db
EVENING = 18 * 60
SPRING, AUTUMN = date(2026, 3, 4), date(2026, 9, 9)
CHANGES = [
    ("Europe/Berlin", SPRING),
    ("Europe/Berlin", AUTUMN),
    ("America/New_York", SPRING),
    ("America/New_York", AUTUMN),
    ("Australia/Sydney", SPRING),
    ("Australia/Sydney", AUTUMN),
    ("America/Santiago", SPRING),
    ("America/Santiago", date(2026, 8, 12)),
]


def make_course(
    studio: Studio, *, first_on: date, minute: int = EVENING, count: int = 9
) -> CourseRun:
    """Nine Wednesdays, one of which lies behind a change of the clocks."""
    rule = SeriesRule(first_on, (2,), minute, duration_minutes=60, count=count)
    proposals = schedule_series(
        rule=rule, service=studio.course, location=studio.location, skip_closed=False
    )
    facts = SessionFacts(
        service=studio.course,
        location=studio.location,
        resource_ids=(studio.noor.resource_id,),
        capacity=12,
    )
    before = datetime.combine(first_on, datetime.min.time(), tzinfo=UTC) - timedelta(days=20)
    return availability.open_course_run(facts=facts, proposals=proposals, name="", now=before)


def studio_in(zone: str) -> Studio:
    studio = make_studio()
    studio.business.time_zone = zone
    studio.business.locale = "en-GB"
    studio.business.save()
    studio.course.business = studio.business
    return studio


@pytest.mark.parametrize(("zone", "first_on"), CHANGES)
def test_page_mail_and_calendar_file_keep_six_o_clock(
    client: Client, mailoutbox: list[EmailMultiAlternatives], zone: str, first_on: date
) -> None:
    studio = studio_in(zone)
    now = datetime.combine(first_on, datetime.min.time(), tzinfo=UTC) - timedelta(days=10)
    with time_machine.travel(now, tick=False):
        run = make_course(studio, first_on=first_on)
        page = text_of(client.get("/harbor/courses/beginners/"))
        fill(client, client.post(f"/harbor/courses/beginners/{run.pk}/hold")["Location"])
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()
    starts = list(run.sessions.order_by("starts_at").values_list("starts_at", flat=True))

    assert {at.astimezone(ZoneInfo(zone)).hour for at in starts} == {18}
    assert len({at.hour for at in starts}) == 2  # the clocks did change meanwhile
    assert page.count("18:00 – 19:00") == 9
    told = next(it for it in mailoutbox if "carl" in it.to[0])
    assert str(told.body).count("18:00") >= 9
    assert calendar_starts(told) == starts


def calendar_starts(told: EmailMultiAlternatives) -> list[datetime]:
    """When each date begins: every one has an event of its own."""
    (part,) = (it for it in told.attachments if not isinstance(it, tuple))
    file: Any = part
    events: Any = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
    assert all("RDATE" not in it and "RRULE" not in it for it in events)
    return [it["DTSTART"].dt for it in events]


def test_a_customer_elsewhere_reads_from_when_on_the_hour_is_another(client: Client) -> None:
    """Golden case R04: a course in Sydney, watched from London."""
    studio = studio_in("Australia/Sydney")
    studio.course.online = True
    studio.course.save()
    client.cookies["zone"] = "Europe/London"
    with time_machine.travel(datetime(2026, 9, 1, tzinfo=UTC), tick=False):
        make_course(studio, first_on=date(2026, 9, 23), minute=19 * 60, count=4)
        page = text_of(client.get("/harbor/courses/beginners/"))

    assert "Times are shown in your time zone: London time." in page
    assert page.count("10:00 – 11:00") == 2
    assert page.count("09:00 – 10:00") == 2
    assert "From Wed 7 Oct it starts at" in page
