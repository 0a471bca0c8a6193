"""A process with a keyed subscriber that keeps a diary, to be killed by a test.

Each line of the diary: monotonic nanoseconds, process id, begin|end|cancelled, conversation, message. One
write a line, so that whatever happened before a `kill -9` is in the file.
"""

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from chassis.kafka import KeyedOptions, keyed_subscriber, make_broker
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived


class Orders(BaseModel):
    """What a worker is told, as JSON in its first argument."""

    settings: ServiceSettings
    topics: tuple[str, ...]
    group: str
    diary: Path
    work_s: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the diary."""

    at_ns: int
    pid: int
    what: str
    conversation: str
    message: str


def read_diary(path: Path) -> list[Entry]:
    """Everything all workers have written, in the order of time."""
    # A line may be read while it is being written; it counts when it has its end.
    *lines, _unfinished = path.read_text().split("\n") if path.exists() else [""]
    parts = [line.split(" ", 4) for line in lines]
    return sorted(
        (Entry(int(at), int(pid), *rest) for at, pid, *rest in parts), key=lambda entry: entry.at_ns
    )


async def _work(orders: Orders) -> None:
    diary = os.open(orders.diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(what: str, event: CloudEvent[TurnReceived]) -> None:
        key, message = event.data.conversation_id, event.data.message
        os.write(diary, f"{time.monotonic_ns()} {os.getpid()} {what} {key} {message}\n".encode())

    broker = make_broker(orders.settings, service="worker")
    subscriber = keyed_subscriber(
        broker, *orders.topics, group_id=orders.group, options=KeyedOptions(max_in_flight=30)
    )

    @subscriber.on(TurnReceived)
    async def write_on_turn_received(event: CloudEvent[TurnReceived]) -> None:
        write("begin", event)
        try:
            await asyncio.sleep(orders.work_s)
        except asyncio.CancelledError:
            write("cancelled", event)
            raise
        write("end", event)

    is_told_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, is_told_to_stop.set)
    await broker.start()
    await is_told_to_stop.wait()
    await broker.stop()


if __name__ == "__main__":
    asyncio.run(_work(Orders.model_validate_json(sys.argv[1])))
