"""Attacks against a product of its own, guided, with a real model, or one that obeys whoever speaks."""

import contextlib
import json
import subprocess
import sys
import tempfile
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
from playbook.files import read_sections

# A stand-in costs nothing. At a cap the conversation is guided, and that is measured without a model.
_UNCAPPED = {"day_tokens": 10**9, "conversation_tokens": 10**9, "day_usd": 1000, "conversation_usd": 1000}
_FAKE = ("-m", "tests.support.fake_openai", "--port", "0", "--responder", "evals.obedient:obey")


async def attack_product(playbook: Playbook, *, file: Path, fooled: bool) -> list[Verdict]:
    """Every attack through the five services."""
    with contextlib.ExitStack() as fake:
        env = fake.enter_context(_obedient_model()) if fooled else {}
        file = fake.enter_context(_uncapped(PROJECT / file)) if fooled else file
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


@contextlib.contextmanager
def _uncapped(file: Path) -> Iterator[Path]:
    """The same playbook without caps, as long as this is entered."""
    sections, home = read_sections(file), file.parent
    sections |= {name: str(home / str(sections[name])) for name in ("prompt", "lexicon")}
    languages = sections.get("languages")
    if isinstance(languages, dict):
        sections["languages"] = {code: str(home / path) for code, path in languages.items()}
    spend = sections["spend"]
    assert isinstance(spend, dict), "a playbook names its caps"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "playbook.yaml"
        # JSON is YAML too.
        path.write_text(json.dumps(sections | {"spend": spend | _UNCAPPED}), encoding="utf-8")
        yield path
