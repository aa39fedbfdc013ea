"""Opening hours to edit, sessions and occupied time to look at (rule C1)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from apps.availability.models import (
    CourseRun,
    DateException,
    Occupancy,
    Schedule,
    Seating,
    Session,
    SessionSeries,
    WeeklyHours,
)
from apps.availability.queries.contradictions import find_contradictions
from apps.businesses.forms import TenantForm
from apps.web.operators import LookOnlyAdmin, LookOnlyInline, OperatorAdmin, OperatorInline
from apps.web.whole_fields import PLAIN_NUMBERS


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
