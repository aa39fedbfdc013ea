"""The addresses of the timetable and of a session: what of them can be read; and how many people
come on what is booked."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.models import Booking, Participant
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose
from apps.classes.party import Names, names_to_change
from apps.classes.queries.filters import Filters, Part
from apps.classes.queries.party import Party
from apps.kernel.spans import week_start
from apps.web.fields import LONGEST_NAME, LineField, PlainNumberField

WEEK_NAME = re.compile(r"([0-9]{4})-W([0-9]{2})")
FARTHEST = timedelta(days=800)
MAX_PEOPLE = 99
TOO_MANY = "participants"
PEOPLE_OF = re.compile(r"people_([0-9]{1,15})")
NOT_ON_IT = gettext_lazy("This person is not on this booking any more.")


def read_week(raw: str, *, today: date, week_starts: int) -> date | None:
    """The first day of a week that has the name of the Monday in it ("2026-W48"), None for nothing;
    weeks start on week_starts (0 is Monday).

    Raises:
        Unreadable: it names no week within two years of today.
    """
    if not raw:
        return None
    found = WEEK_NAME.fullmatch(raw)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError as wrong:
        raise Unreadable("week") from wrong
    if monday is None or abs(monday - today) > FARTHEST:
        raise Unreadable("week")
    return week_start(monday, week_starts=week_starts)


def read_filters(query: QueryDict) -> Filters:
    """The chips that are chosen.

    Raises:
        Unreadable: people or with is no number, or the part of the day is none.
    """
    part = query.get("part", "")
    if part and part not in set(Part):
        raise Unreadable("part")
    return Filters(
        service=query.get("class", "")[:80],
        teacher=read_number(query.get("with", "")),
        part=Part(part) if part else None,
        people=_people(query.get("people", "")),
    )


def read_party(fields: QueryDict) -> tuple[int, Mapping[int, int]]:
    """How many people come, and how many of them under which variant (``people_12=2``).

    Raises:
        Unreadable: one of the numbers is none, or too large.
    """
    mix: dict[int, int] = {}
    for name in fields:
        found = PEOPLE_OF.fullmatch(name)
        if found:
            mix[int(found[1])] = read_number(fields.get(name, "")) or 0
    if any(people > MAX_PEOPLE for people in mix.values()):
        raise Unreadable("people")
    return _people(fields.get("people", "")), mix


def choose_party(*, service: Service, fields: QueryDict) -> tuple[Choice, str]:
    """Read who comes to a class or a course. Where that cannot be, the choice is for one person
    and the words say why; they are "" otherwise.

    Raises:
        Unreadable: a number is none.
        UnknownChoice: a variant is not of this service.
    """
    people, mix = read_party(fields)
    if mix and not any(mix.values()):
        return choose(service=service), _("Say how many people are coming.")
    try:
        return choose(service=service, party_size=people, mix=mix), ""
    except UnknownChoice as wrong:
        alone = choose(service=service)
        if str(wrong) != TOO_MANY:
            raise
        most = alone.policy.max_participants
        words = ngettext(
            "A booking can be for one person.",
            "A booking can be for up to %(most)d people.",
            most,
        )
        return alone, words % {"most": most}


def _people(raw: str) -> int:
    people = read_number(raw) or 1
    if people > MAX_PEOPLE:
        raise Unreadable("people")
    return people


class PartyForm(forms.Form):
    """How many come, of each kind where there are kinds."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, party: Party) -> None:
        super().__init__(data, auto_id="%s")
        self.keys = {f"people_{key}" if key else "people": key for key in party.names}
        counts = party.counts
        for field, key in self.keys.items():
            self.fields[field] = PlainNumberField(
                label=party.names[key] or _("How many people?"),
                min_value=0,
                max_value=MAX_PEOPLE,
                initial=counts[key],
                error_messages={"required": _("Enter a number.")},
            )

    def wanted(self) -> dict[int, int]:
        """How many of each key."""
        return {key: self.cleaned_data[field] for field, key in self.keys.items()}

    def people(self) -> int:
        """How many come in all."""
        return sum(self.wanted().values())

    def pairs(self) -> list[tuple[str, int]]:
        """The same by the names of the fields."""
        return [(field, self.cleaned_data[field]) for field in self.keys]


class NamesForm(forms.Form):
    """Who of those on a booking stays away, and what those are called who come besides: asked only
    where they were named when it was booked."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, booking: Booking, after: int) -> None:
        super().__init__(data, auto_id="%s")
        known = list(booking.participants.all())
        self.go, come = names_to_change(known=len(known), before=booking.party_size, after=after)
        self.added = [f"name_{number}" for number in range(len(known) + 1, len(known) + come + 1)]
        if self.go:
            self.fields["gone"] = self._who(known)
        for number, field in enumerate(self.added, start=booking.party_size + 1):
            self.fields[field] = LineField(
                label=_("Name of person %(n)d") % {"n": number},
                max_length=LONGEST_NAME,
                error_messages={"required": _("Enter a name.")},
            )

    def _who(self, known: Sequence[Participant]) -> forms.MultipleChoiceField:
        return forms.MultipleChoiceField(
            label=ngettext("Who doesn’t come?", "Which %(n)d don’t come?", self.go)
            % {"n": self.go},
            choices=[(str(it.pk), it.name) for it in known],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": self._ticks_missing(), "invalid_choice": NOT_ON_IT},
        )

    def clean_gone(self) -> list[str]:
        """Just as many as do not come any more."""
        gone: list[str] = self.cleaned_data["gone"]
        if len(gone) != self.go:
            raise ValidationError(self._ticks_missing())
        return gone

    def names(self) -> Names:
        """What was said."""
        gone = frozenset(int(key) for key in self.cleaned_data.get("gone", ()))
        return Names(gone, tuple(self.cleaned_data[field] for field in self.added))

    def _ticks_missing(self) -> str:
        words = ngettext("Tick one person.", "Tick %(n)d people.", self.go)
        return words % {"n": self.go}
