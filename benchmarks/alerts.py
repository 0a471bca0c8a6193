"""`python -m benchmarks.alerts`: how soon a chat hears of a lead that qualified, while the product is busy.

The time runs from the fact that qualified the lead, as dialogue stamped it, to the message in the chat.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import aiohttp
import uvloop

from benchmarks.load import LINES
from benchmarks.stack import Stack, running_stack
from chassis.kafka.record import event_type_of, parse_as
from contracts.events import LeadChanged
from devstack.infra import Infra
from devstack.services import ServiceProcess
from tests.support.fake_slack import FakeSlack
from tests.support.streams import records_until

_PROMISED_S = 5.0
_PAUSE_S = 1.0
# Whoever has not heard by then has not heard.
_LATE_S = 10.0


class TimedSlack(FakeSlack):
    """Notes when it heard of which conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.heard_at: dict[UUID, float] = {}

    def note(self) -> None:
        for text in self.texts:
            conversation = UUID(text.rsplit(" ", 1)[-1])
            self.heard_at.setdefault(conversation, time.time())
        self.texts.clear()

    async def answer(self, request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        answer = await super().answer(request)
        self.note()
        return answer


def main() -> None:
    """Hold conversations at a steady rate; 1 when an alert in twenty comes later than five seconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerts", description=__doc__)
    parser.add_argument("--turns-per-s", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder)) as infra:
        delays_s, missed, turns_per_s = uvloop.run(_run(infra, options.turns_per_s, options.seconds))
    cuts = statistics.quantiles(delays_s, n=20)
    print(f"{len(delays_s)} leads qualified at {turns_per_s:.1f} turns/s, {missed} without an alert")
    print(f"seconds to the chat: median {cuts[9]:.2f}, p95 {cuts[18]:.2f}, most {max(delays_s):.2f}")
    raise SystemExit(0 if cuts[18] <= _PROMISED_S and not missed else 1)


async def _run(infra: Infra, turns_per_s: float, seconds: float) -> tuple[list[float], int, float]:
    async with (
        TimedSlack() as slack,
        running_stack(infra, env={"OPENAI_API_KEY": ""}) as stack,
        _deliverer(infra, stack, slack),
    ):
        begun = time.monotonic()
        answered_at = await _converse(stack, turns_per_s, seconds)
        qualified_at = await _qualified(infra)
        await asyncio.sleep(_LATE_S)
    heard = qualified_at.keys() & slack.heard_at.keys()
    delays_s = [slack.heard_at[lead] - qualified_at[lead] for lead in heard]
    # Between the end of the first conversation and the begin of the last one.
    first_s, last_s = begun + len(LINES) * _PAUSE_S, begun + seconds
    steady = sum(first_s <= at_s <= last_s for at_s in answered_at)
    return delays_s, len(qualified_at) - len(heard), steady / (last_s - first_s)


@contextlib.asynccontextmanager
async def _deliverer(infra: Infra, stack: Stack, slack: FakeSlack) -> AsyncIterator[None]:
    secret = stack.data_keys.data_key_secret.get_secret_value()
    env = {"DATA_KEY_SECRET": secret, "DELIVERY_LAPTOP_PORTS": f"[{slack.port}]"}
    process = ServiceProcess("deliverer", infra.service_env() | env, stack.logs)
    try:
        await asyncio.to_thread(process.start)
        wanted = {"name": "chat", "kind": "chat", "url": slack.url}
        async with aiohttp.request("POST", f"{process.url}/subscriptions", json=wanted) as answer:
            assert answer.status == 201, await answer.text()
        yield
    finally:
        await asyncio.to_thread(process.terminate)


async def _converse(stack: Stack, turns_per_s: float, seconds: float) -> list[float]:
    """Begin conversations at the rate that makes so many turns a second; returns when each was answered."""
    answered_at = list[float]()

    async def visit(http: aiohttp.ClientSession) -> None:
        request: dict[str, str] = {}
        headers: dict[str, str] = {}
        for line in LINES:
            began = time.monotonic()
            async with http.post("/chat", json={"message": line, **request}, headers=headers) as response:
                answer = await response.json()
            if response.status != 200:
                return
            answered_at.append(time.monotonic())
            request = {"conversation_id": answer["conversation_id"]}
            headers = {"Authorization": f"Bearer {answer['session_token']}"}
            await asyncio.sleep(max(0.0, _PAUSE_S - (time.monotonic() - began)))

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(stack.url, connector=connector) as http, asyncio.TaskGroup() as visitors:
        for _ in range(int(seconds * turns_per_s / len(LINES))):
            visitors.create_task(visit(http))
            await asyncio.sleep(len(LINES) / turns_per_s)
    return answered_at


async def _qualified(infra: Infra) -> dict[UUID, float]:
    """When each lead first was qualified, by what the public stream says."""
    records = await records_until(infra.kafka_bootstrap, LeadChanged.topic, lambda _: False, within_s=5.0)
    found: dict[UUID, float] = {}
    for record in records:
        if event_type_of(record) == LeadChanged.type_name():
            lead = parse_as(LeadChanged, record).data.lead
            if lead.score is not None and lead.score.is_qualified:
                found.setdefault(lead.conversation_id, lead.changed_at.timestamp())
    return found


if __name__ == "__main__":
    main()
