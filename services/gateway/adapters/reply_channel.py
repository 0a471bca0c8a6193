"""One pub/sub connection to Redis for all that a process listens to, mended when it breaks."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from chassis.redis import RedisUnavailable

logger = structlog.get_logger()

_CONFIRM_TIMEOUT_S = 1.0
# A connection that is silent this long is asked whether it lives, and taken for dead after as long again.
_SILENCE_S = 5.0
_SHORTEST_BACK_OFF_S = 0.05
_LONGEST_BACK_OFF_S = 1.0


class ReplyChannel:
    """Subscribes to channels by name and passes on what is said there.

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
        # Everything that is subscribed or shall be; done when Redis said so.
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        # Channels of turns that ended are silent, so leaving them waits for a command to travel with.
        self._to_leave: set[str] = set()
        self._connection: AbstractConnection | None = None
        self._is_away = False

    async def subscribe(self, channel: str) -> None:
        """Return when messages of the channel arrive. Further calls for the same channel only wait.

        Raises:
            RedisUnavailable: it cannot be subscribed now; nothing is left behind.
        """
        if self._is_away:
            raise RedisUnavailable("redis: the pub/sub connection is away")
        confirmation = self._confirmations.get(channel)
        if confirmation is None:
            confirmation = self._confirmations[channel] = asyncio.get_running_loop().create_future()
            await self._send(("SUBSCRIBE", channel))
        if confirmation.done():
            return
        try:
            async with asyncio.timeout(_CONFIRM_TIMEOUT_S):
                await asyncio.shield(confirmation)
        except TimeoutError as error:
            self.unsubscribe(channel)
            raise RedisUnavailable("redis: a subscription was not confirmed") from error

    def unsubscribe(self, channel: str) -> None:
        """Hear no more of a channel. Safe to call twice."""
        confirmation = self._confirmations.pop(channel, None)
        if confirmation is not None:
            _fail(confirmation)
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
                await self._disconnect()
            await asyncio.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, _LONGEST_BACK_OFF_S)

    async def _connect(self) -> AbstractConnection:
        pool = self._redis.connection_pool
        # RESP2, in which everything on a subscribed connection is a list. Time-outs are kept by `_read`.
        connection: AbstractConnection = pool.connection_class(
            **{**pool.connection_kwargs, "protocol": 2, "socket_timeout": None}
        )
        try:
            # redis-py leaves this one method without types.
            await connection.connect()  # type: ignore[no-untyped-call]
        except (RedisError, OSError):
            self._give_up_waiting()
            raise
        self._is_away = False
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

    def _give_up_waiting(self) -> None:
        self._is_away = True
        for channel, confirmation in list(self._confirmations.items()):
            if not confirmation.done():
                del self._confirmations[channel]
                _fail(confirmation)

    async def _read(self, connection: AbstractConnection) -> None:
        is_asked = False
        while True:
            # None after a silence. A message is a list of kind, channel and text; a pong is one as well.
            message = await connection.read_response(timeout=_SILENCE_S)
            if message is not None:
                is_asked = False
                self._take(message)
            elif is_asked:
                raise ConnectionResetError
            else:
                is_asked = True
                await self._send(("PING",))

    def _take(self, message: list[str]) -> None:
        kind, channel = message[0], message[1]
        if kind == "message":
            self._on_message(channel, message[2])
        elif kind == "subscribe":
            confirmation = self._confirmations.get(channel)
            if confirmation is None:
                return
            if confirmation.done():
                self._on_gap(channel)
            else:
                confirmation.set_result(None)

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


def _fail(confirmation: asyncio.Future[None]) -> None:
    if not confirmation.done():
        confirmation.set_exception(RedisUnavailable("redis: the pub/sub connection is away"))
        # Nobody may be waiting any more, which is not worth a warning.
        confirmation.exception()
