"""Whatever an object of a release refers to is there: pods, Secrets, ConfigMaps, volumes, ports."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from tests.support.helm import (
    MATRIX,
    WITH_PODS,
    Document,
    containers_of,
    of_kind,
    pod_of,
    pod_template_of,
    release_of,
    values_of,
)

# Secrets and ConfigMaps that whoever installs the chart makes, by the values that name them.
NAMED_BY_VALUES = (
    ("secrets", "existingSecret"),
    ("tls", "kafka", "secretName"),
    ("tls", "database", "secretName"),
    ("tls", "redis", "secretName"),
    ("tls", "smtp", "secretName"),
    ("keda", "authSecret"),
    ("backup", "urlSecret", "name"),
    ("backup", "s3", "existingSecret"),
    ("playbook", "existingConfigMap"),
)


def _given(values: dict[str, Any], path: tuple[str, ...]) -> str:
    found: Any = values
    for key in path:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, str) else ""


def _made_elsewhere(name: str) -> set[str]:
    return {_given(values_of(name), path) for path in NAMED_BY_VALUES} - {""}


def _inside(value: Any, key: str) -> Iterator[Any]:
    """Every value of this key, however deep."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        value = value.values()
    elif not isinstance(value, list):
        return
    yield from chain.from_iterable(_inside(each, key) for each in value)


def _matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return bool(wanted) and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", ())
    )


def _pod_labels(found: list[Document]) -> list[dict[str, str]]:
    return [pod_template_of(each)["metadata"]["labels"] for each in of_kind(found, *WITH_PODS)]


@pytest.mark.parametrize("name", MATRIX)
def test_selectors_match_pods(name: str) -> None:
    found = release_of(name)
    pods = _pod_labels(found)
    selectors = [{"matchLabels": each["spec"]["selector"]} for each in of_kind(found, "Service")]
    budgets = of_kind(found, "Deployment", "StatefulSet", "PodDisruptionBudget")
    selectors += [each["spec"]["selector"] for each in budgets]
    for policy in of_kind(found, "NetworkPolicy"):
        selectors += [policy["spec"]["podSelector"], *_inside(policy["spec"], "podSelector")]
    for selector in selectors:
        assert any(_matches(selector, labels) for labels in pods), selector


@pytest.mark.parametrize("name", MATRIX)
def test_the_metrics_of_every_process_are_found(name: str) -> None:
    found = release_of(name)
    services = [each for each in of_kind(found, "Service") if each["spec"]["ports"][-1]["name"] == "ops"]
    workloads = of_kind(found, "Deployment", "StatefulSet")
    reached = {each["spec"]["selector"]["app.kubernetes.io/component"] for each in services}
    assert reached == {each["metadata"]["labels"]["app.kubernetes.io/component"] for each in workloads}
    for monitor in of_kind(found, "ServiceMonitor"):
        (endpoint,) = monitor["spec"]["endpoints"]
        assert endpoint["port"] == "ops"
        assert all(_matches(monitor["spec"]["selector"], each["metadata"]["labels"]) for each in services)


@pytest.mark.parametrize("name", MATRIX)
def test_every_pod_is_within_a_policy_that_lets_it_reach_what_it_needs(name: str) -> None:
    found = release_of(name)
    policies = of_kind(found, "NetworkPolicy")
    if not policies:
        assert values_of(name)["networkPolicy"]["enabled"] is False
    else:
        for labels in _pod_labels(found):
            mine = [each for each in policies if _matches(each["spec"]["podSelector"], labels)]
            assert len(mine) == 2, labels
            assert all(each["spec"]["policyTypes"] == ["Ingress", "Egress"] for each in mine)


@pytest.mark.parametrize("name", MATRIX)
def test_every_secret_that_is_read_is_made_with_that_key(name: str) -> None:
    found = release_of(name)
    elsewhere = _made_elsewhere(name)
    made = {
        each["spec"]["target"]["name"]: {data["secretKey"] for data in each["spec"]["data"]}
        for each in of_kind(found, "ExternalSecret")
    }
    read = [*_inside(found, "secretKeyRef"), *chain.from_iterable(_inside(found, "secretTargetRef"))]
    for each in read:
        assert each["name"] in elsewhere or each["key"] in made[each["name"]], each
    mounted = [volume["secretName"] for volume in _inside(found, "secret") if isinstance(volume, dict)]
    assert {*mounted} <= elsewhere | made.keys()


@pytest.mark.parametrize("name", MATRIX)
def test_every_other_reference_is_to_what_is_there(name: str) -> None:
    found = release_of(name)
    names = {(each["kind"], each["metadata"]["name"]) for each in found}
    maps = {other for kind, other in names if kind == "ConfigMap"} | _made_elsewhere(name)
    read = chain(_inside(found, "configMapRef"), _inside(found, "configMap"))
    assert {
        each["name"] for each in (*read, *chain.from_iterable(_inside(found, "configMapTargetRef")))
    } <= maps
    for each in of_kind(found, *WITH_PODS):
        pod = pod_of(each)
        assert ("ServiceAccount", pod["serviceAccountName"]) in names
        volumes = {volume["name"] for volume in pod["volumes"]}
        volumes |= {claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", ())}
        used = {mount["name"] for one in containers_of(each) for mount in one["volumeMounts"]}
        # Vault's injector mounts the token by itself.
        assert used == volumes - {"vault-token"}
    for claim in _inside(found, "persistentVolumeClaim"):
        assert ("PersistentVolumeClaim", claim["claimName"]) in names
    for reference in _inside(found, "authenticationRef"):
        assert ("TriggerAuthentication", reference["name"]) in names
    for backend in _inside(of_kind(found, "Ingress"), "service"):
        assert ("Service", backend["name"]) in names
