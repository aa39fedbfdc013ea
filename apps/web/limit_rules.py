"""The table of limits (rule S5). Pure; a business's own numbers come later."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LimitRule:
    """At most ``limit`` times in one ``window`` for one key (an address, a network, a draft)."""

    action: str
    limit: int
    window: timedelta


MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# Counted by queries over live rows, because they end when the hold or the booking ends.
LIVE_HOLDS_PER_NETWORK = 3
FUTURE_UNPAID_PER_CUSTOMER = 3
DECLINED_PER_DRAFT = 5
DECLINED_PER_NETWORK = 10

HOLDS_PER_NETWORK = LimitRule("hold:network", 20, HOUR)
BOOKINGS_PER_NETWORK = LimitRule("booking:network", 10, HOUR)
# What was paid for in the same day comes on top of these three: money is no robot's.
BOOKINGS_PER_EMAIL = LimitRule("booking:email", 5, DAY)
BOOKINGS_PER_PHONE = LimitRule("booking:phone", 3, DAY)
PURCHASES_PER_EMAIL = LimitRule("purchase:email", 5, DAY)
MOVES_PER_BOOKING = LimitRule("move:booking", 20, HOUR)
MAILS_PER_ADDRESS_HOURLY = LimitRule("mail:address-hour", 5, HOUR)
MAILS_PER_ADDRESS_DAILY = LimitRule("mail:address-day", 10, DAY)
# What anybody can ask for with somebody's address is counted by itself, each kind by its own.
ASKED_MAILS_PER_ADDRESS = LimitRule("mail:asked", 20, DAY)
MAILS_PER_PROVEN_ADDRESS = LimitRule("mail:proven-address", 60, DAY)
# What anybody can cause, at a domain that is no provider's: a shop's own, where every name is read.
MAILS_PER_DOMAIN = LimitRule("mail:domain", 200, HOUR)
LINKS_PER_EMAIL = LimitRule("link:email", 3, QUARTER)
LINKS_PER_NETWORK = LimitRule("link:network", 10, HOUR)
LINKS_PER_MEMBER = LimitRule("link:member", 30, HOUR)
WRONG_CODES_PER_NETWORK = LimitRule("wrong-code:network", 10, HOUR)
SIGN_IN_CODES_PER_ADDRESS = LimitRule("sign-in-code:address", 20, DAY)
SIGN_IN_CODES_PER_NETWORK = LimitRule("sign-in-code:network", 20, HOUR)
EXPORTS_PER_NETWORK = LimitRule("export:network", 20, HOUR)
SIGN_INS_PER_ACCOUNT = LimitRule("sign-in:account", 5, QUARTER)
SIGN_INS_PER_DEVICE = LimitRule("sign-in:device", 5, QUARTER)
WRONG_PASSWORDS_PER_ACCOUNT = LimitRule("wrong-password:account", 20, DAY)
RESETS_PER_ADDRESS = LimitRule("reset:address", 3, QUARTER)
RESETS_PER_NETWORK = LimitRule("reset:network", 10, HOUR)
SLOT_PAGES_PER_NETWORK = LimitRule("slots:network", 120, MINUTE)
