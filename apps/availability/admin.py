"""Opening hours to edit, sessions and occupied time to look at (rule C1); and what can be occupied,
which does not move away from what needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.availability.models import (
    CourseRun,
    DateException,
    DecidedDay,
    Occupancy,
    Schedule,
    Seating,
    Session,
    SessionSeries,
    WeeklyHours,
)
from apps.businesses.admin import TenantForm
from apps.businesses.models import Location
from apps.catalog.models import Resource
from apps.web.fields import PLAIN_NUMBERS
from apps.web.formatting import format_datetime
from apps.web.operators import LookOnlyAdmin, LookOnlyInline, OperatorAdmin, OperatorInline

MAX_TOLD = 3


def sessions_elsewhere(
    *, resource: Resource, location: Location | None, now: datetime
) -> QuerySet[Session]:
    """The sessions that are not over, need this resource, and take place at another location than
    this one, soonest first; none where the resource may be used at all of them (no location).

    Holds that ran out are in nobody's way.
    """
    if location is None:
        return Session.objects.none()
    live = Occupancy.objects.live(now).filter(resource=resource)
    needing = Session.objects.filter(
        pk__in=live.values("session_id"), ends_at__gt=now, location__isnull=False
    )
    elsewhere = needing.exclude(location=location).exclude(state=Session.State.CANCELED)
    told = elsewhere.select_related("service", "business", "location")
    return told.order_by("starts_at", "pk")


@dataclass(frozen=True, slots=True)
class Contradictions:
    """closed_on are dates with a closing and hours: the closing wins. is_never: no hours at all.

    ignores_week: it follows the business although it has weekly hours of its own.
    """

    closed_on: tuple[date, ...]
    is_never: bool
    ignores_week: bool


def find_contradictions(*, schedule: Schedule) -> Contradictions:
    """Look at a schedule as it is stored now, in two queries."""
    rows = DateException.objects.filter(schedule=schedule)
    kinds: dict[date, set[bool]] = {}
    for on, starts_minute in rows.values_list("on", "starts_minute"):
        kinds.setdefault(on, set()).add(starts_minute is None)
    has_week = schedule.weekly_hours.exists()
    has_special = any(False in found for found in kinds.values())
    return Contradictions(
        closed_on=tuple(sorted(on for on, found in kinds.items() if found == {True, False})),
        is_never=not (has_week or has_special or schedule.follows_business),
        ignores_week=has_week and schedule.follows_business,
    )


class ResourceForm(TenantForm):
    """A room, a tool or a person. Its row is locked while it is saved, as by whoever takes its
    time: nothing comes in between."""

    def clean(self) -> dict[str, Any]:
        """What needs it elsewhere was told its place, and is named."""
        cleaned = super().clean()
        location, now = cleaned.get("location"), timezone.now()
        if self.instance.pk is None or location is None or "location" not in self.changed_data:
            return cleaned
        found = sessions_elsewhere(resource=self.instance, location=location, now=now)
        if first := list(found[:MAX_TOLD]):
            self.add_error("location", _elsewhere_words(first, more=found.count() - len(first)))
        return cleaned


def _elsewhere_words(sessions: Sequence[Session], *, more: int) -> list[str]:
    words = [now_in_words("It is needed elsewhere. Move or cancel this first:")]
    words += [_in_words(it) for it in sessions]
    return [*words, ngettext("and %d more", "and %d more", more) % more] if more else words


def _in_words(session: Session) -> str:
    what = session.service.name if session.service else session.note or now_in_words("Blocked time")
    at = format_datetime(session.starts_at, zone=session.zone, locale=session.business.locale)
    return f"{what}, {at}, {session.location}"


@admin.register(Resource)
class ResourceAdmin(OperatorAdmin):
    form = ResourceForm
    list_display = ["name", "type", "business", "rank", "active"]
    list_select_related = ["type", "business"]
    autocomplete_fields = ["business"]
    raw_id_fields = ["type", "location"]
    search_fields = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Resource | None = None) -> list[str]:
        """Its minutes are counted for its business and type."""
        return ["business", "type"] if obj else []


class WeeklyHoursInline(OperatorInline, admin.TabularInline):  # type: ignore[type-arg]
    model = WeeklyHours
    form = TenantForm
    formfield_overrides = PLAIN_NUMBERS
    raw_id_fields = ["location"]


class DateExceptionInline(OperatorInline, admin.TabularInline):  # type: ignore[type-arg]
    model = DateException
    form = TenantForm
    formfield_overrides = PLAIN_NUMBERS
    raw_id_fields = ["location"]


class OccupancyInline(LookOnlyInline):
    model = Occupancy
    fields = ["resource", "starts_at", "ends_at", "expires_at", "enforced"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Occupancy]:
        return super().get_queryset(request).select_related("resource")


@admin.register(Schedule)
class ScheduleAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["__str__", "business", "resource", "service", "follows_business"]
    list_select_related = ["business", "resource", "service"]
    autocomplete_fields = ["business"]
    raw_id_fields = ["resource", "service"]
    inlines = [WeeklyHoursInline, DateExceptionInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        _say_what_does_not_count(request, form.instance)


class HoursAdmin(OperatorAdmin):
    """Hours are plain wishes of the business: they may be deleted as well."""

    form = TenantForm
    list_select_related = [
        "schedule__business",
        "schedule__resource",
        "schedule__service",
        "location",
    ]
    raw_id_fields = ["schedule", "location"]

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        opts = self.opts
        permission = f"{opts.app_label}.delete_{opts.model_name}"
        return request.user.has_perm(permission)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        _say_what_does_not_count(request, obj.schedule)


def _say_what_does_not_count(request: HttpRequest, schedule: Schedule) -> None:
    found = find_contradictions(schedule=schedule)
    for on in found.closed_on:
        words = now_in_words("%(day)s is closed, so the hours on that date do not count.")
        messages.warning(request, words % {"day": date_format(on, "j F Y")})
    if found.ignores_week:
        messages.warning(
            request,
            now_in_words("It follows the business's hours, so its own weekly hours do not count."),
        )
    if found.is_never:
        messages.warning(request, now_in_words("There are no hours here: it is never available."))


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(HoursAdmin):
    list_display = ["__str__", "schedule", "valid_from", "valid_to", "location"]


@admin.register(DateException)
class DateExceptionAdmin(HoursAdmin):
    list_display = ["on", "schedule", "starts_minute", "ends_minute", "reason"]


@admin.register(Session)
class SessionAdmin(LookOnlyAdmin):
    list_display = ["__str__", "business", "service", "state", "seats_taken", "expires_at"]
    list_select_related = ["business", "service"]
    search_fields = ["pk__exact"]
    search_help_text = _("Number of the session")
    inlines = [OccupancyInline]


@admin.register(Occupancy)
class OccupancyAdmin(LookOnlyAdmin):
    list_display = ["resource", "starts_at", "ends_at", "expires_at", "enforced", "session_id"]
    list_select_related = ["resource"]
    search_fields = ["session__pk__exact"]
    search_help_text = _("Number of the session")


@admin.register(CourseRun)
class CourseRunAdmin(LookOnlyAdmin):
    list_display = ["__str__", "business", "state", "starts_at", "capacity", "seats_taken"]
    list_select_related = ["business", "service"]
    search_fields = ["pk__exact"]
    search_help_text = _("Number of the run")


@admin.register(DecidedDay)
class DecidedDayAdmin(LookOnlyAdmin):
    list_display = ["service", "location", "on", "decided_at"]
    list_select_related = ["service", "location"]


@admin.register(SessionSeries)
class SessionSeriesAdmin(LookOnlyAdmin):
    list_display = ["__str__", "business", "first_on", "starts_minute", "capacity"]
    list_select_related = ["business", "service"]
    search_fields = ["pk__exact"]
    search_help_text = _("Number of the series")


@admin.register(Seating)
class SeatingAdmin(LookOnlyAdmin):
    list_display = ["pk", "session_id", "course_run_id", "seats", "expires_at", "released_at"]
    search_fields = ["session__pk__exact", "course_run__pk__exact"]
    search_help_text = _("Number of the session or of the run")
