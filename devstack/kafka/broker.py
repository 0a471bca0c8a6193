"""One Apache Kafka node that is broker and controller, small enough to share a laptop."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from devstack import ports
from devstack.child import Child
from devstack.data_dir import DataDir
from devstack.kafka.jars import VERSION, Java
from devstack.kafka.start_cache import StartCache, random_id

_MEMORY = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC"]
# The quick compiler only: on two cores the thorough one costs more CPU than it ever gives back.
_QUICK = ["-XX:TieredStopAtLevel=1"]
_LOGGING = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"]


def server_properties(*, port: int, controller_port: int, logs: Path) -> Mapping[str, str]:
    """The settings of a single KRaft node on the loopback."""
    broker, controller = f"{ports.LOOPBACK}:{port}", f"{ports.LOOPBACK}:{controller_port}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(logs),
        "auto.create.topics.enable": "false",
        "num.io.threads": "2",
        "num.network.threads": "2",
        "background.threads": "2",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        # Tests of a consumer's death want sessions shorter than the default minimum of 6 s.
        "group.min.session.timeout.ms": "1000",
        # After a crash a lone node waits for its own old session to end: 13 s by default.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        # Otherwise its controller writes an empty record twice a second, for followers that it lacks.
        "metadata.max.idle.interval.ms": "0",
    }


class Kafka(Child):
    """Apache Kafka; its records outlive it, even when it is killed."""

    broker_name = f"Apache Kafka {VERSION}"
    outlives_restart = True
    client_settings: ClassVar[dict[str, str]] = {"KAFKA_IDEMPOTENCE": "true"}

    def __init__(
        self,
        data: DataDir,
        java: Java,
        jars: Path,
        cache: StartCache | None = None,
        *,
        java_options: Sequence[str] = (),
    ) -> None:
        super().__init__("kafka", data.logs)
        self.port = data.port("kafka")
        self._controller_port = data.port("kafka-controller")
        self._java = java
        self._jars = jars
        self._cache = cache
        self._java_options = java_options
        self._directory = data.path / "kafka"
        self._properties = self._directory / "server.properties"

    @property
    def bootstrap(self) -> str:
        """How clients reach it."""
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def segments(self) -> Path:
        """The directory that holds a directory of log segments for each partition."""
        return self._directory / "logs"

    def prepare(self) -> None:
        self._directory.mkdir(exist_ok=True)
        logs = self.segments
        settings = self.settings()
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        if not (logs / "meta.properties").exists():
            self._format(logs)

    def settings(self) -> Mapping[str, str]:
        """What the node is told."""
        return server_properties(port=self.port, controller_port=self._controller_port, logs=self.segments)

    def format_options(self) -> Sequence[str]:
        """What an empty log is made with, such as users; a log with any is not taken from the cache."""
        return ()

    def command(self) -> Sequence[str]:
        cached = self._cache.java_options() if self._cache else ()
        return self._run("kafka.Kafka", str(self._properties), java_options=(*self._java_options, *cached))

    def is_ready(self) -> bool:
        # It opens its port last, when it serves.
        return ports.accepts(self.port)

    def _format(self, logs: Path) -> None:
        options = self.format_options()
        if self._cache and not options and self._cache.copy_log(logs):
            return
        # With "=": an id may begin with a dash.
        identity = [f"--cluster-id={random_id()}", f"--config={self._properties}"]
        self.run_step(self._run("kafka.tools.StorageTool", "format", *identity, *options))

    def _run(self, main_class: str, *arguments: str, java_options: Sequence[str] = ()) -> Sequence[str]:
        path = ["-cp", f"{self._jars}/*", main_class]
        return [self._java.program, *java_options, *_MEMORY, *_QUICK, *_LOGGING, *path, *arguments]
