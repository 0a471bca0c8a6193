"""The changes of the tables that a batch of events makes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.erasures import Erasure
from contracts.read_model import Step
from services.leadstore.domain.consents import ConsentChange, consent_change_of
from services.leadstore.domain.conversation import Conversation, fold
from services.leadstore.domain.drafts import Draft, draft_of
from services.leadstore.domain.erasing import erasure_of
from services.leadstore.domain.funnel import FunnelStep, steps_of
from services.leadstore.domain.refusals import Refusal, refusals_of
from services.leadstore.domain.spending import ModelUse, model_use_of
from services.leadstore.domain.transcript import FailedTurn, Message, failed_turn_of, messages_of


@dataclass(slots=True)
class Projection:
    """What a batch changes. `causes` names, by conversation, the last event that took part."""

    before: dict[UUID, Conversation] = field(default_factory=dict)
    after: dict[UUID, Conversation] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    failed_turns: list[FailedTurn] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    model_uses: list[ModelUse] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    consents: list[ConsentChange] = field(default_factory=list)
    funnel_steps: dict[tuple[UUID, Step], FunnelStep] = field(default_factory=dict)
    causes: dict[UUID, UUID] = field(default_factory=dict)
    erasures: dict[UUID, Erasure] = field(default_factory=dict)
    """The conversations that the batch erases, which were not erased before."""


def project(known: Mapping[UUID, Conversation], events: Iterable[CloudEvent[Event]]) -> Projection:
    """Fold events into what is known of their conversations; unknown ones begin empty."""
    projection = Projection()
    for event in events:
        _project(projection, known, event)
    for conversation_id, after in projection.after.items():
        version = projection.before[conversation_id].version + 1
        projection.after[conversation_id] = after.model_copy(update={"version": version})
    erased = {id_ for id_, after in projection.after.items() if after.erased_at is not None}
    projection.messages = [said for said in projection.messages if said.conversation_id not in erased]
    projection.failed_turns = [turn for turn in projection.failed_turns if turn.conversation_id not in erased]
    projection.drafts = [draft for draft in projection.drafts if draft.conversation_id not in erased]
    projection.consents = [each for each in projection.consents if each.conversation_id not in erased]
    projection.refusals = [each for each in projection.refusals if each.conversation_id not in erased]
    return projection


def _project(projection: Projection, known: Mapping[UUID, Conversation], event: CloudEvent[Event]) -> None:
    conversation_id = event.data.conversation_id
    if conversation_id not in projection.before:
        before = known.get(conversation_id) or Conversation(id=conversation_id)
        projection.before[conversation_id] = projection.after[conversation_id] = before
    projection.after[conversation_id] = fold(projection.after[conversation_id], event)
    projection.causes[conversation_id] = event.id
    projection.messages.extend(messages_of(event))
    if failed_turn := failed_turn_of(event):
        projection.failed_turns.append(failed_turn)
    if draft := draft_of(event):
        projection.drafts.append(draft)
    if model_use := model_use_of(event):
        projection.model_uses.append(model_use)
    if consent := consent_change_of(event):
        projection.consents.append(consent)
    projection.refusals.extend(refusals_of(event))
    if (erasure := erasure_of(event)) and projection.before[conversation_id].erased_at is None:
        projection.erasures.setdefault(conversation_id, erasure)
    _take_steps(projection, event)


def _take_steps(projection: Projection, event: CloudEvent[Event]) -> None:
    conversation_id = event.data.conversation_id
    for step in steps_of(event):
        if step is Step.STARTED and _began_before(projection.before[conversation_id], event):
            # Every turn proves that the conversation has begun; one proof is enough.
            continue
        known = projection.funnel_steps.get((conversation_id, step))
        if known is None or event.time < known.reached_at:
            projection.funnel_steps[conversation_id, step] = FunnelStep(
                conversation_id=conversation_id, step=step, reached_at=event.time
            )


def _began_before(conversation: Conversation, event: CloudEvent[Event]) -> bool:
    return conversation.started_at is not None and conversation.started_at <= event.time
