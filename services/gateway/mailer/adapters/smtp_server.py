"""The MailServer port: SMTP, with a stop before the end of the mail."""

import asyncio
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from chassis.errors import describe
from services.gateway.mailer.domain import Deferred, Delivery, Outcome, Refused, Unanswered, outcome_of
from services.gateway.mailer.domain.server_replies import Step
from services.gateway.mailer.errors import MailServerUnavailable
from services.gateway.mailer.ports import HandOver

_CONNECT_S: Final = 30.0
_REPLY_S: Final = 120.0
# RFC 5321, 4.5.3.2.6: ten minutes, because giving up early is how one mail becomes two.
_LAST_REPLY_S: Final = 600.0
_END: Final = b".\r\n"
_DOT_AT_LINE_START: Final = re.compile(rb"(?m)^\.")
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


class SmtpServer:
    """Sends each mail on a connection of its own, in a thread: a mail that is stuck holds up no other.

    Args:
        name: what we call ourselves to the server, our mail domain.
        at_once: the most connections.
    """

    def __init__(self, address: SmtpAddress, *, name: str, at_once: int) -> None:
        self._address = address
        self._name = name
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="smtp")

    async def send(self, delivery: Delivery, hand_over: HandOver) -> Outcome:
        """Make one attempt; one that is cancelled loses its connection."""
        loop = asyncio.get_running_loop()

        async def hand_over_and_end() -> bool:
            is_ours = await hand_over()
            if is_ours:
                # Here and not in the thread, which would first have to wake up: a process that is killed
                # between the commit and the end of a mail leaves it unsent.
                attempt.begin_end()
            return is_ours

        attempt = _Attempt(
            self._address,
            self._name,
            delivery,
            lambda: asyncio.run_coroutine_threadsafe(hand_over_and_end(), loop),
        )
        try:
            return await loop.run_in_executor(self._threads, attempt.run)
        except asyncio.CancelledError:
            attempt.cut_off()
            raise


class _Attempt:
    """One mail on one connection."""

    def __init__(
        self, address: SmtpAddress, name: str, delivery: Delivery, hand_over: Callable[[], Future[bool]]
    ) -> None:
        self._address = address
        self._name = name
        self._delivery = delivery
        self._hand_over = hand_over
        self._server: smtplib.SMTP | None = None
        self._handing: Future[bool] | None = None
        self._unwritten = _END

    def run(self) -> Outcome:
        try:
            server = self._connect()
            self._say_who_sends(server)
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerUnavailable(_described(error)) from error
        try:
            return self._send(server)
        finally:
            # Whatever the server says to a farewell changes nothing.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                _wait_at_most(server, 1.0)
                server.quit()
            server.close()

    def cut_off(self) -> None:
        """End the connection under the thread that uses it."""
        if self._handing is not None:
            self._handing.cancel()
        if self._server is not None and self._server.sock is not None:
            with contextlib.suppress(OSError):
                self._server.sock.shutdown(socket.SHUT_RDWR)

    def begin_end(self) -> None:
        """Write the end of the mail as far as it can be written without waiting."""
        sock = self._server and self._server.sock
        if sock:
            waits_s = sock.gettimeout()
            sock.settimeout(0)
            # Whatever is wrong with the connection, the thread finds out.
            with contextlib.suppress(OSError):
                self._unwritten = _END[sock.send(_END) :]
            sock.settimeout(waits_s)

    def _connect(self) -> smtplib.SMTP:
        at, tls = self._address, ssl.create_default_context()
        if at.is_encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                at.host, at.port, local_hostname=self._name, timeout=_CONNECT_S, context=tls
            )
        else:
            server = smtplib.SMTP(at.host, at.port, local_hostname=self._name, timeout=_CONNECT_S)
        self._server = server
        server.ehlo_or_helo_if_needed()
        if not at.is_encrypted and (at.host not in _LOOPBACK or server.has_extn("starttls")):
            # Raises where it is not offered: nobody on the way may take that away.
            server.starttls(context=tls)
            server.ehlo()
        if at.user is not None:
            server.login(at.user, at.password or "")
        _wait_at_most(server, _REPLY_S)
        return server

    def _say_who_sends(self, server: smtplib.SMTP) -> None:
        code, text = server.mail(self._delivery.sender)
        if code != 250:
            # Whom it does not take mails from, it takes none of.
            raise smtplib.SMTPResponseException(code, text)

    def _send(self, server: smtplib.SMTP) -> Outcome:
        try:
            if ended := _ended(server.rcpt(self._delivery.recipient), "recipient"):
                return ended
            if ended := _ended(server.docmd("DATA"), "data"):
                return ended
            server.send(_escaped(self._delivery.message))
        except UnicodeError:
            return Refused("the address is not ASCII", is_bad_address=True)
        except (OSError, smtplib.SMTPException) as error:
            return Deferred(_described(error))
        self._handing = self._hand_over()
        # A mail without its end is none: the connection is closed instead.
        if not self._handing.result():
            server.close()
            return Deferred("the hand-over was denied")
        return self._end(server)

    def _end(self, server: smtplib.SMTP) -> Outcome:
        try:
            if self._unwritten:
                server.send(self._unwritten)
            _wait_at_most(server, _LAST_REPLY_S)
            ended = _ended(server.getreply(), "end")
        except (OSError, smtplib.SMTPException) as error:
            return Unanswered(_described(error))
        return ended or Unanswered("the server answered the end of the mail with a question")


def _wait_at_most(server: smtplib.SMTP, seconds: float) -> None:
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _ended(reply: tuple[int, bytes], step: Step) -> Outcome | None:
    code, text = reply
    return outcome_of(code, text.decode("utf-8", "replace"), step)


def _escaped(message: bytes) -> bytes:
    """The mail as it follows DATA, without the dot that ends it."""
    escaped = _DOT_AT_LINE_START.sub(b"..", message)
    return escaped if escaped.endswith(b"\r\n") else escaped + b"\r\n"


def _described(error: Exception) -> str:
    """What went wrong, without what a server quotes of a mail."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return describe(error)
