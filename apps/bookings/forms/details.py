"""The least a business has to know, as one form made for this draft (rule B23).

Two things are sealed into the forms of a draft: the price a customer saw (rule M3), and where its
time was chosen, so that a form whose draft is gone still knows the way to the times (rule W2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.core import signing
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.bookings.forms.questions import (
    PhoneField,
    answer_words,
    field_of,
    hidden_questions,
)
from apps.bookings.operations import Details, GivenAnswer
from apps.catalog.models import BookingForm, Question
from apps.kernel.refusals import Refusal
from apps.web.fields import (
    LONGEST_NAME,
    LineField,
    OwnAddressField,
    OwnNameField,
    TextField,
    VisitAddressField,
)
from apps.web.text import clean_text

PRICE_SALT = "apps.bookings.price"
PRICE_FIELD = "price_seal"
TIMES_SALT = "apps.bookings.way_back"
TIMES_FIELD = "times_seal"
LONGEST_NOTE = 2000
LONGEST_KEPT = 5000
MAX_KEPT = 50


class BrokenSeal(Refusal):
    """The seal is missing, changed, or another draft's."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def seal_price(*, draft_id: str, amount: int | None) -> str:
    """Seal minor units (None: price on request) for one draft."""
    return signing.dumps([draft_id, amount], salt=PRICE_SALT, compress=False)


def open_seal(raw: str, *, draft_id: str) -> int | None:
    """Return the amount that was shown.

    Raises:
        BrokenSeal: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, amount = signing.loads(raw, salt=PRICE_SALT)
    except (signing.BadSignature, TypeError, ValueError) as broken:
        raise BrokenSeal from broken
    if sealed_for != draft_id or not isinstance(amount, int | None):
        raise BrokenSeal
    return amount


class NoWayBack(Refusal):
    """The seal is missing, changed, or another draft's."""

    status = HTTPStatus.NOT_FOUND


def seal_way_back(*, draft_id: str, business_id: int, path: str) -> str:
    """Seal the address of the picker, or of the class or course, for one draft."""
    return signing.dumps([draft_id, business_id, path], salt=TIMES_SALT)


def open_way_back(raw: str, *, draft_id: str) -> tuple[int, str]:
    """Return the business and the address.

    Raises:
        NoWayBack: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, business_id, path = signing.loads(raw, salt=TIMES_SALT)
    except (signing.BadSignature, TypeError, ValueError) as broken:
        raise NoWayBack from broken
    if sealed_for != draft_id or not isinstance(business_id, int) or not isinstance(path, str):
        raise NoWayBack
    return business_id, path


@dataclass(frozen=True, slots=True)
class Known:
    """The contact a device remembers; it never leaves the server in full (rule D7)."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks of one booking."""

    form: BookingForm
    questions: tuple[Question, ...]
    party_size: int
    staff_name: str
    region: str
    locale: str
    known: Known | None = None
    asks_address: bool = False
    saved: Sequence[tuple[int, str]] = ()
    """The people that whoever is signed in books for (rule D14), () for everybody else."""

    @property
    def names_several(self) -> bool:
        """Whether each of several people is asked for by name."""
        return self.form.asks_participant_names and self.party_size > 1

    @property
    def people(self) -> range:
        """The indexes of the people with fields of their own; the person who books has index 0,
        unless they choose somebody else to come."""
        asks = self.names_several or self.of_participants
        return range(self.party_size) if asks else range(0)

    @property
    def offers_saved(self) -> bool:
        """Whether one tap may say who comes: of one person, or where each is asked for by name."""
        return bool(self.saved) and (self.party_size == 1 or self.names_several)

    @property
    def of_booker(self) -> list[Question]:
        return [it for it in self.questions if it.asked_of == Question.AskedOf.BOOKER]

    @property
    def of_participants(self) -> list[Question]:
        return [it for it in self.questions if it.asked_of == Question.AskedOf.PARTICIPANT]


