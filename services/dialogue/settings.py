"""Settings of dialogue."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, field_validator

from chassis.data_keys import DataKeySettings
from chassis.kafka import KeyedOptions
from chassis.language_model import LanguageModelSettings
from chassis.settings import ServiceSettings
from contracts.registry import longest_kept
from services.dialogue.usecases.erasing import Retention

# A turn may take the first call, a second one and a judgement of a sentence.
_MOST_CALLS = 3
# For the database, the reply stream and the translated opening, which have time limits of their own.
_ELSE_S = 20.0


class Settings(ServiceSettings, DataKeySettings):
    """Read once, in `main`, from the environment.

    `allow_example_facts` starts with facts that nobody has confirmed; on a laptop only. `judge_model` judges
    what the other one says; `same` is that one, which also stands in where the judge's own model fails.
    """

    language_model: LanguageModelSettings = Field(default_factory=LanguageModelSettings)
    allow_example_facts: bool = False
    judge_model: str = "gpt-4o-mini"
    judge_deadline_s: float = Field(default=6.0, gt=0)
    max_conversations_at_once: int = Field(default=128, gt=0)
    holding_after_s: float = Field(default=8.0, gt=0)
    burst_quiet_s: float = Field(default=0.4, ge=0, le=5)
    prompt_canary_path: Path | None = None
    """A prompt that a share of new conversations begins with, and that is withdrawn where it does worse."""
    prompt_canary_share: float = Field(default=0.1, ge=0, le=0.5)
    """At most half, so that there is always as much to compare it with."""
    silent_after_h: float = Field(default=24.0, gt=0)
    """Hours without a message after which a visitor is taken to have gone silent."""
    takeover_lease_s: float = Field(default=30.0, ge=1)
    """How long a person who took over is taken to be there without a sign; the gateway's setting."""

    retention_days: int = Field(default=730, ge=0)
    """Days after which a conversation with a lead is erased that nobody has added to; 0 keeps it for ever."""
    retention_days_without_lead: int = Field(default=90, ge=0)
    """The same for a conversation without an address, a number, a proposal or a link."""
    turn_days: int = Field(default=45, gt=0)
    """Days after which an answered turn is forgotten, by which a repeated one is recognised."""

    @field_validator("turn_days")
    @classmethod
    def _outlives_the_topics(cls, days: int) -> int:
        needed = longest_kept("dialogue") + timedelta(days=7)
        if timedelta(days=days) < needed:
            raise ValueError(f"{days} days are too few: turns come again for up to {needed.days} days")
        return days

    @property
    def retention(self) -> Retention:
        """How long conversations and turns are kept."""
        lead, other = (
            timedelta(days=days) if days else None
            for days in (self.retention_days, self.retention_days_without_lead)
        )
        return Retention(lead=lead, other=other, turns=timedelta(days=self.turn_days))

    @property
    def models(self) -> tuple[LanguageModelSettings, LanguageModelSettings]:
        """How the speaking model is asked, and the judge: in less time, and that one where its own fails."""
        speaking, is_same = self.language_model, self.judge_model == "same"
        judging = speaking.model_copy(
            update={
                "model": speaking.model if is_same else self.judge_model,
                "fallback_model": speaking.fallback_model if is_same else speaking.model,
                "deadline_s": self.judge_deadline_s,
                "first_text_s": min(speaking.first_text_s, self.judge_deadline_s / 2),
                "temperature": 0.0,
            }
        )
        return speaking, judging

    @property
    def keyed(self) -> KeyedOptions:
        """A handler may take longer than all calls of a turn: no answer is paid for and thrown away."""
        timeout_s = _MOST_CALLS * self.language_model.deadline_s + self.judge_deadline_s + _ELSE_S
        return KeyedOptions(max_in_flight=self.max_conversations_at_once, handler_timeout_s=timeout_s)
