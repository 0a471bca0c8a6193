"""Processes that die and are stopped in the middle: nothing is lost, nothing overtakes, nothing overlaps."""

import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.kafka_stage import Stage, conversation
from tests.support.keyed_worker import Entry, Orders, read_diary
from tests.support.waiting import until

NAMES = [f"visitor-{number}" for number in range(40)]


class Workers:
    """The processes of one test and the diary they share."""

    def __init__(self, stage: Stage, diary: Path) -> None:
        self._diary = diary
        self._orders = Orders(
            settings=stage.settings, topics=stage.topics, group=stage.group, diary=diary, work_s=0.02
        )
        self.processes: list[subprocess.Popen[bytes]] = []

    async def start(self, *, until_ended: int) -> subprocess.Popen[bytes]:
        """Start another process, and wait until it has handled as many turns."""
        process = self._start()
        await until(lambda: len(self.entries("end", process.pid)) >= until_ended, within_s=30.0)
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.support.keyed_worker", self._orders.model_dump_json()]
        self.processes.append(subprocess.Popen(command))
        return self.processes[-1]

    def entries(self, what: str, pid: int | None = None) -> list[Entry]:
        return [each for each in read_diary(self._diary) if each.what == what and pid in {None, each.pid}]


@pytest.fixture
async def workers(stage: Stage, tmp_path: Path) -> AsyncIterator[Workers]:
    workers = Workers(stage, tmp_path / "diary")
    yield workers
    for process in workers.processes:
        process.kill()
        process.wait()


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


async def test_processes_that_are_killed_and_told_to_stop_lose_nothing(
    stage: Stage, workers: Workers, tmp_path: Path
) -> None:
    said = [(name, str(number)) for number in range(12) for name in NAMES]
    await stage.say(*said)

    killed = await workers.start(until_ended=80)
    killed.send_signal(signal.SIGKILL)
    stopped = await workers.start(until_ended=80)
    stopped.send_signal(signal.SIGTERM)
    last = await workers.start(until_ended=40)
    await until(lambda: stopped.poll() is not None)
    await stage.until_committed(len(said), within_s=30.0)

    diary = read_diary(tmp_path / "diary")
    ended = {(entry.conversation, entry.message) for entry in diary if entry.what == "end"}
    assert ended == {(str(conversation(name)), message) for name, message in said}
    assert len(workers.entries("begin", killed.pid)) > len(workers.entries("end", killed.pid))
    assert (stopped.returncode, workers.entries("cancelled")) == (0, [])
    assert overtakings(diary) == []
    # The killed one wrote no end to what it was at.
    assert overlaps([entry for entry in diary if entry.pid in {stopped.pid, last.pid}]) == []
