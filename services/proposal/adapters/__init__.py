"""The language model as a writer, and what was drafted lately."""

from services.proposal.adapters.kept_drafts import KeptDrafts
from services.proposal.adapters.model_writer import ModelWriter

__all__ = ["KeptDrafts", "ModelWriter"]
