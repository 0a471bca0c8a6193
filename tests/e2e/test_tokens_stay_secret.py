"""What opens a conversation or a proposal is written nowhere, and a link that was passed on is taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.support.otlp_sink import OtlpSink, otlp_sink
from tests.support.product import (
    API_KEY,
    UNTIL_PROPOSED,
    Product,
    Visitor,
    eventually,
    running_product,
)


@pytest.fixture(scope="module")
def sink() -> Iterator[OtlpSink]:
    with otlp_sink() as running:
        yield running


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], sink: OtlpSink, logs: Path) -> Iterator[Product]:
    env = product_env | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": sink.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "LOG_LEVEL": "DEBUG",
    }
    with running_product(env, logs) as running:
        yield running


@dataclass(frozen=True)
class Shown:
    """A visitor who was shown a proposal, and every secret that went over the wire meanwhile."""

    visitor: Visitor
    url: str
    secrets: frozenset[str]


@pytest.fixture(scope="module")
def shown(product: Product) -> Shown:
    visitor, secrets = product.visitor(), {API_KEY}
    for line in UNTIL_PROPOSED:
        key = str(uuid4())
        answer = visitor.say(line, key=key)
        secrets |= {key, answer["session_token"]}
        if url := answer["proposal_url"]:
            return Shown(visitor, url, frozenset({*secrets, url.rpartition("/")[2]}))
    pytest.fail("no proposal was shown")


def test_secrets_are_written_nowhere(product: Product, shown: Shown, sink: OtlpSink, logs: Path) -> None:
    token, page = shown.visitor.session_token, shown.url
    with httpx2.Client(timeout=30) as http:
        for method, url in (
            ("GET", page),
            ("HEAD", page),
            ("POST", page),
            ("GET", f"{page}/"),
            ("GET", f"{page}/more?again={page.rpartition('/')[2]}"),
            ("GET", f"{product.url}/conversation/{shown.visitor.conversation_id}?session_token={token}"),
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
    for secret in shown.secrets:
        assert not [body for body in written if secret.encode() in body]


def test_a_link_is_withdrawn_and_another_one_takes_its_place(product: Product, shown: Shown) -> None:
    path = f"/conversation/{shown.visitor.conversation_id}/proposal-link"
    assert eventually(lambda: httpx2.get(shown.url, timeout=30).status_code == 200)

    answer = httpx2.delete(f"{product.url}{path}", headers={"x-api-key": API_KEY}, timeout=30)
    gone = httpx2.get(shown.url, timeout=30)

    assert (answer.status_code, gone.status_code) == (204, 410)

    def fresh() -> bool:
        return httpx2.get(shown.visitor.transcript()["proposal_url"], timeout=30).status_code == 200

    assert eventually(fresh)
    assert httpx2.get(shown.url, timeout=30).status_code == 410
