"""Whatever can stand in a Kafka record is handled or parked to the byte; its neighbours never notice."""

from collections.abc import Sequence

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy

from tests.integration.chassis_kafka.conftest import metric
from tests.support.kafka_stage import RawRecord, Stage, turn
from tests.support.records import headers_of

LONG_AGO = -(10**15)
SECRET = "my telephone number is 555 0100"


class RawName(str):
    """A header name of any bytes, which the client's own builder would refuse."""

    raw: bytes

    def __new__(cls, raw: bytes) -> "RawName":
        """What a consumer shows of these bytes."""
        name = super().__new__(cls, raw.decode("utf-8", "backslashreplace"))
        name.raw = raw
        return name

    def encode(self, *_: str) -> bytes:
        return self.raw


def unreadable() -> list[RawRecord]:
    """Records that are no event of ours, or an event that lost something it needs."""
    event = turn("ann", SECRET)
    key, value, headers = event.key, event.value(), headers_of(event)

    def changed(name: str, content: bytes | None, *, to: str | None = None) -> RawRecord:
        return key, value, [*(header for header in headers if header[0] != name), (to or name, content)]

    return [
        changed("ce_type", None),
        changed("ce_id", None),
        changed("ce_time", b"\xff\xfe"),
        changed("ce_type", b"\xff\xfe"),
        (key, value, [*headers, ("ce_id", b"another id, later")]),
        (key, value, []),
        changed("ce_id", b"an id", to=RawName(b"ce_\xff\xfe")),
        (None, None, [(RawName(b"\xff"), None), (RawName(b"\xed\xa0\x80"), b"\xff")]),
        (key, None, headers),
        (key, b"", headers),
        (key, b"\xff\xfe not text", headers),
        (key, b'{"conversation_id": 1}', [*headers, ("note", b"one"), ("note", b"two")]),
        (key, b"[" * 100_000, headers),
        (None, None, []),
        (None, b"", [("", None), ("", b"")]),
        (b"", b"\x00\x01\x02", [("__TypeId__", b"com.example.Order")]),
        (b"\xff\xfe", b'{"schema": {}, "payload": {}}', [("traceparent", None), ("tracestate", b"\xff")]),
    ]


def readable() -> list[RawRecord]:
    """Events of ours with something odd beside them."""
    additions: list[list[tuple[str, bytes | None]]] = [
        [("x", None)],
        [("x", b"\xff\xfe"), ("x", None), ("", b"")],
        [("traceparent", None), ("tracestate", None), ("content-type", None)],
        [("traceparent", b"\xff"), ("tracestate", b"a=" + b"b" * 2000), ("reply_to", b"\xff")],
        [("ce_partitionkey", None), ("correlation_id", b"\xfe"), ("ce_extension", b"\xff")],
        [(RawName(b"x-\xff"), b"1"), (RawName(b"x-\xff"), None), (RawName(b"traceparent\x00\xc0"), b"\xff")],
    ]
    events = [turn("ann", f"odd-{number}") for number in range(len(additions))]
    pairs = zip(events, additions, strict=True)
    return [(event.key, event.value(), [*headers_of(event), *more]) for event, more in pairs]


async def put_in_one_batch(stage: Stage, records: Sequence[RawRecord], codec: int) -> None:
    batch = stage.producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, 0, batch_size=1_000_000)
    for number, (key, value, headers) in enumerate(records):
        at = LONG_AGO if number % 2 else None
        batch.append(timestamp=at, key=key, value=value, headers=headers)
    await (await stage.producer.send_batch(batch, stage.topic, partition=0))


@pytest.mark.parametrize(
    ("kind", "codec"), [("keyed", DefaultRecordBatch.CODEC_NONE), ("batch", DefaultRecordBatch.CODEC_ZSTD)]
)
async def test_a_subscriber_survives_whatever_is_in_a_record(narrow: Stage, kind: str, codec: int) -> None:
    to_park, to_handle = unreadable(), readable()
    odd = to_park + to_handle
    good = [turn("ann", f"good-{number}") for number in range(len(odd))]
    between = [(event.key, event.value(), headers_of(event)) for event in good]
    await put_in_one_batch(narrow, [each for pair in zip(odd, between, strict=True) for each in pair], codec)

    async with narrow.reading(kind) as (subscriber, handled):
        await narrow.until_committed(2 * len(odd))
        assert not subscriber.faults()
    parked = {dict(one.headers)["x-dlq-origin"]: one for one in await narrow.dead_letters(len(to_park))}

    counted = metric("dlq_messages_total", group=narrow.group, topic=narrow.topic, reason="MalformedEvent")
    assert counted == len(to_park)
    expected = {f"odd-{number}" for number in range(len(to_handle))}
    assert set(handled) == expected | {event.data.message for event in good}
    for number, (key, value, headers) in enumerate(to_park):
        record = parked[f"{narrow.topic}/0/{2 * number}".encode()]
        assert (record.key, record.value or b"") == (key, value or b"")
        assert [one for one in record.headers if not one[0].startswith("x-dlq-")] == headers
        why = dict(record.headers)
        assert (why["x-dlq-reason"], why["x-dlq-attempts"]) == (b"MalformedEvent", b"1")
        assert SECRET.encode() not in why["x-dlq-error"]
