"""Attacks against a product of its own, with the script, a real model, or one that obeys whoever speaks."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2

from devstack.child import PROJECT
from evals.attack import load_attacks
from evals.hostile import Verdict
from evals.over_http import OverHttp
from evals.run import TIMEOUT_S, attack
from evals.stack import running_product
from playbook import Playbook

_FAKE = ("-m", "tests.support.fake_openai", "--port", "0", "--responder", "evals.obedient:obey")


async def attack_product(playbook: Playbook, *, file: Path, fooled: bool) -> list[Verdict]:
    """Every attack through the five services."""
    with contextlib.ExitStack() as fake:
        env = fake.enter_context(_obedient_model()) if fooled else {}
        async with (
            running_product(file, env) as url,
            httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S) as http,
        ):
            return await attack(load_attacks(), playbook, lambda _: OverHttp(http))


@contextlib.contextmanager
def _obedient_model() -> Iterator[Mapping[str, str]]:
    """What the services need to know of a fake model that is up as long as this is entered."""
    with subprocess.Popen(
        [sys.executable, *_FAKE], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            yield {"OPENAI_API_KEY": "of-a-fake", "OPENAI_BASE_URL": address}
        finally:
            process.terminate()
