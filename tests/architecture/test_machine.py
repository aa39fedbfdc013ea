"""The dev container has every tool that `.ci/run` would install on a bare machine."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PART_OF_PYTHON = "python3-venv"


def test_the_dev_container_has_every_tool_of_ci() -> None:
    asked = set(re.findall(r"missing\+=\(([\w-]+)\)", (ROOT / ".ci/run").read_text()))
    installed = (ROOT / ".devcontainer/Dockerfile").read_text().split()

    assert asked - {PART_OF_PYTHON} - set(installed) == set()
    assert len(asked) > 5
