"""Processes that join, leave and die in the middle: nothing is lost, nothing overtakes, nothing overlaps."""

import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.kafka_stage import Said, Stage, conversation
from tests.support.keyed_worker import Entry, Orders, read_diary
from tests.support.waiting import until

NAMES = [f"visitor-{number}" for number in range(40)]


class Workers:
    """The processes of one test and the diary they share."""

    def __init__(self, stage: Stage, diary: Path) -> None:
        self._stage = stage
        self._diary = diary
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, *, work_s: float = 0.02) -> subprocess.Popen[bytes]:
        orders = Orders(
            settings=self._stage.settings,
            topics=self._stage.topics,
            group=self._stage.group,
            diary=self._diary,
            work_s=work_s,
        )
        command = [sys.executable, "-m", "tests.support.keyed_worker", orders.model_dump_json()]
        self._processes.append(subprocess.Popen(command))
        return self._processes[-1]

    @property
    def diary(self) -> list[Entry]:
        return read_diary(self._diary)

    def ended(self, pid: int | None = None) -> list[Entry]:
        return [entry for entry in self.diary if entry.what == "end" and pid in {None, entry.pid}]

    async def until_ended(self, count: int, *, by: subprocess.Popen[bytes] | None = None) -> None:
        await until(lambda: len(self.ended(by.pid if by else None)) >= count, within_s=30.0)

    async def until_exit(self, process: subprocess.Popen[bytes]) -> int:
        await until(lambda: process.poll() is not None)
        return process.returncode

    def stop_all(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
async def workers(stage: Stage, tmp_path: Path) -> AsyncIterator[Workers]:
    workers = Workers(stage, tmp_path / "diary")
    yield workers
    workers.stop_all()


def lost(diary: list[Entry], said: list[Said]) -> set[tuple[str, str]]:
    """Turns whose handling never came to an end."""
    ended = {(entry.conversation, entry.message) for entry in diary if entry.what == "end"}
    return {(str(conversation(name)), message) for name, message in said} - ended


def overtakings(diary: list[Entry]) -> list[Entry]:
    """Turns that were begun before the turn before them had ended; repetitions are none."""
    reached: Counter[str] = Counter()
    found = []
    for entry in diary:
        if entry.what == "begin" and int(entry.message) > reached[entry.conversation]:
            found.append(entry)
        if entry.what == "end":
            reached[entry.conversation] = max(reached[entry.conversation], int(entry.message) + 1)
    return found


def overlaps(diary: list[Entry]) -> list[Entry]:
    """Turns that were begun while another of their conversation ran, in whichever process."""
    running: dict[str, set[int]] = defaultdict(set)
    found = []
    for entry in diary:
        if entry.what == "begin":
            found += [entry] if running[entry.conversation] else []
            running[entry.conversation].add(entry.pid)
        else:
            running[entry.conversation].discard(entry.pid)
    return found


def repeated(diary: list[Entry]) -> int:
    ended = Counter((entry.conversation, entry.message) for entry in diary if entry.what == "end")
    return sum(count - 1 for count in ended.values())


async def test_a_process_that_is_killed_loses_nothing(stage: Stage, workers: Workers) -> None:
    said = [(name, str(number)) for number in range(8) for name in NAMES]
    await stage.say(*said)
    first = workers.start()
    await workers.until_ended(80, by=first)

    first.send_signal(signal.SIGKILL)
    second = workers.start()
    await stage.until_committed(len(said), within_s=30.0)

    diary = workers.diary
    begun_by_first = [entry for entry in diary if entry.pid == first.pid and entry.what == "begin"]
    assert len(begun_by_first) > len(workers.ended(first.pid)), "killed in the middle of some"
    assert workers.ended(second.pid)
    assert lost(diary, said) == set()
    assert overtakings(diary) == []
    # The killed one wrote no end to what it was at.
    assert overlaps([entry for entry in diary if entry.pid == second.pid]) == []


async def test_a_process_that_joins_takes_its_share_in_order(stage: Stage, workers: Workers) -> None:
    said: list[Said] = []

    async def say_more() -> None:
        more = [(name, str(len(said) // len(NAMES))) for name in NAMES]
        said.extend(more)
        await stage.say(*more)
        # A few turns of each conversation are always under way.
        await workers.until_ended(len(said) - 4 * len(NAMES))

    first = workers.start()
    while len(workers.ended(first.pid)) < 100:
        await say_more()
    second = workers.start()
    while len(workers.ended(second.pid)) < 100:
        await say_more()
    await stage.until_committed(len(said), within_s=30.0)

    diary = workers.diary
    assert lost(diary, said) == set()
    assert overtakings(diary) == []
    assert overlaps(diary) == []
    # Only what had run ahead of a slower neighbour in its partition.
    assert repeated(diary) < len(NAMES)


async def test_a_process_that_is_told_to_stop_repeats_nothing(stage: Stage, workers: Workers) -> None:
    said = [(f"visitor-{number}", "0") for number in range(300)]
    await stage.say(*said)
    first = workers.start(work_s=0.05)
    await workers.until_ended(60, by=first)

    first.send_signal(signal.SIGTERM)
    second = workers.start()
    assert await workers.until_exit(first) == 0
    await stage.until_committed(len(said), within_s=30.0)

    diary = workers.diary
    assert workers.ended(second.pid), "the first was not stopped in the middle"
    assert lost(diary, said) == set()
    assert repeated(diary) == 0
    assert [entry for entry in diary if entry.what == "cancelled"] == []
