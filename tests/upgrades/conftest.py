from collections.abc import Iterator

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker


@pytest.fixture
def other_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Databases may be asked, but not that of the tests: it may not even be there.

    The suite makes its own tables without migrations (`--nomigrations`), which pytest-django then
    switches off for the whole process; here they are what is tested.
    """
    with django_db_blocker.unblock(), override_settings(MIGRATION_MODULES={}):
        yield
