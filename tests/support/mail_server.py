"""A mail server on loopback that keeps what it was given, and misbehaves where a test wants it to."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from devstack.ports import LOOPBACK, free_port

OK = "250 OK"


@dataclass
class MailServer:
    """What a recipient is answered instead of OK stands in `answers`, the earliest first.

    With `tls` it is encrypted, by STARTTLS or with `smtps` from the start; with an `authenticator` who sends
    has to sign in, by PLAIN or LOGIN, `without` some of them. `login` is what its `url` holds.
    """

    port: int = field(default_factory=free_port)
    boxes: dict[str, list[EmailMessage]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[str]] = field(default_factory=dict)
    on_recipient: Callable[[], None] = lambda: None
    on_mail: Callable[[], None] = lambda: None
    scheme: str = "smtp"
    tls: SSLContext | None = None
    authenticator: Callable[..., AuthResult] | None = None
    without: Sequence[str] = ()
    login: tuple[str, str] | None = None
    was_encrypted: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.url_for(*self.login) if self.login else f"{self.scheme}://{LOOPBACK}:{self.port}"

    def url_for(self, user: str, password: str) -> str:
        """The URL with a login."""
        return f"{self.scheme}://{quote(user)}:{quote(password)}@{LOOPBACK}:{self.port}"

    def subjects(self, address: str) -> list[str]:
        """What is in a mailbox."""
        return [str(mail["Subject"]) for mail in self.boxes[address]]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.on_recipient()
        if (waiting := self.answers.get(address)) and (answer := waiting.pop(0)) != OK:
            return answer
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.was_encrypted.append(session.ssl is not None or self.scheme == "smtps")
        assert isinstance(envelope.content, bytes)
        for address in envelope.rcpt_tos:
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.boxes[address].append(mail)
        self.on_mail()
        return OK

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        """It listens while the block runs, in a thread of its own."""
        # On a busy machine a thread takes its time to begin.
        controller = Controller(
            self,
            hostname=LOOPBACK,
            port=self.port,
            ready_timeout=60,
            ssl_context=self.tls if self.scheme == "smtps" else None,
            tls_context=self.tls if self.scheme == "smtp" else None,
            require_starttls=self.scheme == "smtp" and self.tls is not None,
            authenticator=self.authenticator,
            auth_required=self.authenticator is not None,
            auth_exclude_mechanism=self.without,
        )
        controller.start()
        try:
            yield self
        finally:
            controller.stop()
