"""What visitors said must not stand in logs, spans or dead-letter headers: a watch over a running product."""

import asyncio
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
import uvicorn.lifespan.on
import uvicorn.server
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.kafka.record import Record
from chassis.kafka.sealing import sealing_with
from chassis.postgres import DatabaseUnavailable
from contracts.events import TurnReceived
from contracts.registry import DEAD_LETTER_SUFFIX, TOPICS
from tests.support.otlp_sink import otlp_sink
from tests.support.streams import data_keys_of

_ROOT = Path(__file__).parents[2]
_SOURCES = ("chassis", "contracts", "services", "devstack")
# The server announces in words of its own that it starts and stops.
_ANNOUNCING = (uvicorn.lifespan.on, uvicorn.server)
_WORD = re.compile(r"[^\W_]+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
# A frame names the file it stands in, which may lie below a folder of any name.
_PATH = re.compile(r"(?:/[\w.+-]+){2,}")
_HEX = re.compile(r"[0-9a-f]+")
_TOPICS = (TurnReceived.topic, *(topic.name for topic in TOPICS if topic.name.endswith(DEAD_LETTER_SUFFIX)))

Shingle = tuple[str, str, str]
Positions = dict[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a text can be recognised by: words that our sources never use, and three words in a row."""

    words: frozenset[str]
    shingles: frozenset[Shingle]

    @classmethod
    def of_said(cls, texts: Iterable[str]) -> "Fingerprint":
        """What gives away that somebody said one of these."""
        words, shingles = set[str](), set[Shingle]()
        for text in texts:
            found = _words_of(text)
            words |= {word for word in found if len(word) >= 5 and not _HEX.fullmatch(word)}
            shingles |= {each for each in _in_threes(found) if sum(map(len, each)) >= 12}
        return cls(frozenset(words - _vocabulary()), frozenset(shingles))

    def found_in(self, text: str) -> list[str]:
        """What of it stands in a text."""
        found = _words_of(_PATH.sub(" ", text))
        return sorted(self.words & set(found)) + sorted(map(" ".join, self.shingles & set(_in_threes(found))))


def _words_of(text: str) -> list[str]:
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return _WORD.findall(plain.casefold())


def _in_threes(words: list[str]) -> Iterator[Shingle]:
    return zip(words, words[1:], words[2:], strict=False)


@cache
def _vocabulary() -> frozenset[str]:
    """Every word of our own sources, and of what tells that a service starts."""
    ours = (path.read_text("utf-8") for folder in _SOURCES for path in (_ROOT / folder).rglob("*.py"))
    texts = (*ours, *map(inspect.getsource, _ANNOUNCING))
    return frozenset(word for text in texts for word in _words_of(text))


@contextmanager
def private_words_watched(env: Mapping[str, str], logs: Path) -> Iterator[Mapping[str, str]]:
    """The settings of services whose spans are looked through; fails at the end where words have leaked."""
    bootstrap_servers = env["KAFKA_BOOTSTRAP_SERVERS"]
    begun = asyncio.run(_ends(bootstrap_servers))
    with otlp_sink() as sink:
        yield {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.url}
    try:
        records = asyncio.run(_read(bootstrap_servers, begun))
        turns = asyncio.run(_opened([one for one in records if one.topic == TurnReceived.topic], env))
    except (KafkaError, DatabaseUnavailable):
        # A test may leave its broker or its database dead.
        return
    said = Fingerprint.of_said(_messages(turns))
    places = {log.name: log.read_text("utf-8", "replace") for log in logs.glob("*.log*")}
    # Strings stand in the wire format as they are.
    places["spans"] = "\n".join(body.decode("utf-8", "replace") for body in sink.bodies)
    places["dead-letter headers"] = "\n".join(_parking_headers(records))
    leaks = {place: found for place, text in places.items() if (found := said.found_in(text))}
    assert not leaks, f"visitors' words have leaked: {leaks}"


def _messages(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        if record.value:
            try:
                said = orjson.loads(record.value)
                yield str(said["message"])
                yield from map(str, (said.get("visitor") or {}).values())
            except (orjson.JSONDecodeError, KeyError, TypeError):
                # Poison of a test.
                continue


def _parking_headers(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        if record.topic.endswith(DEAD_LETTER_SUFFIX):
            for name, value in record.headers:
                if name.startswith("x-dlq-"):
                    yield (value or b"").decode("utf-8", "replace")


async def _opened(records: list[Record], env: Mapping[str, str]) -> list[Record]:
    async with sealing_with(data_keys_of(env)) as sealing:
        return await sealing.read(records)


async def _ends(bootstrap_servers: str) -> Positions:
    async with AIOKafkaConsumer(*_TOPICS, bootstrap_servers=bootstrap_servers) as consumer:
        return await consumer.end_offsets(consumer.assignment())


async def _read(bootstrap_servers: str, begun: Positions) -> list[Record]:
    """Every record behind these positions."""
    records: list[Record] = []
    async with AIOKafkaConsumer(*_TOPICS, bootstrap_servers=bootstrap_servers) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        for home in ends:
            # A broker that forgets may have been started anew meanwhile.
            consumer.seek(home, min(begun.get(home, 0), ends[home]))
        while True:
            polled = await consumer.getmany(timeout_ms=300)
            records += [record for batch in polled.values() for record in batch]
            positions = [await consumer.position(home) >= end for home, end in ends.items()]
            if not polled and all(positions):
                return records
