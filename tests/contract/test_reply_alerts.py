"""A person is called when replies are lost on their way, and not for a deployment."""

from pathlib import Path

import pytest

from tests.contract.test_alert_rules import fires, needs_promtool


@needs_promtool
@pytest.mark.parametrize(("values", "is_alert"), [("0x9 4 8 12 16x20", True), ("0x9 1x30", False)])
def test_replies_that_redis_loses_are_told(tmp_path: Path, values: str, is_alert: bool) -> None:
    series = {'salesbot_replies_recovered_total{pod="a"}': values}

    assert fires(tmp_path, series, "RepliesRecovered", at="14m", labels={}) is is_alert


@needs_promtool
@pytest.mark.parametrize(("values", "is_alert"), [("0+5x60", True), ("0 5 10 15 20x60", False)])
def test_frames_that_are_skipped_for_longer_than_a_deployment_are_told(
    tmp_path: Path, values: str, is_alert: bool
) -> None:
    series = {'salesbot_reply_frames_skipped_total{pod="a"}': values}

    assert fires(tmp_path, series, "ReplyFramesSkipped", at="40m", labels={}) is is_alert
