"""The verbs of customers: contacts of one business; over all of them signing in, and the people
somebody books for."""

from apps.customers.operations.contacts import (
    block_customer,
    correct_customer,
    erase_customer,
    find_or_add_customer,
    note_turned_away,
    unblock_customer,
)
from apps.customers.operations.saved_people import (
    SavedAlready,
    SavedPersonChanged,
    TooManySaved,
    forget_saved_people,
    remove_saved_person,
    rename_saved_person,
    save_person,
)
from apps.customers.operations.sign_in import (
    SIGN_IN_TOPIC,
    SignInOver,
    WrongCode,
    ask_to_sign_in,
    end_sign_ins,
    forget_sign_ins,
    note_mailed,
    sign_in_by_code,
    sign_in_by_link,
)

__all__ = [
    "SIGN_IN_TOPIC",
    "SavedAlready",
    "SavedPersonChanged",
    "SignInOver",
    "TooManySaved",
    "WrongCode",
    "ask_to_sign_in",
    "block_customer",
    "correct_customer",
    "end_sign_ins",
    "erase_customer",
    "find_or_add_customer",
    "forget_saved_people",
    "forget_sign_ins",
    "note_mailed",
    "note_turned_away",
    "remove_saved_person",
    "rename_saved_person",
    "save_person",
    "sign_in_by_code",
    "sign_in_by_link",
    "unblock_customer",
]
