"""Dead letters can be read, published again in their order, and are settled only once."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from chassis.errors import PermanentError
from chassis.kafka.dead_letter_queue import DeadLetterQueue, OriginalGone, open_dead_letters
from chassis.kafka.letter import Letter
from chassis.kafka.replay_order import plan_replay
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.registry import DEAD_LETTER_SUFFIX
from tests.support.kafka_stage import Handler, Journal, Stage, conversation, turn
from tests.support.records import headers_of
from tests.support.waiting import until


def queue_of(stage: Stage) -> AbstractAsyncContextManager[DeadLetterQueue]:
    """What an operator opens."""
    topics = [topic + DEAD_LETTER_SUFFIX for topic in stage.topics]
    servers, idempotence = stage.settings.kafka_bootstrap_servers, stage.settings.kafka_idempotence
    return open_dead_letters(servers, topics, operator="tests", idempotence=idempotence)


def refusing(journal: Journal, is_broken: Callable[[], bool]) -> Handler:
    """A handler with a fault that somebody mends later."""

    async def handle(event: CloudEvent[TurnReceived]) -> None:
        if event.data.message.startswith("poison") and is_broken():
            raise PermanentError("a fault of ours")
        async with journal.handling(event):
            pass

    return handle


async def replay(queue: DeadLetterQueue, *chosen: Letter, overtake: bool = False) -> int:
    plan = plan_replay(await queue.read(), [letter.id for letter in chosen], overtake=overtake)
    for together in plan:
        await queue.replay(together)
    return len(plan)


async def open_letters(queue: DeadLetterQueue) -> list[Letter]:
    return [letter for letter in await queue.read() if letter.settlement is None]


async def test_letters_come_back_in_order_once_the_cause_is_gone_though_a_replay_was_interrupted(
    stage: Stage,
) -> None:
    journal, is_broken = Journal(), True
    said = [(name, f"poison {number}") for number in range(5) for name in ("ann", "bob")]
    await stage.say(*said, ("ann", "fine"))

    async with stage.keyed(refusing(journal, lambda: is_broken), settings={"park_limit": len(said)}):
        await stage.until_committed(len(said) + 1)
        is_broken = False
        async with queue_of(stage) as queue:
            letters = await open_letters(queue)
            assert len(letters) == len(said)
            assert {letter.subject for letter in letters} == {str(conversation(n)) for n in ("ann", "bob")}
            assert {(letter.reason, letter.group) for letter in letters} == {("PermanentError", stage.group)}
            # In whatever order somebody names them.
            plan = plan_replay(letters, [letter.id for letter in reversed(letters)], overtake=False)
            for together in plan[:3]:
                await queue.replay(together)
        async with queue_of(stage) as queue:
            assert await replay(queue, *letters) == len(said) - 3
            await until(lambda: len(journal.ended) == len(said) + 1)

            settled = [letter.settlement for letter in await queue.read()]
            assert [(done.outcome, done.by) for done in settled if done] == [("replayed", "tests")] * len(
                said
            )
            assert await replay(queue, *letters) == 0
        await stage.until_committed(2 * len(said) + 1)

    poison = [f"poison {number}" for number in range(5)]
    assert journal.messages("ann") == ["fine", *poison]
    assert journal.messages("bob") == poison


async def test_a_replayed_record_is_the_original_to_the_byte(stage: Stage) -> None:
    poison = turn("ann", "poison")
    odd = [*headers_of(poison), ("note", b"one"), ("note", b"\xff"), ("traceparent", b"00-not-ours-01")]
    await stage.put((poison.key, poison.value(), odd), (b"ann", None, []), (None, b"\x00\xff", []))

    async with stage.keyed(refusing(Journal(), lambda: True)), queue_of(stage) as queue:
        await stage.until_committed(3)
        letters = await open_letters(queue)
        where = {letter.key: await queue.replay([letter]) for letter in letters}
        replayed = {key: await queue._record(address) for key, address in where.items()}

    found = {key: (record.value, list(record.headers)) for key, record in replayed.items() if record}
    assert found == {poison.key: (poison.value(), odd), b"ann": (None, []), None: (b"\x00\xff", [])}
    assert {address.topic for address in where.values()} == {stage.topic}


async def test_a_letter_that_fails_again_keeps_its_place(stage: Stage) -> None:
    await stage.say(("ann", "poison 1"), ("ann", "poison 2"))

    async with stage.keyed(refusing(Journal(), lambda: True)), queue_of(stage) as queue:
        await stage.until_committed(2)
        first, _ = await open_letters(queue)
        await replay(queue, first)
        await stage.until_committed(3)
        second, again = await open_letters(queue)

    assert (again.first_origin, again.replays) == (first.origin, 1)
    plan = plan_replay([second, again], [again.id, second.id], overtake=False)
    assert plan == [[again], [second]]


async def test_what_two_groups_parked_is_published_once(stage: Stage) -> None:
    journal = Journal()
    await stage.put((b"ann", b"no event", []))
    other = Stage(stage.settings, stage.topics, stage.group + "-other", stage.producer, stage.partitions)

    async with stage.keyed(journal.note), other.keyed(journal.note), queue_of(stage) as queue:
        await asyncio.gather(stage.until_committed(1), other.until_committed(1))
        letters = await open_letters(queue)
        assert {letter.group for letter in letters} == {stage.group, other.group}

        assert await replay(queue, letters[0]) == 1
        assert [letter.replays for letter in await open_letters(queue) if letter.replays == 0] == []


async def test_what_was_too_large_to_be_parked_is_replayed_from_its_origin(stage: Stage) -> None:
    # Fits as it is, and not with the headers of a dead letter.
    value, headers = b"x" * (stage.producer._max_request_size - 200), [("note", b"kept at its origin")]
    await stage.put((b"ann", value, headers))

    async with stage.keyed(refusing(Journal(), lambda: True)), queue_of(stage) as queue:
        await stage.until_committed(1)
        (letter,) = await open_letters(queue)
        assert not letter.is_whole

        address = await queue.replay([letter])
        record = await queue._record(address)

        assert record is not None
        assert record.value == value
        assert list(record.headers) == headers


async def test_a_letter_whose_original_is_gone_says_so(stage: Stage) -> None:
    home = ("x-dlq-origin", f"{stage.topic}/0/99".encode())
    omitted = ("x-dlq-omitted", b"value and headers: 7 bytes of value")
    await stage.put((b"ann", b"", [home, omitted]), topic=stage.topic + DEAD_LETTER_SUFFIX)

    async with queue_of(stage) as queue:
        (letter,) = await open_letters(queue)
        with pytest.raises(OriginalGone, match="drop it"):
            await queue.replay([letter])
