"""Settings that would lose or double something are refused at start."""

import pytest
from pydantic import ValidationError

from services.leadstore.settings import Settings, longest_kept


def test_marks_of_processed_events_outlive_the_topics() -> None:
    assert Settings().processed_event_days > longest_kept().days


def test_forgetting_an_event_that_may_come_again_is_refused() -> None:
    with pytest.raises(ValidationError, match="too few"):
        Settings(processed_event_days=longest_kept().days)
