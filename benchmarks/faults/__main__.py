"""`python -m benchmarks.faults`: conversations that go on while one part after the other fails."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import count
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.faults.schedule import Outage, all_faults, break_in_turn
from benchmarks.faults.verdict import Verdict, compare, count_records, lateness, leaked
from benchmarks.faults.visitors import Conversation, converse, transcript
from benchmarks.load import LINES
from benchmarks.stack import OPERATOR_KEY, Stack, running_stack
from chassis.kafka import KafkaCluster
from devstack.infra import Infra

_LATEST_S = 5.0
_READ_TRIES = 50


def main() -> None:
    """Let the faults happen, print what the visitors noticed; exits with 1 when a promise did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="each fault happens at least once anyway")
    parser.add_argument("--conversations", type=int, default=20, help="how many are held at once")
    parser.add_argument("--model-delay", type=float, default=0.5, help="seconds the model takes for a reply")
    parser.add_argument("--only", default="", help="only the faults whose name contains this")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder)) as infra:
        verdict = uvloop.run(_run(infra, options))
    if options.out:
        options.out.write_text(json.dumps(asdict(verdict), indent=2) + "\n", encoding="utf-8")
    is_clean = verdict.is_clean(latest_s=_LATEST_S + options.model_delay)
    print("everything held" if is_clean else "NOT everything held")
    sys.exit(not is_clean)


async def _run(infra: Infra, options: argparse.Namespace) -> Verdict:
    async with running_stack(infra, model_delay_s=options.model_delay) as stack:
        faults = tuple(fault for fault in all_faults(infra, stack.services) if options.only in fault.name)
        print(f"{options.conversations} conversations, {len(faults)} faults, {infra.broker_name}", flush=True)
        is_over = asyncio.Event()
        connector = aiohttp.TCPConnector(limit=0)
        # One machine is many visitors, so a key vouches for them.
        voucher = {"X-API-Key": OPERATOR_KEY}
        async with aiohttp.ClientSession(stack.url, connector=connector, headers=voucher) as http:
            number = count(1)
            visitors = [
                asyncio.create_task(_visit(http, number, goes_on=lambda: not is_over.is_set()))
                for _ in range(options.conversations)
            ]
            until_s = time.monotonic() + 60 * options.minutes
            outages = await break_in_turn(faults, until_s=until_s, tell=_tell)
            is_over.set()
            conversations = [held for visitor in visitors for held in await visitor]
            verdict = await _judge(http, stack, conversations, outages)
            await count_records(KafkaCluster.at(infra.kafka_bootstrap), stack.data_keys, verdict)
    _print(verdict)
    return verdict


async def _visit(
    http: aiohttp.ClientSession, number: "count[int]", *, goes_on: Callable[[], bool]
) -> list[Conversation]:
    """One conversation after the other; every line is said once in the whole run."""
    held = []
    while goes_on():
        mark = next(number)
        held.append(await converse(http, [f"{line} (order {mark}.)" for line in LINES], goes_on=goes_on))
    return held


async def _judge(
    http: aiohttp.ClientSession,
    stack: Stack,
    conversations: list[Conversation],
    outages: list[Outage],
) -> Verdict:
    turns = [turn for conversation in conversations for turn in conversation.turns]
    verdict = Verdict(conversations=len(conversations), turns=len(turns))
    verdict.problems = [
        f"{conversation.conversation_id or 'never opened'}: {problem}"
        for conversation in conversations
        for problem in conversation.problems
    ]
    for conversation in conversations:
        for _ in range(_READ_TRIES):
            messages = await transcript(http, conversation)
            if messages is not None:
                compare(conversation, messages, verdict)
                break
            await asyncio.sleep(0.2)
        else:
            verdict.problems.append(f"{conversation.conversation_id}: its transcript cannot be read")
    verdict.slowest_s = lateness(turns, outages)
    verdict.leaked_lines = leaked(stack.logs, (turn.line for turn in turns))
    return verdict


def _tell(line: str) -> None:
    print(f"  {line}", flush=True)


def _print(verdict: Verdict) -> None:
    print(
        f"{verdict.conversations} conversations, {verdict.turns} turns: {verdict.lost} lost, "
        f"{verdict.doubled} doubled, {verdict.parked} parked, {verdict.leaked_lines} lines in logs"
    )
    for problem in verdict.problems[:20]:
        print(f"  {problem}")
    print("slowest reply, in seconds after the fault was over:")
    for name, seconds in verdict.slowest_s.items():
        print(f"  {name:<44} {seconds:>6}")


if __name__ == "__main__":
    main()
