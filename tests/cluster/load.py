"""Conversations with a release, and whether each of their turns was answered once."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from benchmarks.faults.verdict import Verdict, compare, count_records, leaked
from benchmarks.faults.visitors import Conversation, converse, transcript
from benchmarks.load import LINES
from benchmarks.stack import OPERATOR_KEY
from chassis.data_keys import DataKeySettings
from chassis.kafka import KafkaCluster
from devstack.infra import Infra
from tests.cluster.release import DATA_KEY_SECRET

_READ_TRIES = 100
_SERVER_ERRORS = 500


def visitors(url: str, failures: list[str] | None = None) -> aiohttp.ClientSession:
    """A client for all of them; a key vouches for one machine that is many visitors.

    What was answered with an error or not at all is noted in `failures`; visitors try again.
    """
    return aiohttp.ClientSession(
        url,
        connector=aiohttp.TCPConnector(limit=0),
        headers={"X-API-Key": OPERATOR_KEY},
        trace_configs=[_noting(failures)] if failures is not None else None,
    )


def _noting(failures: list[str]) -> aiohttp.TraceConfig:
    async def note_answer(_session: object, _context: object, end: aiohttp.TraceRequestEndParams) -> None:
        if end.response.status >= _SERVER_ERRORS:
            failures.append(f"{end.method} {end.url.path}: {end.response.status}")

    async def note_error(
        _session: object, _context: object, end: aiohttp.TraceRequestExceptionParams
    ) -> None:
        failures.append(f"{end.method} {end.url.path}: {type(end.exception).__name__}")

    config = aiohttp.TraceConfig()
    config.on_request_end.append(note_answer)
    config.on_request_exception.append(note_error)
    return config


async def talk(
    http: aiohttp.ClientSession,
    at_once: int,
    *,
    over_s: float,
    goes_on: Callable[[], bool] = lambda: False,
) -> list[Conversation]:
    """Hold conversations that begin one after the other within `over_s`; no line is said twice.

    Each visitor holds one, and further ones as long as `goes_on`.
    """
    number = count()

    async def visit(place: int) -> list[Conversation]:
        await asyncio.sleep(over_s * place / at_once)
        held: list[Conversation] = []
        while not held or goes_on():
            mark = next(number)
            marked = [f"{line} (order {mark}.)" for line in LINES]
            held.append(await converse(http, marked, goes_on=lambda: True))
        return held

    return [each for held in await asyncio.gather(*map(visit, range(at_once))) for each in held]


async def judge(
    http: aiohttp.ClientSession, infra: Infra, logs: Path, conversations: Sequence[Conversation]
) -> Verdict:
    """What was lost, doubled or parked, as the transcripts and the topics tell."""
    turns = [turn for conversation in conversations for turn in conversation.turns]
    verdict = Verdict(conversations=len(conversations), turns=len(turns))
    for conversation in conversations:
        verdict.problems += [f"{conversation.conversation_id}: {each}" for each in conversation.problems]
        messages = await _settled_transcript(http, conversation)
        if messages is None:
            verdict.problems.append(f"{conversation.conversation_id}: its transcript is not whole")
        else:
            compare(conversation, messages, verdict)
    keys = DataKeySettings(
        database_url=SecretStr(infra.database_url), data_key_secret=SecretStr(DATA_KEY_SECRET)
    )
    await count_records(KafkaCluster.at(infra.kafka_bootstrap), keys, verdict)
    verdict.leaked_lines = leaked(logs, (turn.line for turn in turns))
    return verdict


async def _settled_transcript(
    http: aiohttp.ClientSession, conversation: Conversation
) -> list[dict[str, object]] | None:
    """The transcript as soon as it has every turn and its answer: it is projected after the answer."""
    for _ in range(_READ_TRIES):
        messages = await transcript(http, conversation)
        if messages is not None:
            said = sum(message["role"] == "visitor" for message in messages)
            answered = {each for message in messages for each in message.get("answers") or ()}
            if said >= len(conversation.turns) and answered >= {turn.turn_id for turn in conversation.turns}:
                return messages
        await asyncio.sleep(0.2)
    return None
