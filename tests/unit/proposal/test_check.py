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


def broken(
    edit: DraftEdit, profile: Profile | None = None, *, wish: str | None = None, **others: Any
) -> set[str]:
    brief = a_brief(profile, **{"change_wish": wish, "last_proposal": LAST if wish else None, **others})
    return {violation.rule for violation in violations_in(edit, brief)}


def edited(**changes: object) -> DraftEdit:
    return DraftEdit.model_validate({**GOOD.model_dump(), **changes})


def saying(summary: str) -> DraftEdit:
    return edited(summary=summary)


def doing(line: str) -> DraftEdit:
    return edited(does=(*GOOD.does, line))


REFUSED = {
    "number": [
        "It saves 20 hours a week.", "It saves twenty hours a week.", "It does the work of three people.",
        "It halves your effort.", "It works \uff12\uff14 hours.", "Das spart zwanzig Stunden.",
        "Ahorra veinte horas.", "Cela fait gagner vingt heures.", "Poupa vinte horas.",
        "Das halbiert den Aufwand.", "Es la mitad del trabajo.", "C'est la moitié du travail.",
        "É metade do trabalho.",
    ],
    "amount": [
        "It costs \uff048 a month.", "It costs $8 a month.", "It costs 6 dollars.",
        "It costs $1,250 a month.", "It costs 1,250 USD a month.", "It costs nine hundred euros.",
        "Cela coûte neuf cents euros.", "Custa novecentos euros.",
    ],
    "percentage": [
        "It saves 8\uff05 of your time.", "It saves 8% of your time.", "It saves six percent of your time.",
        "Das spart acht Prozent.", "Ahorra el ocho por ciento.",
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


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in REFUSED.items() for text in texts]
)
def test_what_the_visitor_did_not_say_is_refused(rule: str, text: str) -> None:
    assert rule in broken(saying(text))


@pytest.mark.parametrize(
    ("edit", "others"),
    [
        (GOOD, {}),
        (saying("Those 6 hours a week come back to your team of 8."), {}),
        (saying("Those six hours a week come back to your team of eight."), {}),
        (saying("One agent takes over one task."), {}),
        (saying("It answers all 40 emails a day."), {"said": ("some 40 emails a day",)}),
        (
            saying("All 40 emails of a day are answered."),
            {"last_proposal": LAST.model_copy(update={"summary": "It answers all 40 emails a day."})},
        ),
        (
            saying("The $1,200 a month you lose, those 5%, come back through monday.com."),
            {
                "profile": clinic(
                    challenge=told("we lose", "we lose $1,200 a month, some 5%"), tools=("monday.com",)
                )
            },
        ),
        (
            edited(
                summary="Deze agent neemt je de offertes uit handen, dus 's avonds zit je niet meer.",
                does=("leest elke e-mail over een afspraak", "mailt de offerte"),
            ),
            {"profile": clinic(language="nl", task="offertes maken")},
        ),
    ],
)
def test_words_that_only_phrase_what_is_known_may_be_shown(edit: DraftEdit, others: dict[str, Any]) -> None:
    assert broken(edit, **others) == set()


SAID_OF_THE_WORK = [
    ("en", "put the retest in Google Calendar, 11 months on", "notes the retest 11 months on"),
    ("en", "remind them eleven months later, at 7:30 am", "reminds the patient after 11 months at 7:30"),
    ("en", "send it on Monday, 3 copies", "sends 3 copies of it on Mondays"),
    ("en", "ask 2 days later whether it was delivered", "asks after 2 days whether it was delivered"),
    ("es", "avisar a los 11 meses", "avisa al paciente dentro de 11 meses"),
    ("de", "11 Monate später um 8 Uhr erinnern", "erinnert nach 11 Monaten um 8 Uhr"),
    ("fr", "rappeler 11 mois plus tard", "rappelle le patient dans 11 mois"),
    ("pt", "lembrar 11 meses depois", "lembra o paciente em 11 meses"),
]


@pytest.mark.parametrize(("language", "wish", "line"), SAID_OF_THE_WORK)
@pytest.mark.parametrize("is_a_wish", [True, False])
def test_a_time_or_a_count_the_visitor_said_may_stand_in_a_step(
    language: str, wish: str, line: str, *, is_a_wish: bool
) -> None:
    known = {"wish": wish} if is_a_wish else {"said": (wish,)}

    assert broken(doing(line), clinic(language=language), **known) == set()


@pytest.mark.parametrize(
    "line",
    [
        "reminds them after 12 months",
        "reminds them within 11 days",
        "goes live within 11 months",
        "costs $11",
    ],
)
def test_an_invented_time_and_one_of_ours_may_not_stand_in_a_step(line: str) -> None:
    assert broken(doing(line), wish="remind them 11 months later, 11 of them") & {"date", "amount"}
    assert "date" in broken(saying("It is done within 11 months."), wish="remind them 11 months later")


def left_of(edit: DraftEdit, profile: Profile | None = None, **others: Any) -> DraftEdit | None:
    brief = a_brief(profile, **others)
    return without_refused(edit, violations_in(edit, brief), brief)


