"""The verbs of a booking. Rows are locked in this order: booking, resources, session."""

from apps.bookings.operations._access import create_access_link, exchange_link, revoke_links
from apps.bookings.operations._add_booking import add_booking
from apps.bookings.operations._add_people import NotComing, add_people
from apps.bookings.operations._attend import NotOnTheList, mark_all_here, mark_attendance
from apps.bookings.operations._cancel import cancel_booking
from apps.bookings.operations._cancel_class import cancel_class
from apps.bookings.operations._cancel_run import cancel_course_date, cancel_run
from apps.bookings.operations._change_class import change_class
from apps.bookings.operations._change_zone import ClockConflicts, change_zone
from apps.bookings.operations._confirm import confirm_request
from apps.bookings.operations._decline import decline_request
from apps.bookings.operations._details import Details, GivenAnswer
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
from apps.bookings.operations._find import ask_for_links
from apps.bookings.operations._finish import decline_draft, finish_draft
from apps.bookings.operations._hold import place_hold
from apps.bookings.operations._hold_again import hold_again
from apps.bookings.operations._hold_seats import hold_seats
from apps.bookings.operations._message import message_people
from apps.bookings.operations._minimum import decide_minimums, let_take_place
from apps.bookings.operations._move_places import move_places
from apps.bookings.operations._moves import UNDO_WINDOW, Actor, line_of_history, lock_booking
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
from apps.bookings.operations._places import change_places
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
from apps.bookings.operations._waitlist_answer import (
    NotInLine,
    OfferGone,
    enrol_from_line,
    leave_waitlist,
    move_to_front,
    refuse_offer,
    take_offered_place,
)
from apps.bookings.operations._waitlist_close import close_waitlists, tell_offer
from apps.bookings.operations._waitlist_join import (
    AlreadyInLine,
    CannotWait,
    LineIsFull,
    NotFull,
    WaitingDetails,
    join_waitlist,
)
from apps.bookings.operations._waitlist_offer import (
    OFFER_TOPIC,
    lapse_offers,
    offer_places,
    offer_what_came_free,
)
from apps.bookings.operations._wish_answer import (
    give_time,
    offer_time,
    refuse_time,
    take_offered_time,
)
from apps.bookings.operations._wish_join import (
    TimesAreFree,
    WishIsClosed,
    WishIsOver,
    wait_for_time,
)
from apps.bookings.operations._wish_offer import lapse_times, offer_free_times

__all__ = [
    "OFFER_TOPIC",
    "UNDO_WINDOW",
    "Actor",
    "AlreadyCorrected",
    "AlreadyInLine",
    "AtTheTill",
    "CannotJoin",
    "CannotMove",
    "CannotWait",
    "ClockConflicts",
    "Details",
    "DoesNotFit",
    "DraftGone",
    "GivenAnswer",
    "HoldsAnother",
    "LineIsFull",
    "MoneyOfBooking",
    "NoConflict",
    "NotAllowed",
    "NotBookable",
    "NotComing",
    "NotFull",
    "NotInLine",
    "NotOnTheList",
    "NotWelcome",
    "OfferGone",
    "PlanDoesNotPay",
    "PriceChanged",
    "SlotGone",
    "StaleRevision",
    "SuggestionTaken",
    "TimesAreFree",
    "TooFewSoFar",
    "TooLateToUndo",
    "TooManyPeople",
    "Visitor",
    "WaitingDetails",
    "WishIsClosed",
    "WishIsOver",
    "add_booking",
    "add_people",
    "ask_for_links",
    "cancel_booking",
    "cancel_class",
    "cancel_course_date",
    "cancel_run",
    "change_class",
    "change_places",
    "change_zone",
    "close_waitlists",
    "confirm_request",
    "correct_address",
    "create_access_link",
    "decide_minimums",
    "decline_draft",
    "decline_request",
    "enrol_from_line",
    "exchange_link",
    "extend_draft_hold",
    "finish_draft",
    "forget_abandoned_drafts",
    "give_time",
    "hold_again",
    "hold_draft_again",
    "hold_seats",
    "join_waitlist",
    "keep_both",
    "keep_draft_text",
    "lapse_offers",
    "lapse_times",
    "leave_waitlist",
    "let_take_place",
    "line_of_history",
    "lock_booking",
    "lock_counted",
    "lock_draft",
    "mark_all_here",
    "mark_attendance",
    "message_people",
    "move_out_of_conflict",
    "move_places",
    "move_the_other",
    "move_to_front",
    "note_booking",
    "note_kept",
    "note_let_go",
    "note_money",
    "note_owed",
    "note_plan",
    "note_price",
    "offer_free_times",
    "offer_places",
    "offer_time",
    "offer_what_came_free",
    "place_hold",
    "prepare_draft",
    "refuse_offer",
    "refuse_time",
    "release_draft",
    "revoke_links",
    "set_online_link",
    "settle_conflict",
    "settle_unanswered",
    "submit_draft",
    "suggest_times",
    "take_offered_place",
    "take_offered_time",
    "take_over_draft",
    "tell_offer",
    "undo_decision",
    "wait_for_time",
]
