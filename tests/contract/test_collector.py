"""The collector's configuration is whole, and knows the topics and the times of the product."""

import re

import yaml

from chassis.kafka import KeyedOptions
from contracts.registry import DEAD_LETTER_SUFFIX, STREAMS
from tests.support.alert_rules import ROOT

CONFIG = yaml.safe_load((ROOT / "helm" / "salesbot" / "otel-collector.yaml").read_text(encoding="utf-8"))
SAMPLING = CONFIG["processors"]["tail_sampling"]
TOPICS = {stream.name for stream in STREAMS}


def test_a_pipeline_names_what_there_is() -> None:
    for pipeline in CONFIG["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) == CONFIG[kind].keys()


def test_a_trace_is_not_judged_before_its_turn_is_over() -> None:
    wait_s = int(re.fullmatch(r"(\d+)s", SAMPLING["decision_wait"])[1])
    assert wait_s > KeyedOptions().handler_timeout_s


def test_what_is_always_kept_is_published_by_somebody() -> None:
    attributes = [
        policy["string_attribute"] for policy in SAMPLING["policies"] if "string_attribute" in policy
    ]
    exact = {
        value for each in attributes if not each.get("enabled_regex_matching") for value in each["values"]
    }
    (pattern,) = (
        value for each in attributes if each.get("enabled_regex_matching") for value in each["values"]
    )

    assert exact < TOPICS
    assert all(re.fullmatch(pattern, f"{topic}{DEAD_LETTER_SUFFIX}") for topic in TOPICS)
    assert not any(re.fullmatch(pattern, topic) for topic in TOPICS)
