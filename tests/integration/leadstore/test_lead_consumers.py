"""The consumers that docs/lead-events.md shows read what leadstore publishes, in three languages."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from chassis.kafka import EventPublisher, make_broker
from chassis.settings import ServiceSettings
from contracts.cloudevent import Tombstone
from contracts.events import LeadChanged
from contracts.values import LeadStatus
from tests.support.delivering import changed, erased
from tests.support.lead_consumers import CONSUMERS, FOLDER
from tests.support.topics import begin_at_end, create_topics


@contextmanager
def following(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def told_of(process: "subprocess.Popen[str]", leads: list[UUID]) -> list[str]:
    """What it prints of these leads, until each of them has ended."""
    assert process.stdout is not None
    lines, ended = list[str](), set[str]()
    names = set(map(str, leads))
    for line in process.stdout:
        said, name, *_ = line.split()
        if name in names:
            lines.append(line.strip())
            ended |= {name} if said == "ended" else set()
        if ended == names:
            break
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("language", CONSUMERS)
async def test_a_consumer_of_ten_lines_follows_leads_to_their_end(
    language: str, kafka_bootstrap: str, service_env: dict[str, str]
) -> None:
    command = [*await asyncio.to_thread(CONSUMERS[language]), kafka_bootstrap]
    await asyncio.to_thread(create_topics, kafka_bootstrap)
    await begin_at_end(kafka_bootstrap, f"{language}-example", LeadChanged.topic)
    settings = ServiceSettings.model_validate({name.lower(): value for name, value in service_env.items()})
    leads = [uuid4(), uuid4()]
    async with make_broker(settings, service="test") as broker:
        await broker.start()
        for lead in leads:
            last = erased(lead, 3)
            gone = Tombstone(
                id=uuid4(), source="test", time=last.time, data=last.data, causation_id=None, sequence=None
            )
            booked = changed(lead, 2, status=LeadStatus.BOOKED)
            await EventPublisher(broker).publish(changed(lead, 1), booked, last, gone)
        with following(command) as process:
            reading = asyncio.to_thread(told_of, process, leads)
            lines = await asyncio.wait_for(reading, timeout=120)

    for lead in leads:
        own = [line for line in lines if str(lead) in line]
        assert own == [f"changed {lead} talking", f"changed {lead} booked", f"erased {lead}", f"ended {lead}"]


def test_the_document_names_every_consumer() -> None:
    text = (FOLDER.parent / "lead-events.md").read_text(encoding="utf-8")
    assert [name for name in CONSUMERS if f"lead-consumers/{name}/" not in text] == []
