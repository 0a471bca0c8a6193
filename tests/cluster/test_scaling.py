"""Load comes and goes: each group follows its own lag, up and down, and no turn is lost or answered twice."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pytest

from benchmarks.faults.verdict import Verdict
from benchmarks.faults.visitors import Conversation
from tests.cluster.cluster import Cluster
from tests.cluster.jaeger import Jaeger
from tests.cluster.keda import Keda
from tests.cluster.load import judge, talk, visitors
from tests.cluster.models import slow_model
from tests.cluster.plot import write_plot
from tests.cluster.release import GATEWAY, OUT, install, render, scaling, secret_of, values_of
from tests.cluster.samples import Group, Sampler
from tests.support.product import eventually

CONVERSATIONS = int(os.environ.get("CLUSTER_CONVERSATIONS", "200"))
_TURN_S = 3.0
_PROPOSAL_S = 12.0
_RAMP_S = 20.0
_UP_WITHIN_S = 15.0
# The autoscaler looks back so long before it goes down; KEDA waits so long before it stops the last one.
_DOWN_AFTER_S = 20.0
_LOOKS_EVERY_S = 10.0
_EVERY_TURN = {"gateway", "dialogue", "leadstore"}
_SAMPLED = 20

SERVICES = {
    # So few at once that turns queue up; a model's quota does the same.
    "dialogue": {"config": {"MAX_CONVERSATIONS_AT_ONCE": 16}, "autoscaling": scaling(1, 4)},
    # A draft may take as long as the model takes here.
    "proposal": {"config": {"PROPOSAL_DEADLINE_S": 40}, "autoscaling": scaling(0, 3)},
    "booking": {"autoscaling": scaling(1, 2)},
    "leadstore": {"replicas": 1, "autoscaling": scaling(1, 2)},
}


@dataclass(frozen=True)
class Run:
    """What was held, seen and judged."""

    conversations: list[Conversation]
    groups: dict[str, Group]
    verdict: Verdict
    faults: list[str]


@pytest.fixture(scope="module")
def run(
    cluster: Cluster, keda: Keda, jaeger: Jaeger, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    infra, folder = cluster.infra, tmp_path_factory.mktemp("release")
    with slow_model(_TURN_S) as turns, slow_model(_PROPOSAL_S) as drafts:
        models = {"dialogue": turns, "proposal": drafts}
        values = values_of(infra, folder, model_urls=models, services=SERVICES)
        values["config"]["OTEL_EXPORTER_OTLP_ENDPOINT"] = jaeger.otlp_url
        cluster.api.apply(secret_of(infra))
        groups = [Group(each) for each in install(cluster.api, render(values))]
        yield asyncio.run(_run(cluster, groups))


async def _run(cluster: Cluster, groups: list[Group]) -> Run:
    infra = cluster.infra
    async with Sampler(cluster.api, infra.kafka_bootstrap, groups) as sampler:
        await _until_idle(groups)
        async with visitors(cluster.url_of(GATEWAY)) as http:
            conversations = await talk(http, CONVERSATIONS, over_s=_RAMP_S)
            await _until_idle(groups)
            verdict = await judge(http, infra, cluster.logs, conversations)
    events = (
        asdict(event) | {"at_s": round(event.at_s - sampler.began_s, 1)} for event in cluster.kubelet.events
    )
    run = Run(conversations, {group.name: group for group in groups}, verdict, cluster.kubelet.faults)
    _write(run, list(events))
    return run


async def _until_idle(groups: list[Group]) -> None:
    """Wait until every group has its fewest replicas, and stays so."""
    deadline, since = time.monotonic() + 240, time.monotonic()
    while time.monotonic() - since < 5:
        await asyncio.sleep(0.5)
        newest = [group.samples[-1] for group in groups if group.samples]
        fewest = [group.manifest["spec"]["minReplicaCount"] for group in groups]
        if [sample.replicas for sample in newest] != fewest or any(sample.lag for sample in newest):
            since = time.monotonic()
        assert time.monotonic() < deadline, [(group.name, group.samples[-1:]) for group in groups]


def _write(run: Run, pods: list[dict[str, object]]) -> None:
    turns = [turn for conversation in run.conversations for turn in conversation.turns]
    waits = sorted(turn.replied_s - turn.asked_s for turn in turns if turn.replied_s is not None)
    document = {
        "conversations": len(run.conversations),
        "turns": len(turns),
        "reply_s": {"p50": round(waits[len(waits) // 2], 2), "longest": round(waits[-1], 2)},
        "verdict": asdict(run.verdict),
        "faults": run.faults,
        "groups": [group.document() for group in run.groups.values()],
        "pods": pods,
    }
    (OUT / "scaling.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    write_plot(list(run.groups.values()), OUT / "scaling.svg")


def test_every_turn_is_answered_once(run: Run) -> None:
    assert run.verdict.is_clean(latest_s=0.0), run.verdict
    assert len(run.conversations) == CONVERSATIONS
    assert all(turn.replied_s is not None for each in run.conversations for turn in each.turns)
    assert not run.faults


@pytest.mark.parametrize(("group", "fewest", "at_least"), [("dialogue", 1, 3), ("proposal", 0, 2)])
def test_a_group_follows_its_lag_up_and_down(run: Run, group: str, fewest: int, at_least: int) -> None:
    seen = run.groups[group]
    assert seen.most >= at_least
    assert seen.samples[-1].replicas == fewest
    assert max(seen.scaled_up_after_s()) <= _UP_WITHIN_S
    assert seen.scaled_down_after_s() <= _DOWN_AFTER_S + 3 * _LOOKS_EVERY_S
    # The last replica goes after its cooldown; those before it go as the lag falls, some before its end.
    assert fewest or seen.scaled_down_after_s() >= _DOWN_AFTER_S - _LOOKS_EVERY_S


def test_groups_grow_at_different_times_each_on_its_own_lag(run: Run) -> None:
    def first_growth(name: str) -> float:
        group = run.groups[name]
        return next(sample.at_s for sample in group.samples[5:] if sample.replicas >= 2)

    assert first_growth("dialogue") < first_growth("proposal")
    # Nothing waits for booking, so nothing is started for it.
    assert run.groups["booking"].most == 1


def test_a_turn_is_one_trace_across_the_services(run: Run, jaeger: Jaeger) -> None:
    turns = [turn.turn_id for each in run.conversations for turn in each.turns]
    found: set[str] = set()
    # Not a multiple of the turns of a conversation: it would be the same turn of each.
    for turn_id in turns[:: len(turns) // _SAMPLED + 1]:
        (services,) = eventually(
            lambda turn_id=turn_id: [
                each for each in jaeger.services_by_trace({"turn_id": turn_id}) if each >= _EVERY_TURN
            ],
            within_s=30,
        )
        found |= services
    # Some of them ended in a proposal.
    assert found >= {*_EVERY_TURN, "proposal"}
