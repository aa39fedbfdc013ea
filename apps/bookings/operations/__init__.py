"""The verbs of a booking. Rows are locked in this order: booking, resources, session."""

from apps.bookings.operations._access import create_access_link, exchange_link, revoke_links
from apps.bookings.operations._attend import NotOnTheList, mark_all_here, mark_attendance
from apps.bookings.operations._cancel import cancel_booking
from apps.bookings.operations._cancel_class import cancel_class
from apps.bookings.operations._confirm import confirm_request
from apps.bookings.operations._decline import decline_request
from apps.bookings.operations._drafts import Visitor
from apps.bookings.operations._errors import (
    AlreadyCorrected,
    CannotJoin,
    DoesNotFit,
    DraftGone,
    NotAllowed,
    NotBookable,
    NotWelcome,
    PriceChanged,
    SlotGone,
    StaleRevision,
    SuggestionTaken,
    TooLateToUndo,
)
from apps.bookings.operations._find import ask_for_links
from apps.bookings.operations._hold import place_hold
from apps.bookings.operations._hold_seats import hold_seats
from apps.bookings.operations._note import note_booking
from apps.bookings.operations._readdress import correct_address
from apps.bookings.operations._release import (
    extend_draft_hold,
    forget_abandoned_drafts,
    keep_draft_text,
    release_draft,
)
from apps.bookings.operations._submit import Details, GivenAnswer, submit_draft
from apps.bookings.operations._suggest import suggest_times
from apps.bookings.operations._undo import undo_decision

__all__ = [
    "AlreadyCorrected",
    "CannotJoin",
    "Details",
    "DoesNotFit",
    "DraftGone",
    "GivenAnswer",
    "NotAllowed",
    "NotBookable",
    "NotOnTheList",
    "NotWelcome",
    "PriceChanged",
    "SlotGone",
    "StaleRevision",
    "SuggestionTaken",
    "TooLateToUndo",
    "Visitor",
    "ask_for_links",
    "cancel_booking",
    "cancel_class",
    "confirm_request",
    "correct_address",
    "create_access_link",
    "decline_request",
    "exchange_link",
    "extend_draft_hold",
    "forget_abandoned_drafts",
    "hold_seats",
    "keep_draft_text",
    "mark_all_here",
    "mark_attendance",
    "note_booking",
    "place_hold",
    "release_draft",
    "revoke_links",
    "submit_draft",
    "suggest_times",
    "undo_decision",
]
