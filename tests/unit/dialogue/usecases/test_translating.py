"""With a model, visitors of every language read theirs, unless the translation says something else."""

import dataclasses
from uuid import UUID, uuid4

import pytest

from contracts.values import Profile, Slot
from services.dialogue.domain import Conversation, Reply
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.usecases import look_after_awaited, say_drafted_proposal
from services.dialogue.usecases.translating import worded
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.unit.dialogue.builders import CONVERSATION


class FakeTranslator:
    """The Translator port. Says what it is told to, or fails."""

    def __init__(self, says: str | SpeakerUnavailable) -> None:
        self._says = says
        self.asked: list[tuple[str, str, UUID]] = []

    async def translate(self, text: str, language: str, conversation_id: UUID) -> Reply:
        self.asked.append((text, language, conversation_id))
        if isinstance(self._says, SpeakerUnavailable):
            raise self._says
        usage = {"input_tokens": 70, "output_tokens": 30, "cost_usd": 0.002}
        return Reply.model_validate({"text": self._says, "author": "model", "model": "m", **usage})


def speaking(tag: str | None) -> Conversation:
    language = Slot[str](value=tag, words="Ciao a tutti", turn_id=uuid4()) if tag else None
    return Conversation.open(CONVERSATION, "api").model_copy(update={"profile": Profile(language=language)})


async def test_a_language_the_playbook_lacks_is_translated(outside: FakeOutside):
    translator = FakeTranslator("Ecco la proposta in 2 settimane.")
    ports = dataclasses.replace(outside.ports(), translator=translator)

    said = await worded(speaking("it"), "Here is the proposal in 2 weeks.", ports)

    assert said.text == "Ecco la proposta in 2 settimane."
    assert (said.input_tokens, said.output_tokens, said.model, said.cost_usd) == (70, 30, "m", 0.002)
    assert translator.asked == [("Here is the proposal in 2 weeks.", "it", CONVERSATION)]


@pytest.mark.parametrize("tag", [None, "en", "en-GB", "es", "pt-BR"])
async def test_a_language_the_playbook_has_asks_no_model(outside: FakeOutside, tag: str | None):
    translator = FakeTranslator("never said")
    ports = dataclasses.replace(outside.ports(), translator=translator)

    said = await worded(speaking(tag), "As it is.", ports)

    assert said.text == "As it is."
    assert translator.asked == []


@pytest.mark.parametrize("says", ["Ecco la proposta in 3 settimane.", "", SpeakerUnavailable("timeout")])
async def test_what_is_not_translated_faithfully_stays_as_it_was_written(
    outside: FakeOutside, says: str | SpeakerUnavailable
):
    ports = dataclasses.replace(outside.ports(), translator=FakeTranslator(says))

    said = await worded(speaking("it"), "Here is the proposal in 2 weeks.", ports)

    assert said.text == "Here is the proposal in 2 weeks."


async def test_a_refused_translation_is_paid_for_all_the_same(outside: FakeOutside):
    ports = dataclasses.replace(outside.ports(), translator=FakeTranslator("Ecco 9."))

    said = await worded(speaking("it"), "Here are 2.", ports)

    assert said.output_tokens == 30
    assert said.cost_usd == 0.002


async def test_a_translation_that_failed_after_it_was_charged_is_paid_for_too(outside: FakeOutside):
    lost = SpeakerUnavailable("truncated", cost_usd=0.004)
    ports = dataclasses.replace(outside.ports(), translator=FakeTranslator(lost))

    said = await worded(speaking("it"), "Here are 2.", ports)

    assert (said.text, said.cost_usd) == ("Here are 2.", 0.004)


async def test_without_a_translator_the_default_is_spoken(outside: FakeOutside):
    said = await worded(speaking("it"), "As it is.", outside.ports())

    assert said.text == "As it is."


async def test_the_drafted_proposal_is_shown_in_the_visitors_language(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    turn_italian(outside)
    translator = Whole()

    await say_drafted_proposal(scene.draft(), dataclasses.replace(outside.ports(), translator=translator))

    assert "(it) **Rescheduling Agent**" in scene.answers[-1].reply
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply
    assert scene.answers[-1].output_tokens == 30
    assert scene.answers[-1].cost_usd == 0.002


async def test_who_waits_is_held_in_their_language(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    turn_italian(outside)
    outside.wait(8)

    await look_after_awaited(dataclasses.replace(outside.ports(), translator=Whole()))

    holding = scene.answers[-1].reply.partition("\n\n(it) ")[2]
    assert holding in outside.playbook.lines.holding_proposal
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply
    assert scene.answers[-1].cost_usd == 0.002


def turn_italian(outside: FakeOutside) -> None:
    stored, version = outside.store.conversations[CONVERSATION]
    italian = stored.model_copy(update={"profile": speaking("it").profile})
    outside.store.conversations[CONVERSATION] = (italian, version)


class Whole(FakeTranslator):
    """Puts the language's tag before the text, and changes nothing else."""

    def __init__(self) -> None:
        super().__init__("")

    async def translate(self, text: str, language: str, conversation_id: UUID) -> Reply:
        said = await super().translate(text, language, conversation_id)
        return said.model_copy(update={"text": f"({language}) {text}"})
