"""What every mail is made of: its look, one recipient, a twin in plain text; and the mail that is
one card (plans, gift cards, passwords).

An HTML mail has tables, 600 px, and styles on each element, as mail programs need. Templates name
a style (``{{ css.title }}``) and never hold one, so that all measures stand here. Mail programs
that know dark schemes take the classes of ``SHEET``; the others keep the light look.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.businesses.accent import DEFAULT, derive
from apps.businesses.models import Business
from apps.web.fields import is_plain_address
from apps.web.text import clean_line

SERIF = "Charter,'Bitstream Charter','Sitka Display',Cambria,Georgia,serif"
SANS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif"
MONO = "ui-monospace,'SF Mono',Menlo,'Liberation Mono',monospace"
LONGEST_ADDRESS = 254
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

STYLES = {
    "page": "margin:0;padding:16px 0;background:#EEEDE8",
    "width": "width:100%;max-width:600px",
    "paper": "background:#FBFAF7;border:1px solid #DDD9D0;border-radius:10px;padding:36px 40px",
    "sender": f"font:400 17px/24px {SERIF};color:#474C55;padding:0 0 12px",
    "title": f"font:400 28px/34px {SERIF};color:#1B1F24;margin:0 0 20px",
    "stub": "background:#FFFFFF;border:1px solid #DDD9D0;border-radius:10px;width:100%",
    "when": "padding:18px 24px",
    "day": f"font:400 15px/20px {SANS};color:#474C55",
    "time": f"font:400 36px/44px {SERIF};color:#1B1F24",
    "end": "color:#5F6570",
    "struck": "text-decoration:line-through;color:#5F6570",
    "zone": f"font:400 14px/20px {SANS};color:#5F6570",
    "tear": "border-top:1px dashed #857F73;padding:12px 24px",
    "label": f"font:400 15px/22px {SANS};color:#5F6570;width:100px;padding:4px 12px 4px 0",
    "value": f"font:400 15px/22px {SANS};color:#1B1F24;padding:4px 0",
    "reference": f"font:500 15px/22px {MONO};color:#1B1F24;padding:4px 0;text-align:right",
    "action": f"font:400 15px/22px {SANS};margin:24px 0",
    "beside": "display:inline-block;white-space:nowrap;padding:12px 0",
    "note": f"font:400 15px/22px {SANS};color:#474C55;margin:0 0 16px",
    "subtitle": f"font:600 15px/22px {SANS};color:#1B1F24;margin:0 0 4px",
    "section": f"font:400 20px/26px {SERIF};color:#1B1F24;margin:8px 0",
    "clock": "width:100%;border-collapse:collapse;margin:0 0 20px",
    "clock_head": f"font:400 14px/20px {SANS};color:#5F6570;padding:4px 12px 6px 0;text-align:left",
    "clock_end": f"font:400 14px/20px {SANS};color:#5F6570;padding:4px 0 6px;text-align:right",
    "clock_when": f"font:400 15px/22px {SANS};color:#1B1F24;border-top:1px solid #DDD9D0;"
    "padding:10px 12px 10px 0;text-align:left",
    "clock_cost": f"font:400 15px/22px {SANS};color:#1B1F24;border-top:1px solid #DDD9D0;"
    "padding:10px 0;text-align:right;white-space:nowrap",
    "small": f"font:400 14px/20px {SANS};color:#5F6570",
    "rule": "border:0;border-top:1px solid #DDD9D0;margin:4px 0 16px",
    "footer": f"font:400 14px/20px {SANS};color:#5F6570;margin:0",
}
SHEET = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) { .paper { padding: 24px 20px !important; } }
@media (prefers-color-scheme: dark) {
  .page { background: #101316 !important; }
  .paper { background: #14171A !important; border-color: #343A41 !important; }
  .stub { background: #1C2024 !important; border-color: #343A41 !important; }
  .tear { border-color: #78818C !important; }
  .line { border-color: #343A41 !important; }
  .ink { color: #EEF0F2 !important; }
  .ink-2 { color: #C3C8CF !important; }
  .ink-3 { color: #9AA2AC !important; }
  .link { color: %(text)s !important; }
  .button {
    background: %(fill)s !important; border-color: %(fill)s !important;
    color: %(on_fill)s !important;
  }
}
"""


def styles(colour: str) -> dict[str, SafeString]:
    """Return the attributes and the sheet for a template, in the business's accent (#RRGGBB)."""
    accent = derive(colour if COLOUR.fullmatch(colour) else DEFAULT)
    day, night = accent.light, accent.dark
    button = (
        f"display:inline-block;background:{day.fill};border:1px solid {day.fill};border-radius:6px;"
        f"color:{day.on_fill};font:600 15px/20px {SANS};padding:12px 20px;text-decoration:none"
    )
    link = f"color:{day.text};text-decoration:underline"
    attributes = {**STYLES, "button": button, "link": link}
    found = {name: format_html('style="{}"', css) for name, css in attributes.items()}
    sheet = SHEET % {"fill": night.fill, "on_fill": night.on_fill, "text": night.text}
    return {**found, "sheet": mark_safe(f"<style>{sheet}</style>")}  # noqa: S308 - our own text


class RefusedAddress(ValueError):
    """The address is not one plain e-mail address; no mail is made for it (rule S9)."""


def require_plain_address(address: str) -> None:
    """Let one plain address pass.

    Raises:
        RefusedAddress: line breaks, several addresses, quotes, too long, or no address at all.
    """
    try:
        validate_email(address)
    except ValidationError as error:
        raise RefusedAddress(address[:80]) from error
    if len(address) > LONGEST_ADDRESS or not is_plain_address(address):
        raise RefusedAddress(address[:80])


def put_together(
    *, subject: str, text: str, html: str, sender: str, to: str, reply_to: str = ""
) -> EmailMultiAlternatives:
    """A mail of one recipient with its twin in plain text. Answers go to reply_to, if anywhere."""
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=sender_of(sender),
        to=[to],
        reply_to=[reply_to] if reply_to else [],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def sender_of(name: str) -> str:
    """The From header: the business's name at the portal's address."""
    return formataddr((clean_line(name, max_length=80), settings.DEFAULT_FROM_EMAIL))


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
