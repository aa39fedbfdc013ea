"""The verbs of privacy: the desk by link, and erasing."""

from apps.privacy.operations.desk import (
    DESK_TOPIC,
    ask_for_data,
    correct_person,
    forget_requests,
    open_link,
)
from apps.privacy.operations.erase import RECEIPT_TOPIC, NotYet, erase_mailbox, erase_person
from apps.privacy.operations.receipts import forget_receipts, note_told

__all__ = [
    "DESK_TOPIC",
    "RECEIPT_TOPIC",
    "NotYet",
    "ask_for_data",
    "correct_person",
    "erase_mailbox",
    "erase_person",
    "forget_receipts",
    "forget_requests",
    "note_told",
    "open_link",
]
