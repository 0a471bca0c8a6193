"""Settings of leadstore."""

from datetime import timedelta

from pydantic import Field, field_validator

from chassis.data_keys import DataKeySettings
from chassis.settings import ServiceSettings
from contracts.registry import longest_kept


class Settings(ServiceSettings, DataKeySettings):
    """Read once, in `main`, from the environment."""

    batch_size: int = Field(default=500, gt=0)
    processed_event_days: int = Field(default=45, gt=0)

    @field_validator("processed_event_days")
    @classmethod
    def _outlives_the_topics(cls, days: int) -> int:
        # Kafka deletes whole segments, so a record may outlive its retention; a week is ample.
        needed = longest_kept("leadstore") + timedelta(days=7)
        if timedelta(days=days) < needed:
            raise ValueError(f"{days} days are too few: records come again for up to {needed.days} days")
        return days
