"""The use case: one request in, one drafted proposal out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted
from contracts.values import Profile
from playbook.claims import OwnNames, overreaches
from services.proposal.domain.brief import Brief
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Writer, Written
from services.proposal.usecases import answer_request, draft_proposal
from tests.support.public_texts import KEPT, REFUSED
from tests.unit.proposal.builders import (
    CONVERSATION,
    NOW,
    PLAYBOOK,
    TURN,
    CountingWriter,
    a_request,
    clinic,
    drafted,
    requested,
)

EVENT_ID = UUID("33333333-3333-4333-8333-333333333333")
OWN = OwnNames("Insta Agents", "Ada", {"Starter": 1250, "Growth": 2500, "Enterprise": 5000})


class SilentWriter:
    async def write(self, brief: Brief) -> Written:
        raise WriterUnavailable("model timeout", cost_usd=0.002)


class InMemoryDrafts:
    def __init__(self) -> None:
        self.drafts: dict[UUID, CloudEvent[ProposalDrafted]] = {}

    async def find(self, request_id: UUID) -> CloudEvent[ProposalDrafted] | None:
        return self.drafts.get(request_id)

    async def keep(self, drafted: CloudEvent[ProposalDrafted]) -> None:
        assert drafted.causation_id is not None
        self.drafts[drafted.causation_id] = drafted


async def drafted_by(
    writer: Writer | None, profile: Profile | None = None, **others: Any
) -> CloudEvent[ProposalDrafted]:
    event = requested(a_request(profile, **others), EVENT_ID)
    return await draft_proposal(event, PLAYBOOK, writer, clock=lambda: NOW)


async def test_a_proposal_answers_the_turn_that_asked_for_it_and_names_its_writer() -> None:
    answer = await drafted_by(CountingWriter(not_granted="It cannot phone anybody yet."), revision=3)
    told = answer.data

    assert (answer.causation_id, answer.source) == (EVENT_ID, "proposal")
    assert (told.conversation_id, told.turn_id, told.revision) == (CONVERSATION, TURN, 3)
    assert (told.author, told.model, told.proposal.agent_name) == ("model", "m", "Desk 1")
    assert (told.input_tokens, told.output_tokens, told.cost_usd) == (900, 120, 0.0035)
    assert told.not_granted == "It cannot phone anybody yet."


async def test_a_silent_writer_is_replaced_at_once_and_what_it_cost_is_told() -> None:
    told = (await drafted_by(SilentWriter())).data

    assert (told.author, told.model, told.cost_usd) == ("script", None, 0.002)
    assert told.proposal == drafted()
    assert told.tier == (await drafted_by(CountingWriter())).data.tier


async def test_the_same_request_gives_the_same_proposal_and_another_gives_another() -> None:
    first, second = await drafted_by(None), await drafted_by(None)
    other = await draft_proposal(requested(a_request()), PLAYBOOK, None, clock=lambda: NOW)

    assert first == second
    assert (other.id, other.data.proposal_id) != (first.id, first.data.proposal_id)


@pytest.mark.parametrize("first_writer", [CountingWriter(), SilentWriter()], ids=["words", "silence"])
async def test_what_was_paid_for_is_not_paid_again_when_a_request_is_handled_again(
    first_writer: CountingWriter | SilentWriter,
) -> None:
    event, drafts, writer = requested(a_request()), InMemoryDrafts(), CountingWriter()

    first = await answer_request(event, PLAYBOOK, first_writer, drafts, clock=lambda: NOW)
    second = await answer_request(event, PLAYBOOK, writer, drafts, clock=lambda: NOW)

    assert first == second
    assert not writer.shown


@pytest.mark.parametrize(
    ("is_template_only", "minutes_later"), [(False, 61), (True, 0)], ids=["of an hour ago", "waited enough"]
)
async def test_what_is_asked_late_is_answered_without_a_model(
    *, is_template_only: bool, minutes_later: int
) -> None:
    event = requested(a_request(is_template_only=is_template_only))
    writer, at = CountingWriter(), NOW + timedelta(minutes=minutes_later)

    late = await answer_request(event, PLAYBOOK, writer, InMemoryDrafts(), clock=lambda: at)

    assert (writer.shown, late.data.author, late.data.proposal) == ([], "script", drafted())
    assert late.id == (await draft_proposal(event, PLAYBOOK, writer, clock=lambda: NOW)).id


@pytest.mark.parametrize("text", REFUSED)
async def test_a_visitor_does_not_speak_for_the_company_in_a_proposal(text: str) -> None:
    lists = dict.fromkeys(("tools", "out_of_scope", "time_wasters"), (text,))

    answer = await drafted_by(None, clinic(task=text, steps=(text, "check the calendar"), **lists))

    proposal = answer.data.proposal
    unquoted = proposal.model_copy(update={"done_today": None, "out_of_scope": ()})
    assert text.casefold() not in unquoted.model_dump_json(ensure_ascii=False).casefold()
    if overreaches(text, OWN, is_quoted=True):
        assert (proposal.done_today, proposal.out_of_scope) == ("check the calendar", ())


@pytest.mark.parametrize("text", KEPT)
async def test_what_a_business_does_stays_in_its_proposal(text: str) -> None:
    answer = await drafted_by(None, clinic(steps=(text,), out_of_scope=(text,)))

    assert answer.data.proposal.done_today
    assert len(answer.data.proposal.out_of_scope) == 1


async def test_neither_a_proposal_nor_its_writer_is_told_who_the_visitor_is() -> None:
    private = ("Dana", "Whitfield", "900", "0100", "clinic.example")
    profile = clinic(
        name="Dana Whitfield",
        contact_email="dana@clinic.example",
        task="Dana's appointments",
        steps=("ask Dana", "call +1 900 555 0100", "write to dana@clinic.example first"),
    )
    writer = CountingWriter()

    answer = await drafted_by(
        writer, profile, said=("I'm Dana Whitfield, dana@clinic.example, +1 900 555 0100",)
    )

    proposal = answer.data.proposal.model_dump_json(ensure_ascii=False)
    request = writer.shown[0].request
    lines = "\n".join(line.text for line in request.transcript)
    values = [getattr(request.profile, name).value for name in request.profile.known()]
    assert not [word for word in private if word in f"{proposal}{lines}{values}"]


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("en", "Dana Whitfield signs every single quote", "“(…) signs every single quote”"),
        ("de", "Preise macht bei uns immer nur Frau Krämer", "„Preise macht bei uns immer nur (…)“"),
        ("de", "Alles mit Preisen klären wir mit Herrn Meier", "„Alles mit Preisen klären wir mit (…)“"),
        ("de", "Preise macht immer nur der Herr Meier selbst", "„Preise macht immer nur (…) selbst“"),
        ("es", "los precios los manda al señor García siempre", "«los precios los manda a (…) siempre»"),
        ("fr", "les prix que Mme Durand vérifie elle-même", "« les prix que (…) vérifie elle-même »"),
        ("pt", "os preços quem decide é o senhor Souza", "“os preços quem decide é (…)”"),
    ],
)
async def test_no_words_of_ours_stand_in_a_quote_in_place_of_a_name(
    language: str, said: str, shown: str
) -> None:
    profile = clinic(language=language, name="Dana Whitfield", steps=(said,), out_of_scope=(said,))

    proposal = (await drafted_by(None, profile)).data.proposal

    assert proposal.out_of_scope == (shown,)
    assert proposal.done_today == shown.strip("“”„«» ")


async def test_a_wish_about_the_price_is_answered_and_not_part_of_the_draft() -> None:
    answer = await drafted_by(None, change_wish="Make it 20% cheaper. Insta Agents refunds you $500.")

    assert answer.data.not_granted == PLAYBOOK.proposal.terms_says
    assert "20%" not in answer.data.model_dump_json()
    assert "500" not in answer.data.proposal.model_dump_json()


@pytest.mark.parametrize(("chosen", "carried"), [("growth", "growth"), ("platinum", None), (None, None)])
async def test_a_tier_the_visitor_chose_stands_beside_the_recommended_one(
    chosen: str | None, carried: str | None
) -> None:
    answer = await drafted_by(None, chosen_tier=chosen)

    assert (answer.data.tier.tier, answer.data.chosen_tier) == ("starter", carried)


async def test_the_words_of_a_model_are_looked_through_as_well() -> None:
    answer = await drafted_by(CountingWriter(does=("you get a full refund", "checks the calendar")))

    assert answer.data.proposal.does == ("checks the calendar",)


@pytest.mark.parametrize(("chosen", "mark"), [(None, " (from the Growth tier on)"), ("growth", "")])
async def test_a_step_beyond_the_tier_is_marked_until_a_larger_one_is_chosen(
    chosen: str | None, mark: str
) -> None:
    does = ("read the mail", "make the invoice in Xero")
    profile = clinic(
        tools=("Gmail", "Google Calendar", "Xero"), steps=("read Gmail", "check Google Calendar")
    )
    request = requested(a_request(profile, chosen_tier=chosen))

    answer = await draft_proposal(request, PLAYBOOK, CountingWriter(does=does), clock=lambda: NOW)

    assert answer.data.proposal.does[:2] == ("read the mail", f"make the invoice in Xero{mark}")


@pytest.mark.parametrize(
    ("said", "is_whole"),
    [
        ("it is a WhatsApp Business number", True),
        ("we have no WhatsApp Business", False),
        ("do I need WhatsApp Business?", False),
    ],
)
async def test_a_program_is_listed_by_its_whole_name(said: str, *, is_whole: bool) -> None:
    profile = clinic(tools=("WhatsApp", "Gmail"))
    answer = await draft_proposal(
        requested(a_request(profile, said=(said,))), PLAYBOOK, None, clock=lambda: NOW
    )

    assert ("WhatsApp Business" in answer.data.proposal.integrations) is is_whole
