"""No status without its time, whoever does what in whatever order: a random sequence of all that
customers, owner, operator, worker and bank can do, with the setup changed in between, leaves the
books right after every step.

Nothing here runs at the same time: that is what the storms are for. One step after the other finds
what no lock can mend, a way to a status that forgets the time. Without the look of
``record_transition`` and the taking of time in ``decide_minimums`` the first sequence of the seed
"first" finds the double sale of ADR 20.
"""

import os
from collections import Counter

import pytest
from django.db import transaction

from apps.ledger.check import find_all
from tests.races.anybody import HOW_OFTEN, Anybody

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STEPS = int(os.environ.get("ANY_ORDER_STEPS", "0"))
SEED = os.environ.get("ANY_ORDER_SEED", "")
AT_A_TIME = 200


def play(seed: str, steps: int) -> Counter[str]:
    """Let anybody do anything, so many steps; count what was done. All of it is undone in the end.

    What a step does follows from its own seed and from what is there, so that the same seed plays
    the same sequence again.
    """
    done: Counter[str] = Counter()
    said = []
    with transaction.atomic():
        everybody = Anybody()
        everybody.warm_up(seed)
        for step in range(steps):
            name = everybody.act(f"{seed}-{step}")
            done[name] += 1
            said.append(f"{step:4} {everybody.now:%d %H:%M:%S} {name}")
            found = everybody.findings()
            assert found == [], "\n".join([f"seed {seed}", *said, *found])
        everybody.everything_is_settled()
        found = [*everybody.findings(), *everybody.what_the_bank_says_otherwise()]
        found += map(str, find_all(business_id=None, now=everybody.now))
        assert found == [], "\n".join([f"seed {seed}", *said, *found])
        transaction.set_rollback(True)
    return done


def test_a_short_sequence_of_everything_leaves_the_books_right() -> None:
    play("short", 40)


@pytest.mark.gameday
@pytest.mark.skipif(not STEPS, reason="minutes: set ANY_ORDER_STEPS, to 2000 say")
def test_thousands_of_steps_leave_the_books_right() -> None:
    seed = SEED or os.urandom(4).hex()
    done: Counter[str] = Counter()

    for sequence in range(-(-STEPS // AT_A_TIME)):
        done += play(f"{seed}/{sequence}", min(AT_A_TIME, STEPS - done.total()))

    assert done.total() == STEPS
    assert STEPS < 2000 or done.keys() == HOW_OFTEN.keys()
