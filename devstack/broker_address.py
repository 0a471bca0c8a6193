"""Which broker a command uses: the one given, else the one of the running stack."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from devstack import ports
from devstack.child import PROJECT
from devstack.errors import BrokerNotFound
from devstack.kafka import Kafka
from devstack.settings import read_settings
from devstack.tansu import Tansu

BOOTSTRAP_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """How clients reach a broker, and whether it knows idempotent producers."""

    bootstrap_servers: str
    idempotence: bool


def find_broker(given: str | None) -> BrokerAddress:
    """The broker at `given`, else the one of the environment or .env, else that of the stack that runs here.

    Raises:
        BrokerNotFound: no address is set, and no stack runs in the data directory.
    """
    settings = read_settings()
    bootstrap_servers = given or os.environ.get(BOOTSTRAP_VARIABLE)
    if bootstrap_servers:
        idempotence = os.environ.get("KAFKA_IDEMPOTENCE", "true").lower() not in {"false", "0", "no", "off"}
        return BrokerAddress(bootstrap_servers, idempotence)
    data_dir = PROJECT / settings.data_dir
    for name, kind in (("kafka", Kafka), ("tansu", Tansu)):
        port = _saved_port(data_dir / "ports" / name)
        if port is not None and ports.accepts(port):
            idempotence = kind.client_settings["KAFKA_IDEMPOTENCE"] == "true"
            return BrokerAddress(f"{ports.LOOPBACK}:{port}", idempotence)
    raise BrokerNotFound(
        f"no stack runs with its data in {data_dir}; start it with `make run`, or say --kafka host:port"
    )


def _saved_port(path: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int(path.read_text())
    return None
