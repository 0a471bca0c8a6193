"""What a conversation of any length costs, counted by a server that speaks the model's language."""

import os
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import islice

import orjson
import pytest
from pydantic import SecretStr

from chassis.language_model import LanguageModel, LanguageModelSettings, UnlimitedSpend
from contracts.events import ProposalRequested
from contracts.values import Stage
from services.dialogue.adapters import ModelSpeaker
from services.dialogue.domain.conversation import Conversation
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from services.proposal.adapters import ModelWriter
from services.proposal.domain.brief import Brief
from services.proposal.errors import WriterUnavailable
from services.proposal.settings import Settings as WriterSettings
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene
from tests.support.fake_openai import FakeOpenAI
from tests.support.fake_openai.answers import Json, plausible_answer, requested_schema
from tests.support.fake_openai.wire import usage_of
from tests.support.playbooks import SHIPPED

# Dollars for a million tokens.
INPUT_USD, OUTPUT_USD = 2.5, 10.0
TO_THE_LINK = (*UP_TO_THE_PROPOSAL, "Looks good to me.", "Yes, please send me the link.", "Thanks!")
AFTER_THE_LINK = (
    "And what happens to the orders that come in at night, when nobody is there to look at the screen?",
    "ok",
    "Could you say again what the agent does when the customer wants something that is out of stock?",
    "My brother asks who else sees what our customers say on the phone, he is careful with such things.",
    "I see. And which days are good for the demo?",
    "We also use Slack, I forgot that.",
    "hm",
    "How long does it take until it runs, and what do you need from us for that?",
)


class Company:
    """Dialogue and the writer of proposals, on a server that counts what they ask."""

    def __init__(self) -> None:
        self.usd = 0.0
        self.server = FakeOpenAI(responder=self._answer, chunks=2)

    def _answer(self, body: Json) -> Json:
        answer = plausible_answer(body)
        usage = usage_of(body, orjson.dumps(answer).decode())
        # The demanded schema is paid for as well.
        asked = usage["prompt_tokens"] + len(orjson.dumps(requested_schema(body))) // 4
        self.usd += (asked * INPUT_USD + usage["completion_tokens"] * OUTPUT_USD) / 1_000_000
        return answer

    async def play(self, lines: list[str]) -> tuple[float, Conversation]:
        """Say these lines, and bring whatever is awaited: the dollars a turn, also of one without a model."""
        settings = LanguageModelSettings(api_key=SecretStr("of-a-fake"), base_url=self.server.base_url)
        self.usd = 0.0
        of_writer = WriterSettings(language_model=settings), SHIPPED, UnlimitedSpend()
        async with LanguageModel(settings) as model, ModelWriter(*of_writer) as writer:
            scene = Scene(FakeOutside(SHIPPED, speaker=ModelSpeaker(model, SHIPPED)))
            for line in lines:
                await scene.say(line)
                waiting, ports = scene.conversation.awaiting, scene.outside.ports()
                if waiting is not None and waiting.kind == "proposal":
                    with suppress(WriterUnavailable):
                        await writer.write(Brief.of(scene.published(ProposalRequested)[-1].data, SHIPPED))
                    await say_drafted_proposal(scene.draft(), ports)
                elif waiting is not None:
                    await say_booking_link(scene.link(), ports)
        return self.usd / len(lines), scene.conversation


@pytest.fixture
async def company(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Company]:
    for name in [name for name in os.environ if name.startswith("OPENAI_")]:
        monkeypatch.delenv(name)
    company = Company()
    async with company.server:
        yield company


def lines_of(count: int) -> list[str]:
    return [*islice((*TO_THE_LINK, *AFTER_THE_LINK * count), count)]


async def test_neither_cost_of_a_turn_nor_what_is_stored_grows_with_a_conversation(company: Company):
    played = [await company.play(lines_of(count)) for count in (12, 40, 150)]
    (short_usd, short), (longer_usd, longer), (longest_usd, longest) = played

    assert short.stage is Stage.BOOK
    assert short_usd < 0.15 / 12
    assert all(0.8 < usd / short_usd < 1.2 for usd in (longer_usd, longest_usd))
    size, largest = (len(each.model_dump_json(exclude_defaults=True)) for each in (longer, longest))
    assert largest < 1.2 * size


async def test_the_longest_messages_make_a_turn_no_dearer_without_bound(company: Company):
    lines = lines_of(20)
    as_long_as_can_be = [f"{line} {'word ' * 1_600}"[:8_000] for line in lines]
    (plain_usd, _), (wordy_usd, _) = await company.play(lines), await company.play(as_long_as_can_be)
    assert wordy_usd < 2.5 * plain_usd
