"""With a model every language is spoken: it may name one by its tag, and is told which one to answer in."""

from uuid import uuid4

import pytest

from services.dialogue.domain import (
    Conversation,
    Extraction,
    Plan,
    Signal,
    ToldSlot,
    apply_extraction,
    plan_turn,
    prompt_for,
)
from tests.support.visitors import SPANISH
from tests.unit.languages.talks import CONVERSATION, PLAYBOOK, talk


def planned(message: str) -> Plan:
    return plan_turn(Conversation.open(CONVERSATION, "api"), message, uuid4(), PLAYBOOK)


def reading(language: str, words: str) -> Extraction:
    return Extraction(slots=(ToldSlot(slot="language", value=language, words=words),))


@pytest.mark.parametrize(
    ("tag", "kept"), [("pl", "pl"), ("PT-br", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"), ("nl", "nl")]
)
def test_a_model_may_name_the_language_by_its_tag(tag: str, kept: str) -> None:
    plan = apply_extraction(planned("Dzień dobry"), reading(tag, "Dzień dobry"), PLAYBOOK)

    language = plan.conversation.profile.language

    assert language is not None
    assert language.value == kept
    assert "language" in plan.changed


@pytest.mark.parametrize(
    ("tag", "words"),
    [("Polish", "Dzień dobry"), ("the language of the visitor", "Dzień dobry"), ("pl", "never said")],
)
def test_what_is_no_tag_or_has_no_words_of_the_visitor_is_refused(tag: str, words: str) -> None:
    plan = apply_extraction(planned("Dzień dobry"), reading(tag, words), PLAYBOOK)

    assert plan.conversation.profile.language is None


def test_a_language_the_playbook_has_is_prompted_in_its_own_words() -> None:
    plan = planned(SPANISH.lines[0])

    told = "\n".join(text for _, text in prompt_for(plan, PLAYBOOK))

    assert "Answer in Spanish" in told
    assert "¿Cuántas personas son en su equipo?" in told
    assert PLAYBOOK.spoken_in("es").company.disclosure in told


def test_a_language_the_playbook_lacks_is_prompted_by_its_tag() -> None:
    first = apply_extraction(planned("Dzień dobry"), reading("pl", "Dzień dobry"), PLAYBOOK)
    plan = plan_turn(first.conversation, "Mamy piekarnię", uuid4(), PLAYBOOK)

    told = "\n".join(text for _, text in prompt_for(plan, PLAYBOOK))

    assert "Answer in pl" in told


def test_a_language_a_model_heard_after_the_proposal_makes_it_stale() -> None:
    shown = talk(*SPANISH.lines[:6])
    plan = plan_turn(shown.conversation, "Prosimy po polsku", uuid4(), PLAYBOOK)

    heard = apply_extraction(plan, reading("pl", "po polsku"), PLAYBOOK)

    assert heard.needs == "proposal"


def test_what_a_model_reads_beside_it_keeps_the_language_heard_by_plain_words() -> None:
    told = Extraction(
        slots=(ToldSlot(slot="tools", value="Holded", words="Holded"),), signal=Signal.NONE, change_wish=None
    )

    plan = apply_extraction(planned("Hola, tengo una tienda y uso Holded"), told, PLAYBOOK)

    assert plan.conversation.profile.language is not None
    assert plan.conversation.profile.language.value == "es"
    assert "language" in plan.changed
