"""What owners type when they schedule a class or change it: syntax and shape only. A time that the
clock of its place skips, or shows twice, is asked about (rules T5, T6)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.availability.engine.series import SeriesRule
from apps.availability.engine.zones import Resolution
from apps.availability.operations import Override, SessionChange
from apps.businesses.models import Business, Location
from apps.catalog.models import Resource, Service
from apps.classes.queries.attending import Scope, Seen
from apps.dashboard.access import Access
from apps.dashboard.classes.forms.roster import MAX_PLACES, seen_in
from apps.dashboard.frame.forms import EARLIEST, LATEST, LONGEST_REASON, PLACE, FormWithPlace
from apps.dashboard.roles import Right
from apps.kernel.references import DIGEST_PATTERN
from apps.kernel.spans import days_in_order
from apps.web.fields import LineField, WholeNumberField
from apps.web.form_keys import KeyedForm
from apps.web.formatting import format_datetime, format_time, week_starts_of, zone_label
from apps.web.number_fields import speak

MAX_TOLD = 4


class MovingOnForm(forms.Form):
    """The question about dates on which the clock skips the time of a series, or shows it twice: it
    is asked once, where there are such dates."""

    moves_on = forms.BooleanField(
        label=_("Schedule it like that: I know that the clocks change"), required=False
    )
    asks = False

    def ask_about(self, starts: Sequence[datetime], *, zone: ZoneInfo, locale: str) -> None:
        """Say beside the time where these go (UTC), unless that was answered."""
        self.asks = self.asks or bool(starts)
        if starts and not self.cleaned_data.get("moves_on"):
            self.add_error("at", _moved_words(starts, zone=zone, locale=locale))

    def leave_out(self) -> None:
        """Without such dates there is no question; it stands below the time that it is about."""
        if not self.asks and not self.data.get("moves_on"):
            self.fields.pop("moves_on", None)
        names = [name for name in self.fields if name != "moves_on"]
        below = names.index("at") + 1
        self.order_fields([*names[:below], "moves_on", *names[below:]])


def unclear_words(resolution: Resolution, next_at: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """A wall time that does not exist is told with the next one (UTC) that does."""
    if resolution is not Resolution.SHIFTED_FORWARD:
        return gettext("Clocks go back that night, so this time comes twice. Choose another.")
    words = gettext("Clocks go forward that night and skip this time. Choose %(time)s or another.")
    return words % {"time": format_time(next_at, zone=zone, locale=locale)}


def _moved_words(starts: Sequence[datetime], *, zone: ZoneInfo, locale: str) -> str:
    told = [format_datetime(at, zone=zone, locale=locale) for at in starts[:MAX_TOLD]]
    if len(starts) > MAX_TOLD:
        told.append("…")
    words = ngettext(
        "The clocks change on one date, which would be at %(dates)s.",
        "The clocks change on some dates, which would be at: %(dates)s.",
        len(starts),
    )
    return words % {"dates": "; ".join(told)}


WEEKDAYS = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
DAY = forms.DateInput(attrs={"type": "date"})


class OverridingForm(forms.Form):
    """Scheduling despite conflicts: for those whose role allows it, and with a reason.

    must_explain is false while dates are only looked at.
    """

    anyway = forms.BooleanField(label=_("Schedule anyway, despite conflicts"), required=False)
    reason = LineField(
        label=_("Reason"),
        help_text=_("Only needed to schedule despite conflicts. Your team sees it with the class."),
        max_length=LONGEST_REASON,
        required=False,
    )

    def __init__(
        self, *args: Any, access: Access, must_explain: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.access, self.must_explain = access, must_explain
        if not access.may(Right.OVERRIDE):
            del self.fields["anyway"], self.fields["reason"]
        self.order_fields([name for name in self.fields if name not in {"anyway", "reason"}])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        explains = bool(found.get("reason")) or "reason" in self.errors
        if found.get("anyway") and not explains and self.must_explain:
            self.add_error("reason", _("Enter a reason, for whoever sees this conflict later."))
        return found

    def override(self) -> Override | None:
        """What valid values say; None when nothing may be overridden."""
        found = self.cleaned_data
        if not found.get("anyway") or not found.get("reason"):
            return None
        return Override(found["reason"], by_id=self.access.member.user_id)


SEEN = re.compile(rf"(THIS|LATER|ALL):{DIGEST_PATTERN}-{DIGEST_PATTERN}")


@dataclass(frozen=True, slots=True)
class Meant:
    """How much of a series, and what the page showed of it."""

    scope: Scope
    seen: Seen


class ChangeClassForm(MovingOnForm, OverridingForm):
    """Another teacher, room or time (by the clock of its place) for as much of a series as is
    meant."""

    staff = forms.ModelChoiceField(label=_("With"), queryset=Resource.objects.none())
    room = forms.ModelChoiceField(
        label=_("Room"), queryset=Resource.objects.none(), required=False, empty_label=_("None")
    )
    at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    scope = forms.ChoiceField(label=_("Which"), widget=forms.RadioSelect)
    lets_visits_meet = forms.BooleanField(
        label=_("Change it anyway: I’ll tell them myself"), required=False
    )

    def __init__(
        self,
        *args: Any,
        access: Access,
        zone: ZoneInfo,
        place: Location | None,
        scopes: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, access=access, auto_id="change_%s", **kwargs)
        self.place = place
        business = access.business
        if zone != business.zone:
            self.fields["at"].help_text = zone_label(zone.key, locale=business.locale)
        resources = _active(business)
        _offer(self.fields["staff"], resources.filter(type__is_staff=True))
        _offer(self.fields["room"], resources.filter(type__is_staff=False))
        scope = self.fields["scope"]
        if isinstance(scope, forms.ChoiceField):
            scope.choices = list(scopes)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        tell_elsewhere(self, self.place)
        return found

    def change(self) -> SessionChange:
        """What valid values ask for."""
        found = self.cleaned_data
        room = (found["room"].pk,) if found["room"] else ()
        return SessionChange(
            resource_ids=(found["staff"].pk, *room),
            at=found["at"],
            override=self.override(),
            moves_on=found["moves_on"],
        )

    def leave_out(self) -> None:
        """What is not asked has no field."""
        super().leave_out()
        if not self.has_error("lets_visits_meet") and not self.data.get("lets_visits_meet"):
            self.fields.pop("lets_visits_meet", None)

    def meant(self) -> Meant:
        """The scope, and what the page showed of it."""
        scope, _colon, seen = self.cleaned_data["scope"].partition(":")
        return Meant(Scope(scope), seen_in(seen))

    def tell_now(self, stored: Mapping[str, object]) -> None:
        """Beside each field what somebody else has stored, where it is not what was typed here."""
        self.add_error(
            None,
            _(
                "Somebody else has changed this. What you typed is still here: saving "
                "again replaces theirs."
            ),
        )
        for name, now in stored.items():
            if name in self.cleaned_data and self.cleaned_data[name] != now:
                words = f"{now:%H:%M}" if isinstance(now, time) else str(now or _("None"))
                self.add_error(name, _("It is %(now)s now.") % {"now": words})


def tell_elsewhere(
    form: forms.Form, place: Location | None, *, resources: Collection[Resource] | None = None
) -> None:
    """Say beside its field when a teacher or a room is at another place than the class; resources
    are those two as they are by now, where somebody has moved them since the form was read."""
    words = _("%(name)s is at %(there)s, and this takes place at %(place)s.")
    now = {it.pk: it for it in resources or ()}
    for field in ("staff", "room"):
        chosen = form.cleaned_data.get(field)
        needed = now.get(chosen.pk, chosen) if chosen else None
        if needed is None or place is None or needed.location in {None, place}:
            continue
        names = {"name": needed.name, "there": needed.location.name, "place": place.name}
        form.add_error(field, words % names)


def _active(business: Business) -> QuerySet[Resource]:
    """Whom and what a class may need, in the owner's order."""
    active = Resource.objects.filter(business=business, active=True)
    return active.select_related("location").order_by("rank", "pk")


