"""The commands: `personas` plays visitors with a known truth, `hostile` those who mean no good."""

import asyncio
import json
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from chassis.language_model import LanguageModelSettings
from devstack.broker_address import find_broker
from devstack.data_key_address import find_data_keys
from devstack.errors import DataKeysNotFound, InvalidSetting
from devstack.settings import read_settings
from evals.attack import load_attacks
from evals.attacking import attack_product
from evals.cost import Caching, calls_of, cost_of, prices_of
from evals.figures import as_json
from evals.guarded_sentences import (
    guard_all,
    guarded_as_json,
    judge_requests,
    load_sentences,
    load_verdicts,
    record_verdicts,
    show_guarded,
)
from evals.hostile_report import show_verdicts, verdicts_as_json
from evals.in_process import InProcess
from evals.measure import Chosen, Measured, choose, measure
from evals.persona import Persona
from evals.player import Line
from evals.recorded import load_recorded
from evals.replay import read_api, read_log
from evals.replay.command import (
    differences_as_json,
    replay_in_process,
    replay_through_services,
    show_differences,
)
from evals.replay.leading import as_stored, by_services, by_the_playbook
from evals.report import show
from evals.run import attack, run_in_process, run_over_http
from evals.sets import PersonaSet
from evals.small_inputs import LEAST_RIGHT, load_small_inputs, read, share_right, show_readings
from evals.stack import API_KEY, running_product
from playbook import InvalidPlaybook, Playbook, load_playbook

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
PlaybookFile = Annotated[Path, typer.Option(help="The playbook to speak by.")]
ApiKey = Annotated[str, typer.Option(envvar="DEV_API_KEY", help="A key of scope read.")]
OutFile = Annotated[Path | None, typer.Option(help="Write the figures to this JSON file.")]
_PLAYBOOK = Path("playbook.yaml")


