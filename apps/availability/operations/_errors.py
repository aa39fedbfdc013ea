class SlotTaken(Exception):
    """The time is no longer free for the resources it needs."""


class BusyTryAgain(Exception):
    """Too many people want this right now; the lock did not come within its time."""
