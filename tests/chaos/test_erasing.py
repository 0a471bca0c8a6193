"""An erasure is done whatever dies meanwhile, and holds when a backup of before it is restored."""

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import redis

from chassis.kafka.record import Record
from chassis.kafka.sealing import sealing_with
from contracts.events import LeadErased
from contracts.registry import TOPICS
from contracts.sealed import DATA_KEY
from devstack.erasure_records import ask_again, read_file, recorded_erasures
from tests.support.fake_openai import FakeOpenAI
from tests.support.infrastructure import Infrastructure
from tests.support.postgres_tools import run_postgres_tool
from tests.support.private_words import Fingerprint
from tests.support.product import Product, Visitor, eventually
from tests.support.saying import Saying
from tests.support.whereabouts import cache_text, database_text, records_of

# A killed member is missed by the group only after its session; an answer does not wait for what was killed.
SETTINGS = {
    "KAFKA_SESSION_TIMEOUT_MS": "3000",
    "OPENAI_DEADLINE_S": "240",
    "OPENAI_FIRST_TEXT_S": "240",
    "ERASURE_WAIT_S": "1",
}
SECRETS = ("Quillhaven", "Whitfield", "marta@quillhaven.example")
LINES = ("We run a bakery in Quillhaven.", "I am Marta Whitfield, marta@quillhaven.example.")


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


@dataclass(frozen=True)
class Whereabouts:
    """Where in the database, the cache and the logs stands what was said."""

    env: dict[str, str]
    logs: Path

    def now(self) -> list[str]:
        """The lines that hold some of it."""
        text = database_text(self.env["DATABASE_URL"]) + cache_text(self.env["REDIS_URL"])
        text += "".join(log.read_text("utf-8", "replace") for log in self.logs.glob("*.log*"))
        return [line for line in text.splitlines() if any(word in line for word in SECRETS)]


@pytest.fixture
def whereabouts(product_env: dict[str, str], logs: Path) -> Whereabouts:
    return Whereabouts(product_env, logs)


def talked(product: Product, *lines: str) -> Visitor:
    visitor = product.visitor()
    for line in lines or LINES:
        visitor.say(line)
    return visitor


def erase(visitor: Visitor) -> httpx2.Response:
    return visitor.http.delete(f"/conversation/{visitor.conversation_id}", headers=visitor.headers("-"))


def is_erased(visitor: Visitor) -> bool:
    answer = erase(visitor)
    return answer.status_code == 200 and answer.json()["status"] == "erased"


def test_an_erasure_behind_a_reply_that_is_being_written(
    product: Product, model: FakeOpenAI, whereabouts: Whereabouts
) -> None:
    visitor = talked(product)
    held = model.hold_after(5)
    saying = Saying(visitor, "We are 12 people in Quillhaven.", is_streamed=True)
    eventually(lambda: held.is_reached)

    early = erase(visitor)
    held.release()

    assert early.status_code == 202
    link = early.headers["location"]
    assert eventually(lambda: httpx2.get(f"{product.url}{link}").json().get("receipt"), within_s=60)
    saying.join(30)
    assert whereabouts.now() == []


def test_an_erasure_waits_for_a_dialogue_that_is_dead_and_leaves_a_later_turn_unread(
    product: Product, whereabouts: Whereabouts
) -> None:
    visitor = talked(product)
    product.services["dialogue"].kill()
    early = erase(visitor)
    late = visitor.post("Are you there, Quillhaven?")
    product.services["dialogue"].start()

    assert (early.status_code, late.status_code) == (202, 410)
    eventually(lambda: is_erased(visitor), within_s=60)
    assert whereabouts.now() == []


def test_every_erasure_is_done_though_both_who_do_it_are_killed_in_between(
    product: Product, whereabouts: Whereabouts
) -> None:
    visitors = [talked(product, LINES[0]) for _ in range(8)]
    wishes = [threading.Thread(target=erase, args=(visitor,)) for visitor in visitors]
    for place, wish in enumerate(wishes):
        wish.start()
        if place % 3 == 1:
            for name in ("dialogue", "leadstore"):
                product.services[name].kill()
            for name in ("dialogue", "leadstore"):
                product.services[name].start()
    for wish in wishes:
        wish.join(60)
    for visitor in visitors:
        eventually(lambda visitor=visitor: is_erased(visitor), within_s=60)
    assert whereabouts.now() == []


