"""Follow the leads of a salesbot: python consume.py HOST:PORT (needs aiokafka)."""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def main(kafka: str) -> None:
    topic, group = "lead.events.v1", "python-example"
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=group, auto_offset_reset="earliest"
    ) as leads:
        async for record in leads:
            told = json.loads(record.value) if record.value else None
            match dict(record.headers).get("ce_type"):
                case b"salesbot.LeadChanged.v1":
                    print("changed", record.key.decode(), told["lead"]["status"], flush=True)
                case b"salesbot.LeadErased.v1":
                    print("erased", record.key.decode(), flush=True)
                case None if told is None:
                    print("ended", record.key.decode(), flush=True)


asyncio.run(main(sys.argv[1]))
