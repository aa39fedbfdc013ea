# ruff: noqa: ARG002  (the hooks of Django admin have fixed signatures)
"""What all pages of the operators' Django admin share: quick on a million rows, and
nothing about states or money is edited raw."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, ActionForm
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import AutocompleteSelect, ForeignKeyRawIdWidget
from django.core.paginator import Paginator
from django.db.models import ForeignKey, Manager, ManyToManyField, Model, QuerySet
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField, model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.web.fields import LARGEST, PLAIN_NUMBERS, LineField
from apps.web.kept_text import fill_in, take_text

FIELD = "seen"
_DIGITS = re.compile(r"[0-9]{1,19}")
MAX_ROWS = 5000


class _Mark(forms.HiddenInput):
    """What nobody sees is named by no label; Django admin writes one all the same."""

    def id_for_label(self, id_: str) -> str:
        return ""


class SeenRow(forms.ModelForm):  # type: ignore[type-arg]
    """Carries a mark of each value that the page showed; one that is another by now is a mistake
    beside its field, with the value that holds. Sent once more, it replaces that one.

    The row is locked by whoever makes the form (``OperatorAdmin.get_object``).
    """

    seen = forms.CharField(widget=_Mark, required=False, max_length=20_000)
    is_stale = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._marks = _marks(self.instance, self.fields) if self.instance.pk else {}
        if self._marks:
            self.initial[FIELD] = json.dumps(self._marks)

    def clean(self) -> dict[str, Any]:
        """Compare what the page showed with what is stored."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        seen = _read(found.get(FIELD, ""))
        others = [name for name, mark in self._marks.items() if seen.get(name) != mark]
        if others:
            self.is_stale = True
            fresh: QueryDict = self.data.copy()  # type: ignore[attr-defined]
            fresh[self.add_prefix(FIELD)] = json.dumps(self._marks)
            self.data = fresh
            for name in others:
                self.add_error(
                    name, gettext("Somebody else has changed this. Now: %s") % self._now(name)
                )
        return found

    def _now(self, name: str) -> str:
        in_words = getattr(self.instance, f"get_{name}_display", None)
        value = in_words() if in_words else getattr(self.instance, name)
        if isinstance(value, Manager):
            value = ", ".join(str(it) for it in value.all())
        return str(value) if value not in ("", None) else gettext("empty")


def carrying_what_was_seen(form: type[Any]) -> type[Any]:
    """The same form with the marks."""
    return type(f"Seen{form.__name__}", (SeenRow, form), {})


def _marks(row: Model, fields: Mapping[str, object]) -> dict[str, str]:
    shown = [
        name for name, it in fields.items() if name != FIELD and not getattr(it, "disabled", False)
    ]
    stored = model_to_dict(row, fields=shown)
    return {name: _mark(value) for name, value in stored.items()}


def _mark(value: object) -> str:
    if isinstance(value, list):
        value = sorted(it.pk if isinstance(it, Model) else it for it in value)
    return sha256(repr(value).encode()).hexdigest()[:12]


def _read(sent: str) -> dict[str, Any]:
    try:
        seen = json.loads(sent)
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}


def is_row_number(value: object) -> bool:
    """Whether a row can have this number; a row itself stands for its own."""
    if isinstance(value, Model):
        return True
    text = str(value)
    return _DIGITS.fullmatch(text) is not None and int(text) <= LARGEST


class RowField(ModelChoiceField):  # type: ignore[type-arg]
    """One row; what can be no number of a row is a mistake beside the field."""

    def to_python(self, value: Any) -> Any:
        """Return the row.

        Raises:
            ValidationError: there is none, or none can be.
        """
        if value not in self.empty_values and not is_row_number(value):
            message = self.error_messages["invalid_choice"]
            raise forms.ValidationError(message, code="invalid_choice", params={"value": value})
        return super().to_python(value)


class RowsField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows; as above."""

    def clean(self, value: Any) -> Any:
        """Return the rows.

        Raises:
            ValidationError: one of them is not there, or cannot be.
        """
        for each in value or ():
            if not is_row_number(each):
                message = self.error_messages["invalid_pk_value"]
                raise forms.ValidationError(message, code="invalid_pk_value", params={"pk": each})
        return super().clean(value)


class RowSearch(AutocompleteSelect):
    """Shows the row that was chosen by searching, and nothing for what can be none."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Only the rows that can be there are looked for."""
        return super().optgroups(name, [it for it in value if is_row_number(it)], attr)


class RowNumber(ForeignKeyRawIdWidget):
    """Shows the number as it was typed, and the name of the row where there can be one."""

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        """The name of the row and its page."""
        return super().label_and_url_for_value(value) if is_row_number(value) else ("", "")


class PicksRows(BaseModelAdmin):  # type: ignore[type-arg]
    """All fields of a page or of its inlines that name other rows are of these kinds."""

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A row that is searched for, typed as a number, or chosen from a list."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowSearch(db_field, self.admin_site, using=kwargs.get("using"))
        elif db_field.name in self.raw_id_fields:
            relation = db_field.remote_field
            kwargs["widget"] = RowNumber(relation, self.admin_site, using=kwargs.get("using"))
        kwargs["form_class"] = RowField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """The same for several."""
        kwargs["form_class"] = RowsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class FirstRows(Paginator):  # type: ignore[type-arg]
    """Counts no further than a person would turn pages; the rest is found by searching."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most MAX_ROWS: counting a million takes longer than the page."""
        rows = cast("QuerySet[Model]", self.object_list)
        return rows[:MAX_ROWS].count()


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
