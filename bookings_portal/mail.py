"""EMAIL_URL -> Django's e-mail settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bookings_portal.env import LOOPBACK, BadSetting

BACKENDS = "django.core.mail.backends"
FORMS = "smtp://user:password@host:587, smtps://user:password@host:465, file:///folder or console:"


def parse_email_url(url: str, *, data_dir: Path) -> dict[str, Any]:
    """The EMAIL_* settings. An empty address keeps every mail as a file in the data folder.

    `smtp` speaks STARTTLS unless the server is this machine or the address ends in `?starttls=0`;
    `smtps` is TLS from the first byte. Raises BadSetting for anything else.
    """
    parts = urlsplit(url or f"file://{data_dir / 'mail'}")
    if parts.scheme == "file" and parts.path:
        return {
            "EMAIL_BACKEND": "apps.messages.eml_files.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        return _smtp(url)
    raise BadSetting(f"EMAIL_URL is unknown: write {FORMS}.")


def _smtp(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    local = parts.hostname in {*LOOPBACK, "::1"}
    starttls = query.pop("starttls", "0" if local else "1")
    try:
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"EMAIL_URL has a wrong port: write {FORMS}.") from error
    if query or starttls not in {"0", "1"}:
        raise BadSetting("EMAIL_URL knows one option only: ?starttls=1 or ?starttls=0.")
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and starttls == "1",
        "EMAIL_TIMEOUT": 10,
    }
