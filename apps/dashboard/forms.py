"""What owners type: syntax and shape only; the rules are asked when it is done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking
from apps.bookings.queries.suggestions import MOST_SUGGESTED
from apps.businesses.models import Business
from apps.catalog.models import Service, StaffMember
from apps.dashboard.place_field import FormWithPlace
from apps.web.fields import LineField, PlainNumberField, TextField

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def read_instant(value: str) -> datetime:
    """Read back an instant as the pages write it (the filter ``iso``).

    Raises:
        ValidationError: it is none.
    """
    try:
        at = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise forms.ValidationError(_("Choose one of the free times.")) from wrong
    if not EARLIEST <= at.date() <= LATEST:
        raise forms.ValidationError(_("Choose one of the free times."))
    return at


LONGEST_NOTE = 2000
LONGEST_REASON = 250


class DecisionForm(forms.Form):
    """Every action says which revision of the booking its page showed."""

    revision = PlainNumberField(min_value=1, widget=forms.HiddenInput)


class CancelForm(DecisionForm):
    reason = TextField(
        label=_("Reason"),
        help_text=_("The customer sees this in the e-mail."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    refund = forms.BooleanField(
        label=_("Refund everything paid, and return any visits to the plan"),
        required=False,
        initial=True,
    )


class OverrideForm(DecisionForm):
    """An override without a reason cannot be stored (override_gives_a_reason)."""

    reason = LineField(
        label=_("Why this is all right"),
        help_text=_("For example: Ana stays longer. This is kept in the history."),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Enter a reason for squeezing this booking in.")},
    )


class SuggestForm(DecisionForm):
    """One to three starts out of those that are free; ``offered`` are the values of the boxes."""

    NONE_OR_MANY = _("Tick one, two or three times.")
    GONE = _("One of these times is no longer free. Please tick again.")

    time = forms.MultipleChoiceField(
        label=_("Times to suggest"),
        error_messages={"required": NONE_OR_MANY, "invalid_choice": GONE},
    )
    message = LineField(
        label=_("Message"),
        help_text=_("For example: Ana is away that Saturday. The customer sees this."),
        max_length=LONGEST_REASON,
        required=False,
    )

    def __init__(self, *args: Any, offered: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(value, value) for value in offered]

    def clean_time(self) -> list[datetime]:
        """The ticked starts as instants."""
        ticked = self.cleaned_data["time"]
        if len(ticked) > MOST_SUGGESTED:
            raise forms.ValidationError(self.NONE_OR_MANY)
        return [datetime.fromisoformat(value) for value in ticked]


class NoteForm(DecisionForm):
    note = TextField(
        label=_("Only your team sees this"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OnlineLinkForm(DecisionForm):
    """Where this one booking takes place; the customer reads it in an e-mail."""

    link = forms.URLField(
        label=_("Link for this booking"),
        help_text=_("We’ll e-mail it to the customer."),
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        error_messages={
            "required": _("Enter the link."),
            "invalid": _("Enter a full link that starts with https://."),
        },
    )


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
