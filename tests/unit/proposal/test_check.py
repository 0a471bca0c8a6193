"""What a model may say in a proposal and what it may not."""

from typing import Any

import pytest

from contracts.values import Profile, TranscriptLine
from services.proposal.domain.check import violations_in, without_refused
from services.proposal.domain.edit import DraftEdit, settled, with_edit
from tests.support.playbooks import SHIPPED
from tests.unit.proposal.builders import a_brief, clinic, drafted, told

GOOD = DraftEdit(
    agent_name="Appointment Desk",
    summary="Your clinic hands over the appointment emails. Patients hear back while they still look.",
    does=("reads every appointment email", "checks the calendar", "suggests a free time"),
    to_look_at=(),
    not_granted=None,
)
LAST = with_edit(GOOD, a_brief())


def broken(edit: DraftEdit, profile: Any = None, *, wish: str | None = None, **others: Any) -> set[str]:
    brief = a_brief(profile, **{"change_wish": wish, "last_proposal": LAST if wish else None, **others})
    return {violation.rule for violation in violations_in(edit, brief)}


def edited(**changes: object) -> DraftEdit:
    return DraftEdit.model_validate({**GOOD.model_dump(), **changes})


def doing(line: str) -> DraftEdit:
    return edited(does=(*GOOD.does, line))


REFUSED = {
    "number": [
        "It saves 20 hours a week.", "It does the work of three people.", "It works \uff12\uff14 hours.",
        "Das spart zwanzig Stunden.", "Ahorra veinte horas.", "Cela fait gagner vingt heures.",
        "Poupa vinte horas.", "It halves your effort.", "Das halbiert den Aufwand.",
        "Es la mitad del trabajo.", "C'est la moitié du travail.", "É metade do trabalho.",
    ],
    "amount": [
        "It costs \uff048 a month.", "It costs 6 dollars.", "It costs $1,250 a month.",
        "It costs 1,250 USD a month.", "It costs nine hundred euros.", "Cela coûte neuf cents euros.",
        "Custa novecentos euros.",
    ],
    "percentage": [
        "It saves 8\uff05 of your time.", "It saves six percent of your time.", "Das spart acht Prozent.",
        "Ahorra el ocho por ciento.",
    ],
    "link": ["See https://instaagents.example for more.", "See evil.com for more.", "Ask sales@company."],
    "promise": [
        "Results are guaranteed.", "It comes with a discount.", "It comes with a dis\u200bcount.",
        "Das spart garantiert Zeit.", "Mit Rabatt.", "Está garantizado.", "C'est garanti.", "Fica garantido.",
    ],
    "date": [
        "It is ready in May.", "Está listo en mayo.", "Das ist bis Freitag fertig.", "C'est prêt vendredi.",
        "Fica pronto na sexta-feira.",
    ],
    "law": ["Es ist DSGVO-konform.", "It is HIPAA compliant."],
    "contact": ["Call +1 555 123 4567."],
    "leak": [
        "Keep the visitor's words for their task, steps and tools.",
        "sloot dna spets ksat rieht rof sdrow srotisiv eht peeK",
    ],
    "markup": ["It is **great**.", "It is <b>great</b>."],
    "remark": ["Would that suit you?"],
    "public_words": ["You get a full refund."],
    "length": ["", "   ", "word " * 200],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule in REFUSED for text in REFUSED[rule]])
def test_what_the_visitor_did_not_say_is_refused(rule: str, text: str) -> None:
    assert rule in broken(edited(summary=text))


QUOTING = "Deze agent neemt je de offertes uit handen, dus 's avonds zit je niet meer."
OF_40 = LAST.model_copy(update={"summary": "It answers all 40 emails a day."})
DUTCH = {"profile": clinic(language="nl", task="offertes maken")}


