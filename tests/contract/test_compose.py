"""docker-compose.yml speaks of settings that exist, takes any image, and gives away nothing it need not."""

import re
from typing import Any

import pytest
import yaml

from devstack.child import PROJECT
from devstack.services import PROCESSES, SERVICES
from tests.support.setting_names import unread_names

TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
FOUND: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: each for name, each in FOUND.items() if "salesbot-" in each["image"]}


def test_every_process_and_a_migration_for_each_history_is_there() -> None:
    folders = (PROJECT / "chassis", PROJECT / "services")
    histories = {path.parent for folder in folders for path in folder.rglob("migrations/versions")}
    jobs = [each["command"][-1] for name, each in OURS.items() if name.startswith("migrate-")]

    assert {*PROCESSES} <= {*OURS}
    names = {".".join(path.relative_to(PROJECT).parts) for path in histories}
    # The job of the data keys migrates it as well.
    assert sorted(jobs) == sorted(names - {"chassis.rollout.migrations"})


def test_nobody_is_given_a_setting_that_nobody_reads() -> None:
    given = {name: each["environment"] for name, each in OURS.items()}

    assert unread_names(given) == []
    assert unread_names({"topics": {"KAFKA_BOOTSTRAP": "kafka:9092"}}) == ["topics: KAFKA_BOOTSTRAP"]


@pytest.mark.parametrize("name", FOUND)
def test_its_image_can_be_another_and_its_ports_are_those_of_the_loopback(name: str) -> None:
    assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[a-z0-9/.:-]+\}", FOUND[name]["image"])
    assert all(re.match(r"127\.0\.0\.1:\$\{", port) for port in FOUND[name].get("ports", []))
    assert FOUND[name]["cap_drop"] == ["ALL"]
    assert FOUND[name]["security_opt"] == ["no-new-privileges:true"]
    assert FOUND[name]["mem_limit"]


def test_a_service_waits_for_what_it_needs() -> None:
    for name in PROCESSES:
        after = {other: how["condition"] for other, how in FOUND[name]["depends_on"].items()}
        assert after["topics"] == after["migrate-data-keys"] == "service_completed_successfully"
        assert name not in SERVICES or OURS[name]["build"]["args"]["SERVICE"] == name
        own = f"migrate-{name}"
        assert own not in OURS or after[own] == "service_completed_successfully"


def test_a_secret_has_no_default() -> None:
    secrets = re.findall(r"\$\{([A-Z_]*(?:SECRET|PASSWORD|API_KEY))([^}]*)\}", TEXT)

    assert {name for name, _ in secrets} >= {"SESSION_SECRET", "DATA_KEY_SECRET", "POSTGRES_PASSWORD"}
    assert {default[:2] for _, default in secrets} == {":?"}
