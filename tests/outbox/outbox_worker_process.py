"""A worker in a process of its own, for tests that kill it or run several.

Usage: python outbox_worker_process.py LOG_FOLDER [hang]

Work on the topic ``test.write`` appends one line to a file of this process: the item's number. With
``hang`` it then sleeps for a minute, so that the test can kill it between the deed and the mark.
"""

# ruff: noqa: PLC0415  models can be imported only after django.setup()

import os
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import django


def main(folder: Path, *, hang: bool) -> None:
    django.setup()
    from django.utils import timezone

    from apps.outbox.models import OutboxItem
    from apps.outbox.registry import register
    from apps.outbox.worker import Worker

    log = folder / f"{os.getpid()}.log"

    def write(payload: Mapping[str, Any], _item: OutboxItem) -> None:
        with log.open("a") as file:
            file.write(f"{payload['number']}\n")
        if hang:
            time.sleep(600)

    register("test.write", write)
    worker = Worker(clock=timezone.now, lease=timedelta(minutes=10), batch=5)
    while worker.drain():
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]), hang="hang" in sys.argv[2:])
