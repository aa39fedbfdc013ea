"""The verbs of privacy: the desk by link, and erasing."""

from apps.privacy.operations.desk import (
    DESK_TOPIC,
    ask_for_data,
    correct_person,
    forget_requests,
    open_link,
)
from apps.privacy.operations.erase import (
    RECEIPT_TOPIC,
    StillOpen,
    erase_again,
    erase_mailbox,
    erase_person,
    forget_receipts,
    note_told,
)
from apps.privacy.operations.retention import PeriodsChanged, keep_to_periods, set_periods

__all__ = [
    "DESK_TOPIC",
    "RECEIPT_TOPIC",
    "PeriodsChanged",
    "StillOpen",
    "ask_for_data",
    "correct_person",
    "erase_again",
    "erase_mailbox",
    "erase_person",
    "forget_receipts",
    "forget_requests",
    "keep_to_periods",
    "note_told",
    "open_link",
    "set_periods",
]
