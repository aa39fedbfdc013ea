#!/usr/bin/env python3
"""`python3 manage.py up` and `python3 manage.py test`; everything else is Django's own.

This file must be readable by any Python, however old, so that the wrong one gets a sentence
instead of a syntax error: no annotations and no f-strings here (ADR 3).
"""

import os
import sys

if __name__ == "__main__":
    if sys.version_info[:2] < (3, 11):  # noqa: UP036  that is the point
        found = "%d.%d.%d" % tuple(sys.version_info[:3])  # noqa: UP031
        sys.exit("Python 3.11 or newer is needed; this is " + found + ".")

    from bookings_portal import bootstrap

    if len(sys.argv) > 1 and sys.argv[1] in bootstrap.COMMANDS:
        sys.exit(bootstrap.run(sys.argv[1], sys.argv[2:]))

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookings_portal.settings")
    sys.exit(bootstrap.manage(sys.argv))
