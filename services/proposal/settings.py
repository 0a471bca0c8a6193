"""The settings of the proposal service, read once in `main`."""

from pydantic import Field

from chassis.language_model import LanguageModelSettings
from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The language model that words proposals, and how long it may take.

    The visitor gets a holding reply after eight seconds, so the deadline leaves time for the way there and
    back. Redrafts past `proposal_model_revisions` come from the template: wishes of one visitor cannot be
    turned into endless spending. `allow_example_facts` starts with facts that nobody has confirmed; on a
    laptop only.
    """

    language_model: LanguageModelSettings = Field(default_factory=LanguageModelSettings)
    allow_example_facts: bool = False
    proposal_deadline_s: float = Field(default=5.0, gt=0)
    proposal_model_revisions: int = Field(default=5, ge=0)
