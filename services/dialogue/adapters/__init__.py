"""Dialogue's ports, on PostgreSQL, Redis and the language model."""

from chassis.leases import speaker_leases
from chassis.live_state import RedisLiveState
from chassis.reply_stream import RedisReplyStream
from services.dialogue.adapters.model_judge import ModelJudge
from services.dialogue.adapters.model_speaker import ModelSpeaker
from services.dialogue.adapters.postgres_store import PostgresStore
from services.dialogue.adapters.remembering_store import RememberingStore
from services.dialogue.adapters.translated_playbook import TranslatedPlaybook, kept_translations
from services.dialogue.adapters.upkeep import PostgresUpkeep

__all__ = [
    "ModelJudge",
    "ModelSpeaker",
    "PostgresStore",
    "PostgresUpkeep",
    "RedisLiveState",
    "RedisReplyStream",
    "RememberingStore",
    "TranslatedPlaybook",
    "kept_translations",
    "speaker_leases",
]
