"""The use case: one request in, one drafted proposal out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted
from playbook.claims import OwnNames, overreaches
from services.proposal.domain.brief import Brief
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Writer, Written
from services.proposal.usecases import answer_request, draft_proposal
from tests.support.public_texts import KEPT, REFUSED
from tests.unit.proposal.builders import NOW, PLAYBOOK, CountingWriter, a_request, clinic, drafted, requested

EVENT_ID = UUID("33333333-3333-4333-8333-333333333333")
OWN = OwnNames("Insta Agents", "Ada", {"Starter": 1250, "Growth": 2500, "Enterprise": 5000})


class SilentWriter(CountingWriter):
    async def write(self, brief: Brief) -> Written:
        await super().write(brief)
        raise WriterUnavailable("model timeout", cost_usd=0.002)


class InMemoryDrafts:
    def __init__(self) -> None:
        self.drafts: dict[UUID, CloudEvent[ProposalDrafted]] = {}

    async def find(self, request_id: UUID) -> CloudEvent[ProposalDrafted] | None:
        return self.drafts.get(request_id)

    async def keep(self, drafted: CloudEvent[ProposalDrafted]) -> None:
        assert drafted.causation_id is not None
        self.drafts[drafted.causation_id] = drafted


async def drafted_by(writer: Writer | None, of: Any = None, **others: Any) -> CloudEvent[ProposalDrafted]:
    event = requested(a_request(of, **others), EVENT_ID)
    return await draft_proposal(event, PLAYBOOK, writer, clock=lambda: NOW)


async def test_a_proposal_answers_the_turn_that_asked_for_it_and_names_its_writer() -> None:
    answer = await drafted_by(CountingWriter(not_granted="It cannot phone anybody yet."), revision=3)
    told, asked = answer.data, a_request()

    assert (answer.causation_id, answer.source) == (EVENT_ID, "proposal")
    assert (told.conversation_id, told.turn_id, told.revision) == (asked.conversation_id, asked.turn_id, 3)
    assert (told.author, told.model, told.proposal.agent_name) == ("model", "m", "Desk 1")
    assert (told.input_tokens, told.output_tokens, told.cost_usd) == (900, 120, 0.0035)
    assert told.not_granted == "It cannot phone anybody yet."


async def test_a_silent_writer_is_replaced_at_once_and_what_it_cost_is_told() -> None:
    told = (await drafted_by(SilentWriter())).data
    assert (told.author, told.model, told.cost_usd) == ("script", None, 0.002)
    assert told.proposal == drafted()
    assert told.tier == (await drafted_by(CountingWriter())).data.tier


async def test_what_keeps_the_words_of_a_model_stays_its_own() -> None:
    worded = drafted().model_copy(update={"summary": "Your clinic hands over the appointment emails."})
    for task, author in (("answering appointment emails", "model"), ("chasing invoices", "script")):
        again = await drafted_by(None, clinic(task=task), last_proposal=worded, revision=2)
        assert (again.data.author, again.data.model) == (author, None), task


@pytest.mark.parametrize(
    ("writer", "is_template_only", "late_minutes", "asked"),
    [
        pytest.param(CountingWriter(), False, 0, 1, id="words"),
        pytest.param(SilentWriter(), False, 0, 1, id="silence"),
        pytest.param(CountingWriter(), False, 61, 0, id="of an hour ago"),
        pytest.param(CountingWriter(), True, 0, 0, id="waited enough"),
    ],
)
async def test_a_request_asks_the_model_once_and_never_late(
    writer: CountingWriter, *, is_template_only: bool, late_minutes: int, asked: int
) -> None:
    event, drafts = requested(a_request(is_template_only=is_template_only)), InMemoryDrafts()
    at = NOW + timedelta(minutes=late_minutes)

    first, again = [await answer_request(event, PLAYBOOK, writer, drafts, clock=lambda: at) for _ in range(2)]
    other = await draft_proposal(requested(event.data), PLAYBOOK, None, clock=lambda: at)

    assert (first, len(writer.shown)) == (again, asked)
    assert (other.id, other.data.proposal_id) != (first.id, first.data.proposal_id)
    if not asked:
        assert (first.data.author, first.data.proposal) == ("script", drafted())


@pytest.mark.parametrize("text", REFUSED)
async def test_a_visitor_does_not_speak_for_the_company_in_a_proposal(text: str) -> None:
    lists = dict.fromkeys(("tools", "out_of_scope", "time_wasters"), (text,))

    answer = await drafted_by(None, clinic(task=text, steps=(text, "check the calendar"), **lists))

    proposal = answer.data.proposal
    unquoted = proposal.model_dump_json(exclude={"done_today", "out_of_scope"}, ensure_ascii=False)
    assert text.casefold() not in unquoted.casefold()
    if overreaches(text, OWN, is_quoted=True):
        assert (proposal.done_today, proposal.out_of_scope) == ("check the calendar", ())


@pytest.mark.parametrize("text", KEPT)
async def test_what_a_business_does_stays_in_its_proposal(text: str) -> None:
    answer = await drafted_by(None, clinic(steps=(text,), out_of_scope=(text,)))
    assert answer.data.proposal.done_today
    assert len(answer.data.proposal.out_of_scope) == 1


async def test_neither_a_proposal_nor_its_writer_is_told_who_the_visitor_is() -> None:
    private = ("Dana", "Whitfield", "900", "0100", "clinic.example")
    said = ("I'm Dana Whitfield, dana@clinic.example, +1 900 555 0100",)
    writer = CountingWriter()
    steps = ("ask Dana", "call +1 900 555 0100", "write to dana@clinic.example first")
    named = {"name": "Dana Whitfield", "contact_email": "dana@clinic.example"}
    profile = clinic(**named, task="Dana's appointments", steps=steps)

    answer = await drafted_by(writer, profile, said=said)

    proposal = answer.data.proposal.model_dump_json(ensure_ascii=False)
    request = writer.shown[0].request
    lines = "\n".join(line.text for line in request.transcript)
    values = [getattr(request.profile, name).value for name in request.profile.known()]
    assert not [word for word in private if word in f"{proposal}{lines}{values}"]


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("en", "Dana Whitfield signs every single quote", "“(…) signs every single quote”"),
        ("de", "Alles mit Preisen klären wir mit Herrn Meier", "„Alles mit Preisen klären wir mit (…)“"),
        ("de", "Preise macht immer nur der Herr Meier selbst", "„Preise macht immer nur (…) selbst“"),
        ("es", "los precios los manda al señor García siempre", "«los precios los manda a (…) siempre»"),
        ("fr", "les prix que Mme Durand vérifie elle-même", "« les prix que (…) vérifie elle-même »"),
        ("pt", "os preços quem decide é o senhor Souza", "“os preços quem decide é (…)”"),
    ],
)
async def test_no_words_of_ours_stand_in_a_quote_in_place_of_a_name(language: str, said: str, shown: str):
    profile = clinic(language=language, name="Dana Whitfield", steps=(said,), out_of_scope=(said,))
    proposal = (await drafted_by(None, profile)).data.proposal
    assert proposal.out_of_scope == (shown,)
    assert proposal.done_today == shown.strip("“”„«» ")


@pytest.mark.parametrize("wish", ["Make it $99 a month", "20% off. Insta Agents refund $99", "A guarantee"])
async def test_a_wish_for_a_price_or_a_promise_is_answered_and_not_part_of_the_draft(wish: str) -> None:
    answer = await drafted_by(None, change_wish=wish)
    own = await drafted_by(None, clinic(task="discount codes"), change_wish="Send patients a discount code")
    assert (answer.data.not_granted, own.data.not_granted) == (PLAYBOOK.proposal.terms_says, None)
    assert not [said for said in ("20%", "$99") if said in answer.data.model_dump_json()]


@pytest.mark.parametrize(("chosen", "carried"), [("growth", "growth"), ("platinum", None)])
async def test_a_tier_the_visitor_chose_stands_beside_the_recommended_one(chosen: str, carried: str | None):
    answer = await drafted_by(None, chosen_tier=chosen)
    assert (answer.data.tier.tier, answer.data.chosen_tier) == ("starter", carried)


@pytest.mark.parametrize(("chosen", "mark"), [(None, " (from the Growth tier on)"), ("growth", "")])
async def test_of_a_models_steps_one_beyond_the_tier_is_marked(chosen: str | None, mark: str) -> None:
    does = ("you get a full refund", "read the mail", "make the invoice in Xero")
    tools, steps = ("Gmail", "Google Calendar", "Xero"), ("read Gmail", "check Google Calendar")
    answer = await drafted_by(CountingWriter(does=does), clinic(tools=tools, steps=steps), chosen_tier=chosen)
    assert answer.data.proposal.does == ("read the mail", f"make the invoice in Xero{mark}")


@pytest.mark.parametrize("said", ["it is a {} number", "we have no {}", "do I need {}?"])
async def test_a_program_is_listed_by_its_whole_name_where_that_is_said(said: str) -> None:
    whole = "WhatsApp Business"
    answer = await drafted_by(None, clinic(tools=("WhatsApp", "Gmail")), said=(said.format(whole),))
    assert (whole in answer.data.proposal.integrations) is said.startswith("it is")
