"""What is said of cancelling: until when it is free, and how it is done (rule W10). Times are the
zone's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.policy import Policy, free_until, is_free_now
from apps.bookings.wording import length_words
from apps.businesses.models import Business
from apps.businesses.reaching import Contacts
from apps.web import formatting


def cancel_by_words(
    policy: Policy, *, starts_at: datetime, now: datetime, zone: ZoneInfo, business: Business
) -> str:
    """Until when cancelling is free and how it is done, with a date that never breaks; too late is
    said as such."""
    until = free_until(policy=policy, starts_at=starts_at)
    if until is None:
        return _("This booking cannot be cancelled.")
    if starts_at <= now:
        return _("This has already started, so it cannot be cancelled free of charge.")
    if not is_free_now(policy=policy, starts_at=starts_at, now=now):
        length = length_words(policy.cancel_until_minutes or 0)
        words = _("This starts in less than %(length)s, so it cannot be cancelled free of charge.")
        return words % {"length": length}
    when = formatting.format_datetime(until, zone=zone, locale=business.locale)
    words = _("Free cancellation until {}.")
    if business.phone:
        words = _("Free cancellation until {}: just call us.")
    elif business.email:
        words = _("Free cancellation until {}: just reply to our e-mail.")
    return format_html(words, format_html('<b class="nowrap">{}</b>', when))


def cancel_words(policy: Policy) -> str:
    """Until when cancelling is free, as a length: before a time is chosen."""
    if not policy.cancel_allowed:
        return _("Once booked, this cannot be cancelled.")
    if not policy.cancel_until_minutes:
        return _("Free cancellation until the start.")
    length = length_words(policy.cancel_until_minutes)
    return _("Free cancellation up to %(length)s before.") % {"length": length}


def contact_words(*, status: str, is_over: bool, may_cancel: bool, business: Contacts) -> str:
    """How whoever booked reaches the business, and what for; "{}" stands for its telephone number.
    "" where it tells neither a number nor an address. may_cancel: the policy of the booking knows
    cancelling at all."""
    lives = status in {Booking.Status.PENDING, Booking.Status.CONFIRMED} and not is_over
    if lives and status == Booking.Status.PENDING:
        by_phone = _("To change or withdraw your request, call {}.")
        by_mail = _("To change or withdraw your request, reply to our e-mail.")
    elif lives and may_cancel:
        by_phone = _("To change or cancel, call {}.")
        by_mail = _("To change or cancel, reply to our e-mail.")
    else:
        by_phone, by_mail = _("Questions? Call {}."), _("Questions? Reply to our e-mail.")
    if business.phone:
        return by_phone
    return by_mail if business.email else ""
