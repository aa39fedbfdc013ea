"""What the calendar is asked for: its filters, and why a date offers no times."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Service, StaffMember
from apps.dashboard.frame.forms import EARLIEST, LATEST, FormWithPlace
from apps.web.fields import PlainNumberField


class AgendaForm(forms.Form):
    """The filters of the agenda as they stand in its address; what is not a value is left out."""

    view = forms.ChoiceField(choices=[("day", "day"), ("week", "week")], required=False)
    on = forms.DateField(
        required=False,
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
    staff = PlainNumberField(required=False, min_value=1)
    status = forms.ChoiceField(
        choices=[
            (Booking.Status.PENDING.value, ""),
            (Booking.Status.CONFIRMED.value, ""),
        ],
        required=False,
    )

    def asked(self, *, today: date) -> tuple[str, date, int | None, str]:
        """Return view, date, person and status; a wrong value counts as not asked for."""
        self.is_valid()
        found = self.cleaned_data
        return (
            found.get("view") or "day",
            found.get("on") or today,
            found.get("staff"),
            found.get("status") or "",
        )


class WhyForm(FormWithPlace):
    """Which date of which service; the lists hold what is the business's own and nothing else."""

    NOT_THEIRS = _("This person does not do this service.")

    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.none())
    staff = forms.ModelChoiceField(
        label=_("With"),
        queryset=StaffMember.objects.none(),
        required=False,
        empty_label=_("Anybody"),
    )
    on = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(business=business, retired_at=None)
        people = StaffMember.objects.filter(business=business, resource__active=True)
        choices = {"service": services.select_related("business", "policy"), "staff": people}
        for name, queryset in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = queryset
        self.offer_places(business)
        self.order_fields(["service", "place"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        self.check_place(found.get("service"))
        return found

    def question(self) -> dict[str, Any]:
        """What `find_why` is asked, from valid values."""
        person = self.cleaned_data["staff"]
        return {
            "service": self.cleaned_data["service"],
            "resource_id": person.resource_id if person else None,
            "location": self.place_for(self.cleaned_data["service"]),
            "on": self.cleaned_data["on"],
        }
