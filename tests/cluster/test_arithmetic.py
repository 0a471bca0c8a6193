"""KEDA and the autoscaler, both running, make of a backlog what benchmarks/scaling/keda.py says they do."""

import asyncio
import time
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from devstack.infra import Infra
from tests.cluster.api import Api, Document, condition_of
from tests.cluster.control_plane import ControlPlane
from tests.cluster.keda import Keda
from tests.support.keda_cases import CASES, PARTITIONS, Case

# No kubelet looks there: the pods stay pending, and are counted all the same.
_NAMESPACE = "arithmetic"
_WITHIN_S = 120.0
# Longer than two rounds of the autoscaler and of KEDA.
_HOLDS_FOR_S = 12.0


def _name(case: Case) -> str:
    return f"case-{CASES.index(case)}"


def test_a_backlog_has_its_metric_and_its_replicas(
    control_plane: ControlPlane, keda: Keda, kafka: Infra
) -> None:
    api = control_plane.api
    asyncio.run(_make_backlogs(kafka.kafka_bootstrap))
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE}})
    for case in CASES:
        api.apply(_deployment(case))
        api.apply(_scaled_object(case, kafka.kafka_bootstrap))
    expected = {case.name: (case.metric, case.replicas) for case in CASES}
    deadline, since = time.monotonic() + _WITHIN_S, time.monotonic()
    found: dict[str, tuple[int, int] | None] = {}
    while time.monotonic() < deadline and time.monotonic() - since < _HOLDS_FOR_S:
        time.sleep(1)
        found = {case.name: _measured(api, case) for case in CASES}
        if found != expected:
            since = time.monotonic()
    assert found == expected


def _measured(api: Api, case: Case) -> tuple[int, int] | None:
    """The metric and the replicas of a case; None until both KEDA and the autoscaler have looked."""
    name = _name(case)
    scaled = api.get(f"/apis/keda.sh/v1alpha1/namespaces/{_NAMESPACE}/scaledobjects/{name}")
    metrics = scaled.get("status", {}).get("externalMetricNames")
    scaler = api.find(
        f"/apis/autoscaling/v2/namespaces/{_NAMESPACE}/horizontalpodautoscalers/keda-hpa-{name}"
    )
    if not metrics or scaler is None or condition_of(scaler, "ScalingActive") is None:
        return None
    (metric,) = api.items(
        f"/apis/external.metrics.k8s.io/v1beta1/namespaces/{_NAMESPACE}/{metrics[0]}",
        labelSelector=f"scaledobject.keda.sh/name={name}",
    )
    deployment = api.get(f"/apis/apps/v1/namespaces/{_NAMESPACE}/deployments/{name}")
    return _whole(metric["value"]), deployment["spec"]["replicas"]


def _whole(quantity: str) -> int:
    """A quantity, which may be in thousandths or thousands."""
    units = {"m": 0.001, "k": 1000.0}
    return round(float(quantity.rstrip("mk")) * units.get(quantity[-1], 1.0))


def _deployment(case: Case) -> Document:
    labels = {"case": _name(case)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": _name(case), "namespace": _NAMESPACE},
        "spec": {
            "replicas": case.current,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "none", "image": "none"}]},
            },
        },
    }


def _scaled_object(case: Case, bootstrap_servers: str) -> Document:
    at_once = {
        "stabilizationWindowSeconds": 0,
        "policies": [{"type": "Pods", "value": 100, "periodSeconds": 1}],
    }
    metadata = {
        "bootstrapServers": bootstrap_servers,
        "consumerGroup": _name(case),
        "topic": _name(case),
        "version": "4.0.0",
        **case.metadata,
    }
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": _name(case), "namespace": _NAMESPACE},
        "spec": {
            "scaleTargetRef": {"name": _name(case)},
            "pollingInterval": 2,
            "cooldownPeriod": 1,
            "minReplicaCount": case.min_replicas,
            "maxReplicaCount": case.max_replicas,
            "advanced": {
                "horizontalPodAutoscalerConfig": {"behavior": {"scaleUp": at_once, "scaleDown": at_once}}
            },
            "triggers": [{"type": "kafka", "metadata": metadata}],
        },
    }


async def _make_backlogs(bootstrap_servers: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    async with AsyncExitStack() as stack:
        await admin.start()
        stack.push_async_callback(admin.close)
        producer = await stack.enter_async_context(AIOKafkaProducer(bootstrap_servers=bootstrap_servers))
        await admin.create_topics([NewTopic(_name(case), PARTITIONS, 1) for case in CASES])
        for case in CASES:
            for number, end in enumerate(case.ends):
                for _ in range(end):
                    await producer.send(_name(case), b"record", partition=number)
            await producer.flush()
            expired = {TopicPartition(_name(case), number): RecordsToDelete(-1) for number in case.expired}
            if expired:
                await admin.delete_records(expired)
            await _commit(bootstrap_servers, case)


async def _commit(bootstrap_servers: str, case: Case) -> None:
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, group_id=_name(case), enable_auto_commit=False
    ) as consumer:
        places = [TopicPartition(_name(case), number) for number in range(PARTITIONS)]
        consumer.assign(places)
        offsets = {
            place: partition.committed
            for place, partition in zip(places, case.partitions, strict=True)
            if partition.committed is not None
        }
        if offsets:
            await consumer.commit(offsets)
