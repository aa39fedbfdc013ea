"""The way back to lost bookings: one mail with a fresh link to each of them, and to book again what
is over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.bookings import operations as bookings
from apps.bookings.forms.picks import again_url as again_path
from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout.models import GiftCard, PlanPurchase
from apps.checkout.queries.passes import last_day_words, left_words
from apps.messages.found import Found, find_all, find_one
from apps.messages.links import again_url, gift_url, home_url, manage_url, plan_url
from apps.messages.mails import put_together, styles
from apps.messages.operations.send import post
from apps.prepaid.links import gift_token, plan_token
from apps.waitlists.queries import wish_words_of
from apps.web import formatting

LINKS_TOPIC = "bookings.find"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One booking, plan or card: title is its time in the zone the customer saw, or the days and
    hours that would suit, or its name; more says what it is; waits "" or where it stands in a line;
    and the address that opens it, or books it again."""

    title: str
    more: str
    url: str
    label: str
    waits: str = ""


@dataclass(frozen=True, slots=True)
class LinkPart:
    """Rows below a heading, "" for the first. With is_public nobody is let in by its links."""

    heading: str
    rows: Sequence[LinkRow]
    is_public: bool = False


def send_links(
    *,
    business_id: int,
    email: str,
    reference: str,
    attempt: int,
    now: datetime,
    message_id: str = "",
    booking_id: int | None = None,
) -> int:
    """Send what an address has at a business with a link each: what is ahead, places on a waitlist
    and wishes for a time among it; the visits of the last months, to book them again; plans and
    gift cards that can be used. Return how many there were.

    Nothing is sent to an address without any. With a reference that is among the bookings only that
    one is sent. Older links stay valid. With a booking_id it is about that one alone, whatever
    became of it, as long as the address is still its own.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    business = Business.objects.get(pk=business_id)
    if booking_id is None:
        found = find_all(business=business, email=email, reference=reference, now=now)
    else:
        found = find_one(business=business, email=email, booking_id=booking_id)
    if not len(found):
        return 0
    post(
        lambda: _compose(business, found, email, now=now),
        to=email,
        attempt=attempt,
        now=now,
        message_id=message_id,
        asked_for="links",
    )
    return len(found)


def _compose(
    business: Business, found: Found, email: str, *, now: datetime
) -> EmailMultiAlternatives:
    with translation.override(business.locale):
        parts = list(_parts(business, found, now=now))
        heading = _("Your bookings")
        note = _("Each button opens only that booking: please do not forward this e-mail.")
        if found.plans or found.cards:
            note = _("Whoever has these links can use them: please do not forward this e-mail.")
        footer = _(
            "%(sender)s. You are receiving this e-mail because somebody asked for it on our page."
        ) % {"sender": business.name}
        context = {
            "business": business,
            "heading": heading,
            "parts": parts,
            "note": "" if all(part.is_public for part in parts) else note,
            "footer": footer,
            "language": business.locale.split("-", maxsplit=1)[0],
            "css": styles(business.accent),
        }
        html = render_to_string("messages/links.html", context)
        text = _text(heading, parts, note=str(context["note"]), footer=footer)
    return put_together(
        subject=heading,
        text=text,
        html=html,
        sender=business.name,
        to=email,
        reply_to=business.email,
    )


def _text(heading: str, parts: Sequence[LinkPart], *, note: str, footer: str) -> str:
    told = [f"{heading}."]
    for part in parts:
        told += [part.heading] if part.heading else []
        told += [_told(row) for row in part.rows]
    told += [note] if note else []
    return "\n\n".join([*told, f"-- \n{footer}"]) + "\n"


def _told(row: LinkRow) -> str:
    words = ", ".join(filter(None, (row.title, row.more, row.waits)))
    return f"{words}\n{row.label}: {row.url}"


def _parts(business: Business, found: Found, *, now: datetime) -> Iterator[LinkPart]:
    if found.ahead:
        yield LinkPart("", [_row(booking, business, now=now) for booking in found.ahead])
    if found.past:
        rows = [_past_row(booking, business) for booking in found.past]
        yield LinkPart(_("Your last visits"), rows, is_public=True)
    if found.plans:
        yield LinkPart(_("Passes and memberships"), [_plan_row(it) for it in found.plans])
    if found.cards:
        yield LinkPart(_("Gift cards"), [_card_row(it) for it in found.cards])


def _row(booking: Booking, business: Business, *, now: datetime) -> LinkRow:
    token = bookings.create_access_link(booking=booking, now=now)
    is_waiting = booking.status == Booking.Status.WAITING_LIST
    waits = booking.get_status_display() if is_waiting else ""
    url, label = manage_url(token), _("View your booking")
    if wish := wish_words_of(booking=booking):
        return LinkRow(", ".join(wish), booking.title, url, label, waits)
    return LinkRow(_when(booking, business), booking.title, url, label, waits)


def _past_row(booking: Booking, business: Business) -> LinkRow:
    """It leads to a public page: nothing of a visit that is over is opened by this mail."""
    path = again_path(booking=booking)
    url = again_url(path) if path else home_url(business.slug)
    label = _("Book again") if path else _("Find another time")
    return LinkRow(_when(booking, business), booking.title, url, label)


def _plan_row(purchase: PlanPurchase) -> LinkRow:
    until = last_day_words(purchase)
    until = _("until %(day)s") % {"day": until} if until else ""
    more = ", ".join(filter(None, (left_words(purchase), until)))
    return LinkRow(purchase.name, more, plan_url(plan_token(purchase)), _("Open my plan"))


def _card_row(card: GiftCard) -> LinkRow:
    locale = card.business.locale
    worth = formatting.format_money(card.value, card.currency, locale)
    left = formatting.format_money(card.balance, card.currency, locale)
    return LinkRow(
        _("A gift card of %(worth)s") % {"worth": worth},
        _("%(left)s left") % {"left": left},
        gift_url(gift_token(card)),
        _("View the card"),
    )


def _when(booking: Booking, business: Business) -> str:
    when = formatting.format_datetime(booking.starts_at, zone=booking.zone, locale=business.locale)
    zone = formatting.zone_label(booking.time_zone, locale=business.locale)
    return f"{when} ({zone})"
