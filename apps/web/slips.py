"""A form that asks once about a slip of the finger in an e-mail address, also with scripts off."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.fields import AddressField
from apps.web.typos import suggest_address

ASKED = "asked"
"""Each address that the page has asked about; sent once more as it is, it is meant."""
KEPT = "kept"
"""Each address that was said to be meant while there was another question."""
USE, KEEP = "use_", "keep_"
"""With the name of a field: which of the two addresses is meant."""


class AsksAboutSlips(forms.Form):
    """Mixed into forms with an address: one that looks mistyped comes back once with the question
    and both buttons. Where scripts have asked already, nobody is asked twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self._use_what_is_meant()

    def _use_what_is_meant(self) -> None:
        meant = {
            name: self.data[f"{USE}{name}"]
            for name, field in self.fields.items()
            if isinstance(field, AddressField) and self.data.get(f"{USE}{name}")
        }
        if meant:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            for name, address in meant.items():
                data[self.add_prefix(name)] = address
            self.data = data

    def clean(self) -> dict[str, Any]:
        """Ask about the addresses that are right in form."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, AddressField) and found.get(name):
                self._ask(name, field)
        return found

    def _ask(self, name: str, field: AddressField) -> None:
        """Ask about one address that nobody has asked about yet."""
        typed = self.cleaned_data.get(name, "")
        meant = suggest_address(typed)
        if not meant:
            return
        field.typed = typed
        if not self._is_meant(name, typed):
            field.meant = meant
            self.add_error(name, _("Did you mean %(meant)s?") % {"meant": meant})

    def _is_meant(self, name: str, typed: str) -> bool:
        """Whoever answers one question has not answered the other."""
        if typed in self._sent(KEPT) or typed in self._sent(f"{KEEP}{name}"):
            return True
        answers = any(str(it).startswith((USE, KEEP)) for it in self.data)
        return not answers and typed in self._sent(ASKED)

    def _sent(self, name: str) -> list[str]:
        several = getattr(self.data, "getlist", None)
        sent = several(name) if several else [self.data.get(name, "")]
        return [str(it).strip().lower() for it in sent]
