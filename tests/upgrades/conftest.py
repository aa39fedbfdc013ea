from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker


@pytest.fixture
def other_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Databases may be asked, but not that of the tests: it may not even be there."""
    with django_db_blocker.unblock():
        yield
