"""What a mail or a calendar file may know of a booking. Plain values, frozen.

Nothing here is a secret: the link that works as a key is handed over when a mail is composed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.bookings.cancellation import ClockRow
from apps.bookings.money_words import PaidPart
from apps.bookings.policy import Policy, Venue
from apps.bookings.wishes import Wish


class Kind(StrEnum):
    """What a message tells; those of NEW go to the team, the others to the customer."""

    BOOKED = "BOOKED"
    REQUESTED = "REQUESTED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    NEW_BOOKING = "NEW_BOOKING"
    NEW_REQUEST = "NEW_REQUEST"
    WAITLISTED = "WAITLISTED"
    OFFERED = "OFFERED"
    NOTE = "NOTE"
    TOO_LATE = "TOO_LATE"
    NEW_OVERLAP = "NEW_OVERLAP"
    REFUNDED = "REFUNDED"
    NOT_REFUNDED = "NOT_REFUNDED"
    MOVED = "MOVED"
    NEW_MOVE = "NEW_MOVE"
    OVERDUE = "OVERDUE"
    NEW_OVERDUE = "NEW_OVERDUE"
    NEW_LAPSED = "NEW_LAPSED"
    LINK = "LINK"
    LET_GO = "LET_GO"
    KEPT = "KEPT"
    BETTER = "BETTER"
    NEW_CANCELED = "NEW_CANCELED"
    ASKED = "ASKED"
    NEW_ASKED = "NEW_ASKED"
    MOVE_ASKED = "MOVE_ASKED"
    MOVE_REFUSED = "MOVE_REFUSED"
    MOVE_LAPSED = "MOVE_LAPSED"
    NEW_MOVE_ASK = "NEW_MOVE_ASK"
    NEW_MOVE_DUE = "NEW_MOVE_DUE"
    NEW_MOVE_END = "NEW_MOVE_END"
    OWED = "OWED"
    RESIZED = "RESIZED"
    NEW_RESIZED = "NEW_RESIZED"

    @property
    def is_for_team(self) -> bool:
        return self.value.startswith("NEW_")


WAITS = frozenset({Kind.MOVE_ASKED, Kind.NEW_MOVE_ASK, Kind.NEW_MOVE_DUE})
"""Mails that say nothing once a request to move is answered, or taken back."""
FITTING_STATUS: dict[Kind, frozenset[str]] = {
    Kind.BOOKED: frozenset({"CONFIRMED"}),
    Kind.REQUESTED: frozenset({"PENDING"}),
    Kind.CONFIRMED: frozenset({"CONFIRMED"}),
    Kind.DECLINED: frozenset({"DECLINED"}),
    Kind.CANCELED: frozenset({"CANCELED"}),
    Kind.NEW_BOOKING: frozenset({"CONFIRMED"}),
    Kind.NEW_REQUEST: frozenset({"PENDING"}),
    Kind.WAITLISTED: frozenset({"WAITING_LIST"}),
    Kind.OFFERED: frozenset({"WAITING_LIST"}),
    Kind.NOTE: frozenset({"CONFIRMED", "PENDING"}),
    Kind.TOO_LATE: frozenset({"CONFIRMED", "PENDING"}),
    Kind.NEW_OVERLAP: frozenset({"CONFIRMED", "PENDING"}),
    Kind.REFUNDED: frozenset({"CONFIRMED", "PENDING", "CANCELED", "DECLINED"}),
    Kind.NOT_REFUNDED: frozenset({"CONFIRMED", "PENDING", "CANCELED", "DECLINED"}),
    Kind.MOVED: frozenset({"CONFIRMED", "PENDING", "WAITING_LIST"}),
    Kind.NEW_MOVE: frozenset({"CONFIRMED", "PENDING"}),
    Kind.OVERDUE: frozenset({"PENDING"}),
    Kind.NEW_OVERDUE: frozenset({"PENDING"}),
    Kind.NEW_LAPSED: frozenset({"DECLINED"}),
    Kind.LINK: frozenset({"CONFIRMED"}),
    Kind.LET_GO: frozenset({"CONFIRMED", "PENDING"}),
    Kind.KEPT: frozenset({"CONFIRMED", "PENDING", "CANCELED", "DECLINED"}),
    Kind.BETTER: frozenset({"CONFIRMED"}),
    Kind.NEW_CANCELED: frozenset({"CANCELED"}),
    Kind.ASKED: frozenset({"PENDING"}),
    Kind.NEW_ASKED: frozenset({"PENDING"}),
    Kind.MOVE_ASKED: frozenset({"CONFIRMED"}),
    Kind.MOVE_REFUSED: frozenset({"CONFIRMED"}),
    Kind.MOVE_LAPSED: frozenset({"CONFIRMED"}),
    Kind.NEW_MOVE_ASK: frozenset({"CONFIRMED"}),
    Kind.NEW_MOVE_DUE: frozenset({"CONFIRMED"}),
    Kind.NEW_MOVE_END: frozenset({"CONFIRMED"}),
    Kind.OWED: frozenset({"CONFIRMED", "CANCELED"}),
    Kind.RESIZED: frozenset({"CONFIRMED", "PENDING"}),
    Kind.NEW_RESIZED: frozenset({"CONFIRMED", "PENDING"}),
}


@dataclass(frozen=True, slots=True)
class BusinessFacts:
    """The sender. ``accent`` is #RRGGBB, ``locale`` a BCP 47 tag, ``time_zone`` the IANA name of
    the clock at the place of the booking; ``address`` is where the business is, today."""

    id: int
    name: str
    slug: str
    email: str
    phone: str
    locale: str
    time_zone: str
    accent: str
    place_word: str
    arrival_note: str
    answer_within_hours: int
    address: str = ""


ENDED = ("DECLINED", "CANCELED")


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """A request to move: the start and the person that were asked for, until when it is answered
    (UTC), whether it ends then, and whether the time is held and the answer still awaited.
    is_place: it is a place in another session of a class, which nobody holds."""

    starts_at: datetime
    staff: str
    answer_by: datetime
    ends_unanswered: bool
    is_held: bool
    is_open: bool
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class CourseDate:
    """One date of a course in a calendar; gone when it does not take place, or not any more for
    this booking."""

    starts_at: datetime
    ends_at: datetime
    gone: bool = False


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """One booking. Instants are aware UTC, ``price`` is minor units or None when on request.

    ``time_zone`` is the zone the customer saw when booking; ``revision`` counts every change and
    is the SEQUENCE of the calendar file. ``cancel_until`` is the last instant at which the
    customer may cancel freely; None when there is no such limit in the booking's own policy;
    ``policy`` is the frozen one, None where a mail says nothing of cancelling; ``moves``: its
    customer may move it, or ask for that, ``moved`` so often by now; ``clock`` says until when it
    costs how much, () where one sentence says it all; ``costs_visit``: its fees count the visit of
    a plan.
    ``reason`` is what the team wrote when it declined or cancelled, or now, to all of a class;
    ``suggestions`` are the starts it offered instead. ``dates`` are start and end of every session
    of a course; starts_at and ends_at are then those of the first. ``position_in_line`` is 1 for
    the first of a waitlist, 0 for everybody else; a place is kept for them until ``offer_ends_at``.
    ``paid`` is what came and did not go back, ``returned`` what came and was given back,
    ``went_back`` what this message tells of as gone back, refused or kept, ``handed_over`` what of
    that was given back in person, ``by_hand`` all that ever was, and ``too_much`` what of that
    was more than the bill, in minor units. ``authorized`` is on the customer's card and
    not taken, ``released`` what was, of a booking that is over, ``let_go`` what the bank let go
    of a live one and was not paid since; ``is_kept``: the team decided to keep what was paid;
    ``authorized_by_gift`` is what of it a gift card pays. ``paid_parts``: in which ways money came.
    ``double_booked``: it was paid for after its time had gone.
    ``by_plan``: how the plan that paid says so ("" where none did), and price is what is left for
    extras.
    ``all_dates`` are those of a course with the ones that are gone, in an order that stays.
    ``moved_from`` is the start and ``was_with`` the person before the move this message tells of;
    ``zone_before`` is the zone it was told in before, "" when it is still that one.
    ``unanswered`` is what becomes of a request without an answer (apps.bookings.deadlines.Rule),
    "" when none is awaited; with ``offers_others`` other times are sent. ``told_why`` is why a
    rule ended the booking, and nobody's own words; ``asks_again``: the times it offers instead have
    to be answered like the first one.
    ``address`` is where it happens: at the business, or, ``at_customer``, where a home visit goes;
    ``online_link`` is told once it is known and the booking confirmed. ``extras`` are the names of
    its add-ons, ``mix`` how many people come as what, ``who_comes``
    their names, where they were asked for.
    ``fee`` is charged for cancelling late or not coming, ``owed`` what of it was not paid, in minor
    units; ``pays_fee_online``: it can be paid by a
    link.
    ``wish`` is what somebody waits for who has no time yet; starts_at and ends_at then span it.
    ``waited``: it is over and never was more than a place in line.
    ``instead_of`` is the start of the booking where this message offers a better one: times and
    person are then those of the offer.
    ``move`` is the request to move that this message tells of.
    ``again_path`` is where the same is booked again, with the same choices made; "" where it cannot
    be, or where it is not over.
    ``withdrawn``: its customer took the request back before the team had said yes.
    ``minimum`` is how many people it needs of whom so many ``people`` have come, 0 when it waits
    for nobody but the team; then ``answer_by`` is when it is decided.
    """

    reference: str
    revision: int
    status: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    service: str
    staff: str
    address: str
    online: bool
    price: int | None
    currency: str
    price_text: str
    free: bool
    pays_in_person: bool
    party_size: int
    customer_name: str
    customer_phone: str
    answer_by: datetime | None
    holds_time: bool
    cancel_until: datetime | None
    business: BusinessFacts
    who_comes: tuple[str, ...] = ()
    reason: str = ""
    suggestions: tuple[datetime, ...] = ()
    dates: tuple[tuple[datetime, datetime], ...] = ()
    position_in_line: int = 0
    offer_ends_at: datetime | None = None
    wish: Wish | None = None
    waited: bool = False
    paid: int = 0
    returned: int = 0
    went_back: int = 0
    handed_over: int = 0
    too_much: int = 0
    let_go: int = 0
    is_kept: bool = False
    by_hand: int = 0
    double_booked: bool = False
    payment_status: str = "NOT_PAID"
    by_plan: str = ""
    authorized: int = 0
    released: int = 0
    authorized_by_gift: int = 0
    paid_parts: tuple[PaidPart, ...] = ()
    all_dates: tuple[CourseDate, ...] = ()
    moved_from: datetime | None = None
    zone_before: str = ""
    was_with: str = ""
    people_before: int = 0
    unanswered: str = ""
    offers_others: bool = False
    told_why: str = ""
    asks_again: bool = False
    at_customer: bool = False
    online_link: str = ""
    extras: tuple[str, ...] = ()
    mix: tuple[tuple[int, str], ...] = ()
    people: int = 0
    policy: Policy | None = None
    moves: bool = False
    moved: int = 0
    clock: tuple[ClockRow, ...] = ()
    costs_visit: bool = False
    minimum: int = 0
    instead_of: datetime | None = None
    move: MoveAsked | None = None
    fee: int = 0
    owed: int = 0
    pays_fee_online: bool = False
    again_path: str = ""
    withdrawn: bool = False

    @property
    def waits_for_people(self) -> bool:
        """Whether nobody answers it: enough people do, or it is called off."""
        return self.minimum > 0

    @property
    def venue(self) -> Venue:
        """Whose place it happens at."""
        if self.online:
            return Venue.ONLINE
        return Venue.CUSTOMER if self.at_customer else Venue.BUSINESS

    @property
    def is_handed_over(self) -> bool:
        """Whether all that this message tells of was given back in person."""
        return 0 < self.went_back <= self.handed_over

    @property
    def over_at(self) -> datetime:
        """When the last of it ends."""
        return self.dates[-1][1] if self.dates else self.ends_at


def overtaken_by(*, kind: Kind, facts: BookingFacts, now: datetime) -> str:
    """Say what makes a mail untrue by the time it would leave, or "" while it is true.

    A mail about a status that has changed is not sent, because a later one says what is; nor is a
    mail about a visit that is over, as after a long outage.
    """
    if facts.status not in FITTING_STATUS[kind]:
        return facts.status
    if kind in {Kind.OFFERED, Kind.BETTER} and (
        facts.offer_ends_at is None or facts.offer_ends_at <= now
    ):
        return "the offer is over"
    if kind in {Kind.TOO_LATE, Kind.NEW_OVERLAP} and not facts.double_booked:
        return "it was resolved"
    if kind in WAITS and facts.move is not None and not facts.move.is_open:
        return "it was answered"
    if kind is Kind.LET_GO and not facts.let_go:
        return "it was paid"
    if kind is Kind.OWED:
        return "" if facts.owed else "it was paid, or let go"
    if kind in {Kind.REFUNDED, Kind.NOT_REFUNDED, Kind.KEPT}:
        return ""  # money is told of whenever it goes back, cannot, or will not
    return "the visit is over" if facts.over_at <= now else ""