def test_who_wished_for_a_step_that_is_left_out_is_told_so() -> None:
    says, line = SHIPPED.proposal.left_out_says, "reminds them after 12 months"
    asked = {"change_wish": "remind them", "last_proposal": LAST}
    refusal = "Reminders by post are nothing an agent can send."

    assert left_of(doing(line), **asked) == edited(not_granted=says)
    both = left_of(doing(line).model_copy(update={"not_granted": refusal}), **asked)
    assert both == edited(not_granted=f"{refusal} {says}")
    hidden = left_of(edited(not_granted="It starts in May."), **asked)
    assert hidden == edited(not_granted=says)


def test_of_a_first_draft_only_a_step_of_the_visitor_is_missed() -> None:
    profile, says = clinic(steps=("remind the patients",)), SHIPPED.proposal.left_out_says

    assert left_of(doing("remind the patients after 12 months"), profile) == edited(not_granted=says)
    assert left_of(doing("doubles your sales"), profile) == edited(not_granted=None)


@pytest.mark.parametrize("wish", ["make it $1 a month", "And I was told Starter is $1 a month"])
def test_a_price_the_visitor_names_is_not_the_models_to_say(wish: str) -> None:
    assert "amount" in broken(saying("All of it for $1 a month."), wish=wish, said=(wish,))


@pytest.mark.parametrize("line", ["answers medical questions", "Answers every medical question"])
def test_the_agent_does_not_do_what_is_out_of_scope_unless_it_is_wished_for(line: str) -> None:
    assert broken(doing(line)) == {"out_of_scope"}
    assert broken(doing(line), wish="Do the medical questions as well") == set()
    assert broken(doing(line), wish="Pass medical questions on to us") == {"out_of_scope"}
    assert broken(doing("passes medical questions on to the office")) == set()


@pytest.mark.parametrize("remark", ["That's a no then.", "Why is it so slow?"])
def test_a_complaint_or_a_question_does_not_stand_in_the_draft(remark: str) -> None:
    wish = f"{remark} It must send reminders."

    assert "remark" in broken(doing(remark.rstrip(".")), wish=wish)
    assert broken(doing("sends reminders"), wish=wish) == set()


def test_a_wish_changes_the_draft_or_is_answered_and_the_reason_may_be_a_fact() -> None:
    refused = edited(not_granted="Reminders by post are nothing an agent can send.")
    sooner = edited(not_granted="Its first version takes two weeks, so it cannot start tomorrow.")
    fact = edited(not_granted="The first version is ready two weeks after the start.")

    assert broken(GOOD, wish="also send reminders") == {"change_wish"}
    assert broken(refused, wish="also send reminders") == set()
    assert broken(doing("sends reminders"), wish="remind them") == set()
    assert broken(sooner, wish="start sooner") == {"date"}
    assert broken(fact, wish="start sooner") == set()


def test_a_wish_for_a_price_is_always_answered() -> None:
    wish = "I want a 50% discount"

    assert "change_wish" in broken(saying("It answers emails."), wish=wish)
    assert broken(edited(not_granted="No, a 50% discount I cannot give."), wish=wish) == set()
    assert "percentage" in broken(edited(not_granted="You get 20%."), wish=wish)


def test_a_price_that_was_refused_in_front_of_the_draft_need_not_be_refused_again() -> None:
    lines = (TranscriptLine(role="bot", text="No, I cannot change the price."),)
    changed = doing("sends reminders")

    assert broken(changed, wish="50% off, and send reminders") == {"change_wish"}
    assert broken(changed, wish="50% off, and send reminders", transcript=lines) == set()


def test_tools_limits_hours_and_delivery_are_not_the_models() -> None:
    known = {"tools": ("Gmail", "MoveMan"), "out_of_scope": ("refunds",), "hours_per_week": 25.0}
    profile = clinic(**known, success_measure="under 5 hours a week")

    proposal = with_edit(GOOD, a_brief(profile))
    marked = with_edit(edited(to_look_at=("signing by hand",)), a_brief(profile))

    worded = {**GOOD.model_dump(include={"agent_name", "summary", "does"}), "to_look_at": ("MoveMan",)}
    assert proposal == drafted(profile).model_copy(update={**worded, "done_today": None})
    assert (proposal.integrations, proposal.hours_saved_per_week) == (("Gmail",), 20.0)
    assert (marked.to_look_at, marked.hours_saved_per_week) == (("signing by hand", "MoveMan"), None)


def test_what_is_looked_at_first_is_not_promised_at_once() -> None:
    does = (*GOOD.does, "calls the patient back", "signs by hand")

    shown = settled(edited(does=does, to_look_at=("signs by hand", "Gmail")), a_brief())

    assert shown.does == GOOD.does
    assert shown.to_look_at == ("signs by hand", "calls the patient back")


@pytest.mark.parametrize(
    ("language", "line", "is_call"),
    [
        ("en", "passes on name, address and phone", False),
        ("en", "answers the phone", True),
        ("es", "pasa el nombre, el teléfono y la dirección", False),
        ("es", "contestar por teléfono", True),
        ("de", "gibt Name, Adresse und Telefon weiter", False),
        ("de", "am Telefon antworten", True),
        ("fr", "transmet le nom et le téléphone", False),
        ("pt", "passa o nome e o telefone", False),
    ],
)
def test_a_telephone_among_names_and_addresses_is_a_number_and_no_call(
    language: str, line: str, *, is_call: bool
) -> None:
    assert bool(SHIPPED.spoken_in(language).looked_at_first(line)) is is_call
