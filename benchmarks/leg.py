"""Everything measured on one database, in a process of its own (`python -m benchmarks.leg`).

DATABASE_URL names a throw-away database: this fills it with up to a million bookings.
"""

# ruff: noqa: PLC0415  models can be imported only after django.setup()

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import django

from benchmarks.tables import count_words, parse_count


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, measure, print, and write the aims for the process that started this one."""
    parser = argparse.ArgumentParser(prog="benchmarks.leg")
    parser.add_argument("--rows", required=True, help="sizes, comma separated: 1k,50k,1m")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--aims", type=Path, required=True, help="where the aims are written")
    options = parser.parse_args(arguments)
    django.setup()
    from benchmarks.measuring import Measuring

    sizes = sorted(parse_count(word) for word in options.rows.split(","))
    measuring = Measuring(port=options.port, seconds=0.15 if options.quick else 0.7)
    measuring.prepare()
    for size in sizes:
        began = time.monotonic()
        total = measuring.grow_to(size)
        filled = time.monotonic() - began
        words = f"{count_words(size)} bookings beside the measured months"
        print(f"\n{words} ({total:,} in all, {filled:.0f} s)")
        measuring.read_picker(size)
    measuring.commit()
    measuring.serve(rounds=3 if options.quick else 10)
    measuring.open_owner_pages()
    aims = [aim.as_plain() for aim in measuring.aims()]
    options.aims.write_text(json.dumps(aims), encoding="utf-8")


if __name__ == "__main__":
    main()
