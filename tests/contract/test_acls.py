"""What each process may do in Kafka is what the registry says it does, and nothing else."""

import json

import pytest

from chassis.kafka.acls import AUTOSCALER, OPERATOR, TOPICS_JOB, Acl, acls, commands, strimzi, table, users
from contracts.registry import STREAMS, TOPICS
from devstack.child import PROJECT
from devstack.services import PROCESSES

FOUND = acls()


def test_every_process_is_a_user_and_nobody_else_is() -> None:
    assert set(users()) == {*PROCESSES, TOPICS_JOB, OPERATOR, AUTOSCALER}


@pytest.mark.parametrize("topic", STREAMS, ids=lambda topic: topic.name)
def test_a_topic_is_written_by_its_publishers_alone(topic) -> None:
    def who(operation: str) -> set[str]:
        found = {acl.user for acl in FOUND if (acl.name, acl.operation) == (topic.name, operation)}
        return found & set(PROCESSES)

    assert who("Write") == set(topic.publishers)
    assert who("Read") == {*topic.consumers, *topic.readers}


def test_a_process_has_its_own_group_and_parks_what_it_reads() -> None:
    for topic in STREAMS:
        for consumer in topic.consumers:
            assert Acl(consumer, "group", consumer, "Read") in FOUND
            assert Acl(consumer, "topic", f"{topic.name}.dlq", "Write") in FOUND
    groups = {(acl.user, acl.name) for acl in FOUND if acl.resource == "group" and acl.operation == "Read"}
    assert all(user == group for user, group in groups)


def test_only_the_job_makes_topics_and_only_the_operator_reads_dead_letters() -> None:
    assert {acl.user for acl in FOUND if acl.operation in {"Create", "Alter", "AlterConfigs"}} == {TOPICS_JOB}
    parked = {topic.name for topic in TOPICS if topic.name.endswith(".dlq")}
    assert {acl.user for acl in FOUND if acl.name in parked and acl.operation == "Read"} == {OPERATOR}


def test_all_is_printed_for_a_shell_and_for_strimzi() -> None:
    lines = commands(FOUND, bootstrap_servers="kafka:9092", config="admin.properties").splitlines()
    assert sum(line.count(" --operation ") for line in lines) == len(FOUND)
    made = json.loads(strimzi(FOUND))
    assert set(made) == set(users())
    assert sum(len(rule["operations"]) for user in made.values() for rule in user["acls"]) == len(FOUND)


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    text = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    assert table(FOUND) in text, "print it with `python -m chassis.kafka.acls`"
