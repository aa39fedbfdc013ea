"""Stages that the tests of a file share: made once, and every test plays on them by itself.

    @pytest.fixture(scope="module")
    def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Salon]:
        with shared(django_db_blocker, make_salon) as salon:
            yield salon

    @pytest.fixture
    def salon(made: Salon, db: None) -> Salon:
        return deepcopy(made)

What one test writes is undone as always, for its transaction lies within that of the stage; and it
gets copies of the rows, for it may change those too. Tests that commit (`transactional_db`) cannot
stand on such a stage.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.clock import NOW, standing_at

Stage = TypeVar("Stage")


@contextmanager
def shared(blocker: DjangoDbBlocker, make: Callable[[], Stage]) -> Iterator[Stage]:
    """Make a stage at the hour of the pictures, and undo it at the end."""
    with blocker.unblock(), transaction.atomic():
        with standing_at(NOW):
            stage = make()
        with blocker.block():
            yield stage
        transaction.set_rollback(True)
