"""A mail that is one card: a heading, what it is about, a note and a button (plans, gift cards,
passwords)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from apps.businesses.accent import DEFAULT
from apps.businesses.models import Business
from apps.messages.composing import put_together
from apps.messages.style import styles


@dataclass(frozen=True, slots=True)
class Card:
    """What is on it, in the language of whoever reads it; the url is where the button leads."""

    heading: str
    facts: Sequence[str]
    note: str
    url: str
    button: str
    footer: str

    @property
    def text(self) -> str:
        """The same in plain text."""
        parts = [f"{self.heading}.", "\n".join(self.facts), self.note, self.url]
        return "\n\n".join([*parts, f"-- \n{self.footer}"]) + "\n"


def card_mail(
    card: Card,
    *,
    to: str,
    subject: str,
    sender: str,
    business: Business | None,
    reply_to: str = "",
) -> EmailMultiAlternatives:
    """The mail with the look of this business, or of the portal where there is none; rendered in
    the language that is active."""
    context = {
        "business": {"name": sender},
        **asdict(card),
        "language": translation.get_language().split("-", maxsplit=1)[0],
        "css": styles(business.accent if business else DEFAULT),
    }
    return put_together(
        subject=subject,
        text=card.text,
        html=render_to_string("messages/card.html", context),
        sender=sender,
        to=to,
        reply_to=reply_to,
    )
