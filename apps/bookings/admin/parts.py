"""The rows below a booking: people, answers, extras, history, links. Look only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import (
    AccessLink,
    Answer,
    Attendance,
    BookedAddOn,
    BookingEvent,
    Participant,
    ParticipantChoice,
    SuggestedTime,
    WaitlistEntry,
)
from apps.web.operators import LookOnlyAdmin, LookOnlyInline


class HistoryInline(LookOnlyInline):
    model = BookingEvent
    fields = ["revision", "at", "action", "actor", "user_id", "reason", "before", "after"]
    readonly_fields = ["user_id"]


class ParticipantInline(LookOnlyInline):
    model = Participant
    fields = ["position", "name"]


class MixInline(LookOnlyInline):
    model = ParticipantChoice
    fields = ["name", "people", "price"]


class AddOnInline(LookOnlyInline):
    model = BookedAddOn
    fields = ["name", "price", "duration_minutes"]


class LinkInline(LookOnlyInline):
    """Only when: the token is not stored, and its hash is nobody's business."""

    model = AccessLink
    fields = ["purpose", "created_at", "expires_at", "revoked_at", "last_used_at"]


@admin.register(Participant)
class ParticipantAdmin(LookOnlyAdmin):
    list_display = ["name", "booking", "position"]
    list_select_related = ["booking"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(ParticipantChoice)
class ParticipantChoiceAdmin(LookOnlyAdmin):
    list_display = ["name", "booking", "people", "price"]
    list_select_related = ["booking"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(Attendance)
class AttendanceAdmin(LookOnlyAdmin):
    list_display = ["booking", "seat", "state", "marked_at", "user"]
    list_select_related = ["booking", "user"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(LookOnlyAdmin):
    list_display = ["booking", "state", "people", "rank", "offer_ends_at", "joined_at"]
    list_select_related = ["booking"]
    list_filter = ["state"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(SuggestedTime)
class SuggestedTimeAdmin(LookOnlyAdmin):
    list_display = ["starts_at", "booking"]
    list_select_related = ["booking"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(Answer)
class AnswerAdmin(LookOnlyAdmin):
    """Lists name the question; the answer itself is on its own page."""

    list_display = ["label", "booking", "kind", "sensitive"]
    list_select_related = ["booking"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(BookedAddOn)
class BookedAddOnAdmin(LookOnlyAdmin):
    list_display = ["name", "booking", "price", "duration_minutes"]
    list_select_related = ["booking"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(BookingEvent)
class BookingEventAdmin(LookOnlyAdmin):
    list_display = ["booking", "revision", "at", "action", "actor", "user", "reason"]
    list_select_related = ["booking", "user"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


@admin.register(AccessLink)
class AccessLinkAdmin(LookOnlyAdmin):
    list_display = ["booking", "purpose", "created_at", "expires_at", "revoked_at", "last_used_at"]
    list_select_related = ["booking"]
    exclude = ["token_hash"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")
