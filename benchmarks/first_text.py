"""`python -m benchmarks.first_text`: from a model's first reply token to the first text a visitor reads.

The model and the judge are on loopback and take a fixed time. What the judge takes is a model's time and is
taken off; what the model takes to finish its first sentence is not.
"""

import argparse
import asyncio
import random
import re
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import orjson
import uvloop
from aiohttp import web

from benchmarks.stack import Stack, running_stack
from devstack.infra import Infra
from evals import sensible
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.answers import Json
from tests.support.fake_openai.server import split_evenly
from tests.support.fake_openai.wire import Wire, usage_of

LIMIT_MS = 150
_JUDGE_S = 0.3
_LETTERS_A_CHUNK = 16
# Three to four tokens of gpt-4o, which writes about a hundred in a second.
_CHUNK_S = 0.036
_FIRST = "That is dull work."
_REPLY = f"{_FIRST} Orders by telephone keep your people from baking. How many people are on your team?"
_MARK = re.compile(r"bakery-\d+-\d+")
# How many conversations there are at once, with how many turns each.
_TURNS = {1: 20, 100: 2}
# Visitors read and type between their turns; one alone need not be waited for.
_PAUSE_S = {1: (0.0, 0.0), 100: (6.0, 14.0)}


@dataclass
class Turn:
    """Moments of one turn on one clock, in seconds."""

    first_token: float = 0.0
    sentence_whole: float = 0.0
    judge_asked: float = 0.0
    judge_answered: float = 0.0
    first_text: float = 0.0

    @property
    def after_token_ms(self) -> float:
        """From the first reply token to the first text, without the judge."""
        return 1000 * (self.first_text - self.first_token - (self.judge_answered - self.judge_asked))

    @property
    def after_sentence_ms(self) -> float:
        """The same from the moment at which the first sentence is whole: what is ours of it."""
        return self.after_token_ms - 1000 * (self.sentence_whole - self.first_token)


class TimedModel(FakeOpenAI):
    """Says the same reply at a steady pace, judges after a fixed time, and notes when."""

    def __init__(self) -> None:
        super().__init__(responder=_answer, checks_schema=False)
        self.turns: dict[str, Turn] = defaultdict(Turn)

    async def _stream(self, request: web.Request, body: Json, fault: Fault | None) -> web.StreamResponse:
        asked, text = time.monotonic(), orjson.dumps(body["messages"]).decode()
        mark = _MARK.findall(text)[-1:] or [""]
        turn, output = self.turns[mark[0]], self._output(body, fault)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        wire = Wire(body, counts_tokens=True)
        await response.write(wire.role())
        if "reply" in output:
            await self._speak(response, wire, output, turn)
        else:
            await asyncio.sleep(_JUDGE_S)
            await response.write(wire.content(output))
        await response.write(wire.finish("stop", usage_of(body, output)))
        if "reply" not in output and not turn.judge_asked:
            turn.judge_asked, turn.judge_answered = asked, time.monotonic()
        return response

    async def _speak(self, response: web.StreamResponse, wire: Wire, output: str, turn: Turn) -> None:
        sent, begins = 0, output.find(_FIRST)
        whole = begins + len(_FIRST) + 2
        for piece in split_evenly(output, len(output) // _LETTERS_A_CHUNK):
            await asyncio.sleep(_CHUNK_S)
            sent += len(piece)
            if not turn.first_token and sent > begins:
                turn.first_token = time.monotonic()
            if not turn.sentence_whole and sent >= whole:
                turn.sentence_whole = time.monotonic()
            await response.write(wire.content(piece))


def _answer(body: Json) -> Json:
    answer = sensible.answer(body)
    if "reply" in answer:
        return answer | {"reply": _REPLY}
    about_them = {"claim": "", "facts": [], "verdict": "about_visitor", "needs_before": False}
    return answer | {"verdicts": [one | about_them for one in answer.get("verdicts", ())]}


async def measure(stack: Stack, model: TimedModel, *, conversations: int) -> list[Turn]:
    """Hold so many conversations at once; every turn but the first of each, which is our greeting."""
    model.turns.clear()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(stack.url, connector=connector) as http, asyncio.TaskGroup() as visitors:
        for number in range(conversations):
            visitors.create_task(_visit(http, model, number, conversations))
    return [turn for mark, turn in model.turns.items() if not mark.endswith("-0") and turn.first_text]


async def _visit(http: aiohttp.ClientSession, model: TimedModel, number: int, conversations: int) -> None:
    said: dict[str, str] = {"message": f"Hello, this is bakery-{number}-0."}
    least, most = _PAUSE_S[conversations]
    await asyncio.sleep(random.uniform(0, most))
    async with http.post("/chat", json=said, headers={"Idempotency-Key": str(uuid4())}) as response:
        begun = await response.json()
    for turn in range(1, _TURNS[conversations] + 1):
        await asyncio.sleep(random.uniform(least, most))
        mark = f"bakery-{number}-{turn}"
        said = {"message": f"We are {mark}.", "conversation_id": begun["conversation_id"]}
        headers = {"Authorization": f"Bearer {begun['session_token']}", "Accept": "text/event-stream"}
        headers["Idempotency-Key"] = str(uuid4())
        async with http.post("/chat", json=said, headers=headers) as response:
            async for line in response.content:
                if line.startswith(b"event: delta") and not model.turns[mark].first_text:
                    model.turns[mark].first_text = time.monotonic()


def main() -> None:
    """Measure with 1 and with 100 conversations, print a table, and fail where the limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_text", description=__doc__)
    parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder)) as infra:
        is_fast = uvloop.run(_measure_all(infra))
    raise SystemExit(0 if is_fast else 1)


async def _measure_all(infra: Infra) -> bool:
    is_fast = True
    async with TimedModel() as model, running_stack(infra, model_url=model.base_url) as stack:
        for conversations, each in _TURNS.items():
            turns = await measure(stack, model, conversations=conversations)
            after_token = [turn.after_token_ms for turn in turns]
            after_sentence = [turn.after_sentence_ms for turn in turns]
            for what, values in (("first token", after_token), ("first sentence", after_sentence)):
                p50, p95 = statistics.median(values), statistics.quantiles(values, n=20)[18]
                print(f"{conversations:>4} conversations, {len(values)} turns, after the {what}: "
                      f"p50 {p50:.0f} ms, p95 {p95:.0f} ms", flush=True)  # fmt: skip
            is_all = len(turns) == conversations * each
            is_fast = is_fast and is_all and statistics.quantiles(after_token, n=20)[18] <= LIMIT_MS
    return is_fast


if __name__ == "__main__":
    main()
