"""What the chart says of the code is what the code says: topics, groups, settings and commands."""

import json
from pathlib import Path

import pytest

from contracts.registry import STREAMS, TOPICS
from devstack import chart as facts
from devstack.child import PROJECT
from devstack.services import PROCESSES
from tests.support.helm import MATRIX, component, of_kind, pod_of, release_of, values_of

PRODUCT = json.loads((facts.FILES / "product.json").read_text(encoding="utf-8"))
# A trigger's metadata is a free map to Kubernetes, and KEDA ignores a key that it does not know.
TRIGGER_KEYS = {
    "kafka": {
        "activationLagThreshold",
        "bootstrapServers",
        "consumerGroup",
        "lagThreshold",
        "limitToPartitionsWithLag",
        "offsetResetPolicy",
        "sasl",
        "tls",
        "topic",
        "version",
    },
    "prometheus": {"ignoreNullValues", "query", "serverAddress", "threshold"},
}


def test_the_committed_facts_are_those_of_the_code() -> None:
    assert facts.stale_files(facts.FILES) == []


def test_a_stale_file_is_named_or_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert facts.main(["--check"], tmp_path) == 1
    assert "stale: vault/gateway.hcl" in capsys.readouterr().err
    assert facts.main([], tmp_path) == 0
    assert facts.main(["--check"], tmp_path) == 0


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
        assert spec["minReplicaCount"] <= spec["fallback"]["replicas"] <= spec["maxReplicaCount"]
        assert spec["minReplicaCount"] >= (process != "proposal")
        for trigger in spec["triggers"]:
            assert trigger["metadata"].keys() <= TRIGGER_KEYS[trigger["type"]]
            assert {type(value) for value in trigger["metadata"].values()} == {str}


@pytest.mark.parametrize("name", MATRIX)
def test_whoever_is_scaled_is_there_and_says_no_number_of_replicas(name: str) -> None:
    found = release_of(name)
    workloads = {
        (one["kind"], one["metadata"]["name"]): one for one in of_kind(found, "Deployment", "StatefulSet")
    }
    targets = [
        one["spec"]["scaleTargetRef"] for one in of_kind(found, "ScaledObject", "HorizontalPodAutoscaler")
    ]
    scaled = {(each["kind"], each["name"]) for each in targets}
    assert len(scaled) == len(targets)
    assert scaled <= workloads.keys()
    for place, each in workloads.items():
        assert ("replicas" in each["spec"]) == (place not in scaled)


@pytest.mark.parametrize("name", MATRIX)
def test_a_process_gets_settings_that_it_has(name: str) -> None:
    found = release_of(name)
    everybody = PRODUCT["processes"].values()
    maps = {each["metadata"]["name"]: each for each in of_kind(found, "ConfigMap")}
    assert maps["sb-salesbot-settings"]["data"].keys() <= {
        one for each in everybody for one in each["settings"]
    }
    for workload in of_kind(found, "Deployment", "StatefulSet"):
        process = PRODUCT["processes"][component(workload)]
        (container,) = pod_of(workload)["containers"]
        known = {*process["settings"], *process["secrets"], *(f"{one}_FILE" for one in process["secrets"])}
        assert {each["name"] for each in container["env"]} <= known


@pytest.mark.parametrize("name", MATRIX)
def test_each_process_of_the_product_is_there_with_a_command_of_its_own(name: str) -> None:
    workloads = of_kind(release_of(name), "Deployment", "StatefulSet")
    for workload in workloads:
        (container,) = pod_of(workload)["containers"]
        process = PRODUCT["processes"][component(workload)]
        assert container["command"] == ["python", "-m", process["module"]]
        assert f"/salesbot-{process['image']}" in container["image"]
    services = values_of(name).get("services", {})
    on = [each for each in PROCESSES if services.get(each, {}).get("enabled", True)]
    assert sorted(map(component, workloads)) == sorted(on)


def test_a_job_runs_each_history_of_revisions_and_services_wait_for_it() -> None:
    commands = [pod_of(each)["containers"][0]["command"] for each in of_kind(release_of("minimal"), "Job")]
    histories = sorted(PROJECT.glob("[cs]*/**/migrations/__main__.py"))
    modules = [".".join(path.parent.relative_to(PROJECT).parts) for path in histories]
    assert sorted(command[2] for command in commands) == sorted([*modules, "chassis.kafka.topics"])
    shared = {each["metadata"]["name"]: each for each in of_kind(release_of("minimal"), "ConfigMap")}
    assert shared["sb-salesbot-settings"]["data"]["DATABASE_MIGRATE_AT_START"] == "false"
    none = {each["metadata"]["name"]: each for each in of_kind(release_of("no-keda"), "ConfigMap")}
    assert "DATABASE_MIGRATE_AT_START" not in none["sb-salesbot-settings"]["data"]


def test_the_job_that_makes_topics_gets_settings_that_it_has() -> None:
    known = PRODUCT["jobs"]["topics"]
    for name in ("minimal", "everything"):
        (job,) = (each for each in of_kind(release_of(name), "Job") if component(each) == "topics")
        (container,) = pod_of(job)["containers"]
        env = {each["name"]: each.get("value") for each in container["env"]}
        assert env["KAFKA_REPLICATION_FACTOR"] == "3"
        assert env.keys() <= {*known["settings"], *known["secrets"]}


def test_strimzi_makes_the_topics_of_the_registry_and_leaves_them_when_the_release_goes() -> None:
    made = {each["metadata"]["name"]: each for each in of_kind(release_of("strimzi"), "KafkaTopic")}
    assert made.keys() == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        spec, notes = made[topic.name]["spec"], made[topic.name]["metadata"]["annotations"]
        assert (spec["partitions"], spec["replicas"]) == (topic.partitions, 3)
        assert spec["config"] == {"min.insync.replicas": "2", **topic.config}
        assert notes == {"helm.sh/resource-policy": "keep"}


def test_alerts_and_dashboards_are_those_of_the_files_with_an_address_to_read_on() -> None:
    found = release_of("everything")
    (rules,) = of_kind(found, "PrometheusRule")
    files = sorted((facts.FILES.parent / "rules").glob("*.yaml"))
    alerts = [rule for group in rules["spec"]["groups"] for rule in group["rules"] if "alert" in rule]
    assert len(alerts) == sum(path.read_text(encoding="utf-8").count("alert: ") for path in files)
    address = "https://git.example.com/salesbot/blob/main/docs/runbook.md#"
    assert all(each["annotations"]["runbook_url"].startswith(address) for each in alerts)
    boards = [
        each for each in of_kind(found, "ConfigMap") if "grafana_dashboard" in each["metadata"]["labels"]
    ]
    kept = {path.name: path.read_text("utf-8") for path in (facts.FILES.parent / "dashboards").glob("*.json")}
    assert {name: text for each in boards for name, text in each["data"].items()} == kept
