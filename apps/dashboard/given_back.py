"""Put what was typed before a sign-in ended back into the form it was typed into."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm

from apps.web.kept_text import KeptText


@dataclass(frozen=True, slots=True)
class GivenBack:
    """loose is what no form of the page has a field for; saved is what stands in the fields now
    and would be replaced: (label, words)."""

    loose: tuple[str, ...]
    saved: tuple[tuple[str, str], ...]


def give_back(kept: KeptText, context: Mapping[str, Any]) -> GivenBack:
    """Fill the one form of a page that has the most of these fields; nothing is sent."""
    typed = dict(kept.typed)
    forms = [form for form in _forms(context) if not form.is_bound and _fields(form, typed)]
    if not forms:
        return GivenBack(tuple(typed.values()), ())
    form = max(forms, key=lambda it: len(_fields(it, typed)))
    names = _fields(form, typed)
    saved = [
        (str(form.fields[name].label or ""), was)
        for name in names
        if (was := _words(form, name)) and was != typed[name].strip()
    ]
    form.initial = {**(form.initial or {}), **{name: typed[name] for name in names}}
    loose = tuple(words for name, words in typed.items() if name not in form.fields)
    return GivenBack(loose, tuple(saved))


def _words(form: BaseForm, name: str) -> str:
    was = form.get_initial_for_field(form.fields[name], name)
    return was.strip() if isinstance(was, str) else ""


def _forms(context: Mapping[str, Any]) -> Iterator[BaseForm]:
    for value in context.values():
        if isinstance(value, BaseForm):
            yield value
        elif isinstance(value, dict):
            yield from (it for it in value.values() if isinstance(it, BaseForm))


def _fields(form: BaseForm, typed: Mapping[str, str]) -> list[str]:
    return [
        name for name, field in form.fields.items() if name in typed and not field.widget.is_hidden
    ]
