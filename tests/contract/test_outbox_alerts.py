"""A person is called when an event is refused, or waits for longer than an outage of seconds."""

from pathlib import Path

import pytest

from tests.contract.test_alert_rules import fires, needs_promtool


@needs_promtool
@pytest.mark.parametrize(("refused", "is_alert"), [("0x5 1x20", True), ("0x30", False), ("1x5 0x20", False)])
def test_a_refused_event_calls_a_person_until_it_is_dealt_with(
    tmp_path: Path, refused: str, is_alert: bool
) -> None:
    series = {
        'salesbot_outbox_refused_events{schema="leadstore",pod="a"}': refused,
        'salesbot_outbox_refused_events{schema="leadstore",pod="b"}': refused,
        'salesbot_outbox_refused_events{schema="dialogue",pod="a"}': "0x30",
    }

    assert fires(tmp_path, series, "OutboxEventRefused", at="20m", labels={"schema": "leadstore"}) is is_alert


@needs_promtool
@pytest.mark.parametrize(("age_s", "is_alert"), [("0+60x30", True), ("0 5 61 3 0x30", False)])
def test_events_that_wait_for_minutes_call_a_person(tmp_path: Path, age_s: str, is_alert: bool) -> None:
    series = {'salesbot_outbox_oldest_age_seconds{schema="dialogue"}': age_s}

    assert fires(tmp_path, series, "OutboxStuck", at="20m", labels={"schema": "dialogue"}) is is_alert