def test_an_erasure_outlives_a_restored_backup(
    product: Product, product_env: dict[str, str], tmp_path: Path, whereabouts: Whereabouts
) -> None:
    gone, kept = talked(product), talked(product, "We run a forge in Ironvale.")
    backup = tmp_path / "backup.sql"
    for visitor in (gone, kept):
        eventually(lambda visitor=visitor: product.lead_of(visitor, once_it_has="profile"))
    backup.write_text(run_postgres_tool("pg_dump", product_env["DATABASE_URL"], "--clean", "--if-exists"))
    eventually(lambda: is_erased(gone))

    product.stop()
    run_postgres_tool("psql", product_env["DATABASE_URL"], "-q", "-v", "ON_ERROR_STOP=1", "-f", str(backup))
    assert whereabouts.now() != []
    product.start()

    eventually(lambda: whereabouts.now() == [], within_s=60)
    assert any("Ironvale" in line for line in database_text(product_env["DATABASE_URL"]).splitlines())
    assert kept.transcript()["messages"]
    assert gone.post("Hello again").status_code == 410


def test_erasures_that_were_written_down_are_asked_for_again(
    product: Product, product_env: dict[str, str], infra: Infrastructure, tmp_path: Path
) -> None:
    """Where Kafka is lost as well."""
    gone, back = talked(product, LINES[0]), talked(product, LINES[0])
    eventually(lambda: is_erased(gone))
    (recorded,) = [
        each
        for each in asyncio.run(recorded_erasures(infra.kafka_bootstrap))
        if str(each.conversation_id) == gone.conversation_id
    ]
    written = tmp_path / "erasures.jsonl"
    lost = recorded.model_copy(update={"conversation_id": UUID(back.conversation_id)})
    written.write_text("".join(f"{each.model_dump_json()}\n" for each in (recorded, lost)))

    asyncio.run(ask_again(read_file(written), infra.kafka_bootstrap))

    path = f"/conversation/{back.conversation_id}"
    eventually(lambda: back.http.get(path, headers=back.headers("-")).status_code == 410, within_s=60)


def test_who_comes_back_is_told_so_also_when_redis_has_forgotten_it(
    product: Product, product_env: dict[str, str], whereabouts: Whereabouts
) -> None:
    visitor = talked(product, LINES[0])
    eventually(lambda: is_erased(visitor))
    assert visitor.post("Quillhaven speaking").status_code == 410

    with redis.Redis.from_url(product_env["REDIS_URL"]) as client:
        client.flushdb()
    # A gateway may have the key in memory for a moment: what it still takes opens nowhere.
    visitor.post("Quillhaven speaking")
    read = visitor.http.get(f"/conversation/{visitor.conversation_id}", headers=visitor.headers("-"))
    assert read.status_code == 410
    assert whereabouts.now() == []


def test_no_topic_holds_what_can_be_read_and_leads_end_without_a_value(
    product: Product, infra: Infrastructure
) -> None:
    visitor, said = talked(product), Fingerprint.of_said(LINES)
    eventually(lambda: product.lead_of(visitor, once_it_has="profile"))
    eventually(lambda: is_erased(visitor))

    def whole() -> list[Record] | None:
        found = records_of(infra.kafka_bootstrap, [topic.name for topic in TOPICS])
        mine = [one for one in found if one.key == str(visitor.conversation_id).encode()]
        leads = [one for one in mine if one.topic == LeadErased.topic]
        return mine if leads and leads[-1].value is None else None

    others = [one for one in eventually(whole) if one.topic != LeadErased.topic]
    sealed = [one for one in others if any(name == DATA_KEY for name, _ in one.headers)]
    assert len(sealed) >= 5
    assert asyncio.run(_opened(sealed, product)) == []
    assert said.found_in("\n".join((one.value or b"").decode("utf-8", "replace") for one in others)) == []


async def _opened(records: list[Record], product: Product) -> list[Record]:
    async with sealing_with(product.data_keys) as sealing:
        return await sealing.read(records)
