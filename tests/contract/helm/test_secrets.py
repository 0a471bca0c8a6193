"""A process gets its own secrets, by whichever way they come, and no other way."""

import json
import re

import pytest

from devstack import chart as facts
from tests.support.helm import (
    MATRIX,
    component,
    containers_of,
    documents,
    merged,
    of_kind,
    pod_of,
    pod_template_of,
    release_of,
    values_of,
)

PRODUCT = json.loads((facts.FILES / "product.json").read_text(encoding="utf-8"))
PROCESSES = PRODUCT["processes"]
REQUIRED = {"DATABASE_URL", "REDIS_URL", "DATA_KEY_SECRET", "SESSION_SECRET", "BOOKING_SECRET"}


@pytest.mark.parametrize("name", MATRIX)
def test_a_process_gets_those_that_it_reads(name: str) -> None:
    values = values_of(name)["secrets"]
    there = REQUIRED | set(values.get("names", ()))
    for workload in of_kind(release_of(name), "Deployment", "StatefulSet"):
        process = PROCESSES[component(workload)]
        (container,) = pod_of(workload)["containers"]
        env = {each["name"]: each for each in container["env"]}
        given = {each for each in env if "valueFrom" in env[each]}
        files = {each.removesuffix("_FILE") for each in env if each.endswith("_FILE")} & {*process["secrets"]}
        assert (files if values.get("mode") == "vaultAgent" else given) == there & {
            *process["secrets"],
            *process["settings"],
        }
        assert not given or not files


def test_the_agent_writes_each_file_that_a_setting_names_and_its_role_may_read_it() -> None:
    workloads = of_kind(release_of("vault"), "Deployment", "Job")
    assert {"deliverer", "migrations", "topics"} < {*map(component, workloads)}
    for workload in workloads:
        notes = pod_template_of(workload)["metadata"]["annotations"]
        (container,) = pod_of(workload)["containers"]
        prefix, at = "vault.hashicorp.com/agent-inject-secret-", "/vault/secrets/"
        written = {key.removeprefix(prefix): path for key, path in notes.items() if key.startswith(prefix)}
        read = {each["value"].removeprefix(at) for each in container["env"] if at in each.get("value", "")}
        policy = facts.FILES / "vault" / f"{notes['vault.hashicorp.com/role'].removeprefix('salesbot-')}.hcl"
        allowed = re.findall(r'^path "(.*)" ', policy.read_text(encoding="utf-8"), re.MULTILINE)
        assert written.keys() == read != set()
        assert {*written.values()} <= {*allowed}
        for name, path in written.items():
            template = notes[f"vault.hashicorp.com/agent-inject-template-{name}"]
            assert template == f'{{{{- with secret "{path}" -}}}}{{{{ .Data.data.value }}}}{{{{- end -}}}}'
        is_job = workload["kind"] == "Job"
        assert ("vault.hashicorp.com/agent-pre-populate-only" in notes) == is_job


def test_only_an_existing_secret_lets_jobs_run_before_the_release() -> None:
    hooked = of_kind(release_of("minimal"), "Job")
    assert {each["metadata"]["annotations"]["helm.sh/hook"] for each in hooked} == {"pre-install,pre-upgrade"}
    assert {each["metadata"]["name"] for each in hooked} > {"sb-salesbot-topics"}
    for name in ("vault", "external-secrets", "strimzi"):
        beside = of_kind(release_of(name), "Job")
        assert beside
        for each in beside:
            assert "annotations" not in each["metadata"]
            assert re.search(r"-[0-9a-f]{8}$", each["metadata"]["name"])


def test_what_each_process_has_of_its_own_comes_from_an_entry_of_its_own() -> None:
    own = {"perProcess": ["DATABASE_URL", "KAFKA_OAUTH_CLIENT_SECRET"]}
    backup = {"enabled": False}
    found = documents(merged(values_of("vault"), {"secrets": own, "backup": backup}))
    entries: dict[str, set[str]] = {}
    for workload in of_kind(found, "Deployment", "Job"):
        notes = pod_template_of(workload)["metadata"]["annotations"]
        entry = notes.get("vault.hashicorp.com/agent-inject-secret-DATABASE_URL", "")
        entries.setdefault(component(workload), set()).add(entry)
        (container,) = containers_of(workload)
        users = {one.get("value") for one in container["env"] if one["name"] == "KAFKA_OAUTH_CLIENT_ID"}
        assert users == (set() if component(workload) == "migrations" else {component(workload)})
    expected = {name: {f"secret/data/salesbot/{name}/DATABASE_URL"} for name in (*PROCESSES, "migrations")}
    assert entries == {**expected, "topics": {""}}
    keys = {
        data["secretKey"]
        for one in of_kind(release_of("external-secrets"), "ExternalSecret")
        for data in one["spec"]["data"]
    }
    assert {
        "dialogue.KAFKA_SASL_PASSWORD",
        "autoscaler.KAFKA_SASL_PASSWORD",
        "migrations.DATABASE_URL",
    } <= keys
    assert "DATABASE_URL" not in keys
