"""Whatever can stand in a Kafka record is handled or parked; its neighbours never notice."""

from collections.abc import Sequence

from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy
from prometheus_client import REGISTRY

from chassis.kafka.record import Record
from contracts.cloudevent import CloudEvent, Event
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Journal, Stage, turn

Header = tuple[str, bytes | None]
RawRecord = tuple[bytes | None, bytes | None, list[Header]]

SECRET = "my telephone number is 555 0100"


class RawName(str):
    """A header name of any bytes, which the client's own builder would refuse."""

    __slots__ = ("raw",)

    def __new__(cls, raw: bytes) -> "RawName":
        """What a consumer shows of these bytes."""
        name = super().__new__(cls, raw.decode("utf-8", "backslashreplace"))
        name.raw = raw
        return name

    def encode(self, *_: str) -> bytes:
        """What is written into the record."""
        return self.raw


def headers_of(event: CloudEvent[Event]) -> list[Header]:
    return [(name, text.encode()) for name, text in event.headers().items()]


def without(headers: list[Header], name: str) -> list[Header]:
    return [header for header in headers if header[0] != name]


def unreadable() -> list[RawRecord]:
    """Records that are no event of ours, or an event that lost something it needs."""
    event = turn("ann", SECRET)
    key, value, headers = event.key, event.value(), headers_of(event)
    return [
        (key, value, [*without(headers, "ce_type"), ("ce_type", None)]),
        (key, value, [*without(headers, "ce_id"), ("ce_id", None)]),
        (key, value, [*without(headers, "ce_subject"), ("ce_subject", b"\xff\xfe")]),
        (key, value, [*without(headers, "ce_type"), ("ce_type", b"\xff\xfe")]),
        (key, value, [*headers, ("ce_id", b"another id, later")]),
        (key, value, []),
        (key, value, [*without(headers, "ce_id"), (RawName(b"ce_\xff\xfe"), b"an id")]),
        (None, None, [(RawName(b"\xff"), None), (RawName(b"\xed\xa0\x80"), b"\xff")]),
        (key, None, headers),
        (key, b"", headers),
        (key, b"\xff\xfe not text", headers),
        (key, b"[" * 100_000, headers),
        (None, None, []),
        (None, b"", [("", None), ("", b"")]),
        (b"", b"\x00\x01\x02", [("__TypeId__", b"com.example.Order")]),
        (b"\xff\xfe", b'{"schema": {}, "payload": {}}', [("traceparent", None), ("tracestate", b"\xff")]),
    ]


def readable() -> list[RawRecord]:
    """Events of ours with something odd beside them."""
    additions: list[list[Header]] = [
        [("x", None)],
        [("x", b"\xff\xfe"), ("x", None), ("", b"")],
        [("traceparent", None), ("tracestate", None), ("content-type", None)],
        [("traceparent", b"\xff"), ("tracestate", b"a=" + b"b" * 2000), ("reply_to", b"\xff")],
        [("ce_partitionkey", None), ("correlation_id", b"\xfe")],
        [(RawName(b"x-\xff"), b"1"), (RawName(b"x-\xff"), None), (RawName(b"traceparent\x00\xc0"), b"\xff")],
    ]
    events = [turn("ann", f"odd-{number}") for number in range(len(additions))]
    records: list[RawRecord] = [
        (event.key, event.value(), [*headers_of(event), *more])
        for event, more in zip(events, additions, strict=True)
    ]
    return records


async def put_between_good_ones(
    stage: Stage, odd: Sequence[RawRecord], *, codec: int = DefaultRecordBatch.CODEC_NONE
) -> int:
    """Every odd record with a good one before it and one at the end, in one batch; how many there are."""
    records: list[RawRecord] = []
    for number, record in enumerate(odd):
        records += [plain(f"good-{number}"), record]
    records.append(plain("last"))
    batch = stage.producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, 0, batch_size=1_000_000)
    for key, value, headers in records:
        batch.append(timestamp=None, key=key, value=value, headers=headers)
    await (await stage.producer.send_batch(batch, stage.topic, partition=0))
    return len(records)


def plain(message: str) -> RawRecord:
    event = turn("ann", message)
    return event.key, event.value(), headers_of(event)


def check_messages(found: Sequence[str], odd: Sequence[RawRecord], handled: int) -> None:
    good = {f"good-{number}" for number in range(len(odd))} | {"last"}
    assert set(found) == good | {f"odd-{number}" for number in range(handled)}


def origin_offset(record: Record) -> int:
    origin = dict(record.headers)["x-dlq-origin"]
    assert origin is not None
    return int(origin.rpartition(b"/")[2])


async def check_dead_letters(stage: Stage, expected: Sequence[RawRecord]) -> None:
    labels = {"group": stage.group, "topic": stage.topic, "reason": "MalformedEvent"}
    assert REGISTRY.get_sample_value("salesbot_dlq_messages_total", labels) == len(expected)
    parked = sorted(await stage.dead_letters(len(expected)), key=origin_offset)
    for record, (key, value, headers) in zip(parked, expected, strict=True):
        assert (record.key, record.value or b"") == (key, value or b"")
        assert [one for one in record.headers if not one[0].startswith("x-dlq-")] == headers
        why = dict(record.headers)
        assert why["x-dlq-reason"] == b"MalformedEvent"
        assert SECRET.encode() not in why["x-dlq-error"]


async def test_a_lane_survives_everything_that_can_stand_in_a_record(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    journal = Journal()
    to_park, to_handle = unreadable(), readable()
    total = await put_between_good_ones(stage, to_park + to_handle)

    async with stage.keyed(journal.note) as subscriber:
        await stage.until_committed(total)
        assert not subscriber.faults()

    check_messages([message for _, message in journal.ended], to_park + to_handle, len(to_handle))
    await check_dead_letters(stage, to_park)


async def test_a_poll_survives_everything_that_can_stand_in_a_record(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    handled: list[str] = []
    to_park, to_handle = unreadable(), readable()
    total = await put_between_good_ones(stage, to_park + to_handle, codec=DefaultRecordBatch.CODEC_GZIP)

    async def note(events: Sequence[CloudEvent[Event]]) -> None:
        handled.extend(event.data.message for event in events)  # type: ignore[attr-defined]

    async with stage.batch(note) as subscriber:
        await stage.until_committed(total)
        assert not subscriber.faults()

    check_messages(handled, to_park + to_handle, len(to_handle))
    await check_dead_letters(stage, to_park)
