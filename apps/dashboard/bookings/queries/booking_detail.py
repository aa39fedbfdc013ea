"""Everything about one booking, cut to what this person may see; and the visits and answers of the
people behind several."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from apps.availability.models import CourseRun, Occupancy, Session
from apps.bookings.models import Answer, Booking, BookingEvent
from apps.bookings.money_words import paid_parts, paid_parts_of
from apps.bookings.plan_uses import plan_words_of
from apps.bookings.policy import Policy, free_until, is_free_now
from apps.bookings.queries.attendance import was_missed
from apps.bookings.queries.minimum import Progress, people_awaited
from apps.bookings.queries.move_requests import find_move_request
from apps.bookings.queries.requests import is_for_people
from apps.bookings.states import OCCUPYING
from apps.bookings.wording import pay_place_of
from apps.catalog.models import Service
from apps.checkout.queries.pay_page import came_words_at
from apps.classes.queries.other_sessions import list_other_sessions
from apps.classes.queries.party import may_change_party
from apps.classes.queries.transfer import prices_there
from apps.dashboard.access import Access
from apps.dashboard.bookings.queries.actions import actions_of, find_undoable
from apps.dashboard.bookings.queries.move_requests import MoveCard, card_of
from apps.dashboard.frame.queries.fits import Fit, find_fits
from apps.dashboard.frame.queries.rota import load_rota
from apps.dashboard.frame.queries.rows import BookingRow, customer_name, dates_of, name_of, row_of
from apps.dashboard.roles import Right
from apps.kernel.money import Money
from apps.messages.models import Message
from apps.messages.queries import list_messages
from apps.web.formatting import format_money
from apps.web.phones import link_of_phone

Pairs = tuple[tuple[str, str], ...]
"""Questions of a form and what was answered."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Empty strings where the role sees no contact data; visits are earlier bookings."""

    name: str
    email: str
    phone: str
    visits: int
    blocked: bool
    turned_away_at: datetime | None
    is_erased: bool = False

    @property
    def phone_link(self) -> str:
        """What a tap on the number dials."""
        return link_of_phone(self.phone)


@dataclass(frozen=True, slots=True)
class BillLine:
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """total is None for a price on request, said in text; status and option ("" where the status
    says it) are in words. by_plan says how a plan paid ("" where none did), and total is what is
    left for extras; parts tells in which ways it was paid, where there were several.
    is_for_nobody: no e-mail address and no phone number tells this customer from others. fee is
    what cancelling cost the customer, undo_until until when they can take that back (UTC)."""

    lines: tuple[BillLine, ...]
    total: Money | None
    text: str
    status: str
    option: str
    by_plan: str
    is_for_nobody: bool
    parts: str = ""
    fee: Money | None = None
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """who is empty for the customer and the system; moved is the start before and after, came
    tells in which ways money came, better_at which better time was offered, people how many came on
    it before and after."""

    at: datetime
    action: str
    actor: str
    who: str
    reason: str
    moved: tuple[datetime, datetime] | None
    came: str = ""
    better_at: datetime | None = None
    people: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class OtherSession:
    """Where a booking could go; price is what it costs in another run of its course (minor units,
    None where that is agreed later, or it is a class), words what that is more or less, "" where it
    is the same."""

    target: Session | CourseRun
    price: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class BookingPage:
    """bill, contact and note are None where the role may not see them."""

    row: BookingRow
    uses: tuple[str, ...]
    participants: int
    people: tuple[tuple[str, Pairs], ...]
    contact: Contact | None
    customer_note: str
    answers: Pairs
    owner_note: str | None
    bill: Bill | None
    policy: Policy
    free_until: datetime | None
    is_free_now: bool
    override_reason: str
    source: str
    fit: Fit | None
    progress: Progress | None
    is_for_people: bool
    is_day: bool
    actions: frozenset[str]
    undo_seconds: int
    may_override: bool
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    other_sessions: tuple["OtherSession", ...]
    asked_move: MoveCard | None = None
    may_change_party: bool = False

    @property
    def who_comes(self) -> str:
        """The names of whoever comes; "" where it is the customer, and nobody was asked."""
        names = [name for name, _given in self.people]
        return "" if names == [self.row.customer_name] else ", ".join(names)

    @property
    def has_told_of_people(self) -> bool:
        """Whether a question was answered about any of them."""
        return any(given for _name, given in self.people)