class DetailsForm(forms.Form):
    """Contact, questions, participants and a note. Shape only: whether it is free is not asked.

    A hidden question keeps its field, marked ``waits``, so that it can be shown where scripts
    are off; what is typed into it does not count.
    """

    use_required_attribute = False

    def __init__(self, *, asked: Asked, data: QueryDict | None, draft: Mapping[str, Any]) -> None:
        self.asked_of = asked
        super().__init__(data=data, initial=_initial(draft), auto_id="%s")
        if asked.offers_saved:
            self.fields["who"] = _who_field(asked, 0)
        self._add_contact()
        if asked.asks_address:
            self.fields["visit_address"] = VisitAddressField()
        self._add_questions("", asked.of_booker)
        for index in asked.people:
            if index and asked.form.asks_participant_names:
                self._add_name(index)
            self._add_questions(f"p{index}_", asked.of_participants)
        if asked.form.note_label:
            self.fields["note"] = TextField(
                label=asked.form.note_label,
                required=False,
                max_length=LONGEST_NOTE,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def _add_contact(self) -> None:
        asked, known = self.asked_of, self.asked_of.known
        if known is None:
            self.fields["name"] = OwnNameField()
            if asked.offers_saved:
                self.fields["name"].label = _("Your full name")
            self.fields["name"].widget.attrs |= {"enterkeyhint": "next"}
            self.fields["email"] = OwnAddressField(
                help_text=_("We’ll send your confirmation and a link to your booking here.")
            )
            # In one queue with the questions: an answer under way is never swapped out.
            self.fields["email"].widget.attrs |= {
                "enterkeyhint": "next",
                "hx-sync": "#fields:queue last",
            }
        rule = asked.form.phone_rule
        if rule == BookingForm.PhoneRule.NO or (known and (known.phone or rule != "REQUIRED")):
            return
        self.fields["phone"] = PhoneField(
            label=_("Phone"),
            region=asked.region,
            required=rule == BookingForm.PhoneRule.REQUIRED,
            help_text=asked.form.phone_reason,
            error_messages={"required": _("Enter your phone number.")},
        )

    def _add_name(self, index: int) -> None:
        """Somebody saved, by one tap, or else their name."""
        is_chosen = False
        if self.asked_of.offers_saved:
            self.fields[f"p{index}_who"] = _who_field(self.asked_of, index)
            is_chosen = self._raw(f"p{index}_who")[:1] not in ([], [""])
        missing = _("Enter the name of person %(number)s.") % {"number": index + 1}
        self.fields[f"p{index}_name"] = _name_field(missing, required=not is_chosen)

    def _add_questions(self, prefix: str, questions: Sequence[Question]) -> None:
        raw = {it.pk: self._raw(f"{prefix}q{it.pk}") for it in questions}
        hidden = hidden_questions(questions, raw)
        opens = {it.shown_if_id for it in questions if it.shown_if_id}
        for question in questions:
            field = field_of(question, region=self.asked_of.region, locale=self.asked_of.locale)
            field.waits = question.pk in hidden  # type: ignore[attr-defined]
            if question.pk in opens:
                field.widget.attrs["data-opens"] = ""
            if question.pk in hidden:
                field.label = _if_label(question, questions)
                field.required = False
            self.fields[f"{prefix}q{question.pk}"] = field

    def _raw(self, name: str) -> list[str]:
        if self.is_bound and isinstance(self.data, QueryDict):
            return self.data.getlist(name)
        kept = self.initial.get(name, [])
        return [str(it) for it in kept] if isinstance(kept, list) else [str(kept)]

    def clean(self) -> dict[str, Any]:
        """Drop what was typed into questions that are not asked."""
        for name, field in self.fields.items():
            if getattr(field, "waits", False):
                self.errors.pop(name, None)
                self.cleaned_data.pop(name, None)
        self._require_nobody_twice()
        return self.cleaned_data

    def _require_nobody_twice(self) -> None:
        chosen: set[str] = set()
        for name in ("who", *(f"p{index}_who" for index in self.asked_of.people)):
            person = self.cleaned_data.get(name)
            if person and person in chosen:
                words = _("You have chosen %(name)s twice.")
                self.add_error(name, words % {"name": self._saved_name(name)})
            chosen.add(person or "")

    def _saved_name(self, field: str) -> str:
        """Whom a field chose of those who are saved, "" for nobody."""
        chosen = str(self.cleaned_data.get(field) or "")
        return next((name for pk, name in self.asked_of.saved if str(pk) == chosen), "")

    @property
    def own_fields(self) -> Iterator[BoundField]:
        """Everything but the participants, in order."""
        return (self[name] for name in self.fields if not _is_of_participant(name))

    @property
    def depends(self) -> bool:
        """Whether an answer opens or closes another question of the person who books."""
        return any(it.shown_if_id for it in self.asked_of.of_booker)

    @property
    def participants(self) -> list[tuple[str, list[BoundField]]]:
        """The fields of each person with the words above them."""
        groups = []
        for index in self.asked_of.people:
            fields = [self[name] for name in self.fields if name.startswith(f"p{index}_")]
            legend = _("Person %(number)s") % {"number": index + 1} if index else self._about()
            if fields:
                groups.append((legend, fields))
        return groups

    def _about(self) -> str:
        return _("About whoever comes") if self.asked_of.offers_saved else _("About you")

    def _names(self, booker: str) -> list[str]:
        """Who comes, where that was asked; the person who books, where nobody else was chosen."""
        first = self._saved_name("who")
        if not self.asked_of.people:
            return [first] if first else []
        data = self.cleaned_data
        others = [
            self._saved_name(f"p{index}_who") or data.get(f"p{index}_name") or booker
            for index in self.asked_of.people[1:]
        ]
        return [first or booker, *others]

    def details(self) -> Details:
        """The cleaned details of a valid form, ready for ``submit_draft``."""
        data, known = self.cleaned_data, self.asked_of.known
        name = known.name if known else data["name"]
        return Details(
            name=name,
            email=known.email if known else data["email"],
            phone=data.get("phone", "") or (known.phone if known else ""),
            visit_address=data.get("visit_address", ""),
            note=data.get("note", ""),
            participant_names=self._names(name),
            answers=list(self._answers()),
            consents=[
                it.label
                for it in self.asked_of.of_booker
                if it.kind == Question.Kind.CONSENT and data.get(f"q{it.pk}")
            ],
        )

    def _answers(self) -> Iterator[GivenAnswer]:
        for question in self.asked_of.of_booker:
            words = self._words(question, f"q{question.pk}")
            if words:
                yield GivenAnswer(question=question, value=words)
        for index in self.asked_of.people:
            for question in self.asked_of.of_participants:
                words = self._words(question, f"p{index}_q{question.pk}")
                if words:
                    yield GivenAnswer(question=question, value=words, participant=index)

    def _words(self, question: Question, name: str) -> str:
        return answer_words(question, self.cleaned_data.get(name), locale=self.asked_of.locale)

    def typed(self) -> dict[str, list[str]]:
        """What was typed, made inert, for the draft to keep; long texts are cut."""
        return {
            name: [
                clean_text(value, max_length=LONGEST_KEPT) for value in self._raw(name)[:MAX_KEPT]
            ]
            for name in self.fields
        }


def _name_field(missing: str, *, required: bool) -> LineField:
    return LineField(
        label=_("Full name"),
        max_length=LONGEST_NAME,
        required=required,
        error_messages={"required": missing},
    )


class WhoField(forms.ChoiceField):
    """One of several people, or the first choice where a form says nothing: it was opened before
    somebody signed in."""

    def clean(self, value: Any) -> str:
        """The id of whoever is saved, "" for the first choice.

        Raises:
            ValidationError: nobody who is (still) on the list.
        """
        return str(super().clean(value)) if value else ""


def _who_field(asked: Asked, index: int) -> WhoField:
    first = _("Somebody else") if index else _("Me")
    saved = [(str(pk), name) for pk, name in asked.saved]
    choices = [*saved, ("", first)] if index else [("", first), *saved]
    label = _("Who comes?") if index else _("Who is person 1?")
    label = _("Who is it for?") if asked.party_size == 1 else label
    gone = _("Please choose again: this name is no longer on your list.")
    return WhoField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gone},
    )


def _initial(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Kept texts are lists, as browsers send them; one value stands for itself."""
    return {
        name: kept[0] if isinstance(kept, list) and len(kept) == 1 else kept
        for name, kept in draft.items()
        if kept
    }


def _is_of_participant(name: str) -> bool:
    person, _bar, rest = name.partition("_")
    return bool(rest) and person[:1] == "p" and person[1:].isdecimal()


def _if_label(question: Question, questions: Sequence[Question]) -> str:
    parent = next(it for it in questions if it.pk == question.shown_if_id)
    return _("If “%(parent)s” is “%(answer)s”: %(label)s") % {
        "parent": parent.label,
        "answer": question.shown_if_answer or _("answered"),
        "label": question.label,
    }
