"""A visitor's words are readable on the leads' topic alone; elsewhere by their key, until it is destroyed."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.data_keys import DataKeys
from chassis.kafka.record import Record, event_type_of
from chassis.kafka.sealing import Sealing, sealing_with
from chassis.postgres import make_engine
from contracts.events import LeadChanged
from contracts.registry import EVENT_BY_TYPE, STREAMS, TOPICS, published_by
from tests.support.infrastructure import Infrastructure
from tests.support.private_words import Fingerprint
from tests.support.product import DENTIST, Product, Visitor
from tests.support.topics import read_until

pytestmark = pytest.mark.slow
SAID = Fingerprint.of_said(DENTIST)


@pytest.fixture(scope="module")
def visitor(product: Product) -> Visitor:
    visitor = product.visitor()
    assert visitor.talk_to_the_link()[-1]["calendly_shown"]
    product.lead_of(visitor, once_it_has="booking_url")
    return visitor


@pytest.fixture(scope="module")
def dump(infra: Infrastructure, visitor: Visitor) -> dict[str, list[Record]]:
    """Every record of the conversation by its topic, as the broker holds it."""
    key = str(visitor.conversation_id).encode()
    topics = [topic.name for topic in TOPICS]
    everything = {name: read_until(infra.kafka_bootstrap, name, _is_quiet(), within_s=5) for name in topics}
    return {name: [one for one in records if one.key == key] for name, records in everything.items()}


def _is_quiet():
    """Nothing more came in three reads."""
    sizes: list[int] = []

    def is_quiet(records: Sequence[Record]) -> bool:
        sizes.append(len(records))
        return len(sizes) > 3 and len(set(sizes[-4:])) == 1

    return is_quiet


def found_in(records: Sequence[Record]) -> list[str]:
    """What of the visitor's words stands in records, keys and headers included."""
    parts = [part for one in records for part in (one.key, one.value, *(value for _, value in one.headers))]
    return SAID.found_in("\n".join((part or b"").decode("utf-8", "replace") for part in parts))


def test_no_topic_but_that_of_the_leads_holds_a_word(dump: dict[str, list[Record]]) -> None:
    told = {name: found_in(records) for name, records in dump.items()}
    assert found_in(dump[LeadChanged.topic]), "the visitor's words are not recognised"
    assert [name for name, words in told.items() if words] == [LeadChanged.topic]
    spoken = Counter(event_type_of(one) for name in dump for one in dump[name])
    services = ("gateway", "dialogue", "proposal", "booking")
    usual = {event.type_name() for service in services for event in published_by(service)}
    assert len(spoken.keys() & usual) >= 9, f"only {sorted(map(str, spoken))} were published"


async def test_no_outbox_of_a_sealed_stream_holds_a_word(product: Product, visitor: Visitor) -> None:
    engine = make_engine(product.data_keys)
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.text("SELECT value, headers::text FROM dialogue.outbox"))).all()
    await engine.dispose()
    assert rows
    assert not SAID.found_in("\n".join(f"{bytes(row.value).decode()}\n{row.headers}" for row in rows))


async def test_whoever_has_the_keys_reads_it_and_nobody_once_they_are_destroyed(
    product: Product, visitor: Visitor, dump: dict[str, list[Record]]
) -> None:
    sealed = [one for topic in STREAMS if topic.is_sealed for one in dump[topic.name]]
    sealed = [one for one in sealed if EVENT_BY_TYPE[str(event_type_of(one))].is_sealed]
    async with sealing_with(product.data_keys) as before:
        opened = await before.read(sealed)
    assert len(opened) == len(sealed) and found_in(opened)

    async with DataKeys(engine := make_engine(product.data_keys), product.data_keys) as keys:
        async with engine.begin() as connection:
            await keys.destroy(connection, [UUID(visitor.conversation_id)])
        assert await Sealing(keys).read(sealed) == []
