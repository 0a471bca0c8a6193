"""Each file in `ci/` renders to objects that Kubernetes takes, with pods of the restricted standard."""

import json
from pathlib import Path
from typing import Any

import helm_python
import jsonschema
import kubernetes_validate
import pytest

from tests.support.helm import (
    CHART,
    MATRIX,
    WITH_PODS,
    Document,
    of_kind,
    pod_of,
    release_of,
    values_of,
)

MINORS = ("1.37", "1.36", "1.35")
SCHEMAS = Path(__file__).parent / "schemas"
CUSTOM = {
    "ExternalSecret": "external-secrets.io/v1",
    "KafkaTopic": "kafka.strimzi.io/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
    "ScaledObject": "keda.sh/v1alpha1",
    "SecretStore": "external-secrets.io/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "TriggerAuthentication": "keda.sh/v1alpha1",
}


def require_valid(document: Document, *minors: str) -> None:
    """Raise where a cluster would refuse the object, or ignore a part of it."""
    kind = document["kind"]
    if kind in CUSTOM:
        assert document["apiVersion"] == CUSTOM[kind]
        jsonschema.validate(document, json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8")))
        return
    for minor in minors:
        kubernetes_validate.validate(document, minor, strict=True)


@pytest.mark.parametrize("name", MATRIX)
def test_lint_finds_nothing(name: str) -> None:
    found = helm_python.lint(CHART, values_of(name), strict=True, kube_version=f"v{MINORS[0]}.0")
    assert found["errors"] == []
    assert [each for each in found["messages"] if each["severity"] > 1] == []


@pytest.mark.parametrize("name", MATRIX)
def test_a_cluster_takes_every_object_as_it_is(name: str) -> None:
    # What is in use of Kubernetes is in the first; the others show that no minor lacks it.
    minors = MINORS if name == "everything" else MINORS[:1]
    for document in release_of(name):
        require_valid(document, *minors)


def test_a_misspelt_key_is_found_in_what_is_ours_and_in_what_is_not() -> None:
    found = release_of("everything")
    (scaled,) = (each for each in of_kind(found, "ScaledObject") if "dialogue" in each["metadata"]["name"])
    (deployed,) = (each for each in of_kind(found, "Deployment") if "dialogue" in each["metadata"]["name"])
    for document, wrong in ((scaled, {"pollingIntervall": 5}), (deployed, {"replicaz": 2})):
        with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
            require_valid({**document, "spec": {**document["spec"], **wrong}}, MINORS[0])


@pytest.mark.parametrize("name", MATRIX)
def test_names_are_unique(name: str) -> None:
    found = [(each["kind"], each["metadata"]["name"]) for each in release_of(name)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", MATRIX)
def test_every_pod_keeps_to_the_restricted_standard_and_to_our_own(name: str) -> None:
    for document in of_kind(release_of(name), *WITH_PODS):
        pod = pod_of(document)
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            require_restricted(container)


def require_restricted(container: dict[str, Any]) -> None:
    security, resources = container["securityContext"], container["resources"]
    assert security["allowPrivilegeEscalation"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert "cpu" not in resources["limits"]
    assert resources["limits"]["memory"] == resources["requests"]["memory"]
    assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}


@pytest.mark.parametrize("name", MATRIX)
def test_a_pod_has_the_time_that_a_shutdown_may_take(name: str) -> None:
    for workload in of_kind(release_of(name), "Deployment", "StatefulSet"):
        pod = pod_of(workload)
        (container,) = pod["containers"]
        paused = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        # Requests, handlers and their partitions, telemetry: each has its limit, the first two the same one.
        assert pod["terminationGracePeriodSeconds"] >= paused + 2 * 12 + 16
        assert (paused > 0) == (container["name"] == "gateway")
