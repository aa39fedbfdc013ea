from apps.waitlists.operations.answer import (
    NotInLine,
    OfferGone,
    enrol_from_line,
    leave_waitlist,
    move_to_front,
    refuse_offer,
    take_offered_place,
)
from apps.waitlists.operations.answer_time import (
    give_time,
    offer_time,
    refuse_time,
    take_offered_time,
)
from apps.waitlists.operations.close import close_waitlists, tell_offer
from apps.waitlists.operations.join import (
    AlreadyInLine,
    CannotWait,
    LineIsFull,
    NotFull,
    WaitingDetails,
    join_waitlist,
)
from apps.waitlists.operations.offer import (
    OFFER_TOPIC,
    lapse_offers,
    leave_line,
    offer_places,
    offer_what_came_free,
    shorten_offers,
)
from apps.waitlists.operations.offer_time import end_wish, lapse_times, offer_free_times
from apps.waitlists.operations.wait_for_time import (
    TimesAreFree,
    WishIsClosed,
    WishIsOver,
    wait_for_time,
)

__all__ = [
    "OFFER_TOPIC",
    "AlreadyInLine",
    "CannotWait",
    "LineIsFull",
    "NotFull",
    "NotInLine",
    "OfferGone",
    "TimesAreFree",
    "WaitingDetails",
    "WishIsClosed",
    "WishIsOver",
    "close_waitlists",
    "end_wish",
    "enrol_from_line",
    "give_time",
    "join_waitlist",
    "lapse_offers",
    "lapse_times",
    "leave_line",
    "leave_waitlist",
    "move_to_front",
    "offer_free_times",
    "offer_places",
    "offer_time",
    "offer_what_came_free",
    "refuse_offer",
    "refuse_time",
    "shorten_offers",
    "take_offered_place",
    "take_offered_time",
    "tell_offer",
    "wait_for_time",
]
