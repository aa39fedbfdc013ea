"""A real SMTP server on loopback that can be told to misbehave."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port


@dataclass
class MailServer:
    """Collects what it accepts. ``rcpt`` and ``data`` are its answers; "" means normal service."""

    port: int = 0
    rcpt: str = ""
    refused: str = ""
    data: str = ""
    hang: float = 0.0
    drop_after_accept: bool = False
    accepted: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.rcpt:
            return self.rcpt
        if address == self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.hang)
        if self.data:
            return self.data
        content = envelope.content
        assert isinstance(content, bytes)
        self.accepted.append(message_from_bytes(content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        if self.drop_after_accept and server.transport:
            server.transport.close()
        return "250 accepted"


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """Let the server listen on a free port as long as the block runs."""
    server.port = server.port or free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
