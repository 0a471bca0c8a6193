"""A proposal written without a model."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile
from playbook.translation import lines_of
from services.proposal.domain.brief import Brief
from services.proposal.domain.tier import recommend_tier
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic, drafted, told

phrases = st.text(max_size=300)
filled: dict[str, st.SearchStrategy[Any]] = {
    "business_type": phrases,
    "team_size": st.integers(0, 10**9),
    "challenge": phrases,
    "time_wasters": st.lists(phrases, max_size=20).map(tuple),
    "tools": st.lists(phrases, max_size=20).map(tuple),
    "task": phrases,
    "steps": st.lists(phrases, max_size=20).map(tuple),
    "out_of_scope": st.lists(phrases, max_size=20).map(tuple),
    "hours_per_week": st.floats(0, 168),
    "success_measure": phrases,
}
profiles = st.fixed_dictionaries(
    {}, optional={name: values.map(told) for name, values in filled.items()}
).map(lambda slots: Profile(**slots))


def test_a_proposal_is_written_in_the_visitors_own_words() -> None:
    proposal = drafted(a_request())

    assert proposal.agent_name == "AI agent: answering appointment emails"
    assert proposal.summary == (
        "A first AI agent for your business (a dental clinic). "
        "It takes one task off your team: answering appointment emails. "
        "What costs time today, in your words: “patients wait too long for an answer”."
    )
    assert proposal.does == (
        "read the email",
        "check the calendar",
        "suggest a time",
        "handle refunds",
        "asks a person on your team whenever it is unsure",
    )
    assert proposal.out_of_scope == ("medical questions",)
    assert proposal.integrations == ("Gmail", "Google Calendar")
    assert proposal.hours_now_per_week == 6.0
    assert proposal.success_measure == "replies within an hour"


def test_a_visitor_who_told_nothing_still_gets_a_proposal() -> None:
    proposal = drafted(a_request(Profile()))

    assert proposal.agent_name == "Your First AI Agent"
    assert proposal.summary == (
        "A first AI agent for your business. "
        "It takes over one repetitive task, which we choose together at the start."
    )
    assert proposal.does == (*PLAYBOOK.proposal.default_does, *PLAYBOOK.proposal.always_does)
    assert proposal.hours_now_per_week is None
    assert proposal.success_measure is None


def test_what_the_visitor_left_out_is_not_what_the_agent_does() -> None:
    profile = clinic().model_copy(update={"out_of_scope": told(("Handle refunds",))})

    proposal = drafted(a_request(profile))

    assert "handle refunds" not in proposal.does
    assert proposal.out_of_scope == ("Handle refunds",)


def test_a_proposal_is_written_in_the_visitors_language_where_the_playbook_has_it() -> None:
    profile = clinic().model_copy(update={"steps": told(("note le nom",)), "language": told("fr-CA")})

    proposal = drafted(a_request(profile))

    french = PLAYBOOK.spoken_in("fr").proposal
    assert proposal.does == ("note le nom", *french.always_does)
    assert proposal.delivery == french.delivery


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
    slots = {"steps": told((step, "Gmail")), "tools": told((tool, "Gmail")), "language": told(language)}

    proposal = drafted(a_request(clinic().model_copy(update=slots)))

    assert step in proposal.to_look_at
    assert step not in proposal.does
    assert tool in proposal.to_look_at
    assert proposal.integrations == ("Gmail",)


@pytest.mark.parametrize("step", ["note the phone number", "answer on WhatsApp Business"])
def test_what_an_agent_does_today_is_not_looked_at_first(step: str) -> None:
    profile = clinic().model_copy(update={"steps": told((step,))})

    proposal = drafted(a_request(profile))

    assert proposal.to_look_at == ()
    assert step in proposal.does


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt", "nl"])
def test_a_program_that_the_facts_do_not_name_is_looked_at_first(language: str) -> None:
    slots = {"tools": told(("MoveMan", "Xero", "WhatsApp Business")), "language": told(language)}

    proposal = drafted(a_request(clinic().model_copy(update=slots)))

    assert proposal.integrations == ("Xero", "WhatsApp Business")
    assert proposal.to_look_at == ("MoveMan",)


def test_a_program_that_a_step_names_already_is_not_listed_again() -> None:
    slots = {"steps": told(("print the list from MoveMan on paper",)), "tools": told(("MoveMan",))}

    proposal = drafted(a_request(clinic().model_copy(update=slots)))

    assert proposal.to_look_at == ("print the list from MoveMan on paper",)


@pytest.mark.parametrize(
    ("slot", "saved"),
    [("business_type", 20.0), ("steps", None), ("tools", 20.0), ("hours_per_week", None)],
)
def test_hours_are_won_where_every_step_is_certain_and_the_hours_are_one_number(
    slot: str, saved: float | None
) -> None:
    told_so = {
        "business_type": told("a bakery"),
        "steps": told(("call the patient",)),
        "tools": told(("MoveMan",)),
        "hours_per_week": told(25.0, up_to=30.0),
    }
    certain = {"hours_per_week": told(25.0), "success_measure": told("under 5 hours a week")}
    profile = clinic().model_copy(update=certain | {slot: told_so[slot]})

    assert drafted(a_request(profile)).hours_saved_per_week == saved


def test_a_challenge_that_is_the_task_is_said_once() -> None:
    proposal = drafted(a_request(Profile(task=told("Invoicing"), challenge=told("invoicing"))))

    assert proposal.summary.casefold().count("invoicing") == 1


@pytest.mark.parametrize(
    ("language", "task", "name"),
    [
        ("en", "writing quotes", "AI agent: writing quotes"),
        (
            "en",
            "turning the logs into the monthly site report",
            "AI agent: turning the logs into the monthly site report",
        ),
        (
            "en",
            "chasing overdue returns and sending off the damage invoices",
            "AI agent: chasing overdue returns and sending…",
        ),
        ("de", "Angebote schreiben", "KI-Agent: Angebote schreiben"),
        ("es", "responder presupuestos", "Agente de IA: responder presupuestos"),
        ("fr", "les devis", "Agent IA : les devis"),
        ("pt", "responder orçamentos", "Agente de IA: responder orçamentos"),
    ],
)
def test_the_agent_is_named_after_the_task_as_far_as_it_fits(language: str, task: str, name: str) -> None:
    proposal = drafted(a_request(Profile(task=told(task), language=told(language))))

    assert proposal.agent_name == name
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
    profile = Profile(steps=told((said,)), language=told(language))

    assert drafted(a_request(profile)).does[0] == step


def test_a_word_that_only_opens_a_step_is_none_and_what_stays_with_people_is_not_done() -> None:
    profile = Profile(
        steps=told(("so", "send the invitation", "the seating plan though")),
        out_of_scope=told(("seating plan",)),
    )

    proposal = drafted(a_request(profile))

    assert proposal.does == ("send the invitation", *PLAYBOOK.proposal.always_does)


def test_a_step_of_another_party_is_what_the_agent_waits_for() -> None:
    said = "on la saisit dans Sage, on vérifie les prix, les pompes funèbres confirment, puis on range"
    items = (
        "la saisit dans Sage",
        "vérifie les prix",
        "les pompes funèbres confirment",
        "range",
    )
    steps = told(("La commande arrive par fax", *items)).model_copy(
        update={"words": f"La commande arrive par fax, {said}"}
    )

    proposal = drafted(a_request(Profile(steps=steps, language=told("fr"))))

    assert proposal.to_look_at == ("La commande arrive par fax",)
    assert proposal.does[:4] == (
        "on la saisit dans Sage",
        "vérifie les prix",
        "attend ceci : les pompes funèbres confirment",
        "range",
    )


def test_who_keeps_one_step_does_the_others_that_are_said_of_them() -> None:
    profile = Profile(
        steps=told(("head falconer checks it",)), out_of_scope=told(("head falconer signs every report",))
    )

    proposal = drafted(a_request(profile))

    assert proposal.does[0] == "waits for this: head falconer checks it"


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
    profile = Profile(success_measure=told(said), language=told(language))

    assert drafted(a_request(profile)).success_measure == measure


def test_the_reason_why_whatsapp_is_looked_at_first_is_said() -> None:
    proposal = drafted(a_request(Profile(tools=told(("whatsapp", "Word")))))

    assert proposal.to_look_at == ("WhatsApp (with a WhatsApp Business number)",)
    assert proposal.integrations == ("Word",)


def test_a_story_is_not_quoted_as_what_should_get_better() -> None:
    story = "well it is the phone, which rings and rings, and then there is the mail of the weekend too"

    proposal = drafted(a_request(Profile(challenge=told(story))))

    assert "rings" not in proposal.summary


def test_links_and_markup_of_a_visitor_do_not_reach_the_proposal() -> None:
    task = "answering <b>emails</b> [here](https://evil.example/x) www.evil.example {price}"

    proposal = drafted(a_request(Profile(task=told(task))))

    assert "evil" not in proposal.summary
    assert not set("<>[]{}") & set(proposal.summary)


@given(profile=profiles)
def test_any_subset_of_the_profile_makes_a_whole_proposal(profile: Profile) -> None:
    proposal = drafted(a_request(profile))

    assert proposal.agent_name.strip()
    assert proposal.summary.endswith((".", "!", "?", "…"))
    assert proposal.does
    assert not re.search(r"[{}]|  ", proposal.summary)


@given(profile=profiles, wish=st.none() | phrases)
def test_every_number_is_one_the_visitor_said_or_the_playbook_has(profile: Profile, wish: str | None) -> None:
    proposal = drafted(a_request(profile, change_wish=wish))

    sources = (profile.model_dump_json(), wish or "", PLAYBOOK.proposal.model_dump_json())
    given_digits = "\n".join(sources)
    said = (
        proposal.agent_name,
        proposal.summary,
        *proposal.does,
        *proposal.out_of_scope,
        *proposal.to_look_at,
    )
    for number in re.findall(r"[0-9]+", "\n".join((*said, *proposal.integrations, proposal.delivery))):
        assert number in given_digits


def test_words_that_came_with_the_request_make_the_draft_in_a_language_without_a_file() -> None:
    texts = {digest: f"~{line}" for digest, line in lines_of(PLAYBOOK).items()}
    profile = Profile(language=told("nl"), task=told("offertes maken"), team_size=told(7))
    request = a_request(profile).model_copy(update={"translations": texts})

    proposal = drafted(request)
    tier = recommend_tier(profile, Brief.of(request, PLAYBOOK).playbook)

    assert proposal.delivery == f"~{PLAYBOOK.proposal.delivery}"
    assert proposal.agent_name == "~AI agent: offertes maken"
    assert tier.includes == tuple(f"~{item}" for item in PLAYBOOK.catalogue[0].includes)
    assert tier.reason.startswith("~")
