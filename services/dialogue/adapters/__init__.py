"""Dialogue's ports, on PostgreSQL, Redis and the language model."""

from chassis.leases import speaker_leases
from chassis.live_state import RedisLiveState
from chassis.reply_stream import RedisReplyStream
from services.dialogue.adapters.kept_editions import KeptEditions
from services.dialogue.adapters.postgres_store import PostgresStore
from services.dialogue.adapters.remembering_store import RememberingStore
from services.dialogue.adapters.upkeep import PostgresUpkeep

__all__ = [
    "KeptEditions",
    "PostgresStore",
    "PostgresUpkeep",
    "RedisLiveState",
    "RedisReplyStream",
    "RememberingStore",
    "speaker_leases",
]
