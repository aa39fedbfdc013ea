"""Configuration of a gunicorn whose first worker stops inside ``submit_draft`` (test_web_crash).

Read by gunicorn, not by the portal. CRASH_MARKER names the file in which the stopped worker writes
its number; a worker that finds the file there serves as ever.
"""

# ruff: noqa: PLC0415  the portal can be imported in the worker only

import os
import time
from pathlib import Path
from typing import Any

MARKER = Path(os.environ["CRASH_MARKER"])
AFTER_COMMIT = os.environ["CRASH_MOMENT"] == "after commit"


def post_worker_init(_worker: Any) -> None:
    """Put the breakpoint where the view looks for the operation."""
    from django.db import connection

    from apps.bookings import operations

    submit = operations.submit_draft

    def submit_and_stop(**named: Any) -> Any:
        if MARKER.exists():
            return submit(**named)
        database: Any = connection
        commit = database._commit

        def commit_and_wait() -> None:
            if AFTER_COMMIT:
                commit()
            MARKER.write_text(str(os.getpid()))
            time.sleep(60)

        database._commit = commit_and_wait
        return submit(**named)

    operations.submit_draft = submit_and_stop
