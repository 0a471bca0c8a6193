"""Run the fake server as a process: base URL on the first line, stops on SIGTERM."""

import argparse
import asyncio
import pkgutil
import signal
import sys

import uvloop

from tests.support.fake_openai.server import FakeOpenAI


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.fake_openai")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", dest="delay_s", type=float, default=0.0, help="seconds a reply streams")
    parser.add_argument("--chunks", type=int, default=22, help="content chunks a reply is cut into")
    parser.add_argument(
        "--responder",
        type=pkgutil.resolve_name,
        default="tests.support.fake_openai.answers:plausible_answer",
        help="module:function that turns a request into the answered object",
    )
    uvloop.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # The check costs more than the answer; tests run it in-process.
    async with FakeOpenAI(**vars(options), checks_schema=False) as server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
