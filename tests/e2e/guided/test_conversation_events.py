"""What comes unasked reaches an open stream: in a second window of the visitor, and without a question."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import httpx2
from aiokafka import AIOKafkaProducer

from contracts.cloudevent import Event, originate
from contracts.events import ConversationErased, DemoBooked
from playbook.demo_changes import demo_time
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import Product, Visitor, eventually


class Following(threading.Thread):
    """A stream of what comes unasked, read until it ends."""

    def __init__(self, visitor: Visitor, last_event_id: str = "") -> None:
        super().__init__(daemon=True)
        self.events: list[tuple[str, str | None, Any]] = []
        self._visitor, self._last = visitor, last_event_id
        self.start()

    def run(self) -> None:
        headers = self._visitor.headers("-") | {"Last-Event-ID": self._last}
        path = f"/conversation/{self._visitor.conversation_id}/events"
        with self._visitor.http.stream("GET", path, headers=headers) as response:
            assert response.status_code == 200, response.read()
            for event in httpx2.EventSource(response):
                self.events.append((event.event, event.id, event.json()))

    def told(self, kind: str) -> list[Any]:
        return [data for name, _, data in self.events if name == kind]


async def publish(infra: Infrastructure, data: Event) -> None:
    event = originate(data, event_id=uuid4(), source="test", time=datetime.now(UTC))
    headers = [(name, value.encode()) for name, value in event.headers().items()]
    async with AIOKafkaProducer(bootstrap_servers=infra.kafka_bootstrap) as producer:
        await producer.send_and_wait(event.topic, event.value(), event.key, headers=headers)


async def test_another_window_is_told_all_of_it_and_comes_back_without_a_gap(
    product: Product, infra: Infrastructure
) -> None:
    visitor = product.visitor()
    first = visitor.say("Hello, I run a bakery.")
    window = Following(visitor)
    second = visitor.say("We are 12 people.")

    eventually(lambda: len(window.told("message")) == 4)
    told = [(message["written_by"], message["text"]) for message in window.told("message")]
    assert told[1::2] == [("playbook", first["response"]), ("playbook", second["response"])]
    assert [text for by, text in told if by == "visitor"] == ["Hello, I run a bakery.", "We are 12 people."]
    assert window.told("message") == visitor.transcript()["messages"]

    other = Following(visitor, str(first["sequence"]))
    starts_at = datetime(2026, 12, 4, 15, tzinfo=UTC)
    booked = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
    conversation_id = UUID(visitor.conversation_id)
    await publish(infra, DemoBooked(
        conversation_id=conversation_id, demo_id=uuid4(), invitee_email="ada@example.com", **booked,
    ))  # fmt: skip
    for follower in (window, other):
        [booking] = eventually(lambda follower=follower: follower.told("booking"))
        assert booking == {"status": "booked", "starts_at": starts_at.isoformat()}
    said = SHIPPED.lines.demo_booked.format(time=demo_time(starts_at))
    told = ["We are 12 people.", second["response"], said]
    eventually(lambda: [message["text"] for message in other.told("message")] == told)

    await publish(infra, ConversationErased(conversation_id=conversation_id))
    for follower in (window, other):
        follower.join(20)
        assert (follower.is_alive(), follower.told("erased")) == (False, [{}])


async def test_a_conversation_over_a_websocket_is_the_same_conversation(product: Product) -> None:
    async with aiohttp.ClientSession(product.url) as session:
        async with session.ws_connect("/ws") as socket:
            await socket.send_json({"event": "authenticate", "data": {}})
            assert (await socket.receive_json(timeout=20))["event"] == "ready"
            say = {"message": "Hello, I run a bakery.", "source": "api"}
            await socket.send_json({"event": "say", "key": str(uuid4()), "data": say})
            told = [await socket.receive_json(timeout=20)]
            while told[-1]["event"] != "done":
                told.append(await socket.receive_json(timeout=20))
        accepted, done = told[0]["data"], told[-1]["data"]
        who = {name: accepted[name] for name in ("conversation_id", "session_token")}
        async with session.ws_connect("/ws") as again:
            await again.send_json({"event": "authenticate", "data": who})
            stored = [await again.receive_json(timeout=20) for _ in range(3)]

    messages = [frame["data"] for frame in stored if frame["event"] == "message"]
    assert [message["written_by"] for message in messages] == ["visitor", "playbook"]
    assert (messages[1]["text"], messages[1]["sequence"]) == (done["response"], done["sequence"])
