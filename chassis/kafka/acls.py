"""Who may do what in Kafka: the access control lists that the registry of topics gives each process.

`python -m chassis.kafka.acls` prints them: `commands` for kafka-acls.sh, `strimzi` as the `authorization` of
KafkaUser resources, `table` for people. `apply` creates those that the cluster of the settings lacks.

An idempotent producer needs no right of its own: since Kafka 3.0 whoever may write to a topic may be one.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest

from chassis.kafka.cluster import KafkaCluster
from chassis.settings import KafkaSettings
from contracts.registry import STREAMS, TOPICS, Topic, dead_letter_topic

Resource = Literal["topic", "group"]
Operation = Literal["Read", "Write", "Describe", "DescribeConfigs", "Create", "Alter", "AlterConfigs"]

TOPICS_JOB: Final = "topics"
OPERATOR: Final = "operator"
AUTOSCALER: Final = "autoscaler"
# https://kafka.apache.org/protocol#The_Messages_CreateAcls
_RESOURCE_CODES: Final[Mapping[Resource, int]] = {"topic": 2, "group": 3}
_OPERATION_CODES: Final[Mapping[Operation, int]] = {
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Alter": 7,
    "Describe": 8,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
}
_LITERAL, _ALLOW = 3, 3


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """One thing that a user may do; reading and writing include describing."""

    user: str
    resource: Resource
    name: str
    operation: Operation


def acls(topics: Sequence[Topic] = TOPICS) -> tuple[Acl, ...]:
    """Everything that anybody may do; nothing else is allowed."""
    of_people_and_tools = (*_of_topics_job(topics), *_of_operator(topics), *_of_autoscaler())
    return tuple(sorted({*_of_processes(), *of_people_and_tools}))


def users() -> tuple[str, ...]:
    """One for each process that publishes or consumes, for the job that makes topics, and so on."""
    return tuple(sorted({acl.user for acl in acls()}))


def _of_processes() -> Iterator[Acl]:
    for topic in STREAMS:
        for publisher in topic.publishers:
            yield Acl(publisher, "topic", topic.name, "Write")
        for consumer in topic.consumers:
            yield Acl(consumer, "topic", topic.name, "Read")
            # A group is called like its process.
            yield Acl(consumer, "group", consumer, "Read")
            yield Acl(consumer, "topic", dead_letter_topic(topic).name, "Write")
        for reader in topic.readers:
            yield Acl(reader, "topic", topic.name, "Read")


def _of_topics_job(topics: Iterable[Topic]) -> Iterator[Acl]:
    operations: tuple[Operation, ...] = ("Create", "Describe", "DescribeConfigs", "Alter", "AlterConfigs")
    for topic in topics:
        for operation in operations:
            yield Acl(TOPICS_JOB, "topic", topic.name, operation)


def _of_operator(topics: Iterable[Topic]) -> Iterator[Acl]:
    """Whoever replays dead letters, reads what was erased, and asks for it again."""
    for topic in topics:
        yield Acl(OPERATOR, "topic", topic.name, "Read")
        yield Acl(OPERATOR, "topic", topic.name, "Write")


def _of_autoscaler() -> Iterator[Acl]:
    """What compares the ends of topics with what groups have committed, such as KEDA."""
    for topic in STREAMS:
        for consumer in topic.consumers:
            yield Acl(AUTOSCALER, "topic", topic.name, "Describe")
            yield Acl(AUTOSCALER, "group", consumer, "Describe")


def commands(found: Iterable[Acl], *, bootstrap_servers: str, config: str) -> str:
    """Lines for a shell, one for each user and resource."""
    lines = []
    for (user, resource, name), operations in _together(found).items():
        asked = " ".join(f"--operation {operation}" for operation in operations)
        lines.append(
            f"kafka-acls.sh --bootstrap-server {bootstrap_servers} --command-config {config} --add"
            f" --allow-principal User:{user} {asked} --{resource} {name}"
        )
    return "\n".join(lines)


def strimzi(found: Iterable[Acl]) -> str:
    """The `authorization` of a KafkaUser for each user, as a JSON object, which is YAML, too."""
    users: dict[str, Any] = {}
    for (user, resource, name), operations in _together(found).items():
        named = {"type": resource, "name": name, "patternType": "literal"}
        rules = users.setdefault(user, {"type": "simple", "acls": []})["acls"]
        rules.append({"resource": named, "operations": operations, "host": "*"})
    return json.dumps(users, indent=2)


def table(found: Iterable[Acl]) -> str:
    """A table in Markdown, one row for each user."""
    every = {topic.name for topic in TOPICS}
    operations: dict[str, dict[Operation, set[str]]] = {}
    for acl in sorted(found):
        name = acl.name if acl.resource == "topic" else f"group {acl.name}"
        operations.setdefault(acl.user, {}).setdefault(acl.operation, set()).add(name)
    lines = ["| user | may |", "|---|---|"]
    for user, allowed in operations.items():
        rights = (f"{operation}: {_named(names, every)}" for operation, names in allowed.items())
        lines.append(f"| `{user}` | {'<br>'.join(rights)} |")
    return "\n".join(lines)


def _named(names: set[str], every: set[str]) -> str:
    if every <= names:
        return "every topic"
    return ", ".join(f"`{name}`" for name in sorted(names, key=lambda name: (" " in name, name)))


async def apply(cluster: KafkaCluster, found: Iterable[Acl]) -> None:
    """Create these in a cluster, whose ones of before stay; safe to repeat.

    Raises:
        KafkaError: the cluster refuses one, or does not answer.
    """
    admin = cluster.admin("salesbot-acls")
    await admin.start()
    try:
        for acl in found:
            # aiokafka speaks the request, and has no method for it.
            response = await admin._send_to_controller(_request(acl))
            for code, message in response.creation_responses:
                if code:
                    raise for_code(code)(f"{acl}: {message}")
    finally:
        await admin.close()


def _request(acl: Acl) -> CreateAclsRequest:
    return CreateAclsRequest(
        _RESOURCE_CODES[acl.resource],
        acl.name,
        _LITERAL,
        f"User:{acl.user}",
        "*",
        _OPERATION_CODES[acl.operation],
        _ALLOW,
    )


def _together(found: Iterable[Acl]) -> dict[tuple[str, Resource, str], list[Operation]]:
    operations: dict[tuple[str, Resource, str], list[Operation]] = {}
    for acl in sorted(found):
        operations.setdefault((acl.user, acl.resource, acl.name), []).append(acl.operation)
    return operations


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m chassis.kafka.acls", description=__doc__)
    parser.add_argument("verb", choices=["table", "commands", "strimzi", "apply"], nargs="?", default="table")
    parser.add_argument(
        "--command-config", default="admin.properties", help="what kafka-acls.sh connects with"
    )
    given, found = parser.parse_args(), acls()
    if given.verb == "apply":
        asyncio.run(apply(KafkaCluster.of(KafkaSettings()), found))
        sys.stdout.write(f"{len(found)} access control entries are there\n")
        return
    servers = KafkaSettings().kafka_bootstrap_servers
    printers: dict[str, Callable[[], str]] = {
        "table": lambda: table(found),
        "commands": lambda: commands(found, bootstrap_servers=servers, config=given.command_config),
        "strimzi": lambda: strimzi(found),
    }
    sys.stdout.write(printers[given.verb]() + "\n")


if __name__ == "__main__":
    main()
