import re
from collections import Counter

from tests.architecture.sources import BASE_DIR, tracked_texts

ADR = BASE_DIR / "docs" / "adr"
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]+)")
SECTIONS = ["Context", "Decision", "Options refused", "Consequences", "Enforced by"]
# Assembled from pieces, so that this file does not find itself.
REGISTRIES = "|".join(["python" + "hosted", r"(pypi|npm" + r"js|deb" + r"ian)\.(org|com)"])
HOST = re.compile(rf"//[a-z0-9.-]*({REGISTRIES}|regis" + r"try\.)", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(ro" + "ot|wo" + "rk|ho" + r"me)/[A-Za-z0-9_.]")
SECRET = re.compile(
    "BEGIN [A-Z ]*PRIVATE" + " KEY|" + "sk_li" + "ve_[0-9A-Za-z]{8}|AK" + "IA[0-9A-Z]{16}"
)


def test_every_decision_has_its_own_number_and_the_same_five_sections() -> None:
    papers = sorted(ADR.glob("*.md"))
    numbers = Counter(path.name[:4] for path in papers)
    sections = {
        path.name: re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in papers
    }

    assert [number for number, times in numbers.items() if times > 1] == []
    assert {name: found for name, found in sections.items() if found != SECTIONS} == {}


def test_every_link_of_a_paper_leads_to_a_file_that_is_there() -> None:
    lost = [
        f"{name}: {target}"
        for name, text in tracked_texts()
        if name.endswith(".md")
        for target in LINK.findall(text)
        if not (BASE_DIR / name).parent.joinpath(target).exists()
    ]

    assert lost == []


def test_every_decision_that_is_cited_is_there() -> None:
    known = {int(path.name[:4]) for path in ADR.glob("*.md")}
    lost = [
        f"{name}: ADR {number}"
        for name, text in tracked_texts()
        for number in re.findall(r"\bADR\s+(\d+)", text)
        if int(number) not in known
    ]

    assert lost == []


def test_tracked_files_name_no_registry_no_machine_and_no_secret() -> None:
    found = [
        f"{name}:{number}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if HOST.search(line) or MACHINE_PATH.search(line) or SECRET.search(line)
    ]

    assert found == []
