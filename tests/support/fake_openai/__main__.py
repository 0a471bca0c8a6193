"""Run the fake server as a process: base URL on the first line, stops on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import signal
import sys

import uvloop

from tests.support.fake_openai.answers import Responder
from tests.support.fake_openai.server import FakeOpenAI


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.fake_openai")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds a reply streams")
    parser.add_argument("--chunks", type=int, default=22, help="content chunks a reply is cut into")
    parser.add_argument(
        "--responder",
        type=_load_responder,
        default="tests.support.fake_openai.answers:plausible_answer",
        help="module:function that turns a request into the answered object",
    )
    options = parser.parse_args()
    uvloop.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = FakeOpenAI(
        delay_s=options.delay,
        chunks=options.chunks,
        responder=options.responder,
        port=options.port,
        # The check costs more than the answer; tests run it in-process.
        checks_schema=False,
    )
    async with server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        await stop.wait()


def _load_responder(name: str) -> Responder:
    module, _, function = name.partition(":")
    responder: Responder = getattr(importlib.import_module(module), function)
    return responder


if __name__ == "__main__":
    main()
