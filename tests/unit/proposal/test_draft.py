"""A proposal written without a model."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Proposal
from playbook.translation import lines_of
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template
from services.proposal.domain.edit import draft_from_last
from services.proposal.domain.tier import recommend_tier
from tests.unit.proposal.builders import PLAYBOOK, a_brief, a_request, clinic, drafted, told, visitor

SCRIPT = PLAYBOOK.proposal
QUOTED = "your wish, to be worked out together: "
phrases = st.text(max_size=300)
lists = st.lists(phrases, max_size=20).map(tuple)
filled: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("business_type", "challenge", "task", "success_measure"), phrases),
    **dict.fromkeys(("time_wasters", "tools", "steps", "out_of_scope"), lists),
    "team_size": st.integers(0, 10**9),
    "hours_per_week": st.floats(0, 168),
}
profiles = st.fixed_dictionaries({}, optional=filled).map(lambda known: visitor(**known))


def test_a_proposal_is_written_in_the_visitors_own_words() -> None:
    assert drafted() == Proposal(
        agent_name="AI agent: answering appointment emails",
        summary="A first AI agent for your business (a dental clinic). "
        "It takes one task off your team: answering appointment emails. "
        "What costs time today, in your words: “patients wait too long for an answer”.",
        does=(
            "read the email",
            "check the calendar",
            "suggest a time",
            "handle refunds",
            "asks a person on your team whenever it is unsure",
        ),
        out_of_scope=("medical questions",),
        integrations=("Gmail", "Google Calendar"),
        hours_now_per_week=6.0,
        success_measure="replies within an hour",
        delivery=SCRIPT.delivery,
    )


def test_a_visitor_who_told_nothing_still_gets_a_proposal() -> None:
    assert drafted(Profile()) == Proposal(
        agent_name="Your First AI Agent",
        summary="A first AI agent for your business. "
        "It takes over one repetitive task, which we choose together at the start.",
        does=(*SCRIPT.default_does, *SCRIPT.always_does),
        out_of_scope=(),
        integrations=(),
        hours_now_per_week=None,
        success_measure=None,
        delivery=SCRIPT.delivery,
    )


def test_a_proposal_is_written_in_the_visitors_language_where_the_playbook_has_it() -> None:
    proposal, french = drafted(clinic(steps=("note le nom",), language="fr-CA")), PLAYBOOK.spoken_in("fr")

    assert proposal.does == ("note le nom", *french.proposal.always_does)
    assert proposal.delivery == french.proposal.delivery


@pytest.mark.parametrize(
    ("language", "step", "tool"),
    [
        ("en", "call the patient back", "paper form"),
        ("es", "llamar al paciente", "formulario en papel"),
        ("de", "Rückruf beim Patienten", "Formular auf Papier"),
        ("fr", "appeler le patient", "formulaire papier"),
        ("pt", "ligar para o paciente", "formulário em papel"),
    ],
)
def test_what_needs_a_telephone_or_paper_is_looked_at_together_first(
    language: str, step: str, tool: str
) -> None:
    proposal = drafted(clinic(steps=(step, "Gmail"), tools=(tool, "Gmail"), language=language))

    assert proposal.to_look_at == (step, tool)
    assert step not in proposal.does
    assert proposal.integrations == ("Gmail",)


@pytest.mark.parametrize(
    ("known", "to_look_at", "integrations"),
    [
        ({"steps": ("note the phone number",)}, (), ("Gmail", "Google Calendar")),
        ({"steps": ("answer on WhatsApp Business",)}, (), ("Gmail", "Google Calendar")),
        ({"steps": ("print MoveMan on paper",), "tools": ("MoveMan",)}, ("print MoveMan on paper",), ()),
        ({"tools": ("whatsapp", "Word")}, ("WhatsApp (with a WhatsApp Business number)",), ("Word",)),
        ({"tools": ("MoveMan", "Xero")}, ("MoveMan",), ("Xero",)),
        *(
            ({"tools": ("MoveMan",), "language": code}, ("MoveMan",), ())
            for code in ("es", "de", "fr", "pt", "nl")
        ),
    ],
)
def test_what_the_facts_do_not_name_is_looked_at_first_and_named_once(
    known: dict[str, Any], to_look_at: tuple[str, ...], integrations: tuple[str, ...]
) -> None:
    proposal = drafted(clinic(**known))

    assert (proposal.to_look_at, proposal.integrations) == (to_look_at, integrations)


def test_a_challenge_that_is_the_task_is_said_once_and_a_story_is_not_quoted() -> None:
    story = "well it is the phone, which rings and rings, and then there is the mail of the weekend too"

    assert (
        drafted(visitor(task="Invoicing", challenge="invoicing")).summary.casefold().count("invoicing") == 1
    )
    assert "rings" not in drafted(visitor(challenge=story)).summary


@pytest.mark.parametrize(
    ("language", "task", "name"),
    [
        ("en", "writing quotes", "AI agent: writing quotes"),
        ("en", "turning the logs into the monthly site report", None),
        (
            "en",
            "chasing overdue returns and sending off the bills",
            "AI agent: chasing overdue returns and sending…",
        ),
        ("de", "Angebote schreiben", "KI-Agent: Angebote schreiben"),
        ("es", "responder presupuestos", "Agente de IA: responder presupuestos"),
        ("fr", "les devis", "Agent IA : les devis"),
        ("pt", "responder orçamentos", "Agente de IA: responder orçamentos"),
    ],
)
def test_the_agent_is_named_after_the_task_as_far_as_it_fits(
    language: str, task: str, name: str | None
) -> None:
    proposal = drafted(visitor(task=task, language=language))

    assert proposal.agent_name == (name or f"AI agent: {task}")
    assert task in proposal.summary


@pytest.mark.parametrize(
    ("language", "said", "step"),
    [
        ("en", "so then I check who cancelled", "check who cancelled"),
        ("en", "and we reply", "reply"),
        ("de", "dann prüfen wir den Preis", "dann prüfen wir den Preis"),
        ("es", "y luego apunto a la siguiente", "apunto a la siguiente"),
        ("fr", "d'abord je lis la demande", "lis la demande"),
        ("pt", "a gente lê o pedido", "lê o pedido"),
        ("pt", "e-mail do cliente", "e-mail do cliente"),
        ("en", "so, and then", "so, and then"),
    ],
)
def test_a_step_begins_with_what_is_done(language: str, said: str, step: str) -> None:
    assert drafted(visitor(steps=(said,), language=language)).does[0] == step


FRENCH = ("la saisit dans Sage", "vérifie les prix", "les pompes funèbres confirment", "range")
FRENCH_SAID = "on la saisit dans Sage, on vérifie les prix, les pompes funèbres confirment, puis on range"


@pytest.mark.parametrize(
    ("known", "does"),
    [
        ({"steps": ("send it", "handle refunds"), "out_of_scope": ("Handle refunds",)}, ("send it",)),
        ({"steps": ("so", "send it", "the plan though"), "out_of_scope": ("plan",)}, ("send it",)),
        (
            {"steps": told(FRENCH, FRENCH_SAID), "language": "fr"},
            (
                "on la saisit dans Sage",
                "vérifie les prix",
                "attend ceci : les pompes funèbres confirment",
                "range",
            ),
        ),
        (
            {"steps": ("head falconer checks it",), "out_of_scope": ("head falconer signs every report",)},
            ("waits for this: head falconer checks it",),
        ),
    ],
    ids=["left out", "an opening alone", "of another party", "of whoever keeps one"],
)
def test_what_others_do_is_not_what_the_agent_does(known: dict[str, Any], does: tuple[str, ...]) -> None:
    assert drafted(visitor(**known)).does[:-1] == does


@pytest.mark.parametrize(
    ("language", "said", "measure"),
    [
        ("en", "id know its working if theres no wrong size", "theres no wrong size"),
        ("de", "Wenn der Bericht am dritten Tag da ist", "der Bericht am dritten Tag da ist"),
        ("es", "cuando nadie llama dos veces", "nadie llama dos veces"),
        ("fr", "si aucune plaque n'est refaite", "aucune plaque n'est refaite"),
        ("pt", "quando ninguém espera", "ninguém espera"),
    ],
)
def test_a_success_measure_stands_behind_our_own_when(language: str, said: str, measure: str) -> None:
    assert drafted(visitor(success_measure=said, language=language)).success_measure == measure


def test_links_and_markup_of_a_visitor_do_not_reach_the_proposal() -> None:
    task = "answering <b>emails</b> [here](https://evil.example/x) www.evil.example {price}"

    summary = drafted(visitor(task=task)).summary

    assert "evil" not in summary
    assert not set("<>[]{}") & set(summary)


@pytest.mark.parametrize(
    ("known", "saved"),
    [
        ({}, 20.0),
        ({"steps": ("call the patient",)}, None),
        ({"tools": ("MoveMan",)}, 20.0),
        ({"hours_per_week": told(25.0, up_to=30.0)}, None),
        ({"hours_per_week": told(25.0, words=PLAYBOOK.lines.quick_replies.more_than.format(limit=24))}, None),
        ({"success_measure": "under 30 hours a week"}, None),
        ({"success_measure": "it is down to five hours per week"}, 20.0),
        ({"success_measure": "from 25 hours a week down to 5 hours a week"}, 20.0),
        ({"success_measure": "menos de 5 horas a la semana", "language": "es"}, 20.0),
        ({"success_measure": "höchstens fünf Stunden pro Woche", "language": "de"}, 20.0),
        ({"success_measure": "moins de 5 heures par semaine", "language": "fr"}, 20.0),
        ({"success_measure": "no máximo 5 horas por semana", "language": "pt"}, 20.0),
        ({"success_measure": "replies within 2 hours"}, None),
        ({"success_measure": "under 5 minutes"}, None),
        ({"success_measure": "under 5 complaints a week"}, None),
        ({"success_measure": "under 5 hours"}, None),
        ({"success_measure": "save 10 hours a week"}, None),
        ({"success_measure": "10 hours a week less"}, None),
        ({"success_measure": "half the time"}, None),
        ({"success_measure": "no-shows below 5%"}, None),
        ({"success_measure": "below 5 hours a week or below 8 hours a week"}, None),
    ],
)
def test_hours_are_won_where_they_are_certain_and_the_measure_names_a_target(
    known: dict[str, Any], saved: float | None
) -> None:
    certain = {"hours_per_week": 25.0, "success_measure": "under 5 hours a week"}

    assert drafted(clinic(**certain | known)).hours_saved_per_week == saved


def test_nothing_is_won_before_both_are_known() -> None:
    assert drafted(visitor(success_measure="under 5 hours a week")).hours_saved_per_week is None


@pytest.mark.parametrize(
    ("wish", "quoted"),
    [
        ("Also send SMS reminders, please.", "Also send SMS reminders, please"),
        ("You said it reads my mail. It should also post on Instagram.", "It should also post on Instagram"),
        ("That's a no then", None),
        ("And I was told Starter is 99", None),
        ("What do I get for 1250?", None),
        ("This is too expensive for us.", None),
        ("That makes no sense", None),
    ],
)
def test_a_wish_is_quoted_without_complaints_and_questions(wish: str, quoted: str | None) -> None:
    proposal = drafted(change_wish=wish)

    assert proposal.to_look_at == ((f"{QUOTED}{quoted}",) if quoted else ())
    assert proposal.does == drafted().does


@pytest.mark.parametrize("wish", ["Make it $99 a month", "Give us 20% off", "I want a guarantee"])
def test_a_wish_for_a_price_or_a_promise_is_answered_and_not_quoted(wish: str) -> None:
    assert drafted(change_wish=wish).to_look_at == ()
    assert a_brief(change_wish=wish).not_granted == SCRIPT.terms_says


def test_a_discount_that_is_the_visitors_business_may_be_wished_for() -> None:
    brief = a_brief(clinic(task="sending discount codes"), change_wish="Send a discount code to new patients")

    assert brief.not_granted is None
    assert len(draft_from_template(brief).to_look_at) == 1


def test_wishes_are_quoted_one_after_the_other_in_the_visitors_language() -> None:
    first = drafted(change_wish="Also send reminders")
    german = drafted(clinic(language="de"), change_wish="Bitte auch am Abend")

    second = drafted(change_wish="In Polish too", last_proposal=first)

    assert second.to_look_at == (f"{QUOTED}Also send reminders", f"{QUOTED}In Polish too")
    assert german.to_look_at == ("Ihr Wunsch, den wir gemeinsam ausarbeiten: Bitte auch am Abend",)


WORDED = drafted().model_copy(
    update={
        "agent_name": "Appointment Desk",
        "summary": "While you treat patients, it answers the appointment emails.",
        "does": ("reads the email", "checks the calendar", "suggests a time", "handles refunds"),
    }
)


def redrafted(profile: Profile, last: Proposal = WORDED, wish: str | None = None) -> Proposal:
    return draft_from_last(a_brief(profile, last_proposal=last, change_wish=wish))


def test_a_redraft_without_a_model_keeps_the_words_of_the_last_draft() -> None:
    draft = redrafted(clinic(hours_per_week=8.0), wish="also send reminders")

    assert draft == WORDED.model_copy(
        update={"hours_now_per_week": 8.0, "to_look_at": (f"{QUOTED}also send reminders",)}
    )


def test_what_is_known_now_is_in_a_redraft_without_a_model() -> None:
    steps = ("read the email", "check the calendar", "send a reminder")
    draft = redrafted(clinic(steps=steps, out_of_scope=("refunds",), tools=("Gmail", "MoveMan")))

    assert "send a reminder" in draft.does
    assert "handles refunds" not in draft.does
    assert draft.out_of_scope == ("refunds",)
    assert (draft.integrations, draft.to_look_at) == (("Gmail",), ("MoveMan",))


@pytest.mark.parametrize(
    ("last", "profile"),
    [
        (drafted(Profile()), clinic()),
        (WORDED, clinic(task="chasing invoices")),
        (WORDED.model_copy(update={"summary": "It frees your team of 16."}), clinic()),
    ],
    ids=["never worded", "of another task", "with a figure that no longer holds"],
)
def test_the_template_speaks_where_the_last_draft_does_not_fit(last: Proposal, profile: Profile) -> None:
    assert redrafted(profile, last) == drafted(profile)


@given(profile=profiles)
def test_any_subset_of_the_profile_makes_a_whole_proposal(profile: Profile) -> None:
    proposal = drafted(profile)

    assert proposal.agent_name.strip()
    assert proposal.summary.endswith((".", "!", "?", "…"))
    assert proposal.does
    assert not re.search(r"[{}]|  ", proposal.summary)


@given(profile=profiles, wish=st.none() | phrases)
def test_every_number_is_one_the_visitor_said_or_the_playbook_has(profile: Profile, wish: str | None) -> None:
    proposal = drafted(profile, change_wish=wish)

    sources = "\n".join((profile.model_dump_json(), wish or "", SCRIPT.model_dump_json()))
    lists = (proposal.does, proposal.out_of_scope, proposal.to_look_at, proposal.integrations)
    said = (
        proposal.agent_name,
        proposal.summary,
        proposal.delivery,
        *(line for each in lists for line in each),
    )
    assert all(number in sources for number in re.findall(r"[0-9]+", "\n".join(said)))
    assert drafted(change_wish=wish).does == drafted().does


def test_words_that_came_with_the_request_make_the_draft_in_a_language_without_a_file() -> None:
    texts = {digest: f"~{line}" for digest, line in lines_of(PLAYBOOK).items()}
    profile = visitor(language="nl", task="offertes maken", team_size=7)

    brief = Brief.of(a_request(profile, translations=texts), PLAYBOOK)
    proposal, tier = draft_from_template(brief), recommend_tier(profile, brief.playbook)

    assert proposal.delivery == f"~{SCRIPT.delivery}"
    assert proposal.agent_name == "~AI agent: offertes maken"
    assert tier.includes == tuple(f"~{item}" for item in PLAYBOOK.catalogue[0].includes)
    assert tier.reason.startswith("~")
