"""What must hold: nothing lost, doubled, parked or late, and no visitor's words in logs."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from benchmarks.faults.schedule import Outage
from benchmarks.faults.visitors import Conversation, Turn
from chassis.data_keys import DataKeySettings
from chassis.kafka import KafkaCluster
from chassis.kafka.sealing import sealing_with
from contracts.events.dialogue import CONVERSATION_EVENTS, TurnAnswered
from contracts.registry import DEAD_LETTER_SUFFIX, TOPICS, Topic

_READ_LIMIT_S = 60.0


@dataclass(slots=True)
class Verdict:
    """The figures of a run."""

    conversations: int
    turns: int
    lost: int = 0
    doubled: int = 0
    parked: int = 0
    problems: list[str] = field(default_factory=list)
    leaked_lines: int = 0
    slowest_s: dict[str, float] = field(default_factory=dict)

    def is_clean(self, *, latest_s: float) -> bool:
        """Whether all holds, no reply coming later than `latest_s` after what it needed was back."""
        counts = self.lost + self.doubled + self.parked + self.leaked_lines + len(self.problems)
        return not counts and all(seconds <= latest_s for seconds in self.slowest_s.values())


def lateness(turns: Iterable[Turn], outages: Sequence[Outage]) -> dict[str, float]:
    """By fault, the longest that a turn waited, in seconds, while nothing was away any more."""
    slowest = {"no fault": 0.0, **{outage.name: 0.0 for outage in outages}}
    for turn in turns:
        for after, waited_s in _waits(turn, outages):
            slowest[after] = max(slowest[after], waited_s)
    return {name: round(seconds, 2) for name, seconds in slowest.items()}


def _waits(turn: Turn, outages: Sequence[Outage]) -> Iterator[tuple[str, float]]:
    """How long a turn waited before, between and after the outages it met, each named for the one before."""
    if turn.replied_s is None:
        return
    since_s, after = turn.asked_s, "no fault"
    for outage in outages:
        if outage.back_s <= turn.asked_s or outage.began_s >= turn.replied_s:
            continue
        yield after, max(0.0, outage.began_s - since_s)
        since_s, after = outage.back_s, outage.name
    yield after, max(0.0, turn.replied_s - since_s)


def compare(conversation: Conversation, messages: Sequence[Mapping[str, Any]], verdict: Verdict) -> None:
    """Count what the visitor said or was told that is not in the transcript, or is there more than once."""
    said = Counter(message["text"] for message in messages if message["role"] == "visitor")
    expected = Counter(turn.line for turn in conversation.turns)
    verdict.lost += (expected - said).total()
    verdict.doubled += (said - expected).total()
    replies = Counter(
        (answered, message["text"])
        for message in messages
        if message["role"] == "bot"
        for answered in message["answers"]
    )
    for turn in conversation.turns:
        found = replies[turn.turn_id, turn.reply]
        verdict.lost += found == 0
        verdict.doubled += max(0, found - 1)
    ids = Counter(message["id"] for message in messages)
    verdict.doubled += sum(count - 1 for count in ids.values())
    in_order = [message["text"] for message in messages if message["role"] == "visitor"]
    if in_order != [turn.line for turn in conversation.turns] and not verdict.lost:
        verdict.problems.append(f"{conversation.conversation_id}: not in the order in which it was said")


async def count_records(cluster: KafkaCluster, keys: DataKeySettings, verdict: Verdict) -> None:
    """Count dead letters, and turns that were answered by two different events."""
    async with (
        sealing_with(keys) as sealing,
        cluster.consumer(client_id="salesbot-faults", auto_offset_reset="earliest") as consumer,
    ):
        parked = _partitions(topic for topic in TOPICS if topic.name.endswith(DEAD_LETTER_SUFFIX))
        verdict.parked = sum((await consumer.end_offsets(parked)).values())
        homes = _partitions(topic for topic in TOPICS if topic.name == CONVERSATION_EVENTS)
        ends = await consumer.end_offsets(homes)
        consumer.assign(homes)
        answers: dict[str, set[str]] = {}
        deadline = time.monotonic() + _READ_LIMIT_S
        while any([await consumer.position(home) < ends[home] for home in homes]):
            if time.monotonic() > deadline:
                verdict.problems.append(f"{CONVERSATION_EVENTS} could not be read to its end")
                return
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in await sealing.read(records):
                    _note_answer(record.headers, record.value, answers)
        verdict.doubled += sum(len(events) - 1 for events in answers.values())


def _partitions(topics: Iterable[Topic]) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]


def _note_answer(headers: Sequence[tuple[str, bytes]], value: bytes, answers: dict[str, set[str]]) -> None:
    named = {name: text.decode() for name, text in headers if text is not None}
    if named.get("ce_type") != TurnAnswered.type_name():
        return
    answer = TurnAnswered.model_validate_json(value)
    if answer.answered_turn_ids:
        answers.setdefault(str(answer.answered_turn_ids[0]), set()).add(named["ce_id"])


def leaked(logs: Path, lines: Iterable[str]) -> int:
    """How many of these lines stand in a log."""
    texts = [file.read_text(errors="replace") for file in logs.glob("*.log")]
    return sum(any(line in text for text in texts) for line in set(lines))
