"""With a model, visitors of every language read theirs; our lines are translated once and kept."""

import pytest

from chassis.translations import KeptTranslations
from contracts.events import ProposalRequested
from playbook import Playbook
from playbook.translation import digest_of_line, lines_of, spoken_by
from services.dialogue.adapters.translated_playbook import TranslatedPlaybook, source_of
from services.dialogue.usecases.awaited import say_drafted_proposal
from services.dialogue.usecases.due import look_after_due
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene
from tests.support.playbooks import SHIPPED
from tests.support.translations import FakeTranslationStore, FakeTranslator
from tests.support.waiting import until
from tests.unit.dialogue.builders import CONVERSATION, a_slot, meaning

DUTCH = "hoi, ik ben hovenier en zit 's avonds offertes te maken"
ASKS = "Met hoeveel mensen werken jullie?"
GREETING, DISCLOSURE = SHIPPED.lines.greeting, SHIPPED.company.disclosure


class Translated(TranslatedPlaybook):
    """The shipped playbook in any language, translated in this process."""

    def __init__(self, translator=None, store=None, *, wait_s: float = 6.0) -> None:
        translator, store = translator or FakeTranslator(), store or FakeTranslationStore()
        self.kept = KeptTranslations(source_of(SHIPPED), store, translator, first_wait_s=wait_s)
        super().__init__(SHIPPED, self.kept)

    async def done(self, tag: str = "it") -> Playbook:
        """The playbook once all that can be translated is."""
        await self.playbook_in(tag)
        await until(lambda: not self.kept.is_busy)
        return (await self.playbook_in(tag)).spoken_in(tag)


async def test_every_line_is_translated_and_spoken_but_prices_and_what_is_not_faithful():
    translator = FakeTranslator(instead={"Thanks, {value}.": "Ciao."})
    translated = Translated(translator)
    own = await translated.done()
    assert sorted(translator.asked) == sorted(lines_of(SHIPPED).values())
    assert (await translated.playbook_in("IT-ch")).spoken_in("IT-ch") is own
    assert own.lines.greeting == f"(it) {GREETING}"
    assert own.lines.acknowledge["name"][:2] == ("Thanks, {value}.", "(it) Noted, {value}.")
    # Prices and contents of a tier are no model's words.
    fact = own.facts.fact("starter")
    parts = "(it) one AI agent, (it) two integrations and (it) a monthly review."
    assert fact is not None and fact.says == f"(it) Starter is US$1.250 a month: {parts}"


async def test_without_enough_lines_or_with_one_that_cannot_be_filled_in_the_playbook_stays_as_it_is():
    assert await Translated(FakeTranslator(fails=True)).done() is SHIPPED
    store = FakeTranslationStore()
    await Translated(store=store).done()
    await store.keep("it", {digest_of_line("Thanks, {value}."): "Grazie, {nome}."}, "operator")
    assert await Translated(store=store).done() is SHIPPED


@pytest.mark.parametrize("tag", ["xx", "", "klingon", "en'; drop table"])
async def test_a_tag_that_names_no_language_is_not_paid_for(tag: str):
    translator = FakeTranslator()
    await Translated(translator).done(tag)
    assert translator.asked == []


@pytest.mark.parametrize(("message", "tag"), [(DUTCH, "nl"), ("Moi, pyöritän leipomoa Turussa", "fi")])
async def test_the_first_words_are_the_visitors(scene: Scene, outside: FakeOutside, message: str, tag: str):
    outside.translations = Translated()
    outside.speaker = FakeSpeaker(ModelAnswer(ASKS, meaning(language=tag), "ask:team_size"))
    turn = await scene.say(message)
    assert scene.answers[-1].reply == f"({tag}) {GREETING} ({tag}) {DISCLOSURE} {ASKS}"
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply
    assert scene.answers[-1].cost_usd == 0.0


async def test_an_opening_that_comes_late_is_the_disclosure_alone(scene: Scene, outside: FakeOutside):
    translator = FakeTranslator()
    translator.is_free.clear()
    outside.translations = Translated(translator, wait_s=0.01)
    outside.speaker = FakeSpeaker(ModelAnswer(ASKS, meaning(language="nl"), "ask:team_size"))
    await scene.say(DUTCH)
    assert (scene.answers[-1].reply, scene.answers[-1].suggestions) == (f"{DISCLOSURE} {ASKS}", ())


async def test_labels_are_the_visitors_as_soon_as_they_are_translated(scene: Scene, outside: FakeOutside):
    kept = outside.translations = Translated()
    outside.speaker = FakeSpeaker(*[ModelAnswer(ASKS, meaning(language="nl"), "ask:team_size")] * 2)
    await scene.say(DUTCH)
    await kept.done("nl")

    await scene.say("een hovenier dus")

    assert all(label.startswith("(nl) ") for label in scene.answers[-1].suggestions)
    first = scene.conversation.quick_replies[0]
    assert (first.label, first.means.updates[0].values) == ("(nl) 1 to 5", ("1",))


async def test_who_waits_is_held_and_told_the_result_in_their_language(scene: Scene, outside: FakeOutside):
    translated = outside.translations = Translated()
    await scene.ask_for_a_proposal()
    # A language with a file needs no words beside the request.
    assert scene.published(ProposalRequested)[-1].data.translations == {}
    stored, version = outside.store.conversations[CONVERSATION]
    profile = stored.profile.model_copy(update={"language": a_slot("it")})
    outside.store.conversations[CONVERSATION] = (stored.model_copy(update={"profile": profile}), version)
    await translated.done()

    for _ in range(2):
        outside.wait(40)
        await look_after_due(outside.ports())
    await say_drafted_proposal(scene.draft(), outside.ports())

    held, result = scene.answers[-2:]
    assert "(it) I'm still working on your proposal" in held.reply
    assert "(it) **What it does**" in result.reply
    assert f"(it) {SHIPPED.lines.reaction[0]}" in result.reply
    requested = scene.published(ProposalRequested)[-1].data
    own = spoken_by("it", requested.translations, SHIPPED)
    assert requested.is_template_only
    assert own.proposal.delivery == f"(it) {SHIPPED.proposal.delivery}"
    assert own.proposal_page.does == "(it) What it does"
