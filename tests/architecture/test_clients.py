"""Clients of Kafka, PostgreSQL and Redis are made in one place each, and settings are read in one way."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, expect_none, modules

# What makes a client, and where alone it may: whoever made one elsewhere would forget who we are.
MAKERS: Mapping[str, str] = {
    "AIOKafkaAdminClient": "chassis/kafka/cluster.py",
    "AIOKafkaConsumer": "chassis/kafka/cluster.py",
    "AIOKafkaProducer": "chassis/kafka/cluster.py",
    "create_conn": "chassis/kafka/cluster.py",
    "KafkaBroker": "chassis/kafka/broker.py",
    "create_async_engine": "chassis/postgres.py",
}
# The measure of what raw clients do has them bare, on servers of its own.
BARE = ("benchmarks/",)


def clients_made_elsewhere(root: Path) -> list[str]:
    """Every call that makes a client outside of its place."""
    return [
        module.at(node, f"calls {called}: only {MAKERS[called]} may")
        for module in modules(root)
        for node in module.nodes()
        if isinstance(node, ast.Call)
        and (called := ast.unparse(node.func).rpartition(".")[2]) in MAKERS
        and module.name != MAKERS[called]
        and not module.name.startswith(BARE)
    ]


def settings_read_in_another_way(root: Path) -> list[str]:
    """Every settings class that knows no `X_FILE`, and would quote a secret that is refused."""
    return [
        module.at(node, f"{node.name} derives from BaseSettings: use EnvironmentSettings")
        for module in modules(root)
        for node in module.nodes()
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("BaseSettings") for base in node.bases)
        and module.name != "chassis/environment.py"
    ]


@pytest.mark.parametrize(
    "rule", [clients_made_elsewhere, settings_read_in_another_way], ids=lambda rule: rule.__name__
)
def test_nothing_breaks_the_rule(rule: object) -> None:
    assert callable(rule)
    expect_none(rule(ROOT))


def test_a_client_made_elsewhere_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / "somewhere.py").write_text(
        "import aiokafka\nreader = aiokafka.AIOKafkaConsumer('topic')\nclass Own(BaseSettings): ...\n"
    )
    assert clients_made_elsewhere(tmp_path) and settings_read_in_another_way(tmp_path)
