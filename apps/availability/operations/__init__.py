"""The one door to scarce time (design.md section 4, law 1): only these write sessions,
occupancies and seats. Each runs in one short transaction: lock in key order, look, check, write.
"""

from apps.availability.operations._block import block_time
from apps.availability.operations._errors import BusyTryAgain, SlotTaken
from apps.availability.operations._extend import extend_hold
from apps.availability.operations._force import force_time
from apps.availability.operations._keep import keep_time
from apps.availability.operations._release import forget_session, release_time
from apps.availability.operations._request import request_time, unkeep_time
from apps.availability.operations._sweep import sweep_expired_holds
from apps.availability.operations._take import Claim, take_time

__all__ = [
    "BusyTryAgain",
    "Claim",
    "SlotTaken",
    "block_time",
    "extend_hold",
    "force_time",
    "forget_session",
    "keep_time",
    "release_time",
    "request_time",
    "sweep_expired_holds",
    "take_time",
    "unkeep_time",
]
