"""With a model, visitors of every language read theirs; our lines are translated once and kept."""

from collections.abc import Mapping

import pytest

from chassis.translations import KeptTranslations
from contracts.events import ProposalRequested
from playbook import Playbook
from playbook.reading.talk import QuickReply
from playbook.translation import digest_of_line, lines_of, spoken_by
from services.dialogue.adapters.translated_playbook import TranslatedPlaybook, source_of
from services.dialogue.usecases.awaited import look_after_awaited, say_drafted_proposal
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene
from tests.support.playbooks import SHIPPED
from tests.support.translations import FakeTranslationStore, FakeTranslator
from tests.support.waiting import until
from tests.unit.dialogue.builders import CONVERSATION, a_slot, meaning

LINES = list(lines_of(SHIPPED).values())
DUTCH = "hoi, ik ben hovenier en zit 's avonds offertes te maken"
DUTCH_OPENING = f"(nl) {SHIPPED.lines.greeting} (nl) {SHIPPED.company.disclosure}"
ASKS = "Met hoeveel mensen werken jullie?"


class Translated(TranslatedPlaybook):
    """The shipped playbook in any language, translated in this process."""

    def __init__(
        self, translator: FakeTranslator, store: FakeTranslationStore | None = None, *, wait_s: float = 6.0
    ) -> None:
        store = FakeTranslationStore() if store is None else store
        self.kept = KeptTranslations(source_of(SHIPPED), store, translator, first_wait_s=wait_s)
        super().__init__(SHIPPED, self.kept)

    async def done(self, tag: str = "it") -> Playbook:
        """The playbook once all that can be translated is."""
        await self.playbook_in(tag)
        await until(lambda: not self.kept.is_busy)
        return (await self.playbook_in(tag)).spoken_in(tag)


async def test_every_line_is_translated_and_then_spoken():
    translator = FakeTranslator()
    translated = Translated(translator)

    own = await translated.done()

    assert own.lines.greeting == f"(it) {SHIPPED.lines.greeting}"
    assert sorted(translator.asked) == sorted(LINES)
    assert (await translated.playbook_in("it-CH")).spoken_in("it-CH") is own


@pytest.mark.parametrize("wrong", ["", "Ciao.", "{value} e {values}"])
async def test_an_unfaithful_line_stays_as_it_is(wrong: str):
    line = "Thanks, {value}."

    own = await Translated(FakeTranslator(instead={line: wrong})).done()

    assert own.lines.acknowledge["name"][0] == line
    assert own.lines.acknowledge["name"][1] == "(it) Noted, {value}."


async def test_without_enough_lines_the_playbook_stays_as_it_is():
    assert await Translated(FakeTranslator(fails=True)).done() is SHIPPED


async def test_prices_and_contents_of_a_tier_are_no_models_words():
    own = await Translated(FakeTranslator()).done()

    price = own.language.price_of(1250)
    assert price == "US$1.250"
    fact = own.facts.fact("starter")
    assert fact is not None
    assert fact.says == (
        f"(it) Starter is {price} a month: "
        "(it) one AI agent, (it) two integrations and (it) a monthly review."
    )


@pytest.mark.parametrize("tag", ["xx", "", "klingon", "en'; drop table"])
async def test_a_tag_that_names_no_language_is_not_paid_for(tag: str):
    translator = FakeTranslator()

    await Translated(translator).playbook_in(tag)

    assert translator.asked == []


async def test_a_corrected_text_that_cannot_be_filled_in_is_not_used():
    store = FakeTranslationStore()
    await Translated(FakeTranslator(), store).done()
    await store.keep("it", {digest_of_line("Thanks, {value}."): "Grazie, {nome}."}, "operator")

    assert await Translated(FakeTranslator(), store).done() is SHIPPED


async def test_the_first_words_are_in_the_language_of_the_first_message(scene: Scene, outside: FakeOutside):
    outside.translations = Translated(FakeTranslator())
    outside.speaker = FakeSpeaker(ModelAnswer(ASKS, meaning(language="nl"), "ask:team_size"))

    turn = await scene.say(DUTCH)

    assert scene.answers[-1].reply == f"{DUTCH_OPENING} {ASKS}"
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply
    assert scene.answers[-1].cost_usd == 0.0


async def test_a_language_that_only_the_model_recognises_is_greeted_in(scene: Scene, outside: FakeOutside):
    outside.translations = Translated(FakeTranslator())
    answer = ModelAnswer("Montako teitä on?", meaning(language="fi"), "ask:team_size")
    outside.speaker = FakeSpeaker(answer)

    await scene.say("Moi, pyöritän leipomoa Turussa")

    assert scene.answers[-1].reply.startswith(f"(fi) {SHIPPED.lines.greeting} (fi) ")


async def test_an_opening_that_is_not_there_in_time_is_the_disclosure_alone(
    scene: Scene, outside: FakeOutside
):
    translator = FakeTranslator()
    translator.is_free.clear()
    outside.translations = Translated(translator, wait_s=0.01)
    outside.speaker = FakeSpeaker(ModelAnswer(ASKS, meaning(language="nl"), "ask:team_size"))

    await scene.say(DUTCH)

    assert scene.answers[-1].reply == f"{SHIPPED.company.disclosure} {ASKS}"
    assert scene.answers[-1].suggestions == ()


async def test_labels_are_the_visitors_as_soon_as_they_are_translated(scene: Scene, outside: FakeOutside):
    kept = outside.translations = Translated(FakeTranslator())
    understood = meaning(language="nl")
    outside.speaker = FakeSpeaker(
        ModelAnswer(ASKS, understood, "ask:team_size"), ModelAnswer(ASKS, understood, "ask:team_size")
    )
    await scene.say(DUTCH)
    await kept.done("nl")

    await scene.say("een hovenier dus")

    assert scene.answers[-1].suggestions[0] == "(nl) 1 to 5"
    assert all(label.startswith("(nl) ") for label in scene.answers[-1].suggestions)
    picked: Mapping[str, QuickReply] = {reply.label: reply for reply in scene.conversation.quick_replies}
    assert picked["(nl) 1 to 5"].means.updates[0].values == ("1",)


async def test_who_waits_is_held_and_told_the_result_in_their_language(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    stored, version = outside.store.conversations[CONVERSATION]
    profile = stored.profile.model_copy(update={"language": a_slot("it")})
    outside.store.conversations[CONVERSATION] = (stored.model_copy(update={"profile": profile}), version)
    translated = outside.translations = Translated(FakeTranslator())
    await translated.done()

    for _ in range(2):
        outside.wait(40)
        await look_after_awaited(outside.ports())
    await say_drafted_proposal(scene.draft(), outside.ports())

    held, result = scene.answers[-2:]
    assert "(it) I'm still working on your proposal" in held.reply
    assert "(it) **What it does**" in result.reply
    assert f"(it) {SHIPPED.lines.reaction[0]}" in result.reply
    requested = scene.published(ProposalRequested)[-1].data
    assert requested.is_template_only
    own = spoken_by("it", requested.translations, SHIPPED)
    assert own.proposal.delivery == f"(it) {SHIPPED.proposal.delivery}"
    assert own.proposal_page.does == "(it) What it does"


async def test_a_language_with_a_file_needs_no_words_beside_the_request(scene: Scene, outside: FakeOutside):
    outside.translations = Translated(FakeTranslator())

    await scene.ask_for_a_proposal()

    assert scene.published(ProposalRequested)[-1].data.translations == {}
