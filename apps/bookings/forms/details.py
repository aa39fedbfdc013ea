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

    @property
    def people(self) -> range:
        """The indexes of the people with fields of their own; the person who books has index 0."""
        several = self.form.asks_participant_names and self.party_size > 1
        return range(self.party_size) if several or self.of_participants else range(0)

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
        self._add_contact()
        if asked.asks_address:
            self.fields["visit_address"] = VisitAddressField()
        self._add_questions("", asked.of_booker)
        for index in asked.people:
            if index and asked.form.asks_participant_names:
                missing = _("Enter the name of person %(number)s.") % {"number": index + 1}
                self.fields[f"p{index}_name"] = _name_field(missing)
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
        return self.cleaned_data

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
            legend = _("Person %(number)s") % {"number": index + 1} if index else _("About you")
            if fields:
                groups.append((legend, fields))
        return groups

    def details(self) -> Details:
        """The cleaned details of a valid form, ready for ``submit_draft``."""
        data, known = self.cleaned_data, self.asked_of.known
        name = known.name if known else data["name"]
        names = [data.get(f"p{index}_name") or name for index in self.asked_of.people]
        return Details(
            name=name,
            email=known.email if known else data["email"],
            phone=data.get("phone", "") or (known.phone if known else ""),
            visit_address=data.get("visit_address", ""),
            note=data.get("note", ""),
            participant_names=names,
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


def _name_field(missing: str) -> LineField:
    return LineField(
        label=_("Full name"), max_length=LONGEST_NAME, error_messages={"required": missing}
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
