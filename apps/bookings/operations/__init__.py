"""The verbs of a booking. Rows are locked in this order: booking, resources, session."""

from apps.bookings.operations.access import create_access_link, exchange_link, revoke_links
from apps.bookings.operations.amend import correct_address, note_booking, set_online_link
from apps.bookings.operations.cancel import cancel_booking
from apps.bookings.operations.change_zone import ClockConflicts, change_zone
from apps.bookings.operations.decide import (
    confirm_request,
    decline_request,
    suggest_times,
    undo_decision,
)
from apps.bookings.operations.drafts import Visitor
from apps.bookings.operations.errors import (
    AlreadyCorrected,
    AtTheTill,
    CannotJoin,
    CannotMove,
    CustomerBlocked,
    DoesNotFit,
    DraftGone,
    HoldsAnother,
    NotAllowed,
    NotBookable,
    PlanDoesNotPay,
    PriceChanged,
    SlotGone,
    StaleRevision,
    SuggestionTaken,
    TooFewSoFar,
    TooLateToUndo,
    TooManyPeople,
)
from apps.bookings.operations.finish import decline_draft, finish_draft
from apps.bookings.operations.hold import (
    extend_draft_hold,
    forget_abandoned_drafts,
    keep_draft_text,
    place_hold,
    release_draft,
)
from apps.bookings.operations.hold_again import hold_again, hold_draft_again, take_over_draft
from apps.bookings.operations.paid import (
    MoneyOfBooking,
    note_kept,
    note_let_go,
    note_money,
    note_owed,
    note_plan,
    note_price,
)
from apps.bookings.operations.prepare import prepare_draft
from apps.bookings.operations.resolve import (
    NoConflict,
    keep_both,
    move_out_of_conflict,
    move_the_other,
    settle_conflict,
)
from apps.bookings.operations.submit import (
    ContactDetails,
    Details,
    GivenAnswer,
    lock_counted,
    lock_draft,
    submit_draft,
)
from apps.bookings.operations.transitions import Actor, line_of_history, lock_booking
from apps.bookings.operations.unanswered import settle_unanswered
from apps.bookings.states import UNDO_WINDOW

__all__ = [
    "UNDO_WINDOW",
    "Actor",
    "AlreadyCorrected",
    "AtTheTill",
    "CannotJoin",
    "CannotMove",
    "ClockConflicts",
    "ContactDetails",
    "CustomerBlocked",
    "Details",
    "DoesNotFit",
    "DraftGone",
    "GivenAnswer",
    "HoldsAnother",
    "MoneyOfBooking",
    "NoConflict",
    "NotAllowed",
    "NotBookable",
    "PlanDoesNotPay",
    "PriceChanged",
    "SlotGone",
    "StaleRevision",
    "SuggestionTaken",
    "TooFewSoFar",
    "TooLateToUndo",
    "TooManyPeople",
    "Visitor",
    "cancel_booking",
    "change_zone",
    "confirm_request",
    "correct_address",
    "create_access_link",
    "decline_draft",
    "decline_request",
    "exchange_link",
    "extend_draft_hold",
    "finish_draft",
    "forget_abandoned_drafts",
    "hold_again",
    "hold_draft_again",
    "keep_both",
    "keep_draft_text",
    "line_of_history",
    "lock_booking",
    "lock_counted",
    "lock_draft",
    "move_out_of_conflict",
    "move_the_other",
    "note_booking",
    "note_kept",
    "note_let_go",
    "note_money",
    "note_owed",
    "note_plan",
    "note_price",
    "place_hold",
    "prepare_draft",
    "release_draft",
    "revoke_links",
    "set_online_link",
    "settle_conflict",
    "settle_unanswered",
    "submit_draft",
    "suggest_times",
    "take_over_draft",
    "undo_decision",
]
