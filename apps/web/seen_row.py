"""Two operators who edit one row: the second reads the first one's change before replacing it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django import forms
from django.db.models import Manager, Model
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.translation import gettext as _

FIELD = "seen"


class _Mark(forms.HiddenInput):
    """What nobody sees is named by no label; Django admin writes one all the same."""

    def id_for_label(self, id_: str) -> str:  # noqa: ARG002  Django's signature
        return ""


class SeenRow(forms.ModelForm):  # type: ignore[type-arg]
    """Carries a mark of each value that the page showed; one that is another by now is a mistake
    beside its field, with the value that holds. Sent once more, it replaces that one.

    The row is locked by whoever makes the form (``OperatorAdmin.get_object``).
    """

    seen = forms.CharField(widget=_Mark, required=False, max_length=20_000)
    is_stale = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._marks = _marks(self.instance, self.fields) if self.instance.pk else {}
        if self._marks:
            self.initial[FIELD] = json.dumps(self._marks)

    def clean(self) -> dict[str, Any]:
        """Compare what the page showed with what is stored."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        seen = _read(found.get(FIELD, ""))
        others = [name for name, mark in self._marks.items() if seen.get(name) != mark]
        if others:
            self.is_stale = True
            fresh: QueryDict = self.data.copy()  # type: ignore[attr-defined]
            fresh[self.add_prefix(FIELD)] = json.dumps(self._marks)
            self.data = fresh
            for name in others:
                self.add_error(name, _("Somebody else has changed this. Now: %s") % self._now(name))
        return found

    def _now(self, name: str) -> str:
        in_words = getattr(self.instance, f"get_{name}_display", None)
        value = in_words() if in_words else getattr(self.instance, name)
        if isinstance(value, Manager):
            value = ", ".join(str(it) for it in value.all())
        return str(value) if value not in ("", None) else _("empty")


def carrying_what_was_seen(form: type[Any]) -> type[Any]:
    """The same form with the marks."""
    return type(f"Seen{form.__name__}", (SeenRow, form), {})


def _marks(row: Model, fields: Mapping[str, object]) -> dict[str, str]:
    shown = [
        name for name, it in fields.items() if name != FIELD and not getattr(it, "disabled", False)
    ]
    stored = model_to_dict(row, fields=shown)
    return {name: _mark(value) for name, value in stored.items()}


def _mark(value: object) -> str:
    if isinstance(value, list):
        value = sorted(it.pk if isinstance(it, Model) else it for it in value)
    return sha256(repr(value).encode()).hexdigest()[:12]


def _read(sent: str) -> dict[str, Any]:
    try:
        seen = json.loads(sent)
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}
