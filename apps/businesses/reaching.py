"""How a business is reached by whoever cannot do something here: by its telephone, else by its
e-mail; nothing is named that it does not have (rule W10). It asks no database."""

from typing import Protocol

from django.utils.translation import gettext as _


class Contacts(Protocol):
    """How a business is reached; "" where it does not say."""

    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...


def reach_words(business: Contacts) -> str:
    """ "Please call 030 555 0142.", or to write; "" where it tells neither."""
    if business.phone:
        return _("Please call %(phone)s.") % {"phone": business.phone}
    if business.email:
        return _("Please write to %(email)s.") % {"email": business.email}
    return ""


def or_reach_words(business: Contacts) -> str:
    """The same as another way beside the one that was just named."""
    if business.phone:
        return _("Or call %(phone)s.") % {"phone": business.phone}
    if business.email:
        return _("Or write to %(email)s.") % {"email": business.email}
    return ""


def reach_short(business: Contacts) -> str:
    """ "Please call", where the number stands beside it, or "Please write"; "" where it tells
    neither."""
    if business.phone:
        return _("Please call")
    return _("Please write to us") if business.email else ""


def and_reach(words: str, business: Contacts) -> str:
    """What cannot be done here, and how the business is reached instead."""
    return f"{words} {reach_words(business)}".rstrip()


def or_reach(words: str, business: Contacts) -> str:
    """What can be done here, and how the business is reached besides."""
    return f"{words} {or_reach_words(business)}".rstrip()
