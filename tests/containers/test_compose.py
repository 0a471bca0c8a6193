"""`make up`: a whole conversation through containers, which is still there when they are new ones."""

import time

import httpx2

from tests.containers.compose import SERVICES, Compose
from tests.support.product import Visitor

PROCESSES = {*SERVICES, "mailer", "deliverer"}
THEIRS = {"kafka", "postgres", "redis", "mailpit", "prometheus", "jaeger", "grafana"}


def test_a_conversation_reaches_the_link_and_outlives_its_containers(compose: Compose) -> None:
    visitor = Visitor(compose.url)
    answers = visitor.talk_to_the_link()
    compose.restart()

    assert "https://calendly.com/" in answers[-1]["response"]
    assert visitor.transcript()["messages"][-1]["text"] == answers[-1]["response"]
    assert visitor.say("What does it cost?")["response"]
    key = {"Authorization": f"Bearer {compose.api_key}"}
    assert visitor.conversation_id in httpx2.get(f"{compose.url}/leads", headers=key, timeout=30).text


def test_services_run_with_as_little_as_they_need(compose: Compose) -> None:
    ours = [each for each in compose.containers() if _service(each) not in THEIRS]

    assert {*map(_service, ours)} >= PROCESSES
    for each in ours:
        host = each["HostConfig"]
        assert each["Config"]["User"] == "10001:10001", each["Name"]
        assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"] and host["Memory"], each["Name"]
        assert "no-new-privileges:true" in host["SecurityOpt"], each["Name"]
        bound = [one["HostIp"] for many in (host["PortBindings"] or {}).values() for one in many]
        assert set(bound) <= {"127.0.0.1"}, each["Name"]


def test_a_service_adds_little_to_python(compose: Compose) -> None:
    _, *ours = compose.image_sizes_mb().values()

    assert max(ours) < 200


def test_jobs_have_ended_well_and_processes_are_healthy(compose: Compose) -> None:
    states = {_service(each): each["State"] for each in compose.containers()}
    jobs = {name for name in states if name.startswith("migrate-")} | {"topics"}

    assert [states[name]["ExitCode"] for name in sorted(jobs)] == [0] * len(jobs)
    assert {states[name]["Health"]["Status"] for name in PROCESSES} == {"healthy"}


def test_prometheus_reads_every_process_and_knows_the_rules(compose: Compose) -> None:
    deadline = time.monotonic() + 60
    while True:
        found = httpx2.get(f"{compose.prometheus_url}/api/v1/targets", timeout=10).json()["data"]
        up = {each["labels"]["instance"] for each in found["activeTargets"] if each["health"] == "up"}
        if up == PROCESSES:
            break
        assert time.monotonic() < deadline, f"only {sorted(up)}"
        time.sleep(1)
    rules = httpx2.get(f"{compose.prometheus_url}/api/v1/rules", timeout=10).json()["data"]["groups"]
    assert "outbox" in {group["name"] for group in rules}


def _service(container: dict[str, object]) -> str:
    return container["Config"]["Labels"]["com.docker.compose.service"]
