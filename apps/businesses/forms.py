"""Forms that keep the rows of one business apart from those of every other."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, FormerSlug
from apps.web.fields import PlainNumberField

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
