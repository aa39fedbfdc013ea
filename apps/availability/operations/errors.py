from apps.kernel.refusals import Refusal
from apps.web.refusals import Busy


class SlotTaken(Refusal):
    """The time is no longer free for the resources it needs."""


class BusyTryAgain(Busy):
    """Too many people want this right now; the lock did not come within its time."""

    code = Busy.code


class NoSeats(Refusal):
    """There are not enough places left; seats_left says how many there are."""

    def __init__(self, seats_left: int) -> None:
        super().__init__(str(seats_left))
        self.seats_left = seats_left


class IsDecided(Refusal):
    """The team said that it takes place, however few come."""


class SeatsTaken(Refusal):
    """The capacity cannot fall below the places that are taken or offered."""

    def __init__(self, seats: int) -> None:
        super().__init__(str(seats))
        self.seats = seats
