"""A mail server that says what a test tells it to, and goes away at the command a test names."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

DOT = "."
BODY = "body"
HELLO = "hello"
"""The moment at which a client has connected."""


@dataclass
class ScriptedSmtp:
    """Answers OK, or what stands in `answers` for a command; `closes_at` is a command it never answers.

    `offers` are the lines of its answer to EHLO; `commands` is what it was told, without mails.
    """

    offers: Sequence[str] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    closes_at: str | None = None
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0
    has_closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ScriptedSmtp"]:
        """It listens while the block runs."""
        async with await asyncio.start_server(self._serve, self.host, 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._talk(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self.has_closed.set()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closes_at == HELLO:
            return
        writer.write(b"220 hello\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            self.commands.append(f"{verb} {rest}".strip())
            if verb == self.closes_at:
                return
            answer = self.answers.get(verb, self._usual(verb))
            writer.write(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354") and not await self._read_mail(reader, writer):
                return

    def _usual(self, verb: str) -> str:
        if verb == "EHLO":
            return "\r\n".join([*(f"250-{each}" for each in ("hello", *self.offers)), "250 OK"])
        return "354 go on" if verb == "DATA" else "250 OK"

    async def _read_mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        if self.closes_at == BODY:
            await reader.readline()
            return False
        mail = await reader.readuntil(b"\r\n.\r\n")
        if self.closes_at == DOT:
            return False
        self.mails.append(mail)
        writer.write(f"{self.answers.get(DOT, '250 taken')}\r\n".encode())
        return True
