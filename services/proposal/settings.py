"""The settings of the proposal service, read once in `main`."""

from pydantic import Field

from chassis.data_keys import DataKeySettings
from chassis.kafka import KeyedOptions
from chassis.language_model import LanguageModelSettings
from chassis.settings import ServiceSettings

# For the cache and the broker, which have time limits of their own.
_ELSE_S = 35.0


class Settings(ServiceSettings, DataKeySettings):
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

    @property
    def keyed(self) -> KeyedOptions:
        """A handler may take longer than both tries of a model: no draft is paid for and thrown away."""
        return KeyedOptions(handler_timeout_s=2 * self.proposal_deadline_s + _ELSE_S)
