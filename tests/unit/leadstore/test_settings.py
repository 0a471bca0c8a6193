import pytest
from pydantic import ValidationError

from contracts.registry import longest_kept
from services.leadstore.settings import Settings


def test_marks_of_processed_events_outlive_the_topics_so_that_no_event_is_counted_twice() -> None:
    assert Settings().processed_event_days > longest_kept("leadstore").days
    with pytest.raises(ValidationError, match="too few"):
        Settings(processed_event_days=longest_kept("leadstore").days)
