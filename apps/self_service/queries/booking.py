"""What the page of one booking tells besides its facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.bookings.forms.picks import slot_value
from apps.bookings.models import DECIDES_NOTHING, Booking, BookingEvent
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.picker import SlotButton
from apps.bookings.queries.suggestions import (
    find_nearest,
    has_lapsed,
    has_taken_one,
    list_suggested,
)
from apps.bookings.ways import way_to_cancel
from apps.bookings.wording import contact_words
from apps.catalog.queries import zone_of
from apps.checkout.queries.pay_page import (
    came_words_at,
)
from apps.kernel.money import Money
from apps.web.formatting import format_datetime, zone_label
from apps.web.phones import link_of_phone

WORDS = {
    BookingEvent.Action.BOOKED: _("Booked"),
    BookingEvent.Action.REQUESTED: _("Request sent"),
    BookingEvent.Action.CONFIRMED: _("Confirmed"),
    BookingEvent.Action.DECLINED: _("Declined"),
    BookingEvent.Action.CANCELED: _("Cancelled"),
    BookingEvent.Action.READDRESSED: _("E-mail address corrected"),
    BookingEvent.Action.WAITLISTED: _("Joined the waitlist"),
    BookingEvent.Action.OFFERED: _("A place was offered"),
    BookingEvent.Action.PASSED: _("Offer not taken"),
    BookingEvent.Action.PAID: _("Payment received"),
    BookingEvent.Action.REFUNDED: _("Refund sent"),
    BookingEvent.Action.REVERSED: _("Payment record reversed"),
    BookingEvent.Action.NOT_REFUNDED: _("The refund did not go through"),
    BookingEvent.Action.HANDED_BACK: _("Refunded in person"),
    BookingEvent.Action.KEPT: _("The business kept the payment"),
    BookingEvent.Action.PRICED: _("Code used"),
    BookingEvent.Action.BY_PLAN: _("Paid with a plan"),
    BookingEvent.Action.RESIZED: _("Number of people changed"),
    BookingEvent.Action.MESSAGED: _("Message from the team"),
    BookingEvent.Action.OVERDUE: _("Not answered in time: we reminded them"),
    BookingEvent.Action.LAPSED: _("Ended without an answer"),
    BookingEvent.Action.MOVED: _("Changed"),
    BookingEvent.Action.LINKED: _("Link sent"),
    BookingEvent.Action.REZONED: _("The time zone there was changed"),
    BookingEvent.Action.LET_GO: _("The bank released the amount held on card"),
    BookingEvent.Action.LINK_MADE: _("Link made by the team"),
    BookingEvent.Action.LINKS_CLOSED: _("All links closed"),
    BookingEvent.Action.ASKED: _("Asked what you would like to do"),
    BookingEvent.Action.WAITS_ON: _("You keep waiting"),
    BookingEvent.Action.WISHED: _("Asked for a better time"),
    BookingEvent.Action.UNWISHED: _("No longer asking for a better time"),
    BookingEvent.Action.MOVE_ASKED: _("Asked to move"),
    BookingEvent.Action.MOVE_DROPPED: _("Request to move withdrawn"),
    BookingEvent.Action.MOVE_REFUSED: _("Request to move declined"),
    BookingEvent.Action.MOVE_OVERDUE: _("Not answered in time: we reminded them"),
    BookingEvent.Action.MOVE_LAPSED: _("Request to move ended without an answer"),
    BookingEvent.Action.CORRECTED: _("Name or phone corrected"),
    BookingEvent.Action.ERASED: _("Personal data erased"),
    BookingEvent.Action.WAIVED: _("The fee was waived"),
    BookingEvent.Action.NO_SHOW: _("Marked as not attended"),
    BookingEvent.Action.CAME: _("Marked as attended after all"),
    BookingEvent.Action.ASKED_TO_PAY: _("Link to pay sent"),
}
OUT_OF_LINE = {
    BookingEvent.Action.CANCELED: _("Off the waitlist"),
    BookingEvent.Action.DECLINED: _("Nothing opened up"),
}
OPEN = {Booking.Status.CONFIRMED, Booking.Status.PENDING}


def contact_words_of(*, booking: Booking, now: datetime, is_known: bool = False) -> str:
    """How its customer reaches the business, with a number that can be tapped, and what for."""
    phone = booking.business.phone
    words = contact_words(
        status=booking.status,
        is_over=booking.ends_at <= now or bool(booking.cancellation_fee),
        cancel=way_to_cancel(
            policy_of_customer(booking=booking, is_known=is_known),
            starts_at=booking.starts_at,
            now=now,
            has_mailbox=bool(booking.contact_email),
        ),
        business=booking.business,
    )
    link = format_html('<a class="nowrap" href="{}">{}</a>', link_of_phone(phone), phone)
    return format_html(words, link) if words else ""


def list_events(*, booking: Booking) -> list[tuple[datetime, str]]:
    """The moves of a booking as its customer may read them: no names of the team, no notes.

    A decision that was taken back before anybody was told is left out.
    """
    told: list[tuple[datetime, str]] = []
    came = came_words_at(booking)
    for event in _standing(booking.history.order_by("pk")):
        words = _moved_words(event, booking) or WORDS.get(BookingEvent.Action(event.action))
        if event.before.get("status") == Booking.Status.WAITING_LIST:
            words = OUT_OF_LINE.get(BookingEvent.Action(event.action), words)
        words = _("Fewer people") if event.has_fewer_people else words
        if event.better_at is not None:
            words = _("A better time was offered")
        if event.action == BookingEvent.Action.PAID and came.get(event.at):
            words = _("%(words)s: %(came)s") % {"words": words, "came": came[event.at]}
        if words is not None:
            told.append((event.at, str(words)))
    return told


def _standing(events: Iterable[BookingEvent]) -> list[BookingEvent]:
    """Leave out what was taken back: the last that was decided before."""
    standing: list[BookingEvent] = []
    for event in events:
        if event.action != BookingEvent.Action.UNDONE:
            standing.append(event)
            continue
        decided = [it for it in standing if it.action not in DECIDES_NOTHING]
        standing = [it for it in standing if it is not decided[-1]] if decided else standing
    return standing


def _moved_words(event: BookingEvent, booking: Booking) -> str:
    if event.moved is None:
        return ""
    locale = booking.business.locale
    zones = event.zones or (booking.time_zone, booking.time_zone)
    was, became = (
        format_datetime(at, zone=ZoneInfo(name), locale=locale)
        for at, name in zip(event.moved, zones, strict=True)
    )
    if event.zones:
        was, became = (
            f"{at}, {zone_label(name, locale=locale)}"
            for at, name in zip((was, became), zones, strict=True)
        )
    return str(_("Moved from %(was)s to %(became)s") % {"was": was, "became": became})


@dataclass(frozen=True, slots=True)
class Overlap:
    """A booking that was paid for after its time had gone: times (UTC) for the same money, and what
    goes back when none of them suits."""

    times: tuple[datetime, ...]
    money: Money


def overlap_of(*, booking: Booking, now: datetime) -> Overlap | None:
    """What the customer of a double booking may choose, None when theirs is in order."""
    if not booking.double_booked or booking.status not in OPEN or now >= booking.starts_at:
        return None
    return Overlap(
        times=find_nearest(booking=booking, now=now),
        money=Money(booking.paid, booking.currency),
    )


@dataclass(frozen=True, slots=True)
class SuggestedSlots:
    """Times the team suggested that are still free, as buttons of the form that takes a slot.

    slots is empty when all of them are gone meanwhile; is_settled when one was booked already, and
    any other is asked for like every time; is_by_rule when nobody suggested them: the request ended
    without an answer; asks_again when the service still has its requests answered.
    """

    slots: tuple[SlotButton, ...]
    hold_url: str
    fields: tuple[tuple[str, str], ...]
    is_settled: bool = False
    is_by_rule: bool = False
    asks_again: bool = False


def suggested_slots(*, booking: Booking, now: datetime) -> SuggestedSlots | None:
    """Return what the team suggested in place of a declined request; None when it did not."""
    if not booking.suggestions.exists():
        return None
    venue = zone_of(service=booking.service, location=booking.location)
    specific = booking.selection == Booking.Selection.SPECIFIC_RESOURCE
    staff = booking.resource_id if specific else None

    def button(at: datetime) -> SlotButton:
        start = int(at.timestamp())
        value = slot_value(start=start, zone=venue, staff=staff, variant=booking.variant_id)
        return SlotButton(value=value, starts_at=at)

    add_ons = booking.add_ons.exclude(add_on=None).values_list("add_on_id", flat=True)
    fields = [("service", booking.service.slug), ("instead_of", booking.reference)]
    fields += [("add_on", str(pk)) for pk in add_ons]
    fields += [("people", str(booking.party_size))] if booking.party_size > 1 else []
    fields += [("location", str(booking.location_id))] if booking.location_id else []
    by_rule = has_lapsed(declined=booking)
    return SuggestedSlots(
        slots=tuple(button(at) for at in list_suggested(booking=booking, now=now)),
        hold_url=reverse("bookings:hold", kwargs={"business": booking.business.slug}),
        fields=tuple(fields),
        is_settled=has_taken_one(declined=booking),
        is_by_rule=by_rule,
        asks_again=by_rule and booking.service.requires_approval,
    )
