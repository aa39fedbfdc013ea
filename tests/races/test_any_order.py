"""No status without its time, whoever does what in whatever order: a random sequence of all that
customers, owner, operator, worker and bank can do, with the settings of the services changed in
between, leaves the books right after every step.

Nothing here runs at the same time: that is what the storms are for. One step after the other finds
what no lock can mend, a way to a status that forgets the time.
"""

import os
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.races.anybody import HOW_OFTEN, Anybody

pytestmark = pytest.mark.django_db

STEPS = int(os.environ.get("ANY_ORDER_STEPS", "0"))
AT_A_TIME = 80
SEED = st.integers(0, 2**31 - 1)

PLAIN = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class AnyOrder(RuleBasedStateMachine):
    """Each run is undone by a rollback. What a step is follows from its seed, by weights: left to
    itself Hypothesis would spend most steps on what is refused."""

    done: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    @initialize(seed=SEED)
    def curtain(self, seed: int) -> None:
        self.all = Anybody(seed)
        for _turn in range(3):
            self.all.a_setting_changes()

    @rule(seed=SEED)
    def somebody_acts(self, seed: int) -> None:
        name = self.all.act(seed)
        self.done[name] += 1
        note(f"{self.all.now:%d %H:%M:%S} {name}")

    @invariant()
    def the_ledger_is_clean(self) -> None:
        assert self.all.findings() == []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)


@pytest.mark.slow
def test_a_short_sequence_of_everything_leaves_the_books_right() -> None:
    rules = settings(PLAIN, max_examples=2, stateful_step_count=30, derandomize=True)

    run_state_machine_as_test(AnyOrder, settings=rules)


@pytest.mark.slow
@pytest.mark.gameday
@pytest.mark.skipif(not STEPS, reason="minutes: set ANY_ORDER_STEPS, to 2000 say")
def test_thousands_of_steps_leave_the_books_right() -> None:
    examples = max(1, STEPS // AT_A_TIME)
    rules = settings(PLAIN, max_examples=examples, stateful_step_count=AT_A_TIME)

    run_state_machine_as_test(AnyOrder, settings=rules)

    assert STEPS < 2000 or AnyOrder.done.keys() == HOW_OFTEN.keys()
