"""What operators see of a conversation: one trace a turn, figures on every dashboard, and no secret."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.support.alert_rules import ALERTS
from tests.support.dashboards import Query, metrics_named, queries
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.otlp_sink import KeptSpan, OtlpSink, otlp_sink
from tests.support.product import API_KEY, DENTIST, Product, Visitor, eventually
from tests.support.prometheus_server import PROMETHEUS, Prometheus, running_prometheus

SETTINGS = {"OTEL_BSP_SCHEDULE_DELAY": "200", "LOG_LEVEL": "DEBUG"}
_EVERY_TURN = {"gateway", "dialogue", "leadstore"}
needs_prometheus = pytest.mark.skipif(PROMETHEUS is None, reason="Prometheus is not installed")


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


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


def test_a_call_of_a_model_is_told_as_the_conventions_for_generative_ai_say(turns: list[list[KeptSpan]]):
    spans = {span.span_id: span for trace in turns for span in trace}
    calls = [span for span in spans.values() if span.name == "chat gpt-4o"]

    assert {spans[call.parent_id].name for call in calls} == {
        "process conversation.turns.v1",
        "process proposal.requests.v1",
    }
    for call in calls:
        told = call.attributes
        assert (told["gen_ai.operation.name"], told["gen_ai.provider.name"]) == ("chat", "openai")
        assert (told["gen_ai.request.model"], told["gen_ai.response.model"]) == (
            "gpt-4o",
            "gpt-4o-2024-08-06",
        )
        assert told["gen_ai.usage.input_tokens"] and told["gen_ai.usage.output_tokens"]
        assert told["gen_ai.response.time_to_first_chunk"] > 0


@pytest.fixture(scope="module")
def prometheus(
    product: Product, talked: Talked, model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """It looks at a product in which turns were taken, streamed, and answered without the model."""
    product.get("/leads")
    targets = {name: service.url.removeprefix("http://") for name, service in product.services.items()}
    with running_prometheus(tmp_path_factory.mktemp("prometheus"), targets) as running:
        for faults in ((), (Fault.server_error(),) * 3):
            model.next(*faults)
            with product.visitor().stream("Hello, I run a bakery.", key=str(uuid4())) as source:
                assert list(source)
        yield running


@needs_prometheus
def test_every_query_of_the_dashboards_shows_something(prometheus: Prometheus) -> None:
    empty: list[Query] = queries()

    def all_show() -> bool:
        empty[:] = [query for query in empty if not prometheus.query(query.expression)]
        return not empty

    with suppress(AssertionError):
        eventually(all_show, within_s=60)
    assert empty == []


@needs_prometheus
def test_a_healthy_product_is_read_whole_and_calls_nobody(prometheus: Prometheus, product: Product) -> None:
    read = eventually(lambda: len(found := prometheus.query("salesbot_process_info")) >= 5 and found)
    assert {each["metric"]["process"] for each in read} == product.services.keys()
    assert not [each for each in prometheus.query("up") if each["value"][1] != "1"]
    critical = {name for name, alert in ALERTS.items() if alert["labels"]["severity"] == "critical"}
    assert prometheus.firing() & critical == set()


@needs_prometheus
def test_a_slow_request_leads_to_its_trace(prometheus: Prometheus, sink: OtlpSink) -> None:
    metric = 'salesbot_http_request_duration_seconds_bucket{route="/chat"}'
    (trace_id, *_) = eventually(lambda: prometheus.exemplars(metric))
    assert eventually(lambda: any(span.trace_id == trace_id for span in list(sink.spans)))


def test_every_metric_of_a_rule_or_a_query_is_exported(product: Product) -> None:
    scraped = "".join(httpx2.get(f"{each.url}/metrics").text for each in product.services.values())
    families = set(re.findall(r"^# TYPE (salesbot_\w+) \w+$", scraped, re.MULTILINE))
    asked = [alert["expr"] for alert in ALERTS.values()] + [query.expression for query in queries()]
    named = {name for expression in asked for name in metrics_named(expression) if "salesbot_" in name}
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in named} <= families


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
