"""One form field per question of the business, and the answer as it is kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.catalog.models import Question
from apps.web.fields import LineField, TextField
from apps.web.number_fields import NumberField, write_number
from apps.web.phones import Phone, read_phone, spaced_phone

SHORT, LONG, PLACES = 255, 4000, 3
LONGEST_PHONE = 80
FARTHEST = Decimal(999_999_999)
YES, NO = "yes", "no"
Kind = Question.Kind
TICKS = frozenset({Kind.CONSENT, Kind.ACKNOWLEDGEMENT})


class PhoneInput(forms.TextInput):
    """A number that was asked about stands beside the control: sent once more, it is meant."""

    input_type = "tel"
    asked = ""
    is_meant = False

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        self.is_meant = bool(value) and data.get(f"{name}_asked") == value
        return value

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        control = super().render(name, value, attrs, renderer)
        if not self.asked:
            return control
        beside = format_html('<input type="hidden" name="{}_asked" value="{}">', name, self.asked)
        return control + beside


class PhoneField(LineField):
    """A phone number, kept in E.164; without a prefix it is one of the business's country. What may
    be another one is asked about, and meant when it is sent once more; one that nobody knows is
    then kept as it is typed."""

    widget: PhoneInput

    def __init__(self, *, region: str, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_PHONE, widget=PhoneInput, **kwargs)
        self.region = region
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}

    def clean(self, value: Any) -> str:
        """Return "+4915155501 88" without the blank.

        Raises:
            ValidationError: it is no number, or one that has to be asked about.
        """
        text = str(super().clean(value))
        if not text:
            return ""
        phone = read_phone(text, region=self.region)
        if phone is None:
            raise forms.ValidationError(_WRONG_PHONE())
        if phone.is_several:
            raise forms.ValidationError(_("Please enter one phone number only."))
        if not phone.is_known and not self.widget.is_meant:
            self.widget.asked = text
            raise forms.ValidationError(_question_about(phone))
        return phone.meant or phone.text


def _question_about(phone: Phone) -> str:
    if not phone.meant:
        return _ODD_PHONE()
    words = _("Did you mean %(number)s? If so, send the form again; if not, correct it.")
    return words % {"number": spaced_phone(phone.meant)}


def _ODD_PHONE() -> str:  # noqa: N802 - likewise
    return _("This does not look like a phone number. Check it, or send the form again to keep it.")


def _WRONG_PHONE() -> str:  # noqa: N802 - reads as the constant it is, once translated
    return _("Enter a phone number, with its country code when it is from abroad.")


def field_of(question: Question, *, region: str, locale: str) -> forms.Field:
    """Make the field of a question; phone numbers are those of a region, numbers are typed as in a
    locale. Consents are never ticked beforehand."""
    common = {
        "label": question.label,
        "help_text": question.help_text,
        "required": question.required or question.kind == Kind.ACKNOWLEDGEMENT,
        "error_messages": {"required": _missing_words(question)},
    }
    if question.kind == Kind.PHONE:
        return PhoneField(region=region, **common)
    if question.kind == Kind.NUMBER:
        return _number(locale, common)
    return _MAKERS[Kind(question.kind)](question, common)


def _missing_words(question: Question) -> str:
    """Say which question waits for an answer: "This field is required" names none (3.3.1)."""
    label = question.label[:60]
    if question.kind in TICKS:
        return _("Please tick “%(label)s”.") % {"label": label}
    return _("Please answer “%(label)s”.") % {"label": label}


def answer_words(question: Question, value: Any, *, locale: str) -> str:
    """Word a cleaned value for keeping, numbers as people of the locale write them; "" means not
    answered."""
    if question.kind == Kind.YES_NO:
        return {YES: _("Yes"), NO: _("No")}.get(value, "")
    if question.kind in TICKS:
        return _("Yes") if value else ""
    if question.kind == Kind.SEVERAL:
        return ", ".join(value or ())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return write_number(value, locale=locale)
    return "" if value is None else str(value)


def hidden_questions(
    questions: Sequence[Question], raw: Mapping[int, Sequence[str]]
) -> frozenset[int]:
    """Say which questions are not asked, given the raw answers by question id.

    A question waits for its parent's answer; a parent that is hidden itself answers nothing.
    """
    hidden: set[int] = set()
    known = {question.pk for question in questions}
    for question in _parents_first(questions):
        parent = question.shown_if_id
        if parent is None or parent not in known:
            continue
        wanted = question.shown_if_answer.strip().casefold()
        given = {value.strip().casefold() for value in raw.get(parent, ())}
        if parent in hidden or not _meets(wanted, given):
            hidden.add(question.pk)
    return frozenset(hidden)


def _meets(wanted: str, given: set[str]) -> bool:
    if not wanted:
        return bool(given - {""})
    return wanted in given or (wanted in {YES, _("Yes").casefold(), "true"} and "on" in given)


def _parents_first(questions: Sequence[Question]) -> list[Question]:
    by_id = {question.pk: question for question in questions}

    def depth(question: Question) -> int:
        steps, seen = 0, {question.pk}
        parent = by_id.get(question.shown_if_id or 0)
        while parent is not None and parent.pk not in seen:
            seen.add(parent.pk)
            steps += 1
            parent = by_id.get(parent.shown_if_id or 0)
        return steps

    return sorted(questions, key=depth)


def _short(_question: Question, common: dict[str, Any]) -> forms.Field:
    return LineField(max_length=SHORT, **common)


def _long(_question: Question, common: dict[str, Any]) -> forms.Field:
    return TextField(max_length=LONG, widget=forms.Textarea(attrs={"rows": 3}), **common)


def _choice(question: Question, common: dict[str, Any]) -> forms.Field:
    choices = [(str(it), str(it)) for it in question.choices]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


def _several(question: Question, common: dict[str, Any]) -> forms.Field:
    choices = [(str(it), str(it)) for it in question.choices]
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)


def _yes_no(_question: Question, common: dict[str, Any]) -> forms.Field:
    choices = [(YES, _("Yes")), (NO, _("No"))]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


def _number(locale: str, common: dict[str, Any]) -> forms.Field:
    return NumberField(
        min_value=-FARTHEST, max_value=FARTHEST, places=PLACES, locale=locale, **common
    )


def _day(_question: Question, common: dict[str, Any]) -> forms.Field:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(input_formats=["%Y-%m-%d"], widget=widget, **common)


def _tick(_question: Question, common: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**common)


_MAKERS: dict[str, Callable[[Question, dict[str, Any]], forms.Field]] = {
    Kind.SHORT_TEXT: _short,
    Kind.LONG_TEXT: _long,
    Kind.CHOICE: _choice,
    Kind.SEVERAL: _several,
    Kind.YES_NO: _yes_no,
    Kind.DATE: _day,
    Kind.CONSENT: _tick,
    Kind.ACKNOWLEDGEMENT: _tick,
}
