"""The guard: every sentence of a model is judged before a visitor reads it."""

from services.dialogue.domain.guard.facts import guarded_facts
from services.dialogue.domain.guard.review import Refusal, Review
from services.dialogue.domain.guard.step import with_step

__all__ = ["Refusal", "Review", "guarded_facts", "with_step"]
