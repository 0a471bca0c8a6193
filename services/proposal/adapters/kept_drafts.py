"""Remembers drafts: in this process for its own retries, in Redis, sealed, for whoever takes over."""

import json
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis.data_keys import DataKeyUnknown
from chassis.errors import TransientError, describe
from chassis.kafka.sealing import Sealing
from chassis.redis import translate_redis_errors
from contracts.cloudevent import CloudEvent, MalformedEvent, parse_record
from contracts.events import ProposalDrafted
from contracts.live_state import draft_key
from services.proposal.usecases import MODEL_WITHIN

logger = structlog.get_logger()

_MOST_IN_MEMORY = 500


class KeptDrafts:
    """The Drafts port, for an hour. A draft that Redis does not take is kept in memory all the same.

    In Redis it is sealed with the key of its conversation: it goes when that is erased.
    """

    def __init__(self, redis: Redis, sealing: Sealing) -> None:
        self._redis = redis
        self._sealing = sealing
        self._own: dict[UUID, CloudEvent[ProposalDrafted]] = {}

    async def find(self, request_id: UUID) -> CloudEvent[ProposalDrafted] | None:
        """The draft that answers the request with this event id."""
        if own := self._own.get(request_id):
            return own
        try:
            with translate_redis_errors():
                kept = json.loads(await self._redis.get(draft_key(request_id)) or "{}")
            return await self._opened(kept["headers"], kept["value"].encode()) if kept else None
        except TransientError as error:
            logger.warning("kept_drafts_unavailable", reason=describe(error))
        except (MalformedEvent, DataKeyUnknown, ValueError, KeyError, TypeError):
            # Another version may have kept it.
            logger.info("kept_draft_unreadable", request_id=str(request_id))
        return None

    async def keep(self, drafted: CloudEvent[ProposalDrafted]) -> None:
        """Keep a draft for an hour, or until many came after it."""
        assert drafted.causation_id is not None
        self._own[drafted.causation_id] = drafted
        if len(self._own) > _MOST_IN_MEMORY:
            del self._own[next(iter(self._own))]
        try:
            (sealed,) = await self._sealing.serialise([drafted])
            kept = json.dumps({"headers": sealed.headers, "value": sealed.value.decode()})
            with translate_redis_errors():
                await self._redis.set(draft_key(drafted.causation_id), kept, ex=MODEL_WITHIN)
        except TransientError as error:
            logger.warning("kept_drafts_unavailable", reason=describe(error))

    async def _opened(self, headers: dict[str, str], value: bytes) -> CloudEvent[ProposalDrafted]:
        return parse_record(ProposalDrafted, headers, await self._sealing.open(headers, value))
