"""Bookings for operators: everything to see, nothing to edit; actions call the operations."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.bookings import operations
from apps.bookings.models import (
    AccessLink,
    Answer,
    Attendance,
    BookedAddOn,
    Booking,
    BookingEvent,
    LinkUse,
    MoveRequest,
    MoveWish,
    Participant,
    ParticipantChoice,
    SuggestedTime,
    WaitlistEntry,
)
from apps.businesses.models import TeamMember
from apps.kernel.refusals import Refusal
from apps.web.operators import (
    LookOnlyAdmin,
    LookOnlyInline,
    OperatorAdmin,
    ReasonedActionForm,
    reason_of,
)

MAX_AT_ONCE = 50
NO_DETAILS = ["visitor_hash", "network_hash", "draft_id", "draft_text"]
Verb = Callable[[Booking, TeamMember, str], object]


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


@admin.register(MoveRequest)
class MoveRequestAdmin(LookOnlyAdmin):
    list_display = ["booking", "state", "session", "asked_at", "answer_by", "closed_at"]
    list_filter = ["state"]
    list_select_related = ["booking", "session"]
    search_fields = ["booking__reference__exact"]
    search_help_text = _("Reference of the booking")


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


@admin.register(MoveWish)
class MoveWishAdmin(LookOnlyAdmin):
    list_display = ["booking", "state", "wanted_first_on", "wanted_last_on", "offer_ends_at"]
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


@admin.register(LinkUse)
class LinkUseAdmin(LookOnlyAdmin):
    list_display = ["link", "browser", "system", "refused", "first_at", "last_at", "times"]
    list_select_related = ["link"]
    search_fields = ["link__booking__reference__exact"]
    search_help_text = _("Reference of the booking")


class WaitingFilter(admin.SimpleListFilter):
    """Only what a partial index answers: requests and drafts are few among a million rows."""

    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (Booking.Status.PENDING, _("Requests")),
            (Booking.Status.CREATED, _("Drafts and holds")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Booking]
    ) -> QuerySet[Booking] | None:
        if self.value() in {Booking.Status.PENDING, Booking.Status.CREATED}:
            return queryset.filter(status=self.value())
        return None


@admin.register(Booking)
class BookingAdmin(OperatorAdmin):
    list_display = ["reference", "business", "title", "contact_name", "starts_at", "status"]
    list_select_related = ["business"]
    list_filter = [WaitingFilter]
    search_fields = ["reference__exact"]
    search_help_text = _("Reference, exactly as printed")
    exclude = NO_DETAILS
    inlines = [ParticipantInline, MixInline, AddOnInline, HistoryInline, LinkInline]
    action_form = ReasonedActionForm
    actions = ["confirm", "confirm_anyway", "decline", "cancel", "release_hold", "revoke_links"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """One statement for the page of one booking; the list asks for what it shows only."""
        bookings = super().get_queryset(request)
        if request.resolver_match is None or not request.resolver_match.kwargs:
            return bookings
        related = ("business", "service", "customer", "location", "resource", "session__service")
        return bookings.select_related(*related, "variant", "created_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Booking | None = None) -> list[str]:
        names = [column.name for column in self.model._meta.fields]
        return [name for name in names if name not in NO_DETAILS]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Bookings are made on the pages, through the one door."""
        return False

    @admin.action(description=_("Confirm"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Confirm requests after looking again (rule B8); what does not fit stays as it is."""

        def verb(booking: Booking, by: TeamMember, _reason: str) -> None:
            operations.confirm_request(
                booking_id=booking.pk, revision=booking.revision, by=by, now=timezone.now()
            )

        self._each(request, queryset, verb)

    @admin.action(description=_("Confirm although something is in the way"), permissions=["change"])
    def confirm_anyway(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Confirm with an override; the reason is stored on the booking (rule B22)."""

        def verb(booking: Booking, by: TeamMember, reason: str) -> None:
            operations.confirm_request(
                booking_id=booking.pk,
                revision=booking.revision,
                by=by,
                now=timezone.now(),
                override_reason=reason,
            )

        self._each(request, queryset, verb)

    @admin.action(description=_("Decline"), permissions=["change"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Decline requests; the customers get a mail."""

        def verb(booking: Booking, by: TeamMember, reason: str) -> None:
            operations.decline_request(
                booking_id=booking.pk,
                revision=booking.revision,
                by=by,
                now=timezone.now(),
                reason=reason,
            )

        self._each(request, queryset, verb)

    @admin.action(description=_("Cancel"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Cancel bookings in the name of the business; the customers get a mail."""

        def verb(booking: Booking, by: TeamMember, reason: str) -> None:
            operations.cancel_booking(
                booking_id=booking.pk,
                business_id=booking.business_id,
                revision=booking.revision,
                by=by,
                now=timezone.now(),
                reason=reason,
            )

        self._each(request, queryset, verb)

    @admin.action(description=_("Release the hold of a draft"), permissions=["change"])
    def release_hold(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Give held times back; the drafts and their text stay."""

        def verb(booking: Booking, _by: TeamMember, _reason: str) -> None:
            operations.release_draft(booking=booking, now=timezone.now())

        self._each(request, queryset.filter(status=Booking.Status.CREATED), verb)

    @admin.action(description=_("Revoke all links"), permissions=["change"])
    def revoke_links(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Close every link that opens these bookings without a sign-in."""

        def verb(booking: Booking, _by: TeamMember, _reason: str) -> None:
            operations.revoke_links(booking=booking, now=timezone.now())

        self._each(request, queryset, verb)

    def _each(self, request: HttpRequest, bookings: QuerySet[Booking], verb: Verb) -> None:
        """Do it to each booking alone: one refusal does not undo the others."""
        reason = reason_of(request)
        chosen = list(bookings[: MAX_AT_ONCE + 1])
        if not reason or len(chosen) > MAX_AT_ONCE:
            self.message_user(
                request,
                gettext("Give a reason, and choose at most %d bookings.") % MAX_AT_ONCE,
                messages.ERROR,
            )
            return
        done = sum(self._one(request, booking, verb, reason) for booking in chosen)
        self.message_user(request, ngettext("%d booking", "%d bookings", done) % done)

    def _one(self, request: HttpRequest, booking: Booking, verb: Verb, reason: str) -> bool:
        try:
            verb(booking, _acting_for(booking, request.user), reason)
        except Refusal as refusal:
            words = f"{booking.reference}: {type(refusal).__name__} {refusal}"
            self.message_user(request, words, messages.WARNING)
            return False
        action = str(request.POST.get("action", ""))
        self.log_change(request, booking, f"{action}: {reason}")
        return True


def _acting_for(booking: Booking, operator: Any) -> TeamMember:
    """Let an operator act as the business does; the history names the operator's own account."""
    return TeamMember(
        business_id=booking.business_id, user_id=operator.pk, role=TeamMember.Role.MANAGER
    )
