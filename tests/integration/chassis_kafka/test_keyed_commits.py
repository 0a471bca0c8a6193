"""A commit never passes a record that is not finished; hand-overs lose nothing and repeat little."""

import asyncio
from collections import Counter

import pytest

from chassis.kafka import KeyedOptions
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.support.kafka_stage import QUICKLY, Journal, Stage, conversation
from tests.support.waiting import until


class Gate:
    """A handler that lets everybody pass but one, until it is opened."""

    def __init__(self, held: str) -> None:
        self.journal = Journal()
        self.is_open = asyncio.Event()
        self._held = conversation(held)

    async def handle(self, event: CloudEvent[TurnReceived]) -> None:
        async with self.journal.handling(event):
            if event.data.conversation_id == self._held:
                await self.is_open.wait()

    @property
    def holds(self) -> bool:
        return self.journal.running[self._held] > 0


async def test_a_stop_with_one_record_a_key_repeats_nothing(stage: Stage) -> None:
    first, second = Journal(), Journal()
    names = [f"visitor-{number}" for number in range(200)]

    async def take_a_moment(event: CloudEvent[TurnReceived]) -> None:
        async with first.handling(event):
            await asyncio.sleep(0.02)

    await stage.say(*((name, "hello") for name in names))
    async with stage.keyed(take_a_moment, options=KeyedOptions(max_in_flight=20)):
        await until(lambda: len(first.ended) >= 60)
    async with stage.keyed(second.note):
        await until(lambda: len(first.ended) + len(second.ended) >= 200)
        await stage.until_committed(200)

    handled = Counter(key for key, _ in first.ended + second.ended)
    assert 60 <= len(first.ended) < 200, "the first was not stopped in the middle"
    assert handled == dict.fromkeys((conversation(name) for name in names), 1)


@pytest.mark.parametrize(
    ("ends_in_time", "by_first", "by_next"),
    [(True, ["0", "1", "2"], ["3"]), (False, ["0", "2"], ["1", "2", "3"])],
)
async def test_a_stop_finishes_what_ends_in_time_begins_no_other_and_the_next_owner_goes_on(
    narrow: Stage, by_first: list[str], by_next: list[str], *, ends_in_time: bool
) -> None:
    gate, next_one = Gate("slow"), Journal()
    options = KeyedOptions(drain_timeout_s=5.0 if ends_in_time else 0.2, retry=QUICKLY)

    await narrow.say(("quick", "0"), ("slow", "1"), ("quick", "2"), ("slow", "3"))
    async with asyncio.timeout(5.0):
        async with narrow.keyed(gate.handle, options=options):
            await until(lambda: len(gate.journal.ended) == 2 and gate.holds)
            if ends_in_time:
                # In the middle of the drain that the end of this block begins.
                asyncio.get_running_loop().call_later(0.05, gate.is_open.set)

    assert not gate.holds, "finished or cancelled"
    assert sum((await narrow.committed()).values()) == 4 - len(by_next)
    async with narrow.keyed(next_one.note):
        await until(lambda: len(next_one.ended) == len(by_next))
    assert sorted(message for _, message in gate.journal.ended) == by_first
    # What was finished above an unfinished record is read a second time.
    assert [message for _, message in next_one.ended] == by_next


async def test_what_was_queued_is_not_begun_by_the_old_owner_after_the_partition_left(stage: Stage) -> None:
    release = asyncio.Event()
    old, new = Journal(), Journal()
    names = [f"visitor-{number}" for number in range(60)]

    async def wait_first(event: CloudEvent[TurnReceived]) -> None:
        async with old.handling(event):
            if event.data.message == "0":
                await release.wait()

    await stage.say(*((name, str(count)) for count in range(4) for name in names))
    async with stage.keyed(wait_first):
        await until(lambda: old.running.total() == 60)
        asyncio.get_running_loop().call_later(0.6, release.set)
        async with stage.keyed(new.note):
            await until(lambda: len(old.ended) + len(new.ended) == 240)
            await stage.until_committed(240)

    both = old.by_conversation()
    for key, messages in new.by_conversation().items():
        both[key] = both[key] + messages
    # Nothing twice, nothing out of order: each partition changed hands between two records of a key.
    assert dict(both) == {conversation(name): ["0", "1", "2", "3"] for name in names}
    assert new.ended, "the newcomer had nothing to do"


async def test_a_crash_of_the_consumer_alone_repeats_but_loses_nothing(narrow: Stage) -> None:
    gate, next_one = Gate("slow"), Journal()

    await narrow.say(("slow", "0"), ("quick", "1"), ("quick", "2"))
    async with narrow.keyed(gate.handle, options=KeyedOptions(drain_timeout_s=0.1)) as subscriber:
        await until(lambda: len(gate.journal.ended) == 2 and gate.holds)
        # What a lost session looks like: the group has forgotten the member, its commits are refused.
        assert subscriber.consumer is not None
        await subscriber.consumer._coordinator._maybe_leave_group()
        gate.is_open.set()
    async with narrow.keyed(next_one.note):
        await narrow.until_committed(3)

    assert {message for _, message in gate.journal.ended + next_one.ended} == {"0", "1", "2"}