def read_booking(*, access: Access, booking: Booking, now: datetime) -> BookingPage:
    """Load the page of a booking from `Access.booking`; the number of queries is constant."""
    policy = Policy.from_snapshot(booking.policy_snapshot)
    answers = read_answers(access=access, bookings=[booking])
    asks = booking.status == Booking.Status.PENDING
    return BookingPage(
        row=row_of(booking),
        uses=_uses(booking),
        participants=booking.party_size,
        people=_people(booking, answers),
        contact=_contact(access, booking, now=now),
        customer_note=booking.customer_note if access.may(Right.SEE_CONTACT) else "",
        answers=answers.get((booking.pk, None), ()),
        owner_note=booking.owner_note if access.may(Right.NOTE) else None,
        bill=_bill(booking) if access.may(Right.SEE_MONEY) else None,
        policy=policy,
        free_until=free_until(policy=policy, starts_at=booking.starts_at),
        is_free_now=is_free_now(policy=policy, starts_at=booking.starts_at, now=now),
        override_reason=booking.override_reason,
        source=booking.source,
        fit=find_fit(access=access, booking=booking, now=now) if asks else None,
        progress=progress_shown(booking, now=now),
        is_for_people=is_for_people(booking),
        is_day=booking.kind == Service.Kind.APPOINTMENT,
        actions=actions_of(booking, access=access, now=now),
        undo_seconds=_undo_seconds(access, booking, now=now),
        may_override=asks and access.may(Right.OVERRIDE),
        events=_events(booking),
        messages=_messages(access, booking),
        other_sessions=tuple(_other_sessions(access, booking, now=now)),
        asked_move=_asked_move(access, booking, now=now),
        may_change_party=_may_change_party(access, booking, now=now),
    )


def _may_change_party(access: Access, booking: Booking, *, now: datetime) -> bool:
    """As its page accepts it: until the end, and where no kind of its people is gone."""
    is_ahead = now < booking.ends_at and booking.status in OCCUPYING
    if not access.may(Right.CANCEL) or not is_ahead or booking.cancellation_fee:
        return False
    return may_change_party(booking=booking, is_team=True)


def _asked_move(access: Access, booking: Booking, *, now: datetime) -> MoveCard | None:
    asked = find_move_request(booking=booking)
    return card_of(asked, access=access, now=now) if asked is not None else None


def progress_shown(booking: Booking, *, now: datetime) -> Progress | None:
    """How many have come where a request waits for more people; None, and no word about it, for
    what waits for nobody or does not wait any more."""
    return people_awaited(booking, now=now) if booking.status == Booking.Status.PENDING else None


def find_fit(*, access: Access, booking: Booking, now: datetime) -> Fit:
    """Ask whether one booking fits; six queries."""
    dates = dates_of([booking], access)
    rota = load_rota(business=access.business, dates=dates, now=now)
    return find_fits(bookings=[booking], rota=rota)[booking.pk]


def _other_sessions(access: Access, booking: Booking, *, now: datetime) -> list[OtherSession]:
    live = booking.status in OCCUPYING and not was_missed(booking=booking, now=now)
    if not access.may(Right.CANCEL) or not live or booking.kind == "APPOINTMENT":
        return []
    targets = list_other_sessions(booking=booking, now=now)
    runs = [it for it in targets if isinstance(it, CourseRun)]
    prices = prices_there(booking=booking, runs=runs, now=now)
    if booking.kind == "CLASS":
        return [OtherSession(it) for it in targets]
    return [OtherSession(it, prices[it.pk], _difference(booking, prices[it.pk])) for it in runs]


def _difference(booking: Booking, price: int | None) -> str:
    """ "$45.00 more", "$30.00 less", or "" where it is the same."""
    more = (price or 0) - (booking.price or 0)
    amount = format_money(abs(more), booking.currency, booking.business.locale)
    words = _("%(amount)s more") if more > 0 else _("%(amount)s less")
    return words % {"amount": amount} if more else ""


def _uses(booking: Booking) -> tuple[str, ...]:
    """The rooms and machines beside the person."""
    if booking.session_id is None:
        return ()
    taken = Occupancy.objects.filter(session_id=booking.session_id)
    others = taken.exclude(resource=booking.resource).order_by("resource_id")
    return tuple(others.values_list("resource__name", flat=True))


def _people(
    booking: Booking, answers: Mapping[tuple[int, int | None], Pairs]
) -> tuple[tuple[str, Pairs], ...]:
    people = booking.participants.order_by("position", "pk").values_list("pk", "name")
    return tuple((name, answers.get((booking.pk, pk), ())) for pk, name in people)


def _contact(access: Access, booking: Booking, *, now: datetime) -> Contact | None:
    known = booking.customer
    if known is None:
        return None
    tells = access.may(Right.SEE_CONTACT)
    return Contact(
        name=customer_name(booking),
        email=(booking.contact_email or known.mailbox) if tells else "",
        phone=(booking.contact_phone or known.phone) if tells else "",
        visits=count_visits(bookings=[booking], now=now).get(known.pk, 0),
        blocked=known.blocked,
        turned_away_at=known.turned_away_at,
        is_erased=known.erased_at is not None,
    )


