"""One trace runs from the HTTP request through every consumer to the database write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.otlp_sink import KeptSpan, OtlpSink, otlp_sink
from tests.support.product import DENTIST, Product, eventually, running_product

_EVERY_TURN = {"gateway", "dialogue", "leadstore"}


@pytest.fixture(scope="module")
def sink() -> Iterator[OtlpSink]:
    with otlp_sink() as running:
        yield running


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], sink: OtlpSink, logs: Path) -> Iterator[Product]:
    env = product_env | {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with running_product(env, logs) as running:
        yield running


@pytest.fixture(scope="module")
def turns(product: Product, sink: OtlpSink) -> list[list[KeptSpan]]:
    """The trace of every turn of one conversation that reached the link."""
    answers = product.visitor().talk_to_the_link()
    assert answers[-1]["calendly_shown"]

    def all_there() -> list[list[KeptSpan]] | None:
        roots = [span for span in list(sink.spans) if span.name == "POST /chat"]
        traces = [sink.trace_of(root) for root in roots]
        has_booking = any("booking" in _services_of(trace) for trace in traces)
        # Each service exports in its own time, so a span may arrive before the one it hangs below.
        is_whole = all(_services_of(trace) >= _EVERY_TURN and not _missing(trace) for trace in traces)
        return traces if len(roots) == len(answers) and has_booking and is_whole else None

    return eventually(all_there)


def _services_of(trace: list[KeptSpan]) -> set[str]:
    return {span.service for span in trace}


def _missing(trace: list[KeptSpan]) -> set[str]:
    """Parents that are not there (yet)."""
    return {span.parent_id for span in trace if span.parent_id} - {span.span_id for span in trace}


def test_a_turn_is_one_trace_from_the_request_to_the_projection(turns: list[list[KeptSpan]]):
    for trace in turns:
        assert _services_of(trace) >= _EVERY_TURN


def test_the_proposal_and_the_link_belong_to_the_turn_that_asked_for_them(turns: list[list[KeptSpan]]):
    services = [_services_of(trace) for trace in turns]

    assert sum("proposal" in found for found in services) == 1
    assert sum("booking" in found for found in services) == 1


def test_every_span_hangs_below_the_request(turns: list[list[KeptSpan]]):
    for trace in turns:
        roots = [span.name for span in trace if not span.parent_id]
        assert roots == ["POST /chat"]
        assert not _missing(trace)


def test_the_spans_are_named_as_the_conventions_say(turns: list[list[KeptSpan]]):
    names = {span.name for trace in turns for span in trace}

    assert {
        "send conversation.turns.v1",
        "process conversation.turns.v1",
        "send conversation.events.v1",
        "process conversation.events.v1",
        "process proposal.requests.v1",
        "process booking.requests.v1",
    } <= names
    assert len(turns) <= len(DENTIST)
