"""Stored conversations are led again, and only what would be different is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from typer.testing import CliRunner

from contracts.events import ConversationErased, ProfileUpdated, ProposalDrafted, TurnAnswered, TurnReceived
from contracts.values import Profile, Stage, TierRecommendation
from evals.cli import app
from evals.in_process import InProcess
from evals.replay import Stored, compare, fold, rerun
from evals.replay.leading import as_stored, by_services
from evals.replay.rerun import in_process
from playbook import load_playbook
from tests.support.playbooks import default_playbook, written
from tests.unit.dialogue.builders import a_proposal
from tests.unit.evals.builders import PLAYBOOK, slot

CONVERSATION = UUID("5d1c6d0a-8e0d-4a0e-9a39-0c9f5a0f3f52")
LINES = (
    "Hi, I run a dental clinic. We are 22 people.",
    "Rescheduling appointments takes too much time.",
    "Rescheduling.",
    "A patient calls, we look into the calendar, offer a slot, then confirm.",
    "Outlook and Dentrix.",
    "About 20 hours a week. It works if nobody has to wait.",
    "Looks good.",
    "Yes, send me the link.",
)


def turn(number: int) -> UUID:
    return uuid5(CONVERSATION, str(number))


@pytest.fixture
async def stored() -> Stored:
    """A conversation as the default playbook leads it."""
    spoken = Stored(CONVERSATION, {turn(number): line for number, line in enumerate(LINES)})
    return await rerun(spoken, InProcess(PLAYBOOK, "the first time"))


def received(number: int, message: str) -> TurnReceived:
    return TurnReceived(conversation_id=CONVERSATION, turn_id=turn(number), message=message, source="widget")


def drafted(revision: int, tier: TierRecommendation) -> ProposalDrafted:
    return ProposalDrafted(
        conversation_id=CONVERSATION,
        proposal_id=uuid5(CONVERSATION, f"draft {revision}"),
        turn_id=turn(revision),
        revision=revision,
        proposal=a_proposal(),
        tier=tier,
        author="model",
        cost_usd=0.002,
    )


def answered(number: int, stage: Stage, *, link: bool = False, **led_by: str) -> TurnAnswered:
    return TurnAnswered(
        conversation_id=CONVERSATION,
        reply_id=uuid5(turn(number), "reply"),
        answered_turn_ids=(turn(number),),
        reply="Thanks.",
        stage=stage,
        calendly_shown=link,
        degraded=False,
        author="model",
        cost_usd=0.01,
        **led_by,
    )


def cheaper(playbook: dict[str, Any]) -> None:
    playbook["catalogue"][1]["monthly_price_usd"] = 2400
    growth = playbook["facts"]["growth"]
    growth["says"] = growth["says"].replace("US$2,500", "US$2,400")


def stricter(playbook: dict[str, Any]) -> None:
    playbook["tier_rule"]["cases"][1]["when_any"][0]["over"] = 30


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda playbook: None, {}),
        (cheaper, {"price": "$2,500 → $2,400"}),
        (stricter, {"tier": "growth → starter"}),
    ],
)
async def test_only_what_another_playbook_would_change_is_told(
    stored: Stored, tmp_path: Path, change: Callable[[dict[str, Any]], None], told: dict[str, str]
) -> None:
    other = default_playbook()
    change(other)

    again = await rerun(stored, in_process(stored, load_playbook(written(tmp_path, other))))

    changes = {name: str(change) for name, change in compare(stored, again).changes.items()}
    assert told.items() <= changes.items()
    assert bool(changes) is bool(told)


def test_the_log_is_folded_into_what_was_said_and_what_came_of_it_each_once() -> None:
    profile = Profile(team_size=slot(22))
    told = [received(1, "Hello"), received(2, "We are 22")]
    answers = [answered(1, Stage.UNDERSTAND), answered(2, Stage.BOOK, link=True)]
    updated = ProfileUpdated(conversation_id=CONVERSATION, profile=profile, changed=("team_size",))
    events = [*told, *told, updated, *answers, *answers]

    (conversation,) = fold(events)

    assert list(conversation.lines.values()) == ["Hello", "We are 22"]
    assert conversation.stages == [Stage.UNDERSTAND, Stage.BOOK]
    assert (conversation.profile, conversation.link_shown) == (profile, True)
    assert conversation.cost_usd == pytest.approx(0.02)
    assert fold([*events, ConversationErased(conversation_id=CONVERSATION)]) == []


async def test_the_last_draft_of_the_log_is_the_one_that_counts(stored: Stored) -> None:
    assert stored.tier is not None
    first = drafted(1, stored.tier.model_copy(update={"tier": "starter"}))
    second = drafted(2, stored.tier)

    (conversation,) = fold([received(1, "Hello"), first, second])

    assert conversation.tier == stored.tier
    assert conversation.cost_usd == pytest.approx(0.004)


def test_a_log_tells_by_what_its_conversations_were_led() -> None:
    events = [
        received(1, "Hello"),
        answered(1, Stage.UNDERSTAND, playbook="old", prompt="terse", model="gpt-4o"),
        answered(2, Stage.UNDERSTAND, playbook="new", prompt="terse", model="gpt-4o"),
        answered(3, Stage.UNDERSTAND, playbook="new"),
    ]

    leading = as_stored(fold(events))

    assert str(leading) == "playbook old, new · prompt terse · spoken by gpt-4o, the playbook"


@pytest.mark.parametrize(
    ("key", "led"),
    [
        ("", f"playbook other.yaml ({PLAYBOOK.digest}) · prompt none · spoken by the playbook"),
        (
            "of-a-fake",
            f"playbook other.yaml ({PLAYBOOK.digest}) · prompt told.yaml ({PLAYBOOK.prompt.digest})"
            " · spoken by gpt-4o-mini",
        ),
    ],
    ids=["without a model", "with a model"],
)
def test_what_leads_again_is_named_with_its_files(
    monkeypatch: pytest.MonkeyPatch, key: str, led: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.setenv("OPENAI_MODEL", "gpt-4o-mini")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    assert str(by_services(PLAYBOOK, file=Path("other.yaml"), prompt=Path("told.yaml"))) == led
    nobody = str(as_stored([Stored(CONVERSATION)]))
    assert nobody == "playbook not told · prompt not told · spoken by not told"


@pytest.mark.parametrize(("key", "options"), [("", ["--services"]), ("of-a-fake", [])])
def test_a_prompt_that_nobody_would_be_told_is_refused(
    monkeypatch: pytest.MonkeyPatch, key: str, options: list[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    assert "onlyamodelistoldaprompt" in replay_command("--prompt", "playbook/prompt.yaml", *options)


def test_a_prompt_with_a_fault_is_named_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-a-fake")
    prompt = written(tmp_path, {"translation": "Translate it."})

    said = replay_command("--services", "--prompt", str(prompt))

    for fault in (f"prompt{str(prompt)!r}isnotvalid", "translation:Valueerror", "turn:Fieldrequired"):
        assert fault in said


def replay_command(*options: str) -> str:
    """What the command says when it refuses; its frame breaks words, so the blanks are left out."""
    refusal = CliRunner().invoke(app, ["replay", "--kafka", "nowhere:1", *options])
    assert refusal.exit_code == 2
    return "".join(refusal.output.replace("\u2502", " ").split())
