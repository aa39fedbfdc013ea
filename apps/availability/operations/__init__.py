"""The one door to scarce time (rule C1): only these write sessions,
occupancies and seats. Each runs in one short transaction: lock in key order, look, check, write.
"""

from apps.availability.operations._block import block_time
from apps.availability.operations._cancel_sessions import cancel_sessions
from apps.availability.operations._change_sessions import (
    SessionChange,
    SessionsHaveChanged,
    UnclearTime,
    change_sessions,
)
from apps.availability.operations._course_runs import (
    cancel_course_date,
    cancel_course_run,
    open_course_run,
)
from apps.availability.operations._decide import decide_day, decide_target, move_words
from apps.availability.operations._errors import (
    BusyTryAgain,
    IsDecided,
    NoSeats,
    SeatsTaken,
    SlotTaken,
    saying_busy,
)
from apps.availability.operations._extend import extend_hold
from apps.availability.operations._force import force_time
from apps.availability.operations._keep import keep_time
from apps.availability.operations._offers import (
    lock_target,
    offer_seats,
    take_offered_seats,
    withdraw_seats,
)
from apps.availability.operations._open_series import open_series
from apps.availability.operations._open_sessions import (
    ResourceElsewhere,
    SessionFacts,
    SessionsCollide,
    open_sessions,
)
from apps.availability.operations._override import Override
from apps.availability.operations._release import forget_session, release_time
from apps.availability.operations._release_all import release_all_seats, release_run_seats
from apps.availability.operations._request import request_time, unkeep_time
from apps.availability.operations._rezone import lock_time_by, move_sessions
from apps.availability.operations._seats import (
    change_seats,
    extend_seats,
    force_seats,
    forget_seats,
    hold_seats_again,
    keep_seats,
    lock_for_move,
    release_seats,
    seat,
    set_capacity,
    sweep_lapsed_seats,
    take_seats,
)
from apps.availability.operations._sweep import sweep_expired_holds
from apps.availability.operations._take import Claim, take_time
from apps.availability.operations._wish import grant_time, wish_time, withdraw_time
from apps.availability.operations.locking import lock_resources

__all__ = [
    "BusyTryAgain",
    "Claim",
    "IsDecided",
    "NoSeats",
    "Override",
    "ResourceElsewhere",
    "SeatsTaken",
    "SessionChange",
    "SessionFacts",
    "SessionsCollide",
    "SessionsHaveChanged",
    "SlotTaken",
    "UnclearTime",
    "block_time",
    "cancel_course_date",
    "cancel_course_run",
    "cancel_sessions",
    "change_seats",
    "change_sessions",
    "decide_day",
    "decide_target",
    "extend_hold",
    "extend_seats",
    "force_seats",
    "force_time",
    "forget_seats",
    "forget_session",
    "grant_time",
    "hold_seats_again",
    "keep_seats",
    "keep_time",
    "lock_for_move",
    "lock_resources",
    "lock_target",
    "lock_time_by",
    "move_sessions",
    "move_words",
    "offer_seats",
    "open_course_run",
    "open_series",
    "open_sessions",
    "release_all_seats",
    "release_run_seats",
    "release_seats",
    "release_time",
    "request_time",
    "saying_busy",
    "seat",
    "set_capacity",
    "sweep_expired_holds",
    "sweep_lapsed_seats",
    "take_offered_seats",
    "take_seats",
    "take_time",
    "unkeep_time",
    "wish_time",
    "withdraw_seats",
    "withdraw_time",
]
