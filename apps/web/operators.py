# ruff: noqa: ARG002  (the hooks of Django admin have fixed signatures)
"""What all pages of the operators' Django admin share: quick on a million rows, and
nothing about states or money is edited raw."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, ActionForm
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.web.fields import LineField
from apps.web.kept_text import fill_in, take_text
from apps.web.row_fields import PicksRows, is_row_number
from apps.web.seen_row import FIELD, SeenRow, carrying_what_was_seen
from apps.web.whole_fields import PLAIN_NUMBERS

MOST_ROWS = 5000


class FirstRows(Paginator):  # type: ignore[type-arg]
    """Counts no further than a person would turn pages; the rest is found by searching."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most MOST_ROWS: counting a million takes longer than the page."""
        rows = cast("QuerySet[Model]", self.object_list)
        return rows[:MOST_ROWS].count()


class ReasonedActionForm(ActionForm):
    """Asks why beside every action: the reason is kept in the history and in the log."""

    reason = LineField(label=_("Reason:"), required=False, max_length=250)


def reason_of(request: HttpRequest) -> str:
    """The reason given beside an action in clean text, empty when none was given."""
    form = ReasonedActionForm(request.POST)
    del form.fields["action"]  # its choices belong to the list page, which has checked it
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


class SeenAdmin(PicksRows, admin.ModelAdmin):  # type: ignore[type-arg]
    """What every page of operators is, Django's and allauth's own too.

    The page of one row carries what it showed: of two operators the second reads the first one's
    change before replacing it. Numbers in addresses and selections that no row can have are no
    fault of ours: there is no such page, or nothing is chosen.
    """

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; where a filter or a selection names what can be no row, it says so instead."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_row_number(it) for it in chosen):
            words = _("Choose rows of this list. Nothing was changed.")
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        try:
            response: HttpResponse = super().changelist_view(request, extra_context)
        except OverflowError:  # of a filter: Django sends whatever number stands in the address
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        return response

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> Any:
        """A row that is changed carries what the page showed of it."""
        if obj is not None and self.has_change_permission(request, obj):
            kwargs["form"] = carrying_what_was_seen(kwargs.get("form", self.form))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The mark stands in the form also where the fields are listed by hand."""
        found = list(super().get_fieldsets(request, obj))
        named = flatten_fieldsets(found)
        if obj is None or FIELD in named or not self.has_change_permission(request, obj):
            return found
        return [*found, (None, {"fields": [FIELD]})]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        """The row; locked while it is being saved, so that of two operators one waits."""
        if from_field is None and not is_row_number(object_id):
            return None
        found: Model | None = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            locked = self.model._default_manager.select_for_update().filter(pk=found.pk)
            list(locked.values_list("pk"))
            found = super().get_object(request, object_id, from_field)
        return found

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        """409 where somebody else has changed the row or one below it meanwhile; what was typed
        before a sign-in ended stands in the form again."""
        below = [form for it in context["inline_admin_formsets"] for form in it.formset.forms]
        forms = [context["adminform"].form, *below]
        kept = take_text(request, now=timezone.now()) if request.method == "GET" else None
        if kept is not None:
            fill_in(forms, kept)
            words = _("Your sign-in had ended, and nothing was saved. Your text is here again.")
            self.message_user(request, words, messages.WARNING)
        response = super().render_change_form(request, context, *args, **kw)
        if any(isinstance(it, SeenRow) and it.is_stale for it in forms):
            response.status_code = 409
        return response


class OperatorAdmin(SeenAdmin):
    """Newest first by primary key, 50 rows, no totals, no facets, no sorting by other columns."""

    list_per_page = 50
    list_max_show_all = 200
    ordering = ["-pk"]
    paginator = FirstRows
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    formfield_overrides = PLAIN_NUMBERS

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are retired, paused or cancelled; what may really go says so itself."""
        return False


class LookOnlyAdmin(OperatorAdmin):
    """For facts that only operations write: everything is shown, nothing can be changed."""

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OperatorInline(PicksRows, admin.options.InlineModelAdmin):  # type: ignore[type-arg]
    """Rows that are edited below their parent, each with what the page showed of it."""

    extra = 0

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        kwargs["form"] = carrying_what_was_seen(self.form)
        return super().get_formset(request, obj, **kwargs)


class LookOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows below their parent, shown only."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
