"""Which model answers, where it is served, and how long it may take."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.environment import EnvironmentSettings


class LanguageModelSettings(EnvironmentSettings):
    """Read from `OPENAI_*`; nested in a service's settings with `default_factory`.

    `none` unsets an optional value, an empty one keeps its default.
    """

    model_config = SettingsConfigDict(env_prefix="OPENAI_", env_parse_none_str="none")

    api_key: SecretStr | None = None
    base_url: str | None = None
    model: str = "gpt-4o"
    fallback_model: str | None = None
    # What a call may cost is set aside for five minutes, so none may take that long.
    deadline_s: float = Field(default=20.0, gt=0, le=240)
    # How long a model may take to begin its answer, with whatever field.
    first_text_s: float = Field(default=10.0, gt=0)
    attempts: int = Field(default=3, ge=1)
    max_output_tokens: int = Field(default=1000, gt=0)
    temperature: float | None = Field(default=0.3, ge=0, le=2)
    breaker_failures: int = Field(default=5, ge=1)
    breaker_window_s: float = Field(default=30.0, gt=0)
    breaker_pause_s: float = Field(default=15.0, ge=0)

    @property
    def is_configured(self) -> bool:
        """Whether a model is configured; a compatible server may need no key."""
        return self.api_key is not None or self.base_url is not None
