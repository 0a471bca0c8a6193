"""The MailServer port: SMTP, with a stop before the end of the mail."""

import asyncio
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from opentelemetry.trace import SpanKind

from chassis.errors import describe
from chassis.kafka.telemetry import context_of_headers
from chassis.telemetry import tracer
from contracts.cloudevent import TRACEPARENT
from services.gateway.mailer.adapters.smtp_connection import SmtpConnector
from services.gateway.mailer.adapters.smtp_envelope import envelope_for, is_of_this_mail
from services.gateway.mailer.domain import Deferred, Delivery, Outcome, Refused, Unanswered, outcome_of
from services.gateway.mailer.domain.server_replies import Command
from services.gateway.mailer.errors import MailServerUnavailable
from services.gateway.mailer.ports import HandOver

# RFC 5321, 4.5.3.2.6: ten minutes, because giving up early is how one mail becomes two.
_LAST_REPLY_S: Final = 600.0
_END: Final = b".\r\n"
_DOT_AT_LINE_START: Final = re.compile(rb"(?m)^\.")


class SmtpServer:
    """Sends each mail on a connection of its own, in a thread: a mail that is stuck holds up no other.

    Args:
        at_once: the most connections.
    """

    def __init__(self, connector: SmtpConnector, *, at_once: int) -> None:
        self._connector = connector
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
            self._connector,
            delivery,
            lambda: asyncio.run_coroutine_threadsafe(hand_over_and_end(), loop),
        )
        queued = {TRACEPARENT: delivery.traceparent} if delivery.traceparent else {}
        with tracer.start_as_current_span(
            "send mail", context=context_of_headers(queued), kind=SpanKind.CLIENT
        ) as span:
            span.set_attribute("conversation_id", str(delivery.conversation_id))
            try:
                outcome = await loop.run_in_executor(self._threads, attempt.run)
            except asyncio.CancelledError:
                attempt.cut_off()
                raise
            span.set_attribute("outcome", type(outcome).__name__.lower())
            return outcome


class _Attempt:
    """One mail on one connection."""

    def __init__(
        self, connector: SmtpConnector, delivery: Delivery, hand_over: Callable[[], Future[bool]]
    ) -> None:
        self._connector = connector
        self._delivery = delivery
        self._hand_over = hand_over
        self._server: smtplib.SMTP | None = None
        self._handing: Future[bool] | None = None
        self._unwritten = _END
        self._is_cut = False

    def run(self) -> Outcome:
        self._server = server = self._connector.open()
        try:
            self._connector.make_ready(server)
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
        """Write the end of the mail as far as it can be written without waiting, unless nobody reads it."""
        sock = self._server and self._server.sock
        if not sock or _is_closed_by_server(sock):
            self._is_cut = True
            return
        waits_s = sock.gettimeout()
        sock.settimeout(0)
        # Whatever is wrong with the connection, the thread finds out.
        with contextlib.suppress(OSError):
            self._unwritten = _END[sock.send(_END) :]
        sock.settimeout(waits_s)

    def _send(self, server: smtplib.SMTP) -> Outcome:
        try:
            ended = self._announce(server) or self._write(server)
        except (OSError, smtplib.SMTPException) as error:
            return Deferred(_described(error))
        if ended:
            return ended
        self._handing = self._hand_over()
        # A mail without its end is none: the connection is closed instead.
        if not self._handing.result():
            server.close()
            return Deferred("the hand-over was denied")
        if self._is_cut:
            return Deferred("the server closed the connection before the end of the mail")
        return self._end(server)

    def _announce(self, server: smtplib.SMTP) -> Outcome | None:
        """Say who sends, and to whom; how the attempt ends where it ends with that."""
        envelope = envelope_for(self._delivery, server)
        if isinstance(envelope, Refused):
            return envelope
        code, text = server.mail(self._delivery.sender, envelope.options)
        if code // 100 != 2:
            reason = text.decode("utf-8", "replace")
            if is_of_this_mail(code, reason):
                return outcome_of(code, reason, "data")
            # Whom it does not take mails from, it takes none of.
            told = f"{self._connector.address}: it takes no mails from us: {code}"
            raise MailServerUnavailable(told, fault="sender" if code // 100 == 5 else "unreachable")
        return _ended(server.rcpt(envelope.recipient), "recipient")

    def _write(self, server: smtplib.SMTP) -> Outcome | None:
        """Write the mail without its end."""
        if ended := _ended(server.docmd("DATA"), "data"):
            return ended
        server.send(_escaped(self._delivery.message))
        return None

    def _end(self, server: smtplib.SMTP) -> Outcome:
        try:
            if self._unwritten:
                server.send(self._unwritten)
            _wait_at_most(server, _LAST_REPLY_S)
            ended = _ended(server.getreply(), "end")
        except (OSError, smtplib.SMTPException) as error:
            return Unanswered(_described(error))
        return ended or Unanswered("the server answered the end of the mail with a question")


def _is_closed_by_server(sock: socket.socket) -> bool:
    """Whether the server has ended the connection: then it does not get what is written now."""
    waits_s = sock.gettimeout()
    sock.settimeout(0)
    try:
        # Of an encrypted connection too, what is looked at is whether bytes are there, not what they say.
        return socket.socket.recv(sock, 1, socket.MSG_PEEK) == b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    finally:
        sock.settimeout(waits_s)


def _wait_at_most(server: smtplib.SMTP, seconds: float) -> None:
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _ended(reply: tuple[int, bytes], command: Command) -> Outcome | None:
    code, text = reply
    return outcome_of(code, text.decode("utf-8", "replace"), command)


def _escaped(message: bytes) -> bytes:
    """The mail as it follows DATA, without the dot that ends it."""
    escaped = _DOT_AT_LINE_START.sub(b"..", message)
    return escaped if escaped.endswith(b"\r\n") else escaped + b"\r\n"


def _described(error: Exception) -> str:
    """What went wrong, without what a server quotes of a mail."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return describe(error)
