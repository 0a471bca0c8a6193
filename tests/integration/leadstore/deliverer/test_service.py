"""The whole process: a lead comes by Kafka, and a receiver that was subscribed over HTTP is told."""

import asyncio
from uuid import uuid4

import httpx2
import pytest

from chassis.kafka import EventPublisher, make_broker
from services.leadstore.deliverer.main import build_app
from services.leadstore.deliverer.settings import Settings
from tests.support.delivering import changed, erased
from tests.support.receiving import FakeReceiver
from tests.support.topics import create_topics
from tests.support.waiting import until, until_told


@pytest.mark.slow
async def test_a_lead_reaches_whoever_subscribed(kafka_bootstrap: str, service_env: dict[str, str]) -> None:
    await asyncio.to_thread(create_topics, kafka_bootstrap)
    lead = uuid4()
    async with FakeReceiver() as receiver:
        given = {name.lower(): value for name, value in service_env.items()}
        settings = Settings.model_validate({**given, "delivery_laptop_ports": [receiver.port]})
        app, broker = build_app(settings), make_broker(settings, service="test")
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://deliverer")
        async with app.router.lifespan_context(app), client, broker:
            await broker.start()

            async def is_ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await until_told(is_ready, within_s=60)
            added = await client.post("/subscriptions", json={"name": "sales", "url": receiver.url})
            assert added.status_code == 201
            receiver.secrets = [added.json()["secret"]]
            await EventPublisher(broker).publish(changed(lead, 1), changed(lead, 2), erased(lead, 3))
            await until(lambda: str(lead) in receiver.states, within_s=30)
            await until(lambda: receiver.states[str(lead)]["type"] == "lead.erased", within_s=30)
            (shown,) = (await client.get("/subscriptions")).json()
            refused = [
                await client.post("/subscriptions", json={"name": "sales", "url": receiver.url}),
                await client.post("/subscriptions", json={"name": "inside", "url": "https://10.0.0.1/"}),
                await client.post("/subscriptions/other/pause"),
                await client.post("/subscriptions", json={"name": "no name!", "url": "https://a.example/"}),
            ]
            gone = await client.delete("/subscriptions/sales")

    assert [answer.status_code for answer in refused] == [409, 422, 404, 422]
    assert (shown["name"], shown["host"], gone.status_code) == ("sales", "127.0.0.1", 204)
    assert "whsec" not in str(shown)
    assert receiver.sequences[str(lead)][-1] == 3
    assert receiver.told["unsigned"] == 0
