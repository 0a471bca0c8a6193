"""A connection to the mail server: encrypted, signed in, and with a reason in words where there is none."""

import base64
import smtplib
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from chassis.errors import describe
from services.gateway.mailer.errors import MailServerUnavailable, ServerFault

_CONNECT_S: Final = 30.0
_REPLY_S: Final = 120.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where the server listens, and as whom we sign in.

    With `smtps` the connection is encrypted from the start. With `smtp` it is encrypted by STARTTLS; without
    that nothing is sent, except to a server on this machine.
    """

    host: str
    port: int
    is_encrypted: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://user:password@host:587` or `smtps://user:password@host:465`.

        Raises:
            ValueError: it is no such URL; the message does not repeat it.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("must be smtp://user:password@host:port or smtps://user:password@host:port")
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
        user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
        return cls(parts.hostname, port, parts.scheme == "smtps", user, password)

    def __str__(self) -> str:
        """Without the user and the password."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpConnector:
    """Opens connections.

    Args:
        name: what we call ourselves to the server, our mail domain.
        authorities: a PEM file with whom to trust to issue certificates, instead of those the system trusts.
    """

    address: SmtpAddress
    name: str
    authorities: Path | None = None

    def open(self) -> smtplib.SMTP:
        """A server that has greeted us, and is not asked for more yet.

        Raises:
            MailServerUnavailable: it cannot be reached, or is not who it should be.
        """
        try:
            return self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise self._fault("unreachable", error) from error

    def make_ready(self, server: smtplib.SMTP) -> None:
        """Encrypt the connection and sign in.

        Raises:
            MailServerUnavailable: the server does not let us; nothing was said in clear that must not be.
        """
        try:
            server.ehlo_or_helo_if_needed()
            self._encrypt(server)
        except (OSError, smtplib.SMTPException) as error:
            raise self._fault("encryption", error) from error
        try:
            if self.address.user is not None:
                _sign_in(server, self.address.user, self.address.password or "")
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise self._fault("login", error) from error
        if server.sock is not None:
            server.sock.settimeout(_REPLY_S)

    def _open(self) -> smtplib.SMTP:
        host, port = self.address.host, self.address.port
        if not self.address.is_encrypted:
            return smtplib.SMTP(host, port, local_hostname=self.name, timeout=_CONNECT_S)
        return smtplib.SMTP_SSL(
            host, port, local_hostname=self.name, timeout=_CONNECT_S, context=self._context()
        )

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authorities)

    def _encrypt(self, server: smtplib.SMTP) -> None:
        if self.address.is_encrypted:
            return
        if self.address.host in _LOOPBACK and not server.has_extn("starttls"):
            return
        # Raises where it is not offered: nobody on the way may take that away.
        code, text = server.starttls(context=self._context())
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        server.ehlo()

    def _fault(self, doing: ServerFault, error: Exception) -> MailServerUnavailable:
        """What went wrong, without what a server quotes."""
        fault, reason = doing, describe(error)
        match error:
            case ssl.SSLCertVerificationError():
                fault, reason = "encryption", f"its certificate is refused: {error.verify_message}"
            case ssl.SSLError():
                fault, reason = "encryption", f"no TLS: {error.reason or type(error).__name__}"
            case smtplib.SMTPNotSupportedError() if doing == "encryption":
                reason = "it offers no STARTTLS, and nothing is sent in clear"
            case smtplib.SMTPNotSupportedError():
                reason = "it offers no login"
            case smtplib.SMTPResponseException():
                fault = doing if 500 <= error.smtp_code < 600 else "unreachable"
                reason = f"it answered {error.smtp_code} to the {_DOING[doing]}"
            case smtplib.SMTPServerDisconnected() | OSError():
                fault = "unreachable"
        return MailServerUnavailable(f"{self.address}: {reason}", fault=fault)


_DOING: Final[dict[ServerFault, str]] = {
    "unreachable": "connection",
    "encryption": "greeting",
    "login": "login",
    "sender": "sender",
}


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """By PLAIN or LOGIN in UTF-8, which the standard library cannot, else by what it can."""
    offered = server.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        secret = _base64(f"\0{user}\0{password}")
        reply = server.docmd("AUTH", f"PLAIN {secret}")
    elif "LOGIN" in offered:
        reply = server.docmd("AUTH", f"LOGIN {_base64(user)}")
        if reply[0] == 334:
            reply = server.docmd(_base64(password))
    else:
        server.login(user, password)
        return
    if reply[0] not in (235, 503):
        raise smtplib.SMTPAuthenticationError(*reply)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
