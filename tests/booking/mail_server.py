"""A mail server on the loopback that fails as it is told to."""

from asyncio import WriteTransport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.browser.site import free_port

Trouble = Callable[[str, SMTP], str | None]  # step, server → another reply than "250 OK"


class MailServer:
    """Keeps what it accepted; `trouble` is asked at each step of a conversation."""

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.trouble: Trouble = lambda _step, _server: None

    @property
    def message_ids(self) -> list[str]:
        return [str(message_from_bytes(text)["Message-ID"]) for text in self.accepted]

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's own names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.trouble("MAIL", server) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.trouble("RCPT", server)
        if refusal:
            return f"{refusal} <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        refusal = self.trouble("DATA", server)
        if not refusal:
            assert isinstance(envelope.content, bytes)
            self.accepted.append(envelope.content)
        return refusal or self.trouble("ACCEPTED", server) or "250 OK"


def hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, WriteTransport)
    server.transport.abort()


@contextmanager
def mail_server() -> Iterator[tuple[MailServer, int]]:
    """A server and its port."""
    server, port = MailServer(), free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server, port
    finally:
        controller.stop()
