"""Dialogue's ports, on PostgreSQL, Redis and the language model."""

from services.dialogue.adapters.model_judge import ModelJudge
from services.dialogue.adapters.model_speaker import ModelSpeaker
from services.dialogue.adapters.model_translator import ModelTranslator
from services.dialogue.adapters.postgres_store import PostgresStore
from services.dialogue.adapters.postgres_translations import PostgresTranslations

__all__ = ["ModelJudge", "ModelSpeaker", "ModelTranslator", "PostgresStore", "PostgresTranslations"]
