"""Settings of dialogue."""

from pydantic import Field

from chassis.language_model import LanguageModelSettings
from chassis.settings import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """Read once, in `main`, from the environment.

    `allow_example_facts` starts with facts that nobody has confirmed; on a laptop only.
    """

    language_model: LanguageModelSettings = Field(default_factory=LanguageModelSettings)
    allow_example_facts: bool = False
    max_conversations_at_once: int = Field(default=128, gt=0)
    holding_after_s: float = Field(default=8.0, gt=0)
    burst_quiet_s: float = Field(default=0.4, ge=0, le=5)
