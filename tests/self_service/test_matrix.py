"""Every kind of booking in every state, for everybody who may come to it: a button that is shown is
a POST that is accepted (rule B4), every other POST says so with its status and changes nothing, and
after each that was accepted the ledger is in order.

Read a row of the first table as: a booking of this kind in this state; what its customer may do;
what an owner may do. The second tells what is answered to everything else, the first line that fits
counts; the third who of the team may do what.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.models import Booking
from apps.bookings.policy import Action, Policy, allowed_actions
from apps.bookings.queries.move_requests import find_move_request, is_answerable
from apps.bookings.queries.moving import times_moved
from apps.bookings.queries.requests import may_leave
from apps.bookings.states import Status
from apps.businesses.models import Business
from apps.catalog.models import StaffMember
from apps.dashboard.roles import ROLES, Right
from apps.ledger.check import find_all
from tests.factories import make_salon
from tests.factories.studio import make_studio
from tests.self_service.matrix import appointments, groups, people
from tests.self_service.matrix.doors import CUSTOMERS, TEAM
from tests.self_service.matrix.play import Played, play

pytestmark = [pytest.mark.django_db, pytest.mark.long]  # a walk over every cell

ACCEPTED = """
APPOINTMENT
CREATED                    |                             |
PENDING                    | cancel move                 | confirm decline suggest cancel move paid
PENDING, asked to wait on  | cancel move wait-on         | confirm decline suggest cancel move paid
PENDING, never answered    |                             | confirm decline suggest cancel move paid
CONFIRMED                  | cancel move better          | cancel move paid
CONFIRMED, too late        |                             | cancel move paid
CONFIRMED, over            |                             | cancel move no-show paid
CONFIRMED, paid in person  | cancel move better          | cancel move undo-paid refund
CONFIRMED, paid online     | cancel move better          | cancel move refund
CONFIRMED, deposit paid    | cancel move better pay      | cancel move paid refund
CONFIRMED, paid too late   | cancel move another refund  | cancel move refund
CONFIRMED, agreed just now | cancel move                 | undo cancel move paid
CONFIRMED, agreed          | cancel move                 | cancel move paid
CONFIRMED, asking to move  | cancel withdraw             | agree keep-time cancel move paid
CONFIRMED, just moved      | cancel move put-back better | cancel move paid
CONFIRMED, moved often     | cancel                      | cancel move paid
CONFIRMED, switched off    |                             | cancel move paid
CONFIRMED, not for guests  |                             | cancel move paid
CONFIRMED, wishing         | cancel move better stop     | cancel move paid
CONFIRMED, better offered  | cancel move stop swap keep  | cancel move paid
CONFIRMED, did not come    | pay                         | cancel came paid ask-to-pay waive
CONFIRMED, fee waived      |                             | cancel came
CANCELED                   |                             |
CANCELED, by the customer  | undo                        |
CANCELED, for good         |                             |
CANCELED, owing a fee      | pay                         | paid ask-to-pay waive
CANCELED, money back       |                             |
DECLINED, just now         |                             | undo
DECLINED                   |                             |
WAITING_LIST               | leave                       | cancel
WAITING_LIST, offered      | take refuse leave           | cancel
CLASS
CREATED                    |                             |
PENDING                    | cancel move people          | confirm decline cancel move people paid
CONFIRMED                  | cancel move people          | cancel move people paid
CONFIRMED, too late        | people                      | cancel move people paid
CONFIRMED, just moved      | cancel move put-back people | cancel move people paid
CONFIRMED, begun           |                             | cancel move people no-show paid
CONFIRMED, over            |                             | cancel move no-show paid
CONFIRMED, paid in person  | cancel move people          | cancel move people undo-paid refund
CONFIRMED, paid online     | cancel move people          | cancel move people refund
CONFIRMED, came            |                             | cancel move people no-show paid
CONFIRMED, did not come    | pay                         | cancel came paid ask-to-pay waive
CANCELED                   |                             |
CANCELED, by the customer  | undo                        |
DECLINED                   |                             |
WAITING_LIST               | leave                       | cancel
WAITING_LIST, offered      | take refuse leave           | cancel
COURSE
PENDING                    | cancel people               | confirm decline cancel move people paid
CONFIRMED                  | cancel people               | cancel move people paid
CONFIRMED, too late        | people                      | cancel move people paid
CONFIRMED, begun           |                             | cancel move people paid
CONFIRMED, over            |                             | cancel move paid
CONFIRMED, paid in person  | cancel people               | cancel move people undo-paid refund
CANCELED                   |                             |
CANCELED, by the customer  | undo                        |
WAITING_LIST               | leave                       | cancel
WAITING_LIST, offered      | take refuse leave           | cancel
"""

ANSWERED = """
*      | CREATED                      | *                 | 404
course | WAITING_LIST*                | move              | 409
course | *                            | move              | 404
class  | WAITING_LIST*                | move              | 404
*      | *                            | stop              | same
*      | *wishing                     | swap              | 410
*      | *wishing                     | keep              | same
*      | WAITING_LIST                 | take              | 410
*      | WAITING_LIST                 | refuse            | same
*      | *                            | take refuse leave | 404
*      | PENDING* CONFIRMED*          | undo              | same
*      | CANCELED,?by* CANCELED,?for* | cancel            | same
*      | CANCELED,?owing*             | cancel            | same
*      | *                            | *                 | 409
"""

ANSWERED_TO_THE_TEAM = """
*           | WAITING_LIST*        | suggest | 409
class       | *                    | suggest | same
course      | *                    | suggest | same
*           | *owing* *waived      | refund  | 422
*           | *did?not?come        | refund  | 422
*           | *                    | *       | 409
"""

RIGHTS = {
    "confirm": Right.DECIDE,
    "decline": Right.DECIDE,
    "undo": Right.DECIDE,
    "suggest": Right.DECIDE,
    "agree": Right.DECIDE,
    "keep-time": Right.DECIDE,
    "cancel": Right.CANCEL,
    "move": Right.CANCEL,
    "people": Right.CANCEL,
    "no-show": Right.CHECK_IN,
    "came": Right.CHECK_IN,
    "paid": Right.TAKE_MONEY,
    "undo-paid": Right.TAKE_MONEY,
    "refund": Right.REFUND,
    "ask-to-pay": Right.TAKE_MONEY,
    "waive": Right.REFUND,
    "note": Right.NOTE,
}

CALLED: dict[Action, tuple[str, ...]] = {
    Action.CONFIRM: ("confirm",),
    Action.DECLINE: ("decline",),
    Action.CANCEL: ("cancel", "leave"),
    Action.MOVE: ("move",),
    Action.ASK_TO_MOVE: ("move",),
    Action.ANSWER_MOVE: ("agree", "keep-time"),
    Action.NOTE: ("note",),
}
"""What the one function that decides calls the doors that it decides about."""


@dataclass(frozen=True)
class Row:
    kind: str
    state: str
    customer: Set[str]
    owner: Set[str]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


def rows() -> Iterator[Row]:
    kind = ""
    for line in ACCEPTED.strip().splitlines():
        if "|" not in line:
            kind = line.lower()
            continue
        state, customer, owner = (it.strip() for it in line.split("|"))
        may = frozenset(owner.split()) | {"note"}
        yield Row(kind, state, frozenset(customer.split()), may)


def answer(table: str, door: str, row: Row) -> str:
    """What a table says of a door that is closed."""
    for line in table.strip().splitlines():
        kind, states, doors, found = (it.strip() for it in line.split("|"))
        if fits(row.kind, kind) and fits(row.state, states) and fits(door, doors):
            return found
    raise AssertionError(door)


def fits(word: str, patterns: str) -> bool:
    return any(fnmatch(word, it) for it in patterns.split())


@dataclass(frozen=True)
class Stage:
    business: Business
    chair: StaffMember
    booking: Booking
    at: datetime

    @property
    def page(self) -> str:
        return f"/manage/{self.booking.reference}/"

    @property
    def teams_page(self) -> str:
        return f"/own/{self.business.slug}/bookings/{self.booking.reference}/"


def staged(row: Row) -> Stage:
    if row.kind == "appointment":
        salon = make_salon(slug="juniper")
        appointments.full_thursday(salon)
        booking, at = appointments.STATES[row.state](salon)
        return Stage(salon.business, salon.ana, booking, at)
    studio = make_studio()
    target = groups.session(studio) if row.kind == "class" else groups.run(studio)
    booking, at = groups.STATES[row.state](studio, target)
    return Stage(studio.business, studio.noor, booking, at)


@pytest.mark.parametrize("row", [*rows()], ids=str)
def test_what_is_shown_is_what_is_accepted(row: Row, at_now: datetime) -> None:
    stage = staged(row)
    with time_machine.travel(stage.at, tick=False):
        assert_customers(row, stage)
        assert_strangers(stage)
        assert_team(row, stage)
        assert_in_order()


def assert_in_order() -> None:
    """By the clock that the row stopped."""
    assert [str(it) for it in find_all(business_id=None, now=timezone.now())] == []


def assert_customers(row: Row, stage: Stage) -> None:
    """Whoever has the link; whoever booked in this browser, or is signed in, sees and does as much,
    and more where the policy trusts only those."""
    browser = people.customers_browser("by link", stage.booking, at=stage.at)
    played = play(
        browser, stage.page, CUSTOMERS, stage.booking, check=assert_in_order, asks_stale=True
    )
    closed = {it.name for it in CUSTOMERS} - row.customer
    assert (played.seen, played.done) == (row.customer, row.customer)
    assert played.refused == {it: answer(ANSWERED, it, row) for it in closed}
    assert_refused_when_old(row, played)
    for who in ("in the browser that booked", "signed in"):
        is_known = who == "signed in"
        expected = row.customer
        if is_known and "not for guests" in row.state:
            expected = {"cancel", "move", "better"}
        browser = people.customers_browser(who, stage.booking, at=stage.at)
        played = play(browser, stage.page, CUSTOMERS, stage.booking, tries=expected)
        assert (who, played.seen, played.done) == (who, expected, expected)
        assert_decided(row, stage, expected, is_team=False, is_known=is_known)


def assert_strangers(stage: Stage) -> None:
    for who in people.STRANGERS:
        browser = people.customers_browser(who, stage.booking, at=stage.at)
        assert closed_to(play(browser, stage.page, CUSTOMERS, stage.booking), "404"), who


def assert_team(row: Row, stage: Stage) -> None:
    browser = people.members_browser("OWNER", stage.business, stage.chair)
    played = play(
        browser, stage.teams_page, TEAM, stage.booking, check=assert_in_order, asks_stale=True
    )
    closed = {it.name for it in TEAM} - row.owner
    assert (played.seen, played.done) == (row.owner, row.owner)
    assert played.refused == {it: answer(ANSWERED_TO_THE_TEAM, it, row) for it in closed}
    assert_refused_when_old(row, played)
    assert_decided(row, stage, row.owner, is_team=True)
    for role in people.ROLES[1:]:
        assert_role(role, row, stage)
    elsewhere = people.members_browser("OWNER", make_salon(slug="elsewhere").business, stage.chair)
    assert closed_to(play(elsewhere, stage.teams_page, TEAM, stage.booking), "404")
    nobody = people.members_browser("nobody", stage.business, stage.chair)
    assert closed_to(play(nobody, stage.teams_page, TEAM, stage.booking), "sign-in")


def assert_refused_when_old(row: Row, played: Played) -> None:
    """A page that is older than the booking changes nothing; whoever leaves a line leaves it."""
    asked = played.stale.keys() - {"leave"}
    assert {it: played.stale[it] for it in asked} == dict.fromkeys(asked, "409")


def assert_role(role: str, row: Row, stage: Stage) -> None:
    """What an owner may do, as far as the role has the right; to everything else there is no
    address. What the booking does not allow is refused by the same line of code as to an owner."""
    browser = people.members_browser(role, stage.business, stage.chair)
    mine = {it for it, right in RIGHTS.items() if right in ROLES[role]}
    is_hidden = role == "STAFF" and stage.booking.resource_id != stage.chair.resource_id
    if is_hidden:
        mine = set()
    others = {it.name for it in TEAM} - mine
    played = play(browser, stage.teams_page, TEAM, stage.booking, tries=others | row.owner)
    assert (role, played.seen, played.done) == (role, row.owner & mine, row.owner & mine)
    assert set(played.refused.values()) <= {"404", "403"}, (role, played.refused)


def closed_to(played: Played, told: str) -> bool:
    return not played.seen | played.done and set(played.refused.values()) == {told}


def assert_decided(
    row: Row, stage: Stage, doors: Set[str], *, is_team: bool, is_known: bool = False
) -> None:
    """The table says what the one function says that page and POST ask (rule B4)."""
    booking = Booking.objects.select_related("service__business").get(pk=stage.booking.pk)
    policy = Policy.from_snapshot(booking.policy_snapshot).as_for(is_known=is_known)
    asked = find_move_request(booking=booking)
    actions = allowed_actions(
        policy=policy,
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=stage.at,
        is_team=is_team,
        asks_first=not may_leave(booking),
        has_asked=asked is not None and (not is_team or is_answerable(asked, now=stage.at)),
        moved=times_moved(booking, policy),
    )
    decided = {door for action in actions for door in CALLED[action]}
    told = {door for named in CALLED.values() for door in named}
    if is_team and ("did not come" in row.state or "fee waived" in row.state):
        told.discard("move")  # what was missed goes to no other time (B40)
    if row.customer & {"leave"}:
        told -= {"cancel", "leave"}
    else:
        told.discard("leave")
    assert decided & told == doors & told
