"""The writers of the proposal service and the choice between them, and what was drafted lately."""

from chassis.language_model import Brake
from playbook import Playbook
from services.proposal.adapters.kept_drafts import KeptDrafts
from services.proposal.adapters.model_writer import ModelWriter
from services.proposal.adapters.template_writer import TemplateWriter
from services.proposal.settings import Settings

__all__ = ["KeptDrafts", "ModelWriter", "TemplateWriter", "make_writer"]


def make_writer(settings: Settings, playbook: Playbook, brake: Brake) -> ModelWriter | TemplateWriter:
    """The model where one is configured, the template otherwise; open it before use."""
    if settings.language_model.is_configured:
        return ModelWriter(settings, playbook, brake)
    return TemplateWriter(playbook)
