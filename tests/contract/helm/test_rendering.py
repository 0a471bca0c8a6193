"""Each file in `ci/` renders to objects that Kubernetes takes, with pods of the restricted standard."""

from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest

from tests.support.helm import CHART, CI, Document, of_kind, release_of, values_of

MATRIX = sorted(path.stem for path in CI.glob("*.yaml"))
MINORS = ("1.37", "1.36", "1.35")
BUILT_IN = {"v1", "apps/v1", "batch/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1"}
WITH_PODS = ("Deployment", "StatefulSet", "Job", "CronJob", "Pod")


def pod_of(document: Document) -> dict[str, Any]:
    spec = document["spec"]
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return dict(spec if document["kind"] == "Pod" else spec["template"]["spec"])


@pytest.mark.parametrize("name", MATRIX)
def test_lint_finds_nothing(name: str) -> None:
    found = helm_python.lint(CHART, values_of(name), strict=True, kube_version=f"v{MINORS[0]}.0")
    assert found["errors"] == []
    assert [each for each in found["messages"] if each["severity"] > 1] == []


@pytest.mark.parametrize("name", MATRIX)
def test_kubernetes_takes_every_object(name: str) -> None:
    for document in release_of(name):
        if document["apiVersion"] in BUILT_IN:
            for minor in MINORS:
                kubernetes_validate.validate(document, minor, strict=True)


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
            mine = container["securityContext"]
            assert mine["allowPrivilegeEscalation"] is False
            assert mine["readOnlyRootFilesystem"] is True
            assert mine["capabilities"] == {"drop": ["ALL"]}
            resources = container["resources"]
            assert "cpu" not in resources["limits"]
            assert resources["limits"]["memory"] == resources["requests"]["memory"]


def test_the_files_of_values_are_there() -> None:
    assert Path(CI / "minimal.yaml").exists()
    assert MATRIX
