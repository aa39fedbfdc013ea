"""Only one function writes the status of a booking (apps/bookings/operations/transitions.py):
whoever confirms by another way would pass by the look at its time."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import functions, modules

RECORDER = "apps/bookings/operations/transitions.py"
STATUS_OF_A_BOOKING = re.compile(r"\b(Booking|bookings?|states)\.Status\b")
BOOKINGS = re.compile(r"\bBooking\b|\bbookings?\b|\bdrafts?\b|\blocked\b")
WRITES_BY_HAND = re.compile(r"(?i)\b(update|insert\s+into|delete\s+from)\s+bookings_booking\b")
APPS_WITH_NO_OTHER_STATUS = (
    "apps/bookings/",
    "apps/classes/",
    "apps/dashboard/",
    "apps/self_service/",
    "apps/waitlists/",
)


def writers() -> Iterator[str]:
    """Each place outside the recorder that writes the status of a booking, as far as a reader of
    the source can tell."""
    for name, tree in modules():
        if name != RECORDER:
            yield from (f"{name}:{line} {how}" for line, how in sorted(_writes(name, tree)))


def _writes(name: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            yield from _assigned(name, node)
        elif isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.Constant) and WRITES_BY_HAND.search(str(node.value)):
            yield node.lineno, "SQL by hand"


def _assigned(
    name: str, node: ast.Assign | ast.AugAssign | ast.AnnAssign
) -> Iterator[tuple[int, str]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    flat = [it for target in targets for it in ast.walk(target) if isinstance(it, ast.Attribute)]
    for target in flat:
        if target.attr != "status" or not isinstance(target.ctx, ast.Store):
            continue
        said = ast.unparse(node.value) if node.value is not None else ""
        about = ast.unparse(target.value)
        if (
            name.startswith(APPS_WITH_NO_OTHER_STATUS)
            or STATUS_OF_A_BOOKING.search(said)
            or BOOKINGS.search(about)
        ):
            yield node.lineno, f"{about}.status = {said}"


def _called(node: ast.Call) -> Iterator[tuple[int, str]]:
    how = ast.unparse(node.func)
    named = {it.arg: ast.unparse(it.value) for it in node.keywords if it.arg}
    of_bookings = BOOKINGS.search(how)
    if how.endswith(".update") and "status" in named:
        if of_bookings or STATUS_OF_A_BOOKING.search(named["status"]):
            yield node.lineno, f"{how}(status=...)"
    elif how.split(".")[-1] in {"bulk_update", "bulk_create"} and "Booking.objects" in how:
        yield node.lineno, how
    elif how.split(".")[-1] == "Booking" and "status" in named:
        yield node.lineno, "Booking(status=...)"
    elif how.endswith(".save") and of_bookings and "'status'" in named.get("update_fields", ""):
        yield node.lineno, f"{how}(status)"


def test_the_status_of_a_booking_is_written_by_the_recorder_alone() -> None:
    assert list(writers()) == []


def _saves_a_revision(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(".save"):
        return False
    written = [ast.unparse(it.value) for it in node.keywords if it.arg == "update_fields"]
    return bool(BOOKINGS.search(ast.unparse(node.func))) and "'revision'" in "".join(written)


def test_columns_and_history_of_a_booking_are_written_together_by_the_recorder_alone() -> None:
    users = {name for name, tree in modules() for node in ast.walk(tree) if _saves_a_revision(node)}

    assert users == {RECORDER}


def test_the_reader_of_the_source_sees_each_way_of_writing_a_status() -> None:
    source = """
booking.status = Booking.Status.CONFIRMED
booking.status, other = "CONFIRMED", 1
Booking.objects.filter(pk=1).update(status="CONFIRMED")
rows.update(status=Booking.Status.CONFIRMED)
Booking.objects.bulk_update(rows, ["status"])
Booking(status="CONFIRMED")
booking.save(update_fields=["status"])
cursor.execute("UPDATE bookings_booking SET status = 'CONFIRMED'")
"""
    found = sorted(line for line, _how in _writes("apps/checkout/odd.py", ast.parse(source)))

    assert found == [2, 3, 4, 5, 6, 7, 8, 9]


def test_the_recorder_looks_before_it_confirms() -> None:
    (tree,) = (tree for name, tree in modules() if name == RECORDER)
    (recorder,) = (it for it in functions(tree) if it.name == "record_transition")
    calls = [ast.unparse(it.func) for it in ast.walk(recorder) if isinstance(it, ast.Call)]

    assert {"_require_lawful", "_require_kept", "booking.save", "event.save"} <= set(calls)
