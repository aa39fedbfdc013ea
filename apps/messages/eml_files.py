"""The mail server of a demo: each mail is one ``.eml`` file in a folder, and is read back from
there for the outbox page."""

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ReadMail
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def mail_folder() -> Path:
    """Return the folder of mail files: that of EMAIL_URL, else ``mail`` in the data folder."""
    return Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.DATA_DIR / "mail")


class EmailBackend(BaseEmailBackend):
    """Writes to ``settings.EMAIL_FILE_PATH``; a file is there whole or not at all.

    Names begin with the UTC time of writing, so that they sort by age; each sending makes a file
    of its own, so that a mail sent twice is seen twice.
    """

    def __init__(self, *args: Any, file_path: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(file_path or mail_folder())

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail and return how many were written.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            self._write(mail.message().as_bytes())
        return len(email_messages)

    def _write(self, content: bytes) -> None:
        stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%S%f")
        name = f"{stamp}-{secrets.token_hex(4)}.eml"
        draft = self.folder / f".{name}.part"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / name)


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


def _part(mail: ReadMail, kind: str) -> str:
    parts = (part for part in mail.walk() if part.get_content_type() == kind)
    return "".join(str(part.get_content()) for part in parts)
