"""Put what was typed before a sign-in ended back into the form it was typed into."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.forms import (
    BaseForm,
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceField,
    Field,
    SelectMultiple,
)
from django.utils.translation import gettext as _

from apps.web.kept_text import KeptText

Typed = Mapping[str, Sequence[str]]
SEVERAL = (CheckboxSelectMultiple, SelectMultiple)
BOXES = (CheckboxInput, *SEVERAL)
"""What sends nothing when nothing is ticked."""

FORM_OF = {"confirm-anyway": "override"}
"""The form of an address that is not named after it."""


@dataclass(frozen=True, slots=True)
class RestoredText:
    """loose is what no form of the page has a field for; saved is what stands in the fields now
    and would be replaced: (label, words)."""

    loose: tuple[str, ...]
    saved: tuple[tuple[str, str], ...]


def restore_text(kept: KeptText, context: Mapping[str, Any]) -> RestoredText:
    """Fill the one form of a page that was sent: the one that the address is named after, else the
    one with the most of these fields; nothing is sent."""
    typed: dict[str, list[str]] = {}
    for name, words in kept.typed:
        typed.setdefault(name, []).append(words)
    verb = kept.sent_to.rstrip("/").rpartition("/")[2]
    verb = FORM_OF.get(verb, verb)
    fitting = [
        (verb.startswith(name), len(_named(form, typed)), form)
        for name, form in _forms(context)
        if not form.is_bound and _named(form, typed)
    ]
    if not fitting:
        return RestoredText(_loose(typed, ()), ())
    _is_its_own, _count, form = max(fitting, key=lambda it: it[:2])
    again = {name: _value(form.fields[name], typed.get(name, ())) for name in _sent(form, typed)}
    saved = []
    for name, value in again.items():
        field = form.fields[name]
        was = _words(field, form.get_initial_for_field(field, name))
        if was and was != _words(field, value):
            saved.append((str(field.label or ""), was))
    form.initial = {**(form.initial or {}), **again}
    return RestoredText(_loose(typed, form.fields), tuple(saved))


def _value(field: Field, words: Sequence[str]) -> Any:
    if isinstance(field.widget, CheckboxInput):
        return bool(words)
    return list(words) if isinstance(field.widget, SEVERAL) else words[-1]


def _words(field: Field, value: Any) -> str:
    """What a person reads in this field; "" where nothing stands."""
    if isinstance(field.widget, CheckboxInput):
        return _("Yes") if value else _("No")
    shown = field.prepare_value(value)
    if isinstance(field, ChoiceField):
        chosen = {str(it) for it in (shown if isinstance(shown, list | tuple) else [shown])}
        choices = cast("Iterable[tuple[Any, Any]]", field.choices)
        return ", ".join(str(label) for key, label in choices if str(key) in chosen)
    return "" if shown is None else str(shown).strip()


def _sent(form: BaseForm, typed: Typed) -> list[str]:
    """The fields that were sent; of a form that was sent whole also the boxes without a tick."""
    named, fields = _named(form, typed), form.fields
    boxes = [name for name, field in fields.items() if isinstance(field.widget, BOXES)]
    visible = {name for name, field in fields.items() if not field.widget.is_hidden}
    is_whole = visible <= {*named, *boxes}
    return [name for name in fields if name in named or (is_whole and name in boxes)]


def _named(form: BaseForm, typed: Typed) -> list[str]:
    return [
        name for name, field in form.fields.items() if name in typed and not field.widget.is_hidden
    ]


def _loose(typed: Typed, fields: Any) -> tuple[str, ...]:
    return tuple(it for name, words in typed.items() if name not in fields for it in words if it)


def _forms(context: Mapping[str, Any]) -> Iterator[tuple[str, BaseForm]]:
    """The forms of a page by what they are called there: "cancel" for ``cancel_form`` too."""
    for name, value in context.items():
        if isinstance(value, BaseForm):
            yield name.removesuffix("_form"), value
        elif isinstance(value, dict):
            yield from ((key, it) for key, it in value.items() if isinstance(it, BaseForm))
