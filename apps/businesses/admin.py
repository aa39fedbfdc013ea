"""Businesses, their places and their teams, for operators; and forms that keep the rows of one
business apart from those of every other."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.businesses.models import Business, FormerSlug, Location, SetupRevision, TeamMember
from apps.businesses.operations import pause_business, publish_business, rename_business
from apps.web.fields import PlainNumberField
from apps.web.operators import LookOnlyAdmin, LookOnlyInline, OperatorAdmin

NUMBERS = ("hold_minutes", "slot_step_minutes", "answer_within_hours")


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses to link rows of two businesses, whichever of the fields they were chosen in."""

    def clean(self) -> dict[str, Any]:
        """Compare the business of everything chosen, the row's own first."""
        cleaned = super().clean() or self.cleaned_data
        own: int | None = getattr(self.instance, "business_id", None)
        for name, value in list(cleaned.items()):
            for business_id in _businesses_of(value):
                if own is None:
                    own = business_id
                elif business_id != own:
                    self.add_error(name, _("This belongs to another business."))
                    break
        return cleaned


class BusinessForm(forms.ModelForm):  # type: ignore[type-arg]
    """The slug may be one of this business's own former ones, but of no other business."""

    class Meta:
        model = Business
        fields = "__all__"  # noqa: DJ007  the admin names the fields it shows
        field_classes = dict.fromkeys(NUMBERS, PlainNumberField)

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if FormerSlug.objects.filter(slug=slug).exclude(business=self.instance.pk).exists():
            raise forms.ValidationError(_("This address leads to another business already."))
        return slug


def _businesses_of(value: Any) -> Iterator[int]:
    rows: Iterable[Any] = (
        value if not isinstance(value, Model | str) and _is_many(value) else [value]
    )
    for row in rows:
        if isinstance(row, Business):
            yield row.pk
        elif isinstance(row, Model) and getattr(row, "business_id", None) is not None:
            yield row.business_id  # type: ignore[attr-defined]


def _is_many(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, dict | bytes)


def _with_clock(fields: Any, obj: Any) -> list[str]:
    """The fields of a form with the linked zone in place of the one that is typed."""
    if obj is None:
        return [it for it in fields if it != "clock"]
    return ["clock" if it == "time_zone" else it for it in fields if it != "clock"]


def _clock_link(page: str, pk: int, words: Any) -> str:
    return format_html('{} <a href="{}">{}</a>', words, reverse(page, args=[pk]), _("Change"))


class FormerSlugInline(LookOnlyInline):
    model = FormerSlug
    fields = ["slug"]


@admin.register(Business)
class BusinessAdmin(OperatorAdmin):
    form = BusinessForm
    list_display = ["name", "slug", "state", "time_zone", "currency"]
    search_fields = ["slug", "name"]
    search_help_text = _("Name or address")
    inlines = [FormerSlugInline]
    actions = ["publish", "pause"]

    def get_readonly_fields(self, request: HttpRequest, obj: Business | None = None) -> list[str]:
        """Bookings keep times in the zone and prices in the currency they were made with."""
        return ["state", "created_at", *(["clock", "currency"] if obj else [])]

    def get_fields(self, request: HttpRequest, obj: Business | None = None) -> Any:
        """The zone of a business that exists is changed on a page of its own."""
        return _with_clock(super().get_fields(request, obj), obj)

    @admin.display(description=_("Time zone"))
    def clock(self, obj: Business) -> str:
        """The zone, and the way to the page that changes it."""
        return _clock_link("operator_clocks:business", obj.pk, obj.time_zone)

    def save_model(self, request: HttpRequest, obj: Business, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save everything but the slug, which moves by an operation that leaves a redirect."""
        slug = obj.slug
        if change:
            obj.slug = form.initial["slug"]
        super().save_model(request, obj, form, change)
        if change:
            obj.slug = rename_business(business_id=obj.pk, slug=slug).slug

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Business]) -> None:
        """Let the public see and book them."""
        for business in queryset:
            publish_business(business_id=business.pk)
            self.log_change(request, business, "Published")
        self._say(request, len(queryset))

    @admin.action(description=_("Pause: no new bookings"), permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Business]) -> None:
        """Take no new bookings for them."""
        for business in queryset:
            pause_business(business_id=business.pk)
            self.log_change(request, business, "Paused")
        self._say(request, len(queryset))

    def _say(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%d business", "%d businesses", count) % count
        self.message_user(request, text, messages.SUCCESS)


@admin.register(SetupRevision)
class SetupRevisionAdmin(LookOnlyAdmin):
    """To see whether a change of the setup was noticed; only triggers write it (ADR 13)."""

    list_display = ["business", "value"]
    list_select_related = ["business"]
    search_fields = ["business__slug"]
    search_help_text = _("Address")


@admin.register(FormerSlug)
class FormerSlugAdmin(LookOnlyAdmin):
    list_display = ["slug", "business"]
    list_select_related = ["business"]
    search_fields = ["slug__exact"]


@admin.register(Location)
class LocationAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "business", "city", "country", "time_zone"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """A place is where its business is unless somebody says otherwise."""
        obj.country = obj.country or obj.business.country
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Location | None = None) -> list[str]:
        """What is booked there was promised in its zone, as with that of a business."""
        return ["clock"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Location | None = None) -> Any:
        """The zone of a place that exists is changed on a page of its own."""
        return _with_clock(super().get_fields(request, obj), obj)

    @admin.display(description=_("Time zone"))
    def clock(self, obj: Location) -> str:
        """The zone, and the way to the page that changes it."""
        return _clock_link(
            "operator_clocks:location", obj.pk, obj.time_zone or _("Same as the business")
        )


@admin.register(TeamMember)
class TeamMemberAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["user", "business", "role"]
    list_select_related = ["business", "user"]
    autocomplete_fields = ["business", "user"]
    search_fields = ["user__email__exact", "business__slug__exact"]
    search_help_text = _("The whole e-mail address, or the business's address")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A role can be taken away; what the person did stays in the history."""
        return request.user.has_perm("businesses.delete_teammember")
