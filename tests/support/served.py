"""A small service in a process of its own: `python -m tests.support.served <topic> fine|broken|deaf|mute`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from chassis.asgi import Parts, make_app, serve
from chassis.kafka import keyed_subscriber, make_broker
from chassis.kafka.faststream_internals import producer_of
from chassis.settings import ServiceSettings

BEGUN, ENDED = b"begun\n", b"ended\n"
WORK_S = 0.5
router = APIRouter()


@router.get("/work")
async def work() -> StreamingResponse:
    async def pieces() -> AsyncIterator[bytes]:
        yield BEGUN
        await asyncio.sleep(WORK_S)
        yield ENDED

    return StreamingResponse(pieces())


@asynccontextmanager
async def _missing() -> AsyncIterator[None]:
    raise LookupError("a schema that is not there")
    yield


def main(topic: str, condition: str) -> None:
    settings = ServiceSettings()
    broker = make_broker(settings, service="served")
    subscriber = keyed_subscriber(broker, topic, group_id=f"served-{topic}")

    async def lose_a_task() -> None:
        # Nobody watches over the tasks of the client but us.
        assert subscriber.consumer is not None
        if condition == "deaf":
            subscriber.consumer._fetcher._fetch_task.cancel()
        if condition == "mute":
            producer_of(broker)._sender.sender_task.cancel()
        await asyncio.Event().wait()

    resources = (_missing(),) if condition == "broken" else ()
    parts = Parts(broker, resources=resources, background=(lose_a_task,))
    serve("served", settings, lambda: make_app("served", settings, parts, routers=[router]))


if __name__ == "__main__":
    main(*sys.argv[1:])
