"""The mail server of a demo: each mail is one ``.eml`` file in a folder."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
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
