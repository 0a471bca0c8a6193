"""Notices of what was projected: given over Redis, never waited for, and given again after an outage."""

import asyncio
from pathlib import Path
from uuid import uuid4

from redis.asyncio import Redis

from contracts.conversation_changes import notice_channel
from devstack.data_dir import DataDir
from devstack.valkey import Valkey
from services.leadstore.adapters.redis_notices import RedisNotices
from tests.support.waiting import until


async def test_a_notice_is_given_to_who_listens_also_after_redis_was_away(tmp_path: Path) -> None:
    valkey, conversation_id = Valkey(DataDir(tmp_path)), uuid4()
    valkey.start()
    heard: list[str] = []

    async def hear() -> None:
        own = Redis.from_url(valkey.url, decode_responses=True)
        async with own, own.pubsub() as channel:
            await channel.subscribe(notice_channel(conversation_id))
            async for message in channel.listen():
                heard.append(message["type"])

    async with RedisNotices(Redis.from_url(valkey.url, decode_responses=True)) as notices:
        running = asyncio.create_task(notices.run())
        for round_ in range(2):
            listening = asyncio.create_task(hear())
            await until(lambda: "subscribe" in heard)
            with notices.listen(conversation_id) as own:
                notices.notify([uuid4(), conversation_id])
                await asyncio.wait_for(own.wait(5), 1)
            await until(lambda: "message" in heard)
            heard.clear()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            if round_ == 0:
                valkey.terminate()
                notices.notify([conversation_id])
                valkey.start()
        assert not running.done()
        running.cancel()
    valkey.terminate()
