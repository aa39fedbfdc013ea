"""What nobody uses goes: whatever only tests call is as dead as what nobody calls."""

import re
from fnmatch import fnmatch

import pytest
from vulture import Vulture

from tests.architecture.sources import BASE_DIR, TEMPLATES

CODE = ("apps", "bookings_portal", "benchmarks", "docs/screenshots", "manage.py")
HOOKS = (
    *("*Config", "Meta", "Command", "handle", "add_arguments", "ready", "*Middleware", "handler*"),
    *("clean_*", "has_*_permission", "get_*", "process_*", "lookups"),
    *("as_postgresql", "as_sqlite", "format_value", "id_for_label"),
    *("label_from_instance", "is_open_for_signup", "pre_authenticate"),
)
"""Names by which Django, allauth, gunicorn and Python call what we write."""
ALLOWED = {
    # Laws of the clock that the golden cases ask for by name; production asks larger questions.
    *(
        f"apps/availability/engine/inputs.py: {it}"
        for it in ("cutoff_before", "is_in_time", "elapse")
    ),
    *(f"apps/availability/engine/series.py: {it}" for it in ("weekly_dates", "drift_of")),
    "apps/availability/engine/rezoning.py: rezoned",
    "apps/availability/engine/zones.py: repeated_labels",
    # A series is stored in words of the standard, which have to lead back to it.
    "apps/availability/engine/series.py: read_rule",
    "apps/availability/engine/series.py: ending_before",
    # Each test begins with nobody counted.
    "apps/web/limits.py: forget_readers",
    # What tests compare the rest with.
    "apps/businesses/accent.py: contrast",
    "apps/businesses/setup_triggers.py: watched_tables",
    "apps/classes/queries/attending.py: seen_of_class",
    # The next to be shown: a reference that is typed, an address that takes no mail.
    "apps/kernel/references.py: read_reference",
    "apps/messages/queries.py: find_undelivered_address",
}


@pytest.mark.slow
@pytest.mark.long
def test_nothing_is_written_that_nobody_uses() -> None:
    scan = Vulture(ignore_decorators=["@admin.*", "@register*", "@receiver*"])
    scan.scavenge([BASE_DIR / it for it in CODE], exclude=["*/migrations/*"])
    called = _words_of_pages()

    unused = {
        f"{it.filename.relative_to(BASE_DIR)}: {it.name}"
        for it in scan.get_unused_code(min_confidence=60)
        if it.typ in {"function", "class", "method", "property"} and it.name not in called
        if not any(fnmatch(it.name, hook) for hook in HOOKS)
    }

    assert sorted(unused - ALLOWED) == []
    assert sorted(ALLOWED - unused) == []  # what is used by now needs no leave


def _words_of_pages() -> set[str]:
    """What templates ask for, and what settings and addresses name in quotes."""
    pages = [path.read_text() for path in TEMPLATES.rglob("*.*")]
    quoted = [path.read_text() for path in (BASE_DIR / "bookings_portal").glob("*.py")]
    names = re.findall(r"[\"']([\w.]+)[\"']", " ".join(quoted))
    return set(re.findall(r"\w+", " ".join([*pages, *names])))
