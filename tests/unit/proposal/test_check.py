"""What a model may say in a proposal and what it may not."""

import pytest

from contracts.values import Profile, Proposal
from services.proposal.domain.brief import Brief
from services.proposal.domain.check import violations_in
from services.proposal.domain.edit import DraftEdit, settled, with_edit
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic, drafted, told

GOOD = DraftEdit(
    agent_name="Appointment Desk",
    summary="Your clinic hands over the appointment emails. Patients hear back while they still look.",
    does=("reads every appointment email", "checks the calendar", "suggests a free time"),
    to_look_at=(),
    not_granted=None,
)
LAST = with_edit(GOOD, Brief.of(a_request(), PLAYBOOK))


def broken(
    edit: DraftEdit,
    profile: Profile | None = None,
    *,
    wish: str | None = None,
    said: tuple[str, ...] = (),
    last: Proposal | None = None,
) -> set[str]:
    request = a_request(profile, change_wish=wish, said=said, last_proposal=last)
    return {violation.rule for violation in violations_in(edit, Brief.of(request, PLAYBOOK))}


def edited(**changes: object) -> DraftEdit:
    return DraftEdit.model_validate({**GOOD.model_dump(), **changes})


def saying(summary: str) -> DraftEdit:
    return edited(summary=summary)


def test_words_that_only_phrase_what_is_known_may_be_shown() -> None:
    assert broken(GOOD) == set()


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
        ("Would that suit you?", "remark"),
        ("You get a full refund.", "public_words"),
        ("", "length"),
        ("   ", "length"),
        ("word " * 200, "length"),
    ],
)
def test_what_the_visitor_did_not_say_is_refused(summary: str, rule: str) -> None:
    assert rule in broken(saying(summary))


@pytest.mark.parametrize(
    "summary",
    [
        "Those 6 hours a week come back to your team of 8.",
        "Those six hours a week come back to your team of eight.",
        "One agent takes over one task.",
    ],
)
def test_the_visitors_own_numbers_may_be_said(summary: str) -> None:
    assert broken(saying(summary)) == set()


def test_a_number_may_come_from_any_of_the_visitors_messages_or_the_last_draft() -> None:
    by_message = broken(saying("It answers all 40 emails a day."), said=("some 40 emails a day",))
    last = LAST.model_copy(update={"summary": "It answers all 40 emails a day."})

    assert by_message == set()
    assert broken(saying("All 40 emails of a day are answered."), last=last) == set()


def test_the_visitors_own_amounts_and_tools_may_be_said() -> None:
    profile = clinic().model_copy(
        update={
            "challenge": told("we lose $1,200 a month", "honestly we lose $1,200 a month, some 5%"),
            "tools": told(("monday.com",)),
        }
    )

    edit = saying("The $1,200 a month you lose, those 5%, come back through monday.com.")

    assert broken(edit, profile) == set()


@pytest.mark.parametrize("wish", ["make it $1 a month", "And I was told Starter is $1 a month"])
def test_a_price_the_visitor_names_is_not_the_models_to_say(wish: str) -> None:
    assert "amount" in broken(saying("All of it for $1 a month."), wish=wish, said=(wish,))


def test_an_amount_from_the_catalogue_is_not_the_models_to_say() -> None:
    assert "amount" in broken(saying("It costs $1,250 a month."))


@pytest.mark.parametrize("line", ["answers medical questions", "Answers every medical question"])
def test_the_agent_does_not_do_what_is_out_of_scope_unless_it_is_wished_for(line: str) -> None:
    edit = edited(does=(*GOOD.does, line))

    assert broken(edit) == {"out_of_scope"}
    assert broken(edit, wish="Do the medical questions as well", last=LAST) == set()


def test_tools_limits_and_the_measure_are_the_visitors_own() -> None:
    slots = {"tools": told(("Gmail", "MoveMan")), "out_of_scope": told(("refunds",))}
    request = a_request(clinic().model_copy(update=slots))

    proposal = with_edit(edited(to_look_at=("signing by hand",)), Brief.of(request, PLAYBOOK))

    assert (proposal.integrations, proposal.out_of_scope) == (("Gmail",), ("refunds",))
    assert proposal.to_look_at == ("signing by hand", "MoveMan")
    assert proposal.success_measure == "replies within an hour"


def test_what_is_looked_at_first_is_not_promised_at_once() -> None:
    edit = edited(
        does=(*GOOD.does, "calls the patient back", "signs by hand"), to_look_at=("signs by hand", "Gmail")
    )

    shown = settled(edit, Brief.of(a_request(), PLAYBOOK))

    assert shown.does == GOOD.does
    assert shown.to_look_at == ("signs by hand", "calls the patient back")


@pytest.mark.parametrize("remark", ["That's a no then.", "Why is it so slow?"])
def test_a_complaint_or_a_question_does_not_stand_in_the_draft(remark: str) -> None:
    wish = f"{remark} It must send reminders."

    assert "remark" in broken(edited(does=(*GOOD.does, remark.rstrip("."))), wish=wish, last=LAST)
    assert broken(edited(does=(*GOOD.does, "sends reminders")), wish=wish, last=LAST) == set()


def test_a_wish_changes_the_draft_or_is_answered() -> None:
    refused = edited(not_granted="Reminders by post are nothing an agent can send.")

    assert broken(GOOD, wish="also send reminders", last=LAST) == {"change_wish"}
    assert broken(refused, wish="also send reminders", last=LAST) == set()
    assert broken(edited(does=(*GOOD.does, "sends reminders")), wish="remind them", last=LAST) == set()


def test_a_refusal_gives_the_reason_that_a_fact_gives() -> None:
    answer = "Its first version takes two weeks, so it cannot start tomorrow."

    assert broken(edited(not_granted=answer), wish="start sooner", last=LAST) == {"date"}
    fact = "The first version is ready two weeks after the start."

    assert broken(edited(not_granted=fact), wish="start sooner", last=LAST) == set()


def test_a_wish_for_a_price_is_always_answered() -> None:
    wish = "I want a 50% discount"

    assert "change_wish" in broken(saying("It answers emails."), wish=wish, last=LAST)
    assert broken(edited(not_granted="No, a 50% discount I cannot give."), wish=wish, last=LAST) == set()
    assert "percentage" in broken(edited(not_granted="You get 20%."), wish=wish, last=LAST)


def test_hours_and_delivery_are_not_the_models() -> None:
    slots = {"hours_per_week": told(25.0), "success_measure": told("under 5 hours a week")}
    request = a_request(clinic().model_copy(update=slots))

    proposal = with_edit(GOOD, Brief.of(request, PLAYBOOK))

    assert (proposal.hours_now_per_week, proposal.hours_saved_per_week) == (25.0, 20.0)
    assert proposal.delivery == drafted(request).delivery


def test_a_model_that_marks_a_step_wins_no_hours_by_it() -> None:
    slots = {"hours_per_week": told(25.0), "success_measure": told("under 5 hours a week")}
    request = a_request(clinic().model_copy(update=slots))

    proposal = with_edit(edited(to_look_at=("calling back",)), Brief.of(request, PLAYBOOK))

    assert proposal.hours_saved_per_week is None


def test_a_draft_in_a_language_without_a_playbook_may_be_shown() -> None:
    slots = {"language": told("nl"), "task": told("offertes maken")}
    dutch = edited(
        summary="Deze agent neemt je de offertes uit handen, zodat je 's avonds niet meer hoeft te zitten.",
        does=("leest elke e-mail over een afspraak", "mailt de offerte"),
    )

    assert broken(dutch, clinic().model_copy(update=slots)) == set()