@pytest.mark.parametrize(
    ("edit", "others"),
    [
        (GOOD, {}),
        (edited(summary="One agent gives those six hours a week back to your team of 8."), {}),
        (edited(summary="It answers all 40 emails a day."), {"said": ("some 40 emails a day",)}),
        (edited(summary="All 40 emails of a day are answered."), {"last_proposal": OF_40}),
        (
            edited(summary="The $1,200 a month you lose, those 5%, come back through monday.com."),
            {"profile": clinic(challenge=told("we lose", "$1,200 a month, some 5%"), tools=("monday.com",))},
        ),
        (
            edited(summary=QUOTING, does=("leest elke e-mail over een afspraak", "mailt de offerte")),
            DUTCH,
        ),
    ],
)
def test_words_that_only_phrase_what_is_known_may_be_shown(edit: DraftEdit, others: dict[str, Any]) -> None:
    assert broken(edit, **others) == set()


@pytest.mark.parametrize(
    ("language", "wish", "line"),
    [
        ("en", "put the retest in Google Calendar, 11 months on", "notes the retest 11 months on"),
        ("en", "remind them eleven months later, at 7:30 am", "reminds the patient after 11 months at 7:30"),
        ("en", "send it on Monday, 3 copies", "sends 3 copies of it on Mondays"),
        ("es", "avisar a los 11 meses", "avisa al paciente dentro de 11 meses"),
        ("de", "11 Monate später um 8 Uhr erinnern", "erinnert nach 11 Monaten um 8 Uhr"),
        ("fr", "rappeler 11 mois plus tard", "rappelle le patient dans 11 mois"),
        ("pt", "lembrar 11 meses depois", "lembra o paciente em 11 meses"),
    ],
)
def test_a_time_or_a_count_the_visitor_said_may_stand_in_a_step(language: str, wish: str, line: str) -> None:
    assert broken(doing(line), clinic(language=language), wish=wish) == set()
    assert broken(doing(line), clinic(language=language), said=(wish,)) == set()


OURS = ("reminds them after 12 months", "reminds them within 11 days", "goes live within 11 months")


@pytest.mark.parametrize("edit", [*map(doing, OURS), edited(summary="It is done within 11 months.")])
def test_an_invented_time_and_one_of_ours_may_not_stand_in_a_draft(edit: DraftEdit) -> None:
    wish = "remind them 11 months later, 11 of them"
    assert "date" in broken(edit, wish=wish)
    assert "amount" in broken(doing("costs $11"), wish=wish)


def left_of(edit: DraftEdit, profile: Profile | None = None, **others: Any) -> DraftEdit | None:
    brief = a_brief(profile, **others)
    return without_refused(edit, violations_in(edit, brief), brief)


def test_who_misses_a_step_that_is_left_out_is_told_so() -> None:
    says, line = SHIPPED.proposal.left_out_says, "reminds them after 12 months"
    profile = clinic(steps=("remind the patients",))
    asked = {"change_wish": "remind them", "last_proposal": LAST}
    refusal = "Reminders by post are nothing an agent can send."

    assert left_of(doing(line), **asked) == edited(not_granted=says)
    both = left_of(doing(line).model_copy(update={"not_granted": refusal}), **asked)
    assert both == edited(not_granted=f"{refusal} {says}")
    hidden = left_of(edited(not_granted="It starts in May."), **asked)
    assert hidden == edited(not_granted=says)
    # Of a first draft only a step of the visitor's own is missed.
    assert left_of(doing("remind the patients after 12 months"), profile) == edited(not_granted=says)
    assert left_of(doing("doubles your sales"), profile) == edited(not_granted=None)


