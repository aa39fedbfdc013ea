"""The environment, read once and judged before anything starts.

Standard library only: the bootstrap reads it before Django is installed. Every wrong value raises
`BadSetting` with one sentence that says what to write instead.

Every process reads one time-zone database, the pinned PyPI package (rule T16): Python prefers the
operating system's copy, which is often a year old. Debian 12's is one hour wrong for Vancouver from
November 2026.
"""

import os
import secrets
import tempfile
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
PROBE_ZONE = "America/Vancouver"
PROBE_WALL_TIME = datetime(2026, 12, 1, 12)  # noqa: DTZ001  the zone is attached by the probe
PROBE_OFFSET = timedelta(hours=-7)


class BadSetting(ValueError):
    """An environment variable cannot be used; the text is one sentence for the operator."""


def read_flag(name: str, *, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off, in any case; unset means `default`."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.strip().lower() in YES | NO:
        return raw.strip().lower() in YES
    raise BadSetting(f"{name} must be 1 or 0; it is {raw!r}.")


def read_number(name: str, *, default: int, most: int) -> int:
    """A whole number from 0 to `most`; unset means `default`."""
    raw = os.environ.get(name, str(default)).strip()
    if raw.isdecimal() and int(raw) <= most:
        return int(raw)
    raise BadSetting(f"{name} must be a whole number from 0 to {most}; it is {raw!r}.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where browsers find the portal: scheme, host name and the text `https://book.example`."""

    url: str
    scheme: str
    host: str

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"


def read_origin(*, default: str = "http://127.0.0.1:8000") -> Origin:
    """PORTAL_ORIGIN. An https origin means production: secure cookies, HSTS, a given SECRET_KEY."""
    raw = os.environ.get("PORTAL_ORIGIN", default).rstrip("/")
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise BadSetting(
            f"PORTAL_ORIGIN must look like https://book.example.com without a path; it is {raw!r}."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Origin(url=raw, scheme=parts.scheme, host=host)


def read_hosts(*, origin: Origin) -> list[str]:
    """ALLOWED_HOSTS, comma separated; unset means the origin's host, and loopback without https."""
    raw = os.environ.get("ALLOWED_HOSTS", "")
    if hosts := [host.strip() for host in raw.split(",") if host.strip()]:
        return hosts
    return [origin.host] if origin.is_https else sorted({origin.host, *LOOPBACK})


def read_data_dir(*, base: Path) -> Path:
    """DATA_DIR (made when missing): database file, secret key, mail files, collected statics.

    A relative one lies below base, the checkout. Raises BadSetting when it cannot be written to.
    """
    named = os.environ.get("DATA_DIR", "")
    folder = base / Path(named or ".data").expanduser()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        if named:
            raise BadSetting(
                f"DATA_DIR {folder} cannot be written to: {error.strerror}."
            ) from error
        raise BadSetting(
            f"The folder {base} cannot be written to ({error.strerror}): set DATA_DIR to one that "
            "can, for the database and everything else that is kept."
        ) from error
    return folder


def read_secret_key(*, origin: Origin, data_dir: Path) -> str:
    """SECRET_KEY; without https it is made once and kept in the data folder for its owner only."""
    if key := os.environ.get("SECRET_KEY", ""):
        return key
    if origin.is_https:
        raise BadSetting(
            "SECRET_KEY is missing: set it to 50 or more random characters and keep it secret."
        )
    return _kept_secret_key(data_dir / "secret_key")


def _kept_secret_key(path: Path) -> str:
    # Several processes may start at once: the first to create the file wins, the others read it.
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            draft.replace(path)
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()


def read_operator_path() -> str:
    """OPERATOR_PATH, the address of Django admin, ends with one slash; default `operator/`."""
    raw = os.environ.get("OPERATOR_PATH", "operator").strip("/")
    if raw and all(part.replace("-", "").replace("_", "").isalnum() for part in raw.split("/")):
        return f"{raw}/"
    raise BadSetting(f"OPERATOR_PATH must be letters, digits, - and _; it is {raw!r}.")


def read_payment_provider(*, origin: Origin) -> str:
    """PAYMENT_PROVIDER: `stripe`, `practice` (the default without https), or empty: nothing is
    paid online."""
    name = os.environ.get("PAYMENT_PROVIDER", "" if origin.is_https else "practice").strip()
    if name not in {"", "practice", "stripe"}:
        raise BadSetting(f"PAYMENT_PROVIDER must be practice, stripe or empty; it is {name!r}.")
    if name == "practice" and origin.is_https:
        raise BadSetting("PAYMENT_PROVIDER=practice takes no real money: unset it for https.")
    return name


def read_log_level() -> str:
    """LOG_LEVEL; INFO writes one line per request."""
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
    if level in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        return level
    raise BadSetting(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR; it is {level!r}.")


def pin_time_zones() -> None:
    """Forget the system's copy, so that `zoneinfo` reads the `tzdata` package only."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


def probe_offset() -> timedelta | None:
    """The UTC offset of Vancouver in December 2026: -7 h since tzdata 2026f, -8 h before."""
    return PROBE_WALL_TIME.replace(tzinfo=zoneinfo.ZoneInfo(PROBE_ZONE)).utcoffset()
