"""The whole service between two real streams."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from chassis.clock import utc_now
from chassis.kafka import BrokerUnavailable, EventPublisher, KafkaCluster, ensure_topics, make_broker
from chassis.kafka.sealing import Sealing
from chassis.language_model import LanguageModelSettings
from chassis.redis import make_redis
from contracts.cloudevent import CloudEvent, Event
from contracts.events import ProposalDrafted
from devstack.ports import free_port
from services.proposal.adapters import KeptDrafts
from services.proposal.main import build_app
from services.proposal.settings import Settings
from services.proposal.usecases import answer_request
from tests.support.fake_openai import FakeOpenAI
from tests.support.infrastructure import Infrastructure
from tests.support.streams import published
from tests.support.topics import SMALL_TOPICS
from tests.unit.proposal import builders
from tests.unit.proposal.builders import PLAYBOOK, WORDS, CountingWriter, a_request

requested = partial(builders.requested, time=datetime.now(UTC))
NO_MODEL = LanguageModelSettings(api_key=None, base_url=None)


@pytest.fixture(scope="module")
async def settings(infra: Infrastructure) -> Settings:
    env = {name.lower(): value for name, value in infra.service_env().items()}
    return Settings.model_validate({**env, "language_model": NO_MODEL, "allow_example_facts": True})


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[EventPublisher]:
    """The service at work, and a publisher that plays dialogue."""
    await ensure_topics(KafkaCluster.at(settings.kafka_bootstrap_servers), SMALL_TOPICS)
    app = build_app(settings)
    broker = make_broker(settings, service="dialogue")
    async with app.router.lifespan_context(app), broker:
        await broker.start()
        yield EventPublisher(broker)


async def drafted(settings: Settings, conversation_id: UUID, count: int) -> list[CloudEvent[ProposalDrafted]]:
    return await published(settings, ProposalDrafted, conversation_id, count=count)


async def test_requests_are_answered_on_the_stream_of_proposals_once_and_in_their_order(settings: Settings):
    event = requested(a_request(conversation_id=uuid4()))
    redrafts = [requested(event.data.model_copy(update={"revision": revision})) for revision in range(2, 6)]

    async with running(settings) as dialogue:
        await dialogue.publish(event, event, *redrafts)
        answer, again, *redrafted = await drafted(settings, event.data.conversation_id, 6)

    assert (answer.causation_id, answer.data.turn_id) == (event.id, event.data.turn_id)
    assert (answer.data.author, answer.data.tier.tier) == ("script", "starter")
    assert answer.data.proposal == builders.drafted()
    assert [each.data.revision for each in redrafted] == [2, 3, 4, 5]
    assert (again.id, again.data) == (answer.id, answer.data)


async def test_a_model_is_asked_once_however_often_the_proposal_is_published(
    settings: Settings, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, again = requested(a_request(conversation_id=uuid4())), EventPublisher.publish
    outages = 3

    async def publish(self: EventPublisher, *events: CloudEvent[Event]) -> None:
        nonlocal outages
        if isinstance(events[0].data, ProposalDrafted) and outages:
            outages -= 1
            raise BrokerUnavailable("away")
        await again(self, *events)

    monkeypatch.setattr(EventPublisher, "publish", publish)
    async with FakeOpenAI(responder=lambda _: WORDS) as server:
        model = LanguageModelSettings(api_key=SecretStr("key"), base_url=server.base_url)
        with_model = settings.model_copy(update={"language_model": model, "redis_url": SecretStr(redis_url)})
        async with running(with_model) as dialogue:
            await dialogue.publish(event)
            await drafted(settings, event.data.conversation_id, 1)
        async with make_redis(with_model) as redis:
            kept = await redis.get(f"proposal-draft:{event.id}")
        assert "sealed" in kept and "Appointment" not in kept
        # Another process, or this one after a restart, and the request once more.
        async with running(with_model) as dialogue:
            await dialogue.publish(event)
            first, second = await drafted(settings, event.data.conversation_id, 2)

        assert len(server.requests) == 1
    assert (first.id, first.data, first.time) == (second.id, second.data, second.time)
    assert (first.data.author, first.data.proposal.agent_name) == ("model", "Appointment Desk")


async def test_an_untaken_draft_is_kept_and_an_unread_is_none(settings: Settings, redis_url: str) -> None:
    nowhere = Settings.model_validate({"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    writer, request_id = CountingWriter(), uuid4()

    async with make_redis(settings.model_copy(update={"redis_url": SecretStr(redis_url)})) as redis:
        await redis.set(f"proposal-draft:{request_id}", "[1]")
        assert await KeptDrafts(redis, Sealing()).find(request_id) is None
    async with make_redis(nowhere) as redis:
        event, drafts = requested(a_request(conversation_id=uuid4())), KeptDrafts(redis, Sealing())
        first = await answer_request(event, PLAYBOOK, writer, drafts, clock=utc_now)
        second = await answer_request(event, PLAYBOOK, writer, drafts, clock=utc_now)

    assert (first, len(writer.shown)) == (second, 1)
