"""One time-zone database for every process: the pinned PyPI package (rule T16).

Python prefers the operating system's copy, and that copy is often a year old: Debian 12's is one
hour wrong for Vancouver from November 2026.
"""

import zoneinfo
from datetime import datetime, timedelta

PROBE_ZONE = "America/Vancouver"
PROBE_WALL_TIME = datetime(2026, 12, 1, 12)  # noqa: DTZ001  the zone is attached by the probe
PROBE_OFFSET = timedelta(hours=-7)


def pin_time_zones() -> None:
    """Forget the system's copy, so that `zoneinfo` reads the `tzdata` package only."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


def probe_offset() -> timedelta | None:
    """The UTC offset of Vancouver in December 2026: -7 h since tzdata 2026f, -8 h before."""
    return PROBE_WALL_TIME.replace(tzinfo=zoneinfo.ZoneInfo(PROBE_ZONE)).utcoffset()
