"""A new version of every service goes out under load, one pod after the other: no turn fails."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.cluster.api import NAMESPACE, Api, Document
from tests.cluster.cluster import Cluster
from tests.cluster.load import judge, talk, visitors
from tests.cluster.models import slow_model
from tests.cluster.release import (
    GATEWAY,
    OUT,
    install,
    render,
    secret_of,
    values_of,
)
from tests.support.helm import of_kind

_CONVERSATIONS = 20
_MODEL_S = 1.0
_WITHIN_S = 240.0
_DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"

SERVICES = {
    "gateway": {"replicas": 2, "preStopSeconds": 5},
    **{name: {"replicas": 2} for name in ("dialogue", "proposal", "booking", "leadstore")},
}


async def test_no_turn_fails_while_every_service_is_replaced(cluster: Cluster, tmp_path: Path) -> None:
    with slow_model(_MODEL_S) as model:
        models = {"dialogue": model, "proposal": model}
        values = values_of(
            cluster.infra,
            tmp_path,
            model_urls=models,
            services=SERVICES,
        )
        values["keda"] = {"enabled": False}
        cluster.api.apply(secret_of(cluster.infra))
        documents = render(values)
        await asyncio.to_thread(install, cluster.api, documents)
        deployments = of_kind(documents, "Deployment")
        await asyncio.to_thread(_until_rolled_out, cluster.api, deployments, 2)
        failures: list[str] = []
        async with visitors(cluster.url_of(GATEWAY), failures) as http:
            is_over = asyncio.Event()
            talking = asyncio.create_task(
                talk(http, _CONVERSATIONS, over_s=5.0, goes_on=lambda: not is_over.is_set())
            )
            took_s = {}
            for deployment in deployments:
                began_s = time.monotonic()
                await asyncio.to_thread(_replace, cluster.api, deployment)
                took_s[deployment["metadata"]["name"]] = round(time.monotonic() - began_s, 1)
            is_over.set()
            conversations = await talking
            verdict = await judge(http, cluster.infra, cluster.logs, conversations)
    figures = {
        "verdict": asdict(verdict),
        "failures": failures,
        "faults": cluster.kubelet.faults,
        "took_s": took_s,
    }
    (OUT / "upgrade.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    assert verdict.is_clean(latest_s=0.0), verdict
    # Nor did anybody have to try again.
    assert not failures
    assert not cluster.kubelet.faults


def _replace(api: Api, deployment: Document) -> None:
    """Change the pods' template, as a new image would, and wait until only new pods are left."""
    path = f"{_DEPLOYMENTS}/{deployment['metadata']['name']}"
    annotations = {"salesbot.test/changed-at": str(time.time())}
    api.patch(path, {"spec": {"template": {"metadata": {"annotations": annotations}}}})
    _until_rolled_out(api, [deployment], 2)


def _until_rolled_out(api: Api, deployments: Sequence[Document], replicas: int) -> None:
    deadline = time.monotonic() + _WITHIN_S
    waiting = {deployment["metadata"]["name"] for deployment in deployments}
    while waiting:
        assert time.monotonic() < deadline, f"{waiting} not rolled out"
        time.sleep(0.5)
        for name in list(waiting):
            if _is_rolled_out(api.get(f"{_DEPLOYMENTS}/{name}"), replicas):
                waiting.remove(name)


def _is_rolled_out(deployment: Document, replicas: int) -> bool:
    status = deployment["status"]
    counts = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    is_seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
    return is_seen and counts == {replicas}
