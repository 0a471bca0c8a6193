"""The language model as a writer, and what was drafted lately."""

from chassis.language_model import SpendLimiter
from playbook import Playbook
from services.proposal.adapters.kept_drafts import KeptDrafts
from services.proposal.adapters.model_writer import ModelWriter
from services.proposal.settings import Settings

__all__ = ["KeptDrafts", "ModelWriter", "make_writer"]


def make_writer(settings: Settings, playbook: Playbook, limiter: SpendLimiter) -> ModelWriter | None:
    """The model where one is configured; open it before use."""
    return ModelWriter(settings, playbook, limiter) if settings.language_model.is_configured else None
