"""The release that is tried: what the chart renders, with values for a small machine."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.stack import COUNTED_AND_NEVER_REFUSED, OPERATOR_KEY, playbook_without_caps
from devstack.infra import Infra
from tests.cluster.api import NAMESPACE, Api, Document, collection_of, condition_of
from tests.support import helm
from tests.support.product import eventually

NAME = "sb"
# The Service of the gateway, as the chart names it and its port.
GATEWAY = f"{NAME}-salesbot-gateway:8080"
# Where figures and pictures are written.
OUT = Path(os.environ.get("CLUSTER_OUT", ".local/cluster"))
DATA_KEY_SECRET = "of-the-cluster-tests"
# A step a few seconds: the chart's own, of a minute, are for groups that are dearer to rebalance than ours.
_BEHAVIOR = {
    "scaleUp": {
        "stabilizationWindowSeconds": 0,
        "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}],
    },
    "scaleDown": {
        "stabilizationWindowSeconds": 20,
        "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}],
        "selectPolicy": "Max",
    },
}


def scaling(least: int, most: int, **more: Any) -> dict[str, Any]:
    """The autoscaling of a process, fast enough to be watched."""
    return {
        "minReplicas": least,
        "maxReplicas": most,
        "pollingInterval": 5,
        "cooldownPeriod": 20,
        "behavior": _BEHAVIOR,
        **more,
    }


def values_of(
    infra: Infra, folder: Path, *, model_urls: Mapping[str, str], services: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of the release. `services` are merged into those of each process."""
    reached = {name: value for name, value in infra.service_env().items() if not name.endswith("_URL")}
    mine = {name: {"config": {"OPENAI_BASE_URL": url}} for name, url in model_urls.items()}
    return {
        "image": {"repository": "salesbot"},
        "config": {
            **reached,
            "ALLOW_EXAMPLE_FACTS": "true",
            **COUNTED_AND_NEVER_REFUSED,
        },
        "secrets": {"existingSecret": NAME, "names": ["OPENAI_API_KEY", "DEV_API_KEY"]},
        "playbook": {"files": {"playbook.yaml": playbook_without_caps(folder).read_text(encoding="utf-8")}},
        # One broker.
        "topics": {"replicationFactor": 1},
        "services": helm.merged(
            {
                "gateway": {"replicas": 1, "preStopSeconds": 1, "autoscaling": {"mode": "none"}},
                "mailer": {"enabled": False},
                "deliverer": {"enabled": False},
                **mine,
            },
            services,
        ),
    }


def secret_of(infra: Infra) -> Document:
    """The Secret that the values name."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": NAME},
        "stringData": {
            "DATABASE_URL": infra.database_url,
            "REDIS_URL": infra.redis_url,
            "DATA_KEY_SECRET": DATA_KEY_SECRET,
            "SESSION_SECRET": "of-the-cluster-tests-too",
            "BOOKING_SECRET": "and-of-their-bookings",
            "OPENAI_API_KEY": "none",
            "DEV_API_KEY": OPERATOR_KEY,
        },
    }


def install(api: Api, documents: Iterable[Document], *, within_s: float = 240.0) -> list[Document]:
    """Apply what Helm would, in its order: jobs, then what runs, then what scales it; returns the latter.

    Each is waited for. A job that is there from an earlier release makes room, as its hook says.
    """
    found = list(documents)
    for document in helm.of_kind(found, "ConfigMap", "Service"):
        api.apply(document)
    jobs = helm.of_kind(found, "Job")
    for document in jobs:
        api.delete(_path_of(document), propagationPolicy="Background")
        eventually(lambda document=document: api.find(_path_of(document)) is None, within_s=30)
        api.apply(document)
    _wait(api, jobs, "Complete", within_s)
    deployments = helm.of_kind(found, "Deployment")
    for document in deployments:
        api.apply(document)
    _wait(api, deployments, "Available", within_s)
    scaled = helm.of_kind(found, "ScaledObject")
    for document in scaled:
        api.apply(document)
    _wait(api, scaled, "Ready", within_s)
    return scaled


def _wait(api: Api, documents: Iterable[Document], condition: str, within_s: float) -> None:
    for document in documents:
        path = _path_of(document)
        eventually(lambda path=path: condition_of(api.get(path), condition) == "True", within_s=within_s)


def _path_of(document: Document) -> str:
    return f"{collection_of(document)}/{document['metadata']['name']}"


def render(values: Mapping[str, Any]) -> list[Document]:
    """The objects of the release."""
    return helm.documents(dict(values), name=NAME, namespace=NAMESPACE)
