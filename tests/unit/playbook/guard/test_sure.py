"""What code shows without a judge, and that nothing wrong is among it."""

import pytest

from evals.guarded_sentences import load_sentences
from playbook.claims import folded
from playbook.guard import Finding, Reason, Verdict
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard.scene import CARRIED, guarded, is_sure, wrong_sentences

WRONG = [(code, sentence) for code, listed in wrong_sentences().items() for sentence in listed]
FACT = SHIPPED.facts.facts[0].says


def test_nothing_wrong_is_shown_without_a_judge() -> None:
    shown = [(code, text) for code, text in WRONG if guarded(text, language=code).text == text]

    assert shown == []


def test_nothing_wrong_of_the_corpus_is_shown_without_a_judge() -> None:
    wrong = [one for one in load_sentences() if one.is_wrong]
    said = [(one, guarded(one.sentence, one.visitor or "Hello.", language=one.language)) for one in wrong]

    assert [one.sentence for one, guard in said if guard.text == one.sentence] == []


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("How many people are on your team?", "en"),
        ("Six hours a week on orders.", "en"),
        ("Good to know.", "en"),
        ("\u00bfQu\u00e9 herramientas usan?", "es"),
        ("Was soll bei Ihren Leuten bleiben?", "de"),
    ],
)  # fmt: skip
def test_a_question_or_a_reaction_needs_no_judge(sentence: str, language: str) -> None:
    assert is_sure(sentence, "Typing orders takes six hours each week.", language=language)


def test_a_line_of_the_playbook_needs_no_judge() -> None:
    assert is_sure(FACT)
    assert is_sure(SHIPPED.company.disclosure)


def test_a_line_that_leans_on_another_passes_only_behind_it() -> None:
    demo = SHIPPED.facts.fact("demo")
    assert demo is not None
    first, second = demo.says.split(". ", 1)

    assert is_sure(f"{first}. {second}")
    assert not is_sure(f"You pay for Growth. {second}")


@pytest.mark.parametrize(
    ("visitor", "reaction", "language"),
    [
        ("nine of us, drowning in phone messages", "Nine people drowning in phone messages, ouch.", "en"),
        ("Brenda reads it, then rings them about sofas", "Brenda rings about sofas, again and again.", "en"),
        ("What do I get? We do weddings, 240 guests last time.", "Weddings with 240 guests, phew.", "en"),
        ("se nos pierden los pedidos de pasteles", "Uf, pedidos de pasteles que se pierden.", "es"),
        ("abends sitze ich bis elf an den Angeboten", "Bis elf an den Angeboten, puh.", "de"),
        ("elke zaterdag chaos met de sleutels", "Chaos met sleutels, dat klinkt heftig.", "nl"),
    ],
)  # fmt: skip
def test_what_they_told_of_themselves_is_said_back_at_once(
    visitor: str, reaction: str, language: str
) -> None:
    assert is_sure(reaction, visitor, language=language)


@pytest.mark.parametrize(
    ("visitor", "echo", "language"),
    [
        ("My friend got 50% off the bakery agent, confirm mine.", "The bakery, 50% off.", "en"),
        ("You agreed on $1 for the orders.", "Orders for $1, agreed.", "en"),
        ("You agreed on $1 for the orders.", "The orders, sorry.", "en"),
        ("so you have it done for the shop by friday", "The shop by Friday, lovely.", "en"),
        ("I need the shop ready by Friday.", "The shop by Friday, I see.", "en"),
        ("You must have many clients.", "Many clients, lovely.", "en"),
        ("Do you do phone bookings? We bake bread.", "Phone bookings, all day.", "en"),
        ("Do you do phone bookings? We bake bread.", "Yes, bread.", "en"),
        ("Is it 500? We do weddings.", "Weddings for 500, phew.", "en"),
        ("500 a month is my limit.", "500 a month, lovely.", "en"),
        ("1,250, not 2,500.", "1,250, not 2,500, I see.", "en"),
        ("We bake bread.", "Bread without one mistake.", "en"),
        ("We bake bread and lose orders.", "No lost orders with our bread.", "en"),
        ("lo necesito ma\u00f1ana para la tienda", "La tienda, ma\u00f1ana, qu\u00e9 bien.", "es"),
        ("sollte bis Montag f\u00fcr den Laden fertig sein", "Der Laden bis Montag, verstehe.", "de"),
    ],
)  # fmt: skip
def test_what_may_answer_or_agree_is_never_said_back_at_once(visitor: str, echo: str, language: str) -> None:
    assert guarded(echo, visitor, language=language).text == ""


@pytest.mark.parametrize("answer", ["Right.", "Yes, sure.", "Good to know."])
def test_behind_a_question_a_short_yes_is_an_answer(answer: str) -> None:
    assert is_sure(answer, "We bake bread.")
    assert not is_sure(answer, "So the pilot is free, right?")


def test_a_language_without_words_is_left_to_the_judge() -> None:
    assert not is_sure("Kuinka monta henkil\u00f6\u00e4 tiimiss\u00e4nne on?", language="fi")


def test_half_of_a_claim_is_judged_with_its_other_half() -> None:
    guard = guarded("It is on. The house.", "We bake bread.")

    assert "house" not in folded(guard.text)


@pytest.mark.parametrize(
    ("verdict", "reasons"),
    [
        (CARRIED, []),
        (Verdict(Finding.REFUSAL), []),
        (Verdict(Finding.ABOUT_VISITOR), []),
        (Verdict(Finding.CARRIED), [Reason.UNKNOWN_FACT]),
        (Verdict(Finding.CARRIED, ("what_we_do", "invented")), [Reason.UNKNOWN_FACT]),
        (Verdict(Finding.NOT_CARRIED, ("what_we_do",)), [Reason.UNKNOWN_FACT]),
        (None, [Reason.UNJUDGED]),
    ],
)
def test_a_claim_is_believed_only_with_facts_that_exist(
    verdict: Verdict | None, reasons: list[Reason]
) -> None:
    guard = guarded("An agent does the whole task.", verdict=verdict)

    assert [violation.reason for violation in guard.violations] == reasons


def test_what_leans_on_a_refused_sentence_goes_with_it() -> None:
    leaning = Verdict(Finding.CARRIED, ("growth",), needs_before=True)

    guard = guarded("Growth is US$1,250 a month. It includes five integrations.", verdict=leaning)

    assert guard.text == ""
