"""The mails of the file backend, read back for the demo's outbox page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

FILE_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}\.eml")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail file, parsed. ``name`` is the file's name, ``at`` the instant of writing (UTC)."""

    name: str
    at: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    calendar: str


def list_kept_mails(folder: Path, *, limit: int = 50) -> list[KeptMail]:
    """List the newest mails of a folder, newest first; an absent folder is an empty one."""
    return [read_kept_mail(folder, name) for name in sorted(_names(folder), reverse=True)[:limit]]


def read_kept_mail(folder: Path, name: str) -> KeptMail:
    """Read one mail by the name of its file.

    Raises:
        FileNotFoundError: there is no such mail, or the name is none that the backend gives
        (rule S10).
    """
    if not FILE_NAME.fullmatch(name):
        raise FileNotFoundError(name)
    mail = message_from_bytes((folder / name).read_bytes(), policy=policy.default)
    stamp = name.split("-", maxsplit=1)[0]
    return KeptMail(
        name=name,
        at=datetime.strptime(stamp, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        sender=str(mail["From"]),
        recipient=str(mail["To"]),
        subject=str(mail["Subject"]),
        text=_part(mail, "text/plain"),
        html=_part(mail, "text/html"),
        calendar=_part(mail, "text/calendar"),
    )


def _names(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        yield from (file.name for file in folder.iterdir() if FILE_NAME.fullmatch(file.name))


def _part(mail: EmailMessage, kind: str) -> str:
    parts = (part for part in mail.walk() if part.get_content_type() == kind)
    return "".join(str(part.get_content()) for part in parts)
