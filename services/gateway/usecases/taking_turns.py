"""Hands a visitor's turn on, durably and once, and follows its reply."""

import time
from collections.abc import Sequence

import structlog

from chassis import metrics
from chassis.errors import TransientError
from contracts.cloudevent import derive_id, originate
from contracts.events import TurnReceived
from contracts.reply_stream import FINAL_FRAMES, Done, Failed, Frame, FrameKind
from services.gateway.domain import BEGINNING, Turn
from services.gateway.errors import IdempotencyKeyReused
from services.gateway.ports import IdempotencyStore, Ports, ReplyReading

logger = structlog.get_logger()


class FollowedTurn:
    """A turn that was handed on, and its reply as it comes."""

    def __init__(self, turn: Turn, reading: ReplyReading, idempotency_store: IdempotencyStore) -> None:
        self.conversation_id = turn.conversation_id
        self.turn_id = turn.turn_id
        self.outcome: Done | Failed | None = None
        """How the reply ended; None while it has not."""
        self.is_abandoned = False
        """The client is gone."""
        self._reading = reading
        self._idempotency_store = idempotency_store
        self._turn = turn
        self._began_s = time.perf_counter()
        self._has_words = False
        self._is_closed = False

    async def next_frames(self, timeout_s: float) -> Sequence[Frame]:
        """New frames of the reply, in order and each once; empty when none came within `timeout_s`.

        Nothing follows a final frame, which is the last of its batch.
        """
        frames = await self._reading.next(timeout_s)
        if frames and not self._has_words and not self._turn.only_the_end:
            self._has_words = True
            metrics.REPLY_FIRST_WORDS.observe(time.perf_counter() - self._began_s)
        for ordinal, frame in enumerate(frames):
            if frame.kind in FINAL_FRAMES:
                await self._end(frame)
                return frames[: ordinal + 1]
        return frames

    def abandon(self) -> None:
        """Stop waiting for frames because the client is gone. The turn itself continues."""
        self.is_abandoned = True
        self._reading.abandon()

    def close(self) -> None:
        """Stop following. Safe to call twice."""
        self._reading.close()
        if not self._is_closed:
            self._is_closed = True
            metrics.REPLIES.labels(self._ending()).inc()

    def _ending(self) -> str:
        if self.outcome is not None:
            return "answered" if isinstance(self.outcome, Done) else "failed"
        return "left" if self.is_abandoned else "later"

    async def _end(self, frame: Frame) -> None:
        metrics.REPLY_DURATION.observe(time.perf_counter() - self._began_s)
        if frame.kind is FrameKind.ERROR:
            self.outcome = Failed.model_validate_json(frame.data)
            return
        self.outcome = done = Done.model_validate_json(frame.data)
        try:
            await self._idempotency_store.note_sequence(self.conversation_id, done.sequence)
        except TransientError:
            logger.warning("sequence_not_noted", conversation_id=str(self.conversation_id))


async def take_turn(turn: Turn, ports: Ports) -> FollowedTurn:
    """Hand a turn on, durably and once, and follow its reply.

    A retry of a turn whose reply is still there is not handed on again. Following starts before the turn is
    handed on, so no frame is missed.

    Raises:
        IdempotencyKeyReused: the turn was claimed with another message, or another visitor.
        TransientError: the turn is not known to be durable; the same request may be sent again.
    """
    may_be_retry = await _claim(turn, ports.idempotency_store)
    reading = await ports.replies.listen(
        turn.conversation_id, turn.turn_id, turn.read_until, only_the_end=turn.only_the_end
    )
    try:
        if not (may_be_retry and await _resume(turn, reading)):
            await ports.publisher.publish(
                originate(
                    TurnReceived(
                        conversation_id=turn.conversation_id,
                        turn_id=turn.turn_id,
                        message=turn.message,
                        source=turn.source,
                        payers=turn.payers,
                        visitor=turn.visitor,
                    ),
                    event_id=derive_id(turn.turn_id, TurnReceived.type_name()),
                    source="gateway",
                    time=ports.clock(),
                )
            )
    except BaseException:
        reading.close()
        raise
    return FollowedTurn(turn, reading, ports.idempotency_store)


async def _claim(turn: Turn, store: IdempotencyStore) -> bool:
    if (fingerprint := turn.fingerprint) is None:
        return False
    try:
        earlier = await store.claim(turn.turn_id, fingerprint)
    except TransientError:
        # Dialogue recognises a turn by its id, so going on unchecked repeats nothing.
        logger.warning("claim_unchecked", turn_id=str(turn.turn_id))
        return True
    if earlier is not None and earlier != fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key came with another message or visitor before.")
    return earlier is not None


async def _resume(turn: Turn, reading: ReplyReading) -> bool:
    """Whether the reply is there already. If it is gone, the client has to forget its beginning."""
    try:
        is_written = await reading.catch_up()
    except TransientError:
        return False
    if not is_written and turn.read_until != BEGINNING:
        reading.start_over()
    return is_written