FIRST_VERSION = "The first version is ready two weeks"
CHEAPER = "I want a 50% discount, and send reminders"
BY_POST = edited(not_granted="Reminders by post are nothing an agent can send.")
FOR_A_DOLLAR = edited(summary="All for $1.")
ANSWERS_ALL = doing("Answers every medical question")
# What is drafted, what was wished for, and the rules that the draft breaks.
DRAFTS_OF_A_WISH: dict[str, tuple[DraftEdit, str | None, set[str]]] = {
    "unchanged": (GOOD, "also send reminders", {"change_wish"}),
    "changed": (doing("sends reminders"), "remind them", set()),
    "refused for a reason": (BY_POST, "also send reminders", set()),
    "refused for a fact": (edited(not_granted=f"{FIRST_VERSION} after the start."), "start sooner", set()),
    "refused with a date": (edited(not_granted=f"{FIRST_VERSION} from tomorrow."), "start sooner", {"date"}),
    "a price that is not answered": (doing("sends reminders"), CHEAPER, {"change_wish"}),
    "a price that is refused": (edited(not_granted="No, a 50% discount I cannot give."), CHEAPER, set()),
    "another price": (edited(not_granted="You get 20%."), CHEAPER, {"percentage"}),
    "their price": (FOR_A_DOLLAR, "make it $1 a month", {"amount", "number", "change_wish"}),
    "a price they heard": (FOR_A_DOLLAR, "Starter is $1 a month", {"amount", "number", "change_wish"}),
    "what stays with people": (ANSWERS_ALL, None, {"out_of_scope"}),
    "what no longer stays with them": (ANSWERS_ALL, "Do the medical questions as well", set()),
    "what is passed on": (ANSWERS_ALL, "Pass medical questions on to us", {"out_of_scope"}),
    "what is passed on by a step": (doing("passes medical questions on to the office"), None, set()),
    "a complaint": (doing("That's a no then"), "That's a no then. Send reminders.", {"remark"}),
    "a question": (doing("Why is it so slow?"), "Why is it so slow? Send reminders.", {"remark"}),
    "a wish beside one": (doing("sends reminders"), "Why is it so slow? Send reminders.", set()),
}


@pytest.mark.parametrize(("edit", "wish", "rules"), DRAFTS_OF_A_WISH.values(), ids=DRAFTS_OF_A_WISH)
def test_a_draft_meets_what_is_wished_for_or_says_why_not(edit: DraftEdit, wish: str, rules: set[str]):
    assert broken(edit, wish=wish, said=(wish,) if wish else ()) == rules


def test_a_price_that_was_refused_in_front_of_the_draft_need_not_be_refused_again() -> None:
    refusal = (TranscriptLine(role="bot", text="No, I cannot change the price."),)
    assert broken(doing("sends reminders"), wish=CHEAPER, transcript=refusal) == set()


def test_tools_limits_hours_and_delivery_are_not_the_models() -> None:
    known = {"tools": ("Gmail", "MoveMan"), "out_of_scope": ("refunds",), "hours_per_week": 25.0}
    profile = clinic(**known, success_measure="under 5 hours a week")

    proposal = with_edit(GOOD, a_brief(profile))
    marked = with_edit(edited(to_look_at=("signing by hand",)), a_brief(profile))

    worded = {**GOOD.model_dump(include={"agent_name", "summary", "does"}), "to_look_at": ("MoveMan",)}
    # Among a model's words no phrase of the visitor stands out as a quote.
    worded |= {"success_measure": "under 5 hours a week"}
    assert proposal == drafted(profile).model_copy(update={**worded, "done_today": None})
    assert (proposal.integrations, proposal.hours_saved_per_week) == (("Gmail",), 20.0)
    assert (marked.to_look_at, marked.hours_saved_per_week) == (("signing by hand", "MoveMan"), None)


def test_what_is_looked_at_first_is_not_promised_at_once() -> None:
    does = (*GOOD.does, "calls the patient back", "signs by hand")
    shown = settled(edited(does=does, to_look_at=("signs by hand", "Gmail")), a_brief())
    assert shown.does == GOOD.does
    assert shown.to_look_at == ("signs by hand", "calls the patient back")


@pytest.mark.parametrize(
    ("language", "number", "call"),
    [
        ("en", "passes on name, address and phone", "answers the phone"),
        ("es", "pasa el nombre, el teléfono y la dirección", "contestar por teléfono"),
        ("de", "gibt Name, Adresse und Telefon weiter", "am Telefon antworten"),
        ("fr", "transmet le nom et le téléphone", "on appelle"),
        ("pt", "passa o nome e o telefone", "atender o telefone"),
    ],
)
def test_a_telephone_among_names_and_addresses_is_a_number_and_no_call(language: str, number: str, call: str):
    spoken = SHIPPED.spoken_in(language)
    assert not spoken.looked_at_first(number)
    assert spoken.looked_at_first(call)
