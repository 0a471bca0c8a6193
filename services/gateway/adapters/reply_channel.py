"""One pub/sub connection to Redis for all that a process listens to, mended when it breaks."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

logger = structlog.get_logger()

# A visitor waits for this before their turn is handed on.
_CONFIRM_TIMEOUT_S = 0.5
_CONNECT_TIMEOUT_S = 2.0
# A connection that is silent this long is asked whether it lives, and taken for dead after as long again.
_SILENCE_S = 2.0
_SHORTEST_BACK_OFF_S = 0.05
_LONGEST_BACK_OFF_S = 1.0


class ReplyChannel:
    """Subscribes to channels by name and passes on their messages.

    Uses a connection of its own and not redis-py's PubSub: here one task reads and reconnects while others
    subscribe, which PubSub leaves to its caller.

    Args:
        redis: whose server, credentials and TLS settings are used.
        on_message: called with channel and text.
        on_gap: called with a channel that was not listened to for a while; messages may have been missed.
    """

    def __init__(
        self, redis: Redis, *, on_message: Callable[[str, str], None], on_gap: Callable[[str], None]
    ) -> None:
        self._redis = redis
        self._on_message = on_message
        self._on_gap = on_gap
        # Everything that is subscribed or shall be; set when Redis said so.
        self._confirmations: dict[str, asyncio.Event] = {}
        # What was said before these are confirmed is missed: nobody waits for their confirmation any more.
        self._late: set[str] = set()
        # Channels of turns that ended are silent, so leaving them waits for a command to travel with.
        self._to_leave: set[str] = set()
        self._connection: AbstractConnection | None = None
        self.is_away = False
        """Redis does not answer; what is wanted is subscribed as soon as it does."""

    async def subscribe(self, channel: str) -> None:
        """Return when messages of the channel arrive, or after half a second at the most.

        While Redis is away it returns at once. The channel is subscribed as soon as that is possible, and
        then counts as one that was not listened to for a while.
        """
        confirmation = self._confirmations.get(channel)
        if confirmation is None:
            confirmation = self._confirmations[channel] = asyncio.Event()
            await self._send(("SUBSCRIBE", channel))
        if confirmation.is_set():
            return
        try:
            async with asyncio.timeout(0 if self.is_away else _CONFIRM_TIMEOUT_S):
                await confirmation.wait()
        except TimeoutError:
            self._late.add(channel)
            # Until it says something, nobody else waits for it.
            self.is_away = True

    def unsubscribe(self, channel: str) -> None:
        """Stop listening to a channel. Safe to call twice."""
        self._late.discard(channel)
        if self._confirmations.pop(channel, None) is not None:
            self._to_leave.add(channel)

    async def run(self) -> None:
        """Hold the connection until cancelled."""
        back_off_s = _SHORTEST_BACK_OFF_S
        while True:
            try:
                connection = await self._connect()
                back_off_s = _SHORTEST_BACK_OFF_S
                await self._read(connection)
            except (RedisError, OSError) as error:
                logger.warning("reply_channel_lost", reason=type(error).__name__)
            finally:
                self.is_away = True
                await self._disconnect()
            await asyncio.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, _LONGEST_BACK_OFF_S)

    async def _connect(self) -> AbstractConnection:
        pool = self._redis.connection_pool
        # RESP2, in which everything on a subscribed connection is a list. Time-outs are kept by `_read`.
        connection: AbstractConnection = pool.connection_class(
            **{
                **pool.connection_kwargs,
                "protocol": 2,
                "socket_timeout": None,
                # One message that is not UTF-8 must not end the connection of all.
                "encoding_errors": "replace",
            }
        )
        try:
            # A server that hangs takes the connection and says nothing.
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                # redis-py leaves this one method without types.
                await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        self.is_away = False
        self._connection = connection
        self._to_leave.clear()
        if self._confirmations:
            await self._send(("SUBSCRIBE", *self._confirmations))
        return connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)

    async def _read(self, connection: AbstractConnection) -> None:
        is_asked = False
        while True:
            # None after a silence. A message is a list of kind, channel and text; a pong is one as well.
            message = await connection.read_response(timeout=_SILENCE_S)
            if message is not None:
                is_asked = self.is_away = False
                self._take(message)
            elif is_asked:
                raise ConnectionResetError
            else:
                is_asked = True
                await self._send(("PING",))

    def _take(self, message: object) -> None:
        match message:
            case ["message", str(channel), str(text)]:
                self._on_message(channel, text)
            case ["subscribe", str(channel), *_]:
                self._confirm(channel)

    def _confirm(self, channel: str) -> None:
        confirmation = self._confirmations.get(channel)
        if confirmation is None:
            return
        if confirmation.is_set() or channel in self._late:
            self._late.discard(channel)
            self._on_gap(channel)
        confirmation.set()

    async def _send(self, command: tuple[str, ...]) -> None:
        # Without a connection nothing is lost: whoever connects subscribes to all that is wanted.
        if self._connection is None:
            return
        commands = [command]
        if self._to_leave:
            # First, so that a channel that is wanted again stays subscribed.
            commands.insert(0, ("UNSUBSCRIBE", *self._to_leave))
            self._to_leave.clear()
        # A broken connection is noticed and mended by the task that reads it.
        with suppress(RedisError, OSError):
            packed = self._connection.pack_commands(commands)
            await self._connection.send_packed_command(packed, check_health=False)
