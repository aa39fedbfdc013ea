"""The verbs of a booking. Rows are locked in this order: booking, resources, session."""

from apps.bookings.operations._access import create_access_link, exchange_link, revoke_links
from apps.bookings.operations._cancel import cancel_booking
from apps.bookings.operations._change_zone import ClockConflicts, change_zone
from apps.bookings.operations._confirm import confirm_request
from apps.bookings.operations._decline import decline_request
from apps.bookings.operations._details import ContactDetails, Details, GivenAnswer
from apps.bookings.operations._drafts import Visitor
from apps.bookings.operations._errors import (
    AlreadyCorrected,
    AtTheTill,
    CannotJoin,
    CannotMove,
    DoesNotFit,
    DraftGone,
    HoldsAnother,
    NotAllowed,
    NotBookable,
    NotWelcome,
    PlanDoesNotPay,
    PriceChanged,
    SlotGone,
    StaleRevision,
    SuggestionTaken,
    TooFewSoFar,
    TooLateToUndo,
    TooManyPeople,
)
from apps.bookings.operations._finish import decline_draft, finish_draft
from apps.bookings.operations._hold import place_hold
from apps.bookings.operations._hold_again import hold_again
from apps.bookings.operations._moves import Actor, line_of_history, lock_booking
from apps.bookings.operations._note import note_booking
from apps.bookings.operations._online_link import set_online_link
from apps.bookings.operations._paid import (
    MoneyOfBooking,
    note_kept,
    note_let_go,
    note_money,
    note_owed,
    note_plan,
    note_price,
)
from apps.bookings.operations._prepare import prepare_draft
from apps.bookings.operations._readdress import correct_address
from apps.bookings.operations._release import (
    extend_draft_hold,
    forget_abandoned_drafts,
    keep_draft_text,
    release_draft,
)
from apps.bookings.operations._resolve import (
    NoConflict,
    keep_both,
    move_out_of_conflict,
    move_the_other,
    settle_conflict,
)
from apps.bookings.operations._submit import lock_counted, lock_draft, submit_draft
from apps.bookings.operations._suggest import suggest_times
from apps.bookings.operations._take_over import hold_draft_again, take_over_draft
from apps.bookings.operations._unanswered import settle_unanswered
from apps.bookings.operations._undo import undo_decision
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
    "Details",
    "DoesNotFit",
    "DraftGone",
    "GivenAnswer",
    "HoldsAnother",
    "MoneyOfBooking",
    "NoConflict",
    "NotAllowed",
    "NotBookable",
    "NotWelcome",
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
