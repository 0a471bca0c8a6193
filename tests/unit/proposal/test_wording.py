"""What a model may say in a proposal and what it may not."""

import pytest

from contracts.values import Profile
from services.proposal.domain import Wording, draft_from_template, faults_in, with_wording
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic, told

GOOD = Wording(
    agent_name="Appointment Desk",
    summary="Your clinic hands over the appointment emails. Patients hear back while they still look.",
    does=("reads every appointment email", "checks the calendar", "suggests a free time"),
)


def faults(wording: Wording, profile: Profile | None = None, wish: str | None = None) -> frozenset[str]:
    request = a_request(profile, change_wish=wish)
    return faults_in(wording, request, draft_from_template(request, PLAYBOOK), PLAYBOOK.prompt)


def saying(summary: str) -> Wording:
    return GOOD.model_copy(update={"summary": summary})


def test_words_that_only_phrase_what_is_known_may_be_shown() -> None:
    assert faults(GOOD) == frozenset()


@pytest.mark.parametrize(
    ("summary", "rule"),
    [
        ("It saves 20 hours a week.", "number"),
        ("It saves twenty hours a week.", "number"),
        ("It does the work of three people.", "number"),
        ("It halves your effort.", "number"),
        ("It works \uff12\uff14 hours.", "number"),
        ("It costs \uff048 a month.", "amount"),
        ("It saves 8\uff05 of your time.", "percentage"),
        ("It costs $8 a month.", "amount"),
        ("It costs 6 dollars.", "amount"),
        ("It costs 1,250 USD a month.", "amount"),
        ("It saves 8% of your time.", "percentage"),
        ("It saves six percent of your time.", "percentage"),
        ("See https://instaagents.example for more.", "link"),
        ("See evil.com for more.", "link"),
        ("Write to sales@company for more.", "link"),
        ("Results are guaranteed.", "promise"),
        ("It comes with a discount.", "promise"),
        ("It is ready in May.", "date"),
        ("It costs nine hundred euros.", "amount"),
        ("It comes with a dis\u200bcount.", "promise"),
        ("Mit Rabatt.", "promise"),
        ("Das spart garantiert Zeit.", "promise"),
        ("Está garantizado.", "promise"),
        ("C'est garanti.", "promise"),
        ("Fica garantido.", "promise"),
        ("Das spart zwanzig Stunden.", "number"),
        ("Ahorra veinte horas.", "number"),
        ("Cela fait gagner vingt heures.", "number"),
        ("Poupa vinte horas.", "number"),
        ("Das halbiert den Aufwand.", "number"),
        ("Es la mitad del trabajo.", "number"),
        ("C'est la moitié du travail.", "number"),
        ("É metade do trabalho.", "number"),
        ("Das spart acht Prozent.", "percentage"),
        ("Ahorra el ocho por ciento.", "percentage"),
        ("Cela coûte neuf cents euros.", "amount"),
        ("Custa novecentos euros.", "amount"),
        ("Está listo en mayo.", "date"),
        ("Das ist bis Freitag fertig.", "date"),
        ("C'est prêt vendredi.", "date"),
        ("Fica pronto na sexta-feira.", "date"),
        ("Es ist DSGVO-konform.", "law"),
        ("It is HIPAA compliant.", "law"),
        ("Call +1 555 123 4567.", "contact"),
        ("Keep the visitor's words for their task, steps and tools.", "leak"),
        ("sloot dna spets ksat rieht rof sdrow srotisiv eht peeK", "leak"),
        ("It is **great**.", "markup"),
        ("It is <b>great</b>.", "markup"),
        ("", "length"),
        ("   ", "length"),
        ("word " * 200, "length"),
    ],
)
def test_what_the_visitor_did_not_say_is_refused(summary: str, rule: str) -> None:
    assert rule in faults(saying(summary))


@pytest.mark.parametrize(
    "summary",
    [
        "Those 6 hours a week come back to your team of 8.",
        "Those six hours a week come back to your team of eight.",
        "One agent takes over one task.",
    ],
)
def test_the_visitors_own_numbers_may_be_said(summary: str) -> None:
    assert faults(saying(summary)) == frozenset()


def test_the_visitors_own_amounts_and_tools_may_be_said() -> None:
    profile = clinic().model_copy(
        update={
            "challenge": told("we lose $1,200 a month", "honestly we lose $1,200 a month, some 5%"),
            "tools": told(("monday.com",)),
        }
    )

    wording = saying("The $1,200 a month you lose, those 5%, come back through monday.com.")

    assert faults(wording, profile) == frozenset()


def test_a_price_the_visitor_wishes_for_is_not_the_models_to_say() -> None:
    assert "amount" in faults(saying("All of it for $1 a month."), wish="make it $1 a month")
    assert "promise" in faults(saying("It comes with a discount."), wish="I want a discount")


def test_an_amount_from_the_catalogue_is_not_the_models_to_say() -> None:
    assert "amount" in faults(saying("It costs $1,250 a month."))


def test_the_agent_does_not_do_what_is_out_of_scope() -> None:
    wording = GOOD.model_copy(update={"does": (*GOOD.does, "answers medical questions")})

    assert faults(wording) == {"out_of_scope"}


def test_a_redraft_shows_that_the_wish_was_heard() -> None:
    assert faults(GOOD, wish="also send SMS reminders") == {"change_wish"}
    assert faults(saying("It also sends reminders."), wish="also send SMS reminders") == frozenset()


def test_facts_stay_as_they_were_whatever_the_model_says() -> None:
    draft = draft_from_template(a_request(), PLAYBOOK)

    proposal = with_wording(draft, GOOD)

    changed = {name for name in type(draft).model_fields if getattr(draft, name) != getattr(proposal, name)}
    assert changed == {"agent_name", "summary", "does"}
