"""The run without arguments leaves nothing out that the README calls the proof of a promise."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_race_that_proves_a_promise_is_run_without_arguments() -> None:
    promises = (ROOT / "README.md").read_text().partition("## Promises")[2].partition("\n## ")[0]
    races = sorted(set(re.findall(r"`(tests/races/\w+\.py)`", promises)))

    left_out = [race for race in races if _is_left_out(ROOT / race)]

    assert "tests/races/test_slots.py" in races
    assert left_out == [], f"promised by the README, not run without arguments: {left_out}"


def _is_left_out(path: Path) -> bool:
    marks = re.search(r"^pytestmark = .*?(?=^\S|\Z)", path.read_text(), re.DOTALL | re.MULTILINE)
    return marks is not None and bool(re.search(r"mark\.(long|detail)\b", marks[0]))
