"""A snapshot is read by older and by newer code than wrote it."""

import json
from dataclasses import dataclass
from typing import ClassVar

from apps.kernel.snapshots import freeze, thaw


@dataclass(frozen=True)
class Rules:
    VERSION: ClassVar[int] = 1
    notice: int | None = 60
    words: str = ""


@dataclass(frozen=True)
class NewerRules(Rules):
    VERSION: ClassVar[int] = 2
    fee: int = 0


def test_what_was_frozen_comes_back() -> None:
    rules = Rules(notice=None, words="Ring twice")

    stored = json.loads(json.dumps(freeze(rules)))

    assert stored == {"version": 1, "notice": None, "words": "Ring twice"}
    assert thaw(Rules, stored) == rules


def test_newer_code_reads_an_old_row_as_it_was_meant() -> None:
    assert thaw(NewerRules, freeze(Rules(notice=5))) == NewerRules(notice=5, fee=0)
    assert thaw(NewerRules, {}) == NewerRules()


def test_older_code_passes_over_what_it_does_not_know() -> None:
    assert thaw(Rules, freeze(NewerRules(notice=5, fee=900))) == Rules(notice=5)
