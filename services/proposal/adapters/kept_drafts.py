"""Remembers drafts: in this process for its own retries, in Redis for whoever takes over."""

import json
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.cloudevent import CloudEvent, MalformedEvent, parse_record
from contracts.events import ProposalDrafted
from services.proposal.usecases import MODEL_WITHIN

logger = structlog.get_logger()

KEPT_S = int(MODEL_WITHIN.total_seconds())
_MOST_IN_MEMORY = 500


class KeptDrafts:
    """The Drafts port. A draft that Redis does not take is kept in memory all the same."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._own: dict[UUID, CloudEvent[ProposalDrafted]] = {}

    async def find(self, request_id: UUID) -> CloudEvent[ProposalDrafted] | None:
        """The draft that answers the request with this event id."""
        if own := self._own.get(request_id):
            return own
        try:
            with translate_redis_errors():
                kept = await self._redis.get(_key(request_id))
        except RedisUnavailable as error:
            logger.warning("kept_drafts_unreachable", reason=describe(error))
            return None
        return _parse(kept) if kept else None

    async def keep(self, drafted: CloudEvent[ProposalDrafted]) -> None:
        """Keep a draft for an hour, or until many came after it."""
        assert drafted.causation_id is not None
        self._own[drafted.causation_id] = drafted
        if len(self._own) > _MOST_IN_MEMORY:
            del self._own[next(iter(self._own))]
        kept = json.dumps({"headers": drafted.headers(), "value": drafted.value().decode()})
        try:
            with translate_redis_errors():
                await self._redis.set(_key(drafted.causation_id), kept, ex=KEPT_S)
        except RedisUnavailable as error:
            logger.warning("kept_drafts_unreachable", reason=describe(error))


def _parse(kept: str | bytes) -> CloudEvent[ProposalDrafted] | None:
    try:
        record = json.loads(kept)
        return parse_record(ProposalDrafted, record["headers"], record["value"].encode())
    except (MalformedEvent, ValueError, KeyError, TypeError):
        # Another version may have kept it.
        return None


def _key(request_id: UUID) -> str:
    return f"proposal-draft:{request_id}"
