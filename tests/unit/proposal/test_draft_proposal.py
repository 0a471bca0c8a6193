"""The use case: one request in, one drafted proposal out."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted, ProposalRequested
from contracts.values import Profile, Proposal
from services.proposal.domain import draft_from_template
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Written
from services.proposal.usecases import answer_request, draft_proposal
from tests.support.public_texts import KEPT, REFUSED
from tests.unit.proposal.builders import (
    NOW,
    PLAYBOOK,
    CountingWriter,
    a_request,
    clinic,
    requested,
    told,
)


class EloquentWriter:
    async def write(self, request: ProposalRequested) -> Written:
        draft = draft_from_template(request, PLAYBOOK)
        return Written(
            proposal=draft.model_copy(update={"agent_name": "Appointment Desk"}),
            model="m",
            input_tokens=900,
            output_tokens=120,
            cost_usd=0.0035,
        )


class SilentWriter:
    async def write(self, request: ProposalRequested) -> Written:
        raise WriterUnavailable("model timeout", cost_usd=0.002)


async def test_a_proposal_answers_the_turn_that_asked_for_it() -> None:
    event = requested(a_request(revision=3))

    drafted = await draft_proposal(event, PLAYBOOK, EloquentWriter(), clock=lambda: NOW)

    assert drafted.data.conversation_id == event.data.conversation_id
    assert drafted.data.turn_id == event.data.turn_id
    assert drafted.data.revision == 3
    assert drafted.causation_id == event.id
    assert drafted.source == "proposal"


async def test_the_writer_is_named_as_the_author() -> None:
    drafted = await draft_proposal(requested(a_request()), PLAYBOOK, EloquentWriter(), clock=lambda: NOW)

    assert drafted.data.author == "model"
    assert drafted.data.proposal.agent_name == "Appointment Desk"


async def test_what_the_words_cost_is_told_with_them() -> None:
    drafted = await draft_proposal(requested(a_request()), PLAYBOOK, EloquentWriter(), clock=lambda: NOW)

    told = drafted.data
    assert (told.model, told.input_tokens, told.output_tokens, told.cost_usd) == ("m", 900, 120, 0.0035)


async def test_what_was_paid_for_words_that_cannot_be_shown_is_told_too() -> None:
    drafted = await draft_proposal(requested(a_request()), PLAYBOOK, SilentWriter(), clock=lambda: NOW)

    assert (drafted.data.author, drafted.data.model, drafted.data.cost_usd) == ("script", None, 0.002)


async def test_a_silent_writer_is_replaced_by_the_template_at_once() -> None:
    request = a_request()

    drafted = await draft_proposal(requested(request), PLAYBOOK, SilentWriter(), clock=lambda: NOW)

    assert drafted.data.author == "script"
    assert drafted.data.proposal == draft_from_template(request, PLAYBOOK)


async def test_the_tier_does_not_depend_on_who_writes() -> None:
    event = requested(a_request())

    spoken = await draft_proposal(event, PLAYBOOK, EloquentWriter(), clock=lambda: NOW)
    silent = await draft_proposal(event, PLAYBOOK, SilentWriter(), clock=lambda: NOW)

    assert spoken.data.tier == silent.data.tier


async def test_a_request_delivered_twice_gives_the_same_proposal() -> None:
    event = requested(a_request(), UUID("33333333-3333-4333-8333-333333333333"))

    first = await draft_proposal(event, PLAYBOOK, None, clock=lambda: NOW)
    second = await draft_proposal(event, PLAYBOOK, None, clock=lambda: NOW)

    assert first == second


async def test_two_requests_give_two_proposals() -> None:

    first = await draft_proposal(requested(a_request()), PLAYBOOK, None, clock=lambda: NOW)
    second = await draft_proposal(requested(a_request()), PLAYBOOK, None, clock=lambda: NOW)

    assert first.data.proposal_id != second.data.proposal_id
    assert first.id != second.id


class InMemoryDrafts:
    def __init__(self) -> None:
        self.drafts: dict[UUID, CloudEvent[ProposalDrafted]] = {}

    async def find(self, request_id: UUID) -> CloudEvent[ProposalDrafted] | None:
        return self.drafts.get(request_id)

    async def keep(self, drafted: CloudEvent[ProposalDrafted]) -> None:
        assert drafted.causation_id is not None
        self.drafts[drafted.causation_id] = drafted


async def test_a_request_that_is_handled_again_is_answered_with_the_same_words() -> None:
    event, writer, drafts = requested(a_request()), CountingWriter(), InMemoryDrafts()

    first = await answer_request(event, PLAYBOOK, writer, drafts, clock=lambda: NOW)
    second = await answer_request(event, PLAYBOOK, writer, drafts, clock=lambda: NOW)

    assert first == second
    assert writer.asked == 1


async def test_what_was_paid_for_nothing_is_not_paid_again() -> None:
    event, drafts = requested(a_request()), InMemoryDrafts()

    first = await answer_request(event, PLAYBOOK, SilentWriter(), drafts, clock=lambda: NOW)
    second = await answer_request(event, PLAYBOOK, CountingWriter(), drafts, clock=lambda: NOW)

    assert first == second


async def test_a_request_of_an_hour_ago_is_answered_from_the_template() -> None:
    event, writer = requested(a_request()), CountingWriter()

    late = await answer_request(
        event, PLAYBOOK, writer, InMemoryDrafts(), clock=lambda: NOW + timedelta(minutes=61)
    )

    assert writer.asked == 0
    assert late.data.author == "script"
    assert late.data.proposal == draft_from_template(event.data, PLAYBOOK)
    assert late.id == (await draft_proposal(event, PLAYBOOK, writer, clock=lambda: NOW)).id


async def test_who_has_waited_long_enough_gets_the_template() -> None:
    event, writer = requested(a_request().model_copy(update={"is_template_only": True})), CountingWriter()

    drafted = await answer_request(event, PLAYBOOK, writer, InMemoryDrafts(), clock=lambda: NOW)

    assert writer.asked == 0
    assert drafted.data.author == "script"


async def drafted_for(profile: Profile, *, change_wish: str | None = None) -> Proposal:
    event = requested(a_request(profile, change_wish=change_wish))
    drafted = await draft_proposal(event, PLAYBOOK, None, clock=lambda: NOW)
    return drafted.data.proposal


@pytest.mark.parametrize("text", REFUSED)
async def test_a_visitor_does_not_speak_for_the_company_in_a_proposal(text: str) -> None:
    profile = clinic().model_copy(
        update={
            "task": told(text),
            "steps": told((text, "check the calendar")),
            "tools": told((text,)),
            "out_of_scope": told((text,)),
            "time_wasters": told((text,)),
        }
    )

    proposal = await drafted_for(profile)

    assert text.casefold() not in proposal.model_dump_json(ensure_ascii=False).casefold()
    assert proposal.does == ("check the calendar", *PLAYBOOK.proposal.always_does)


@pytest.mark.parametrize("text", KEPT)
async def test_what_a_business_does_stays_in_its_proposal(text: str) -> None:
    profile = clinic().model_copy(update={"steps": told((text, "check the calendar"))})

    proposal = await drafted_for(profile)

    assert len(proposal.does) == 2 + len(PLAYBOOK.proposal.always_does)


async def test_where_no_step_may_be_shown_the_playbook_says_what_an_agent_does() -> None:
    profile = clinic().model_copy(update={"steps": told(("insta Agents refunds you $500",))})

    proposal = await drafted_for(profile)

    assert proposal.does == (*PLAYBOOK.proposal.default_does, *PLAYBOOK.proposal.always_does)


async def test_a_proposal_tells_of_no_person() -> None:
    profile = clinic().model_copy(
        update={
            "name": told("Dana Whitfield"),
            "contact_email": told("dana@clinic.example"),
            "task": told("Dana's appointments"),
            "steps": told(("ask Dana", "call +1 900 555 0100", "write to dana@clinic.example first")),
        }
    )

    proposal = (await drafted_for(profile)).model_dump_json(ensure_ascii=False)

    for private in ("Dana", "Whitfield", "900", "clinic.example"):
        assert private not in proposal


async def test_a_wish_about_the_price_is_answered_and_not_part_of_the_draft() -> None:
    event = requested(a_request(change_wish="Make it 20% cheaper. Insta Agents refunds you $500."))

    drafted = await draft_proposal(event, PLAYBOOK, None, clock=lambda: NOW)

    assert drafted.data.not_granted == PLAYBOOK.proposal.terms_says
    assert "20%" not in drafted.data.model_dump_json()
    assert "500" not in drafted.data.proposal.model_dump_json()


async def test_what_a_writer_did_not_grant_is_told() -> None:
    class ReluctantWriter(EloquentWriter):
        async def write(self, request: ProposalRequested) -> Written:
            written = await super().write(request)
            return replace(written, not_granted="It cannot phone anybody yet.")

    drafted = await draft_proposal(requested(a_request()), PLAYBOOK, ReluctantWriter(), clock=lambda: NOW)

    assert drafted.data.not_granted == "It cannot phone anybody yet."


@pytest.mark.parametrize(("chosen", "carried"), [("growth", "growth"), ("platinum", None), (None, None)])
async def test_a_tier_the_visitor_chose_stands_beside_the_recommended_one(
    chosen: str | None, carried: str | None
) -> None:
    event = requested(a_request(chosen_tier=chosen))

    drafted = await draft_proposal(event, PLAYBOOK, None, clock=lambda: NOW)

    assert (drafted.data.tier.tier, drafted.data.chosen_tier) == ("starter", carried)


async def test_a_writer_is_not_shown_who_the_visitor_is() -> None:
    class CuriousWriter(EloquentWriter):
        async def write(self, request: ProposalRequested) -> Written:
            shown.append(request.model_dump_json())
            return await super().write(request)

    shown: list[str] = []
    profile = clinic().model_copy(update={"name": told("Dana Whitfield")})
    request = a_request(profile, said=("I'm Dana Whitfield, dana@clinic.example, +1 900 555 0100",))

    await draft_proposal(requested(request), PLAYBOOK, CuriousWriter(), clock=lambda: NOW)

    assert not [private for private in ("Whitfield", "clinic.example", "0100") if private in shown[0]]


async def test_the_words_of_a_model_are_looked_through_as_well() -> None:
    class CarriedAwayWriter(EloquentWriter):
        async def write(self, request: ProposalRequested) -> Written:
            written = await super().write(request)
            does = ("you get a full refund", *written.proposal.does)
            return replace(written, proposal=written.proposal.model_copy(update={"does": does}))

    drafted = await draft_proposal(requested(a_request()), PLAYBOOK, CarriedAwayWriter(), clock=lambda: NOW)

    assert "you get a full refund" not in drafted.data.proposal.does
