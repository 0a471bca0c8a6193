"""The webhooks of leads are what the OpenAPI document says of them: bodies, headers, signatures."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from jsonschema import Draft202012Validator
from standardwebhooks.webhooks import Webhook

from chassis.clock import utc_now
from contracts.cloudevent import CloudEvent, originate
from contracts.events import LeadChanged, LeadErased
from services.gateway.api.openapi import Document
from services.leadstore.deliverer.adapters.guarded_http import Answer
from services.leadstore.deliverer.adapters.webhook import WebhookReceiver
from services.leadstore.deliverer.domain import Delivery, Subscription, state_of
from tests.support.gateway_app import gateway_app

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOLD: list[type[LeadChanged] | type[LeadErased]] = [LeadChanged, LeadErased]


class NotingClient:
    """Notes what is sent, and takes it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, dict[str, str]]] = []

    async def ask(self, method: str, _url: str, *, content: bytes, headers: dict[str, str]) -> Answer:
        self.sent.append((method, content, headers))
        return Answer(204, b"", None)


async def sent(event: CloudEvent[Any], *secrets: str) -> tuple[str, bytes, dict[str, str]]:
    """What a subscriber is sent for an event."""
    client = NotingClient()
    subscription = Subscription(uuid4(), "sales", "webhook", utc_now(), "https://x.example", secrets)
    state = state_of(event)
    delivery = Delivery(subscription.id, state, state.changed, 0, {}, uuid4())
    receiver = WebhookReceiver(subscription, client, utc_now)  # type: ignore[arg-type]  # all that it uses
    assert (await receiver.deliver(delivery)).kind == "delivered"
    return client.sent[0]


def examples(kind: type[LeadChanged] | type[LeadErased]) -> list[CloudEvent[Any]]:
    files = sorted((EXAMPLES / f"{kind.__name__}.v1").glob("*.json"))
    data = [kind.model_validate(orjson.loads(file.read_bytes())["value"]) for file in files]
    return [originate(each, event_id=UUID(int=7), source="leadstore", time=utc_now()) for each in data]


@pytest.mark.parametrize("kind", TOLD)
async def test_what_is_sent_is_what_the_document_says(kind: type[LeadChanged] | type[LeadErased]) -> None:
    document: Document = gateway_app().openapi()
    told = examples(kind)
    assert told
    for event in told:
        method, body, headers = await sent(event, SECRET)
        message = orjson.loads(body)
        operation = document["webhooks"][message["type"]][method.lower()]

        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator(schema | {"components": document["components"]}).validate(message)
        described = {parameter["name"] for parameter in operation["parameters"] if parameter["required"]}
        assert described == {name for name in headers if name.startswith("webhook-")}
        assert Webhook(SECRET).verify(body, headers) == message
    assert {"204", "3XX", "4XX", "410"} == operation["responses"].keys()


async def test_while_a_secret_is_replaced_either_one_verifies() -> None:
    (event, *_) = examples(LeadErased)
    other = "whsec_" + "B" * 32
    _, body, headers = await sent(event, SECRET, other)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, other):
        assert Webhook(secret).verify(body, headers)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document: Document = gateway_app().openapi()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for inner in value.values() for each in references(inner)]
        return [each for inner in value for each in references(inner)] if isinstance(value, list) else []

    for reference in {each for each in references(document) if each.startswith("#/components/")}:
        _, _, kind, name = reference.split("/")
        assert name in document["components"][kind], reference
