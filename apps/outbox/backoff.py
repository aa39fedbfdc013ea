"""How long a failed item waits before it is tried again. Pure (rule C8)."""

from datetime import timedelta

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
)
MAX_ATTEMPTS = 24
"""After about twenty hours of trying a person has to look; the item stays, marked as failed."""

JITTER_SHARE = 0.2


def wait_after(*, attempts: int, jitter: float) -> timedelta:
    """Return the pause after the given number of attempts: 1, 5, 15, then 60 minutes each time.

    ``jitter`` is a number from 0 up to 1, drawn by the caller: the pause grows by up to a fifth,
    so that items that failed together do not come back together.

    Raises:
        ValueError: no attempt has been made yet, or ``jitter`` is outside [0, 1).
    """
    if attempts < 1 or not 0 <= jitter < 1:
        raise ValueError("wait_after needs an attempt and a jitter in [0, 1)")
    base = WAITS[min(attempts, len(WAITS)) - 1]
    return base * (1 + JITTER_SHARE * jitter)
