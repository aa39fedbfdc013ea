"""The stage of the attacks, and limits that let an attacker try as often as they like."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.hostile.stage import Stage, make_stage
from tests.stages import shared


@pytest.fixture(scope="module")
def mail_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def made(
    mail_folder: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    with shared(django_db_blocker, partial(make_stage, mail_folder)) as stage:
        yield stage


@pytest.fixture
def stage(made: Stage, mail_folder: Path, db: None, at_now: datetime) -> Iterator[Stage]:
    before = set(mail_folder.iterdir())
    with override_settings(RATE_LIMIT_SCALE=1_000_000, EMAIL_FILE_PATH=str(mail_folder)):
        yield made.copy()
    for mail in set(mail_folder.iterdir()) - before:
        mail.unlink()
