"""What the chart says of the code is what the code says: topics, groups, settings and secrets."""

from pathlib import Path

import pytest

from contracts.registry import STREAMS
from devstack import chart as facts
from devstack.services import PROCESSES
from tests.contract.helm.test_rendering import MATRIX, WITH_PODS, pod_of
from tests.support.helm import component, of_kind, release_of

PRODUCT = facts.product()
# Read by the interpreter, by no setting of ours.
OTHERS: set[str] = set()


def test_the_committed_facts_are_those_of_the_code(tmp_path: Path) -> None:
    assert facts.main(["--check"]) == 0
    assert facts.main(["--check"], tmp_path / "product.yaml") == 1
    assert facts.main([], tmp_path / "product.yaml") == 0
    assert facts.main(["--check"], tmp_path / "product.yaml") == 0


def test_a_setting_is_a_secret_where_its_class_says_so() -> None:
    gateway = PRODUCT["processes"]["gateway"]
    assert {"SESSION_SECRET", "PREVIOUS_SESSION_SECRETS", "MAIL_IN_POSTMARK_LOGIN"} <= set(gateway["secrets"])
    assert {"LIMITS_OPEN_REQUESTS", "SITES", "MAIL_IN_SES_TOPICS"} <= set(gateway["settings"])


@pytest.mark.parametrize("name", MATRIX)
def test_a_consumer_is_scaled_by_its_own_group_on_each_topic_that_it_reads(name: str) -> None:
    for scaled in of_kind(release_of(name), "ScaledObject"):
        process, spec = component(scaled), scaled["spec"]
        kafka = [trigger["metadata"] for trigger in spec["triggers"] if trigger["type"] == "kafka"]
        read = [topic for topic in STREAMS if process in topic.consumers]
        assert [each["topic"] for each in kafka] == [topic.name for topic in read]
        assert {each["consumerGroup"] for each in kafka} <= {process}
        assert {each["offsetResetPolicy"] for each in kafka} <= {"earliest"}
        assert {each["version"] for each in kafka} <= {"4.0.0"}
        assert all(spec["maxReplicaCount"] <= topic.partitions for topic in read)
        assert spec["fallback"]["behavior"] == "currentReplicasIfHigher"
        assert spec["minReplicaCount"] >= (process != "proposal")


@pytest.mark.parametrize("name", MATRIX)
def test_whoever_is_scaled_is_there_and_says_no_number_of_replicas(name: str) -> None:
    found = release_of(name)
    workloads = {(each["kind"], each["metadata"]["name"]): each for each in of_kind(found, *WITH_PODS)}
    scaled = set()
    for each in of_kind(found, "ScaledObject", "HorizontalPodAutoscaler"):
        target = each["spec"]["scaleTargetRef"]
        scaled.add((target["kind"], target["name"]))
    assert scaled <= workloads.keys()
    for place, each in workloads.items():
        if each["kind"] in {"Deployment", "StatefulSet"}:
            assert ("replicas" in each["spec"]) == (place not in scaled)


@pytest.mark.parametrize("name", MATRIX)
def test_a_process_gets_settings_that_it_has_and_of_the_secrets_its_own(name: str) -> None:
    found = release_of(name)
    known = {setting for each in PRODUCT["processes"].values() for setting in each["settings"]}
    (shared,) = (
        each for each in of_kind(found, "ConfigMap") if each["metadata"]["name"].endswith("-settings")
    )
    assert shared["data"].keys() <= known
    for workload in of_kind(found, "Deployment", "StatefulSet"):
        process = PRODUCT["processes"][component(workload)]
        (container,) = pod_of(workload)["containers"]
        for each in container["env"]:
            given = process["secrets"] if "valueFrom" in each else process["settings"]
            assert each["name"] in given, (component(workload), each["name"])


@pytest.mark.parametrize("name", MATRIX)
def test_each_process_of_the_product_is_there_with_a_command_of_its_own(name: str) -> None:
    workloads = of_kind(release_of(name), "Deployment", "StatefulSet")
    for workload in workloads:
        (container,) = pod_of(workload)["containers"]
        assert container["command"] == ["python", "-m", PRODUCT["processes"][component(workload)]["module"]]
    assert sorted(map(component, workloads)) == sorted(PROCESSES)
