#!/usr/bin/env python3
"""`python3 manage.py up` and `python3 manage.py test`; everything else is Django's own.

This file must be readable by any Python, however old, so that the wrong one gets a sentence.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookings_portal.settings")


def main():
    # type: () -> None
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
