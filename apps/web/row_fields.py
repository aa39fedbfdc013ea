"""Fields of the operators' pages that name another row by its number. Django looks for whatever was
sent: a number larger than the database has, or no number at all, ended as a fault of ours."""

import re
from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect, ForeignKeyRawIdWidget
from django.db.models import ForeignKey, ManyToManyField, Model
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from apps.web.whole_fields import LARGEST

_DIGITS = re.compile(r"[0-9]{1,19}")


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