def _offer(field: forms.Field, queryset: QuerySet[Resource]) -> None:
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = queryset


class NewClassForm(KeyedForm, MovingOnForm, OverridingForm, FormWithPlace):
    """A class once, or a series at one time of day; a course with all its dates (rule T5)."""

    service = forms.ModelChoiceField(
        label=_("Class or course"),
        error_messages={"required": _("Choose a class or a course.")},
        queryset=Service.objects.none(),
    )
    staff = forms.ModelChoiceField(
        label=_("With"),
        error_messages={"required": _("Choose who teaches.")},
        queryset=Resource.objects.none(),
    )
    room = forms.ModelChoiceField(
        label=_("Room"), queryset=Resource.objects.none(), required=False, empty_label=_("None")
    )
    first_on = forms.DateField(
        label=_("First date"),
        error_messages={"required": _("Enter the first date.")},
        widget=DAY,
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
    at = forms.TimeField(
        label=_("Time"),
        error_messages={"required": _("Enter the time.")},
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    capacity = WholeNumberField(
        label=_("Places"),
        min_value=1,
        max_value=MAX_PLACES,
        error_messages={"required": _("Enter how many places there are.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Repeats on"),
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        help_text=_("None: it takes place once."),
        widget=forms.CheckboxSelectMultiple,
    )
    every_weeks = forms.TypedChoiceField(
        label=_("How often"),
        choices=[(1, _("Every week")), (2, _("Every second week")), (4, _("Every fourth week"))],
        coerce=int,
        required=False,
    )
    until_on = forms.DateField(label=_("Until"), widget=DAY, required=False)
    count = WholeNumberField(
        label=_("Or number of times"), min_value=1, max_value=9999, required=False
    )
    name = LineField(
        label=_("Name of this run"),
        help_text=_("For courses only. For example: Spring, evenings."),
        max_length=120,
        required=False,
    )
    skip_closed = forms.BooleanField(
        label=_("Skip days when you are closed"), required=False, initial=True
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, access=access, **kwargs)
        business = access.business
        services = (
            Service.objects.filter(business=business, retired_at=None)
            .exclude(kind=Service.Kind.APPOINTMENT)
            .select_related("business", "policy")
        )
        resources = _active(business)
        querysets = {
            "service": services,
            "staff": resources.filter(type__is_staff=True),
            "room": resources.filter(type__is_staff=False),
        }
        for name, queryset in querysets.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = queryset
        weekdays = self.fields["weekdays"]
        if isinstance(weekdays, forms.ChoiceField):
            order = days_in_order(week_starts=week_starts_of(business.locale))
            weekdays.choices = [(it, WEEKDAYS[it]) for it in order]
        self.offer_places(business, told_by_clock="at")
        speak(self, locale=business.locale)
        self.order_fields(["service", "place"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        self.check_place(found.get("service"))
        if found.get("service") and not self.has_error(PLACE):
            tell_elsewhere(self, self.place_for(found["service"]))
        return found

    def rule(self) -> SeriesRule:
        """The series that valid values describe; once, without weekdays."""
        found = self.cleaned_data
        on, at = found["first_on"], found["at"]
        weekdays = tuple(found["weekdays"]) or (on.weekday(),)
        once = not found["weekdays"]
        return SeriesRule(
            first_on=on,
            weekdays=weekdays,
            starts_minute=at.hour * 60 + at.minute,
            duration_minutes=found["service"].duration_minutes,
            every_weeks=int(found["every_weeks"] or 1),
            until_on=found["until_on"] if not once else None,
            count=1 if once else found["count"],
        )

    def resource_ids(self) -> Sequence[int]:
        """Who and what the class needs."""
        room = self.cleaned_data["room"]
        return (self.cleaned_data["staff"].pk, *((room.pk,) if room else ()))
