from apps.classes.operations.ask_to_move import accept_session, ask_for_session
from apps.classes.operations.cancel import cancel_class, cancel_course_date, cancel_run
from apps.classes.operations.change import VisitsMeet, change_class, change_places
from apps.classes.operations.join import NotComing, add_booking, add_people, hold_seats
from apps.classes.operations.minimum import decide_minimums, let_take_place
from apps.classes.operations.move import move_places, undo_move_of_places
from apps.classes.operations.party import change_party
from apps.classes.operations.roster import (
    NotOnTheList,
    mark_all_here,
    mark_attendance,
    message_people,
)
from apps.classes.queries.party import PartyFixed

__all__ = [
    "NotComing",
    "NotOnTheList",
    "PartyFixed",
    "VisitsMeet",
    "accept_session",
    "add_booking",
    "add_people",
    "ask_for_session",
    "cancel_class",
    "cancel_course_date",
    "cancel_run",
    "change_class",
    "change_party",
    "change_places",
    "decide_minimums",
    "hold_seats",
    "let_take_place",
    "mark_all_here",
    "mark_attendance",
    "message_people",
    "move_places",
    "undo_move_of_places",
]
