"""Courses whose first or last date was called off last from the first to the last of the others, and
so do their bookings. A course of which no date is left stays as it is: `check_ledger` names it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Max, Min, Q

LIVE = ("CREATED", "PENDING", "CONFIRMED", "WAITING_LIST")


def span_the_dates(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    del schema_editor
    booking_rows = apps.get_model("bookings", "Booking").objects
    for run, first, last in _wrong(apps):
        bookings = booking_rows.filter(course_run_id=run.pk, status__in=LIVE)
        bookings = bookings.filter(starts_at=run.starts_at)
        bookings.update(starts_at=first, ends_at=last, wall_time=_reading(first, run))
        type(run).objects.filter(pk=run.pk).update(starts_at=first, ends_at=last)


def _wrong(apps: Apps) -> Iterator[tuple[Any, datetime, datetime]]:
    takes_place = Q(sessions__state="SCHEDULED")
    runs = apps.get_model("availability", "CourseRun").objects.filter(state="OPEN")
    spans = runs.annotate(
        first=Min("sessions__starts_at", filter=takes_place),
        last=Max("sessions__ends_at", filter=takes_place),
    )
    known = spans.filter(first__isnull=False).exclude(starts_at=F("first"), ends_at=F("last"))
    for run in known.select_related("business", "location"):
        yield run, run.first, run.last


def _reading(at: datetime, run: Any) -> str:
    """What the clock of its place reads, as a booking keeps it."""
    own = run.location.time_zone if run.location else ""
    zone = ZoneInfo(own or run.business.time_zone)
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


class Migration(migrations.Migration):
    dependencies = [
        ("availability", "0006_form_keys"),
        ("bookings", "0023_kept_money"),
        ("businesses", "0005_countries_of_places"),
    ]
    operations = [migrations.RunPython(span_the_dates, migrations.RunPython.noop)]