def _how_it_is_paid(booking: Booking, *, is_extra: bool) -> tuple[str, str]:
    """ "Paid" and "Online", or "To pay at the salon" alone while that is to come."""
    is_ahead = booking.status in {Booking.Status.CONFIRMED, Booking.Status.PENDING}
    is_owed = booking.payment_status == Booking.PaymentStatus.NOT_PAID and is_ahead
    if is_owed and booking.payment_option == Booking.PaymentOption.OFFLINE and not is_extra:
        return _("To pay %(where)s") % {"where": pay_place_of(booking.as_booked)}, ""
    return booking.get_payment_status_display(), booking.get_payment_option_display()


def _cancelled(booking: Booking) -> dict[str, Any]:
    """What a cancellation by the customer cost, and until when it is not final (rule B34)."""
    if booking.status != Booking.Status.CANCELED:
        return {}
    fee = booking.cancellation_fee
    return {
        "fee": Money(fee, booking.currency) if fee else None,
        "undo_until": booking.hold_expires_at,
    }


def _bill(booking: Booking) -> Bill:
    by_plan = plan_words_of(booking).get(booking.pk, "")
    extras = [
        BillLine(extra.name, Money(extra.price, booking.currency))
        for extra in booking.add_ons.order_by("pk")
    ]
    total = None if booking.price is None else Money(booking.price, booking.currency)
    status, option = _how_it_is_paid(booking, is_extra=bool(by_plan))
    lines: list[BillLine] = []
    if total is not None:
        base = total - sum((line.amount for line in extras), Money(0, booking.currency))
        lines = extras if by_plan else [BillLine(booking.title, base), *extras]
    return Bill(
        lines=tuple(lines),
        total=total,
        text=booking.price_text,
        status=status,
        option=option,
        by_plan=by_plan,
        is_for_nobody=not booking.contact_email and not booking.contact_phone,
        parts=paid_parts(
            booking.paid + booking.returned if booking.payment_status == "PAID" else booking.paid,
            paid_parts_of(booking),
            currency=booking.currency,
            locale=booking.business.locale,
        ),
        **_cancelled(booking),
    )


def _undo_seconds(access: Access, booking: Booking, *, now: datetime) -> int:
    undoable = find_undoable(access=access, now=now)
    return next((card.seconds for found, card in undoable if found.pk == booking.pk), 0)


def _events(booking: Booking) -> tuple[Event, ...]:
    """The latest first."""
    events = BookingEvent.objects.filter(booking=booking).select_related("user").order_by("-pk")
    came = came_words_at(booking)
    return tuple(
        Event(
            at=event.at,
            action=event.action,
            actor=event.actor,
            who=name_of(event.user),
            reason=event.reason,
            moved=event.moved,
            better_at=event.better_at,
            came=came.get(event.at, "") if event.action == BookingEvent.Action.PAID else "",
            people=_people_changed(event),
        )
        for event in events
    )


def _people_changed(event: BookingEvent) -> tuple[int, int] | None:
    was, now = event.before.get("party_size"), event.after.get("party_size")
    is_told = event.action == BookingEvent.Action.RESIZED and was and now and was != now
    return (was, now) if is_told else None


def _messages(access: Access, booking: Booking) -> tuple[Message, ...]:
    if not access.may(Right.SEE_CONTACT):
        return ()
    return tuple(list_messages(booking_id=booking.pk))


def count_visits(*, bookings: Sequence[Booking], now: datetime) -> Mapping[int, int]:
    """Count the confirmed bookings that are over, by customer; people without any are missing."""
    customers = {booking.customer_id for booking in bookings if booking.customer_id}
    over = Booking.objects.filter(
        customer_id__in=customers, status=Booking.Status.CONFIRMED, ends_at__lte=now
    )
    rows = over.order_by().values_list("customer_id").annotate(n=Count("pk"))
    return {pk: n for pk, n in rows if pk is not None}


def read_answers(
    *, access: Access, bookings: Sequence[Booking]
) -> Mapping[tuple[int, int | None], Pairs]:
    """Read (label, value) pairs by booking and participant, None for the person who booked.

    Without SEE_CONTACT there are none, without SEE_SENSITIVE no sensitive ones (rule D2).
    """
    if not access.may(Right.SEE_CONTACT):
        return {}
    answers = Answer.objects.filter(booking_id__in=[booking.pk for booking in bookings])
    if not access.may(Right.SEE_SENSITIVE):
        answers = answers.filter(sensitive=False)
    found: dict[tuple[int, int | None], list[tuple[str, str]]] = defaultdict(list)
    for booking_id, participant_id, label, value in answers.values_list(
        "booking_id", "participant_id", "label", "value"
    ):
        found[(booking_id, participant_id)].append((label, value))
    return {key: tuple(pairs) for key, pairs in found.items()}
