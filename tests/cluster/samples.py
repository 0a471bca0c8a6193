"""What lags and how many replicas there are, a sample a second, and what our arithmetic makes of it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from benchmarks.scaling.keda import Partition, ScaledObject
from contracts.registry import PARTITIONS
from tests.cluster.api import NAMESPACE, Api, Document

_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One group at one moment, in seconds since the beginning.

    `wanted` is what the arithmetic makes of the lag and the replicas that were asked for at that moment.
    """

    at_s: float
    lag: int
    wanted: int
    replicas: int
    ready: int


@dataclass
class Group:
    """A scaled workload: its ScaledObject as it was applied, and what was seen of it."""

    manifest: Document
    samples: list[Sample] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self._triggers[0]["consumerGroup"])

    @property
    def topics(self) -> list[str]:
        return [str(metadata["topic"]) for metadata in self._triggers]

    @property
    def deployment(self) -> str:
        return str(self.manifest["spec"]["scaleTargetRef"]["name"])

    @property
    def most(self) -> int:
        """The most replicas that were asked for."""
        return max(sample.replicas for sample in self.samples)

    def scaled_up_after_s(self) -> list[float]:
        """How long each rise was wanted before it was asked for."""
        waits, since = [], None
        for before, sample in zip(self.samples, self.samples[1:], strict=False):
            if before.wanted > before.replicas and since is None:
                since = before.at_s
            if sample.replicas > before.replicas:
                waits.append(sample.at_s - (since if since is not None else sample.at_s))
            if sample.wanted <= sample.replicas or sample.replicas > before.replicas:
                since = None
        return waits

    def scaled_down_after_s(self) -> float:
        """How long after the last lag the fewest replicas were asked for."""
        lagged = max((sample.at_s for sample in self.samples if sample.lag), default=0.0)
        fewest = self.samples[-1].replicas
        last_with_more = max(
            (sample.at_s for sample in self.samples if sample.replicas > fewest), default=0.0
        )
        return last_with_more + _EVERY_S - lagged

    def document(self) -> dict[str, Any]:
        """For a file."""
        return {
            "group": self.name,
            "topics": self.topics,
            "spec": {key: self.manifest["spec"][key] for key in ("minReplicaCount", "maxReplicaCount")},
            "scaled_up_after_s": [round(wait, 1) for wait in self.scaled_up_after_s()],
            "scaled_down_after_s": round(self.scaled_down_after_s(), 1),
            "samples": [asdict(sample) for sample in self.samples],
        }

    @property
    def _triggers(self) -> list[Mapping[str, str]]:
        triggers = self.manifest["spec"]["triggers"]
        return [trigger["metadata"] for trigger in triggers if trigger["type"] == "kafka"]


class Sampler:
    """Takes samples of all groups until it is stopped: `async with Sampler(...)`."""

    def __init__(self, api: Api, bootstrap_servers: str, groups: Sequence[Group]) -> None:
        self._api = api
        self._groups = groups
        self._admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
        self._task: asyncio.Task[None] | None = None
        self.began_s = time.monotonic()

    async def __aenter__(self) -> "Sampler":
        await self._admin.start()
        await self._consumer.start()
        self.began_s = time.monotonic()
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._consumer.stop()
        await self._admin.close()

    async def _run(self) -> None:
        for number in range(1_000_000):
            with suppress(KafkaError):
                await self._take()
            await asyncio.sleep(max(0.0, self.began_s + number * _EVERY_S - time.monotonic()))

    async def _take(self) -> None:
        path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
        found = await asyncio.to_thread(self._api.items, path)
        deployments = {each["metadata"]["name"]: each for each in found}
        for group in self._groups:
            backlogs = [await self._backlog(group.name, topic) for topic in group.topics]
            deployment = deployments[group.deployment]
            replicas = deployment["spec"]["replicas"]
            scaled = ScaledObject.of(group.manifest)
            group.samples.append(
                Sample(
                    at_s=round(time.monotonic() - self.began_s, 2),
                    lag=sum(part.end - (part.committed or 0) for backlog in backlogs for part in backlog),
                    wanted=scaled.replicas(backlogs, replicas),
                    replicas=replicas,
                    ready=deployment["status"].get("readyReplicas", 0),
                )
            )

    async def _backlog(self, group: str, topic: str) -> list[Partition]:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        committed = await self._admin.list_consumer_group_offsets(group, partitions=partitions)
        ends = await self._consumer.end_offsets(partitions)
        return [
            Partition(ends[partition], None if (offset := committed[partition].offset) < 0 else offset)
            for partition in partitions
        ]
