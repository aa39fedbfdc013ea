"""What cancelling a booking would do, and until when it can be taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils.translation import gettext as _

from apps.bookings.cancellation import undo_ends_at
from apps.bookings.models import Booking
from apps.bookings.policy import Action, Policy, allowed_actions, free_until, is_free_now
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.cancelling import cancelled_by_policy
from apps.bookings.queries.ending import is_called_off, own_cancellation_of
from apps.bookings.queries.moving import times_moved
from apps.bookings.queries.requests import may_leave
from apps.bookings.states import Status
from apps.bookings.ways import Way, way_to_cancel
from apps.checkout.queries.orders import settlement_of
from apps.kernel.money import Money

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CancelEffect:
    """fee is what it costs, paid what came so far; back goes back the way it came, by_hand is for
    the team to hand over, owed is what of the fee was not paid yet. released is on a card and let
    go. visit is "BACK" or "KEPT" where a plan pays, else "", of visits, one for each person.
    free_until is when it ceases to be free (UTC), None where it has or where nobody has said yes
    yet. undo_minutes is for how long it can be taken back, 0 where it cannot."""

    fee: Money
    paid: Money
    back: Money
    by_hand: Money
    owed: Money
    released: Money
    visit: str
    visits: int
    free_until: datetime | None
    undo_minutes: int


def may_cancel_now(*, booking: Booking, now: datetime, is_known: bool = False) -> bool:
    """Whether its customer may cancel this booking, or withdraw this request, here and now;
    is_known: they are signed in."""
    if booking.status == Booking.Status.WAITING_LIST:
        return False  # a place in line is left on a page of its own
    actions = allowed_actions(
        policy=policy_of_customer(booking=booking, is_known=is_known),
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        is_team=False,
    )
    return Action.CANCEL in actions


def why_not_here(*, booking: Booking, now: datetime, is_known: bool) -> str:
    """Why its customer cannot cancel a booking here, or not yet."""
    way = way_to_cancel(
        policy_of_customer(booking=booking, is_known=is_known),
        starts_at=booking.starts_at,
        now=now,
        has_mailbox=bool(booking.contact_email),
    )
    if booking.status == Booking.Status.CONFIRMED and way is Way.SIGN_IN:
        return _("Sign in to cancel this booking.")
    return _("This can no longer be cancelled here.")


def may_after_sign_in(*, booking: Booking, now: datetime) -> bool:
    """Whether its customer could do more with a booking if they signed in: its frozen policy lets
    no guest cancel, or move, what customers may here and now (rule B41)."""
    if not booking.contact_email:
        return False
    policy = policy_of_customer(booking=booking)
    known = policy.as_for(is_known=True)
    if policy == known:
        return False

    def actions(policy: Policy) -> frozenset[Action]:
        return allowed_actions(
            policy=policy,
            status=Status(booking.status),
            kind=booking.kind,
            starts_at=booking.starts_at,
            now=now,
            is_team=False,
            asks_first=not may_leave(booking),
            moved=times_moved(booking, policy),
        )

    return bool(actions(known) - actions(policy))


def effect_of_cancelling(*, booking: Booking, now: datetime) -> CancelEffect:
    """What would become of the money and the visit of a booking if its customer cancelled now."""
    by_policy, status = cancelled_by_policy(booking=booking, now=now), Status(booking.status)
    policy = Policy.from_snapshot(booking.policy_snapshot)
    share = settlement_of(booking=booking, fee=by_policy.fee)
    is_free = status is Status.PENDING or is_free_now(
        policy=policy, starts_at=booking.starts_at, now=now
    )
    visit = {None: "", True: "KEPT", False: "BACK"}[by_policy.keeps_visit]
    money = partial(Money, currency=booking.currency)
    undo_ends = undo_ends_at(
        starts_at=booking.starts_at, is_explained=booking.is_explained, now=now
    )
    ends = free_until(policy=policy, starts_at=booking.starts_at)
    return CancelEffect(
        fee=money(by_policy.fee),
        paid=money(booking.paid),
        back=money(share.back),
        by_hand=money(share.by_hand),
        owed=money(share.owed),
        released=money(booking.authorized),
        visit=visit,
        visits=booking.party_size,
        free_until=ends if is_free and status is Status.CONFIRMED else None,
        undo_minutes=(undo_ends - now) // ONE_MINUTE,
    )


def undo_until(*, booking: Booking, now: datetime) -> datetime | None:
    """Until when its customer can take a cancellation back (UTC), None when they cannot, as when it
    does not take place for anybody."""
    until = booking.hold_expires_at
    if booking.status != Booking.Status.CANCELED or until is None:
        return None
    is_open = now < until and now < booking.starts_at
    if not is_open or is_called_off(booking):
        return None
    return until if own_cancellation_of(booking=booking) else None
