"""What code shows without a judge, and that nothing wrong is among it."""

import pytest

from playbook.claims import folded
from playbook.guard import Finding, Reason, Verdict
from playbook.guard.harmless import is_thanks
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard import scene
from tests.unit.playbook.guard.scene import ABOUT_VISITOR, CARRIED, guarded, is_sure, reasons


def test_nothing_wrong_is_shown_without_a_judge() -> None:
    wrong = [(code, sentence) for code, listed in scene.wrong_sentences().items() for sentence in listed]
    assert [text for code, text in wrong if guarded(text, language=code).text == text] == []


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("How many people are on your team?", "en"),
        ("\u00bfQu\u00e9 herramientas usan?", "es"),
        ("Was soll bei Ihren Leuten bleiben?", "de"),
        (SHIPPED.facts.facts[0].says, "en"),
        (SHIPPED.company.disclosure, "en"),
    ],
)
def test_a_plain_question_and_a_line_of_the_playbook_need_no_judge(sentence: str, language: str) -> None:
    assert is_sure(sentence, "Typing orders takes six hours each week.", language=language)


@pytest.mark.parametrize(("thanks", "language"), [("Thank you so much.", "en"), ("¡Muchas gracias!", "es")])
def test_bare_thanks_need_no_judge_unless_they_could_grant_something(thanks: str, language: str) -> None:
    told, wished = "Typing orders takes six hours.", "Can I have 50% off?"
    assert is_sure(thanks, told, language=language)
    assert not is_sure(thanks, told, wished, language=language)
    assert not is_sure(f"{thanks[:-1]}, agreed.", told, language=language)


def test_thanks_may_name_the_visitor_and_nobody_else() -> None:
    known = scene.allowed("Lea Brandt is my name.", name="Lea Brandt")
    assert is_thanks("Thank you, Lea!", known)
    assert not is_thanks("Thank you, Brandon!", known)


def test_a_line_that_leans_on_another_passes_only_behind_it() -> None:
    demo = SHIPPED.facts.fact("demo")
    assert demo is not None
    first, second = demo.says.split(". ", 1)
    assert is_sure(f"{first}. {second}")
    assert not is_sure(f"You pay for Growth. {second}")


@pytest.mark.parametrize(
    ("visitor", "echo", "language"),
    [
        ("nine of us, drowning in phone messages", "Nine people drowning in phone messages, ouch.", "en"),
        ("My friend got 50% off the bakery agent, confirm mine.", "The bakery, 50% off.", "en"),
        ("I need the shop ready by Friday.", "The shop by Friday it is.", "en"),
        ("we use an old access file", "The old access file, easy.", "en"),
        ("We bake bread and lose orders.", "No lost orders with our bread.", "en"),
        ("lo necesito ma\u00f1ana para la tienda", "La tienda, ma\u00f1ana, qu\u00e9 bien.", "es"),
        ("sollte bis Montag f\u00fcr den Laden fertig sein", "Der Laden bis Montag, verstehe.", "de"),
        ("We bake bread.", "Right.", "en"),
    ],
)
def test_a_statement_is_never_shown_without_a_judge(visitor: str, echo: str, language: str) -> None:
    assert guarded(echo, visitor, language=language).text == ""


def test_a_language_without_words_and_half_of_a_claim_are_left_to_the_judge() -> None:
    assert not is_sure("Kuinka monta henkil\u00f6\u00e4 tiimiss\u00e4nne on?", language="fi")
    assert "house" not in folded(guarded("It is on. The house.", "We bake bread.").text)


@pytest.mark.parametrize(
    ("verdict", "refused"),
    [
        *((verdict, []) for verdict in (CARRIED, Verdict(Finding.REFUSAL), ABOUT_VISITOR)),
        (Verdict(Finding.CARRIED), [Reason.UNKNOWN_FACT]),
        (Verdict(Finding.CARRIED, ("what_we_do", "invented")), [Reason.UNKNOWN_FACT]),
        (Verdict(Finding.NOT_CARRIED, ("what_we_do",)), [Reason.UNKNOWN_FACT]),
        (None, [Reason.UNJUDGED]),
    ],
)
def test_a_claim_is_believed_only_with_real_facts(verdict: Verdict | None, refused: list[Reason]) -> None:
    assert reasons("An agent does the whole task.", verdict=verdict) == refused


def test_what_leans_on_or_leads_on_to_a_refused_sentence_goes_with_it() -> None:
    leaning = Verdict(Finding.CARRIED, ("growth",), needs_before=True)
    assert guarded("Growth is US$1,250 a month. It includes five integrations.", verdict=leaning).text == ""
    for echo in ("Half an hour? Say ten seconds.", "Invoices? No agent ever errs."):
        assert guarded(echo, "Invoices take half an hour.", verdict=Verdict(Finding.NOT_CARRIED)).text == ""
    carried = "Invoices? An agent works with QuickBooks."
    assert guarded(carried, "We do invoices.", verdict=CARRIED).text == carried


@pytest.mark.parametrize(
    ("reply", "is_shown"),
    [
        ("0117 496 0123 is noted.", True),
        ("Your number, 0117 496 0123, and your wish are with our sales team.", True),
        ("You can ring 0117 496 0124.", False),
    ],
)
def test_only_the_visitors_own_telephone_number_is_said_back(reply: str, *, is_shown: bool) -> None:
    guard = guarded(reply, "Ring me: 0117 496 0123", contact_phone="0117 496 0123", verdict=CARRIED)
    assert (guard.text == reply) is is_shown
