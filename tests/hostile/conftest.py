"""The stage of the attacks, and limits that let an attacker try as often as they like."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.test import override_settings

from tests.hostile.stage import Stage, make_stage


@pytest.fixture
def stage(db: None, at_now: datetime, tmp_path: Path) -> Iterator[Stage]:
    with override_settings(RATE_LIMIT_SCALE=1_000_000, EMAIL_FILE_PATH=str(tmp_path)):
        yield make_stage(tmp_path)