@app.callback()
def evals() -> None:
    """How good the conversation is, measured."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)


# Each option is one of the command line.
@app.command()
def personas(  # noqa: PLR0913
    *,
    gate: Annotated[bool, typer.Option("--gate", help="Fail when the promises are not kept.")] = False,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="Play against the domain alone, without services.")
    ] = False,
    url: Annotated[str, typer.Option(help="A running gateway; empty starts a product of its own.")] = "",
    api_key: ApiKey = "",
    which: Annotated[
        PersonaSet | None, typer.Option("--set", help="Play one of the two sets; both without it.")
    ] = None,
    only: Annotated[str, typer.Option(help="Play the personas and groups that begin like this.")] = "",
    language: Annotated[str, typer.Option(help="Whose language; empty for every one.")] = "",
    no_cost: Annotated[
        bool, typer.Option("--no-cost", help="Let the gate open though nobody tells what a model cost.")
    ] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Tell held-out personas in words, to put a wrong truth right.")
    ] = False,
    playbook: PlaybookFile = _PLAYBOOK,
    out: OutFile = None,
) -> None:
    """Play every persona; with OPENAI_* in the environment a model speaks, otherwise it is guided."""
    read_settings()
    chosen = choose([which] if which else list(PersonaSet), only=only, language=language)
    if not chosen:
        raise typer.BadParameter("there is no such persona")
    spoken_by = load_playbook(playbook)
    if in_process:
        played = measure(chosen, partial(run_in_process, playbook=spoken_by))
    elif url:
        play = partial(run_over_http, url, playbook=spoken_by, api_key=api_key)
        played = measure(chosen, play, without_cost=no_cost)
    else:
        played = _through_own_services(chosen, spoken_by, file=playbook)
    measured = asyncio.run(played)
    show(measured, Console(), reveal=reveal)
    if out is not None:
        out.write_text(json.dumps(as_json(measured, reveal=reveal), indent=2) + "\n", encoding="utf-8")
    if gate and any(one.faults for one in measured):
        raise typer.Exit(1)


@app.command()
def hostile(
    *,
    fooled: Annotated[
        bool, typer.Option("--fooled", help="Let a model speak that does what it is told.")
    ] = False,
    in_process: Annotated[bool, typer.Option("--in-process", help="Guided, without services.")] = False,
    gate: Annotated[bool, typer.Option("--gate", help="Fail when an attack achieves something.")] = False,
    playbook: PlaybookFile = _PLAYBOOK,
    out: OutFile = None,
) -> None:
    """Say every attack and judge what came of it; with OPENAI_* in the environment a model answers."""
    spoken_by = _read(playbook, read_settings().prompt_path)
    if in_process:
        verdicts = asyncio.run(attack(load_attacks(), spoken_by, partial(_in_process, spoken_by)))
    else:
        verdicts = asyncio.run(attack_product(spoken_by, file=playbook, fooled=fooled))
    show_verdicts(verdicts, Console())
    if out is not None:
        out.write_text(json.dumps(verdicts_as_json(verdicts), indent=2) + "\n", encoding="utf-8")
    if gate and not all(verdict.is_withstood for verdict in verdicts):
        raise typer.Exit(1)


@app.command()
def replay(
    *,
    kafka: Annotated[str, typer.Option(help="Read the log of this broker, host:port.")] = "",
    url: Annotated[str, typer.Option(help="Or read from the API of this gateway.")] = "",
    api_key: ApiKey = "",
    services: Annotated[
        bool, typer.Option("--services", help="Lead them through services of their own, not in process.")
    ] = False,
    playbook: PlaybookFile = _PLAYBOOK,
    prompt: Annotated[Path | None, typer.Option(help="What a model is told; needs --services.")] = None,
    out: OutFile = None,
) -> None:
    """Lead stored conversations again, by another playbook, prompt or model, and tell what is different."""
    usual = read_settings().prompt_path
    if bool(kafka) == bool(url):
        raise typer.BadParameter("name one source: --kafka host:port or --url http://gateway")
    if prompt and not (services and LanguageModelSettings().is_configured):
        raise typer.BadParameter("only a model is told a prompt: add --services, and set OPENAI_API_KEY")
    told = prompt or usual
    lead_by = _read(playbook, told)
    try:
        stored = asyncio.run(
            read_log(find_broker(kafka), find_data_keys()) if kafka else read_api(url, api_key)
        )
    except (DataKeysNotFound, InvalidSetting) as error:
        raise typer.BadParameter(str(error)) from error
    again, leading = (
        (
            replay_through_services(stored, playbook, prompt=told),
            by_services(lead_by, file=playbook, prompt=told),
        )
        if services
        else (replay_in_process(stored, lead_by), by_the_playbook(lead_by, file=playbook))
    )
    differences, sides = asyncio.run(again), (as_stored(stored), leading)
    show_differences(differences, sides, Console())
    if out is not None:
        found = differences_as_json(differences, sides)
        out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


@app.command()
def sentences(
    *,
    gate: Annotated[
        bool, typer.Option("--gate", help="Fail when a wrong sentence is shown, or a reaction waits.")
    ] = False,
    requests: Annotated[
        Path | None, typer.Option(help="Write here what a judge has to be asked, and end.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Record a judge's answers, by key, from here.")] = None,
    in_words: Annotated[bool, typer.Option("--in-words", help="Print the sentences that fared ill.")] = False,
    playbook: PlaybookFile = _PLAYBOOK,
    out: OutFile = None,
) -> None:
    """Put sentences through the guard: the wrong ones must be kept back, the right ones shown as they are.

    The judge's verdicts are recorded ones. After a change of sentences, facts or guard, write the requests
    out, have a model answer them, and record what it said.
    """
    spoken_by = load_playbook(playbook)
    if requests is not None:
        asked = judge_requests(load_sentences(), spoken_by)
        requests.write_text(json.dumps(asked, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    if record is not None:
        record_verdicts(json.loads(record.read_text(encoding="utf-8")))
    guarded = guard_all(load_sentences(), spoken_by, load_verdicts())
    show_guarded(guarded, Console(), in_words=in_words)
    if out is not None:
        out.write_text(json.dumps(guarded_as_json(guarded), indent=2) + "\n", encoding="utf-8")
    if gate and any(one.of.is_wrong and not one.is_well for one in guarded):
        raise typer.Exit(1)


@app.command()
def cost(*, playbook: PlaybookFile = _PLAYBOOK) -> None:
    """Price a talk of twelve turns by the prompts of the recorded ones, with gpt-4o and the usual judge."""
    spoken_by = load_playbook(playbook)
    prices = prices_of(spoken_by, speaking="gpt-4o", judging="gpt-4o-mini")
    table = Table(title="dollars of a talk, by what is cached", box=None, header_style="bold")
    for heading in ("talk", *Caching):
        table.add_column(heading)
    for name, recorded in load_recorded().items():
        turns = calls_of(recorded, spoken_by)
        table.add_row(name, *(f"{cost_of(turns, prices, caching):.4f}" for caching in Caching))
    Console().print(table)


@app.command()
def answers(
    *,
    gate: Annotated[bool, typer.Option("--gate", help="Fail when a wrong number is stored.")] = False,
    playbook: PlaybookFile = _PLAYBOOK,
) -> None:
    """Read single answers without a model: no wrong number may be stored, and most must be read right."""
    spoken_by = load_playbook(playbook)
    readings = [read(one, spoken_by) for one in load_small_inputs()]
    show_readings(readings, Console())
    if gate and (any(one.wrong_numbers for one in readings) or share_right(readings) < LEAST_RIGHT):
        raise typer.Exit(1)


def _read(playbook: Path, prompt: Path | None) -> Playbook:
    try:
        return load_playbook(playbook, prompt=prompt)
    except InvalidPlaybook as fault:
        raise typer.BadParameter(str(fault)) from fault


def _in_process(playbook: Playbook, persona: Persona) -> Line:
    return InProcess(playbook, persona.id)


async def _through_own_services(
    chosen: Sequence[Chosen], playbook: Playbook, *, file: Path
) -> list[Measured]:
    async with running_product(file, {}) as own:
        return await measure(chosen, partial(run_over_http, own, playbook=playbook, api_key=API_KEY))


def main() -> None:
    """Run what the command line asks for."""
    app(prog_name="python -m evals")
