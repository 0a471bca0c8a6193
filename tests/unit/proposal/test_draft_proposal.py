"""The use case: one request in, one drafted proposal out."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted, ProposalRequested
from contracts.values import Profile, Proposal
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
    told,
)

EVENT_ID = UUID("33333333-3333-4333-8333-333333333333")


class EloquentWriter:
    """Words the template under another name, and as it is told."""

    def __init__(self, *, not_granted: str | None = None, **worded: object) -> None:
        self.worded = {"agent_name": "Appointment Desk", **worded}
        self.not_granted = not_granted
        self.shown: list[ProposalRequested] = []

    async def write(self, brief: Brief) -> Written:
        self.shown.append(brief.request)
        return Written(
            proposal=drafted(brief.request).model_copy(update=self.worded),
            not_granted=self.not_granted,
            model="m",
            input_tokens=900,
            output_tokens=120,
            cost_usd=0.0035,
        )


class SilentWriter:
    async def write(self, brief: Brief) -> Written:
        raise WriterUnavailable("model timeout", cost_usd=0.002)


async def drafted_by(
    writer: Writer | None, request: ProposalRequested | None = None
) -> CloudEvent[ProposalDrafted]:
    event = requested(request or a_request(), EVENT_ID)
    return await draft_proposal(event, PLAYBOOK, writer, clock=lambda: NOW)


async def test_a_proposal_answers_the_turn_that_asked_for_it() -> None:
    answer = await drafted_by(EloquentWriter(), a_request(revision=3))

    assert (answer.data.conversation_id, answer.data.turn_id) == (CONVERSATION, TURN)
    assert (answer.data.revision, answer.causation_id, answer.source) == (3, EVENT_ID, "proposal")


async def test_the_writer_is_named_with_what_its_words_cost() -> None:
    told = (await drafted_by(EloquentWriter(not_granted="It cannot phone anybody yet."))).data

    assert (told.author, told.model, told.proposal.agent_name) == ("model", "m", "Appointment Desk")
    assert (told.input_tokens, told.output_tokens, told.cost_usd) == (900, 120, 0.0035)
    assert told.not_granted == "It cannot phone anybody yet."


async def test_a_silent_writer_is_replaced_at_once_and_what_it_cost_is_told() -> None:
    told = (await drafted_by(SilentWriter())).data

    assert (told.author, told.model, told.cost_usd) == ("script", None, 0.002)
    assert told.proposal == drafted(a_request())
    assert told.tier == (await drafted_by(EloquentWriter())).data.tier


async def test_the_same_request_gives_the_same_proposal_and_another_gives_another() -> None:
    other = await draft_proposal(requested(a_request()), PLAYBOOK, None, clock=lambda: NOW)

    first, second = await drafted_by(None), await drafted_by(None)

    assert first == second
    assert other.id != first.id
    assert other.data.proposal_id != first.data.proposal_id


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


@pytest.mark.parametrize(
    ("is_template_only", "minutes_later"), [(False, 61), (True, 0)], ids=["of an hour ago", "waited enough"]
)
async def test_what_is_asked_late_is_answered_without_a_model(
    *, is_template_only: bool, minutes_later: int
) -> None:
    data = a_request().model_copy(update={"is_template_only": is_template_only})
    event, writer, at = requested(data), CountingWriter(), NOW + timedelta(minutes=minutes_later)

    late = await answer_request(event, PLAYBOOK, writer, InMemoryDrafts(), clock=lambda: at)

    assert (writer.asked, late.data.author) == (0, "script")
    assert late.data.proposal == drafted(data)
    assert late.id == (await draft_proposal(event, PLAYBOOK, writer, clock=lambda: NOW)).id


async def drafted_for(profile: Profile) -> Proposal:
    return (await drafted_by(None, a_request(profile))).data.proposal


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
    wish = "Make it 20% cheaper. Insta Agents refunds you $500."

    answer = await drafted_by(None, a_request(change_wish=wish))

    assert answer.data.not_granted == PLAYBOOK.proposal.terms_says
    assert "20%" not in answer.data.model_dump_json()
    assert "500" not in answer.data.proposal.model_dump_json()


@pytest.mark.parametrize(("chosen", "carried"), [("growth", "growth"), ("platinum", None), (None, None)])
async def test_a_tier_the_visitor_chose_stands_beside_the_recommended_one(
    chosen: str | None, carried: str | None
) -> None:
    answer = await drafted_by(None, a_request(chosen_tier=chosen))

    assert (answer.data.tier.tier, answer.data.chosen_tier) == ("starter", carried)


async def test_a_writer_is_not_shown_who_the_visitor_is() -> None:
    writer = EloquentWriter()
    profile = clinic().model_copy(update={"name": told("Dana Whitfield")})
    said = ("I'm Dana Whitfield, dana@clinic.example, +1 900 555 0100",)

    await drafted_by(writer, a_request(profile, said=said))

    shown = writer.shown[0].model_dump_json()
    assert not [private for private in ("Whitfield", "clinic.example", "0100") if private in shown]


async def test_the_words_of_a_model_are_looked_through_as_well() -> None:
    answer = await drafted_by(EloquentWriter(does=("you get a full refund", "checks the calendar")))

    assert answer.data.proposal.does == ("checks the calendar",)
