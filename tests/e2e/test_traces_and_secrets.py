"""What operators see of a conversation: one trace a turn, and nothing that opens it or its proposal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.support.otlp_sink import KeptSpan, OtlpSink, otlp_sink
from tests.support.product import API_KEY, DENTIST, Product, Visitor, eventually

SETTINGS = {"OTEL_BSP_SCHEDULE_DELAY": "200", "LOG_LEVEL": "DEBUG"}
_EVERY_TURN = {"gateway", "dialogue", "leadstore"}


@pytest.fixture(scope="module")
def sink() -> Iterator[OtlpSink]:
    with otlp_sink() as running:
        yield running


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], sink: OtlpSink) -> dict[str, str]:
    return product_env | {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.url}


@dataclass
class Talked:
    """A visitor who reached the link, the number of turns, and every secret that went over the wire."""

    visitor: Visitor
    url: str
    turns: int
    secrets: set[str]


@pytest.fixture(scope="module")
def talked(product: Product) -> Talked:
    visitor, answers, keys = product.visitor(), [{"calendly_shown": False}], list[str]()
    while not answers[-1]["calendly_shown"]:
        keys.append(str(uuid4()))
        answers.append(visitor.say(DENTIST[len(keys) - 1], key=keys[-1]))
    (url,) = {answer["proposal_url"] for answer in answers[1:]} - {None}
    tokens = {answer["session_token"] for answer in answers[1:]}
    return Talked(visitor, url, len(keys), {API_KEY, url.rpartition("/")[2], *keys, *tokens})


@pytest.fixture(scope="module")
def turns(talked: Talked, sink: OtlpSink) -> list[list[KeptSpan]]:
    """The trace of every turn of the conversation."""

    def all_there() -> list[list[KeptSpan]] | None:
        roots = [span for span in list(sink.spans) if span.name == "POST /chat"]
        traces = [sink.trace_of(root) for root in roots]
        has_booking = any("process booking.requests.v1" in _names_of(trace) for trace in traces)
        # Each service exports in its own time, so a span may arrive before the one it hangs below.
        is_whole = all(_services_of(trace) >= _EVERY_TURN and not _missing(trace) for trace in traces)
        return traces if len(roots) == talked.turns and has_booking and is_whole else None

    return eventually(all_there)


def _services_of(trace: list[KeptSpan]) -> set[str]:
    return {span.service for span in trace}


def _names_of(trace: list[KeptSpan]) -> set[str]:
    return {span.name for span in trace}


def _missing(trace: list[KeptSpan]) -> set[str]:
    """Parents that are not there (yet)."""
    return {span.parent_id for span in trace if span.parent_id} - {span.span_id for span in trace}


def test_a_turn_is_one_trace_to_the_projection_named_as_the_conventions_say(turns: list[list[KeptSpan]]):
    services = [_services_of(trace) for trace in turns]
    roots = [[span.name for span in trace if not span.parent_id] for trace in turns]

    assert all(found >= _EVERY_TURN for found in services)
    assert sum("proposal" in found for found in services) == 1
    assert sum("process booking.requests.v1" in _names_of(trace) for trace in turns) == 1
    assert roots == [["POST /chat"]] * len(turns)
    assert {
        "send conversation.turns.v1",
        "process conversation.turns.v1",
        "send conversation.events.v1",
        "process conversation.events.v1",
        "process proposal.requests.v1",
        "process booking.requests.v1",
    } <= set().union(*map(_names_of, turns))


def test_secrets_are_written_nowhere(product: Product, talked: Talked, sink: OtlpSink, logs: Path) -> None:
    token, page = talked.visitor.session_token, talked.url
    with httpx2.Client(timeout=30) as http:
        for method, url in (
            ("GET", page),
            ("HEAD", page),
            ("POST", page),
            ("GET", f"{page}/"),
            ("GET", f"{page}/more?again={page.rpartition('/')[2]}"),
            ("GET", f"{product.url}/conversation/{talked.visitor.conversation_id}?session_token={token}"),
            ("GET", f"{product.url}/nowhere/{token}"),
            ("GET", f"{product.url}/leads?api_key={API_KEY}"),
        ):
            http.request(method, url)
    product.get("/leads")
    # Spans are exported in order, so what came before this one has come as well.
    marker = uuid4().hex
    httpx2.get(f"{product.url}/page/app.js", headers={"traceparent": f"00-{marker}-00f067aa0ba902b7-01"})
    eventually(lambda: any(span.trace_id == marker for span in list(sink.spans)))

    metrics = "".join(
        httpx2.get(f"{service.url}/metrics", timeout=30).text for service in product.services.values()
    )
    written = [*sink.bodies, metrics.encode(), *(log.read_bytes() for log in logs.glob("*.log*"))]
    for secret in talked.secrets:
        assert not [body for body in written if secret.encode() in body]


def test_a_link_is_withdrawn_and_another_one_takes_its_place(product: Product, talked: Talked) -> None:
    path = f"/conversation/{talked.visitor.conversation_id}/proposal-link"
    assert eventually(lambda: httpx2.get(talked.url, timeout=30).status_code == 200)
    answer = httpx2.delete(f"{product.url}{path}", headers={"x-api-key": API_KEY}, timeout=30)
    gone = httpx2.get(talked.url, timeout=30)
    assert (answer.status_code, gone.status_code) == (204, 410)
    assert eventually(lambda: httpx2.get(talked.visitor.transcript()["proposal_url"]).status_code == 200)
    assert httpx2.get(talked.url, timeout=30).status_code == 410
