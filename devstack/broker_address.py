"""Which broker a command uses: the one given, else the one of the running stack."""

import contextlib
import os
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from chassis.kafka.cluster import KafkaCluster
from chassis.settings import KafkaSettings
from devstack import ports
from devstack.child import PROJECT
from devstack.errors import BrokerNotFound, InvalidSetting
from devstack.kafka import Kafka
from devstack.settings import read_settings
from devstack.tansu import Tansu

BOOTSTRAP_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"


def find_broker(given: str | None) -> KafkaCluster:
    """The broker at `given` or of the environment or .env, else the one of the stack that runs here.

    How a broker that is named is reached, and as whom, the environment or .env say.

    Raises:
        InvalidSetting: the settings of Kafka do not fit.
        BrokerNotFound: no address is set, and no stack runs in the data directory.
    """
    settings = read_settings()
    if given or os.environ.get(BOOTSTRAP_VARIABLE):
        try:
            cluster = KafkaCluster.of(KafkaSettings())
        except ValidationError as error:
            raise InvalidSetting(error.errors()[0]["msg"]) from error
        return replace(cluster, bootstrap_servers=given or cluster.bootstrap_servers)
    data_dir = PROJECT / settings.data_dir
    for name, kind in (("kafka", Kafka), ("tansu", Tansu)):
        port = _saved_port(data_dir / "ports" / name)
        if port is not None and ports.accepts(port):
            idempotence = kind.client_settings["KAFKA_IDEMPOTENCE"] == "true"
            return KafkaCluster.at(f"{ports.LOOPBACK}:{port}", idempotence=idempotence)
    raise BrokerNotFound(
        f"no stack runs with its data in {data_dir}; start it with `make run`, or say --kafka host:port"
    )


def _saved_port(path: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int(path.read_text())
    return None
