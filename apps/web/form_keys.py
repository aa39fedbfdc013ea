"""What makes a form that is sent twice do its work once (rule B6)."""

import re
import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from apps.kernel.references import key_of

SHAPE = re.compile(r"[A-Za-z0-9_-]{16,24}")
FEW_MINUTES = 600  # seconds
NOT_TYPED = ("key", "csrfmiddlewaretoken")


class KeyInput(forms.HiddenInput):
    """A form that has no key yet is shown with a new one."""

    def format_value(self, value: Any) -> str:
        """The key that was sent, or a new one."""
        return plain_key(value) or secrets.token_urlsafe(16)


class KeyedForm(forms.Form):
    """A form that makes something: shown with a key, and told by it and by what was typed. The same
    sent again is the same wish; other words under the same key, after Back, are another one."""

    key = forms.CharField(max_length=24, required=False, widget=KeyInput)


def plain_key(sent: object) -> str:
    """The key as it was sent; "" for none and for what is none."""
    return sent if isinstance(sent, str) and SHAPE.fullmatch(sent) else ""


def form_key_of(request: HttpRequest, *, business_id: int) -> str:
    """What stands for this form with these words in the database, at most 32 characters and never
    that of another business, or of a form at another address; "" for a form without a key."""
    return _key_of(request, business_id)


def passing_key_of(request: HttpRequest, *, business_id: int, now: datetime) -> str:
    """The same for a form that only has a mail sent: it is another one after a few minutes, so that
    whoever goes back because no mail came is sent one."""
    return _key_of(request, business_id, int(now.timestamp()) // FEW_MINUTES)


def _key_of(request: HttpRequest, *of: int) -> str:
    sent = request.POST
    key = plain_key(sent.get("key"))
    if not key:
        return ""
    typed = [(name, *sent.getlist(name)) for name in sent if name not in NOT_TYPED]
    return key_of([(*of, request.path, key), *typed])
