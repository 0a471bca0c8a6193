"""The ports of leadstore in memory. `test_fake_store_matches_postgres` holds them to their adapters."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.events import LeadChanged
from contracts.proposal_folder import ProposalFolder
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from contracts.values import LeadStatus
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.domain import (
    NOTHING,
    AskedQuestion,
    Conversation,
    Draft,
    FailedTurn,
    Message,
    ModelUse,
    Position,
    Projection,
    Spent,
    Step,
    Transcript,
    folder_of,
    outcomes_of,
    sum_of,
    transcript_of,
)
from services.leadstore.errors import ProjectionOutrun
from services.leadstore.ports import Batch, Claim
from services.leadstore.usecases import project_events
from tests.unit.leadstore.builders import NOON


@dataclass
class MemoryLeadStore:
    """Tables as dictionaries; a batch that raises leaves them as they were."""

    processed: set[UUID] = field(default_factory=set)
    conversations_by_id: dict[UUID, Conversation] = field(default_factory=dict)
    messages: dict[UUID, Message] = field(default_factory=dict)
    failed_turns: dict[UUID, FailedTurn] = field(default_factory=dict)
    drafts: dict[tuple[UUID, int, UUID], Draft] = field(default_factory=dict)
    model_uses: dict[tuple[UUID, UUID], ModelUse] = field(default_factory=dict)
    funnel_steps: dict[tuple[UUID, Step], datetime] = field(default_factory=dict)
    links_withdrawn: dict[UUID, datetime] = field(default_factory=dict)
    unpublished: list[CloudEvent[LeadChanged]] = field(default_factory=list)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        batch = MemoryBatch(self)
        yield batch
        batch.commit()

    async def forget_processed(self, before: datetime) -> int:
        forgotten = len(self.processed)
        self.processed.clear()
        return forgotten

    async def last_sequence(self, conversation_id: UUID) -> int:
        known = self.conversations_by_id.get(conversation_id)
        return known.last_sequence if known else 0

    async def transcript(self, conversation_id: UUID) -> Transcript | None:
        known = self.conversations_by_id.get(conversation_id)
        if known is None or not known.has_begun or known.erased_at is not None:
            return None
        return transcript_of(
            known,
            [said for said in self.messages.values() if said.conversation_id == conversation_id],
            [turn for turn in self.failed_turns.values() if turn.conversation_id == conversation_id],
            (await self.spent([conversation_id])).get(conversation_id, NOTHING),
        )

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        return outcomes_of(
            turns, self.conversations_by_id, self.messages.values(), self.failed_turns.values()
        )

    async def proposals(self, conversation_id: UUID) -> ProposalFolder | None:
        known = self.conversations_by_id.get(conversation_id)
        drafts = [draft for draft in self.drafts.values() if draft.conversation_id == conversation_id]
        withdrawn_at = self.links_withdrawn.get(conversation_id)
        return folder_of(known, drafts, links_withdrawn_at=withdrawn_at) if known else None

    async def withdraw(self, conversation_id: UUID, at: datetime) -> bool:
        known = self.conversations_by_id.get(conversation_id)
        if known is None or known.erased_at is not None:
            return False
        self.links_withdrawn[conversation_id] = max(at, self.links_withdrawn.get(conversation_id, at))
        return True

    async def spent(self, conversation_ids: Sequence[UUID]) -> dict[UUID, Spent]:
        by_conversation = {
            id_: [use for use in self.model_uses.values() if use.conversation_id == id_]
            for id_ in conversation_ids
        }
        return {id_: sum_of(uses) for id_, uses in by_conversation.items() if uses}

    async def daily_costs(self, first: date, last: date) -> dict[date, float]:
        days = {use.used_at.date() for use in self.model_uses.values()}
        return {
            day: sum_of(use for use in self.model_uses.values() if use.used_at.date() == day).model_cost_usd
            for day in days
            if first <= day <= last
        }

    async def conversations(
        self, *, after: Position | None, limit: int, status: LeadStatus | None = None
    ) -> list[Conversation]:
        listed = {
            (known.started_at, known.id): known
            for known in self.conversations_by_id.values()
            if known.started_at and not known.erased_at and status in (None, known.status)
        }
        below = (place for place in listed if not after or place < (after.started_at, after.conversation_id))
        return [listed[place] for place in sorted(below, reverse=True)[: limit + 1]]

    async def unanswered_questions(self, limit: int) -> list[AskedQuestion]:
        asked = defaultdict(list)
        for known in self.conversations_by_id.values():
            for each in known.wishes.unanswered:
                asked[each.question.lower()].append(each)
        questions = [
            AskedQuestion(
                question=min(each.question for each in same),
                times_asked=len(same),
                last_asked_at=max(each.asked_at for each in same),
            )
            for same in asked.values()
        ]
        in_order = sorted(questions, key=lambda each: each.question)
        in_order.sort(key=lambda each: (each.times_asked, each.last_asked_at), reverse=True)
        return in_order[:limit]

    async def funnel_counts(self, first: date, last: date) -> list[tuple[date, Step, int]]:
        counts = Counter((at.date(), step) for (_, step), at in self.funnel_steps.items())
        return [(day, step, count) for (day, step), count in counts.items() if first <= day <= last]


class MemoryBatch:
    """One transaction on a MemoryLeadStore."""

    def __init__(self, store: MemoryLeadStore) -> None:
        self._store = store
        self._claimed: set[UUID] = set()
        self._taken_back: list[CloudEvent[LeadChanged]] = []
        self._projection = Projection()
        self._leads: list[CloudEvent[LeadChanged]] = []

    async def claim(self, events: Sequence[CloudEvent[Event]]) -> Claim:
        self._claimed = {event.id for event in events} - self._store.processed
        ids = {event.data.conversation_id for event in events}
        known = self._store.conversations_by_id
        return Claim(frozenset(self._claimed), {id_: known[id_] for id_ in ids if id_ in known})

    async def take_back(self, conversation_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
        self._taken_back = [
            lead for lead in self._store.unpublished if lead.data.conversation_id in set(conversation_ids)
        ]
        return {lead.data.conversation_id: lead.data.changed for lead in self._taken_back}

    async def save(self, projection: Projection, leads: Sequence[CloudEvent[LeadChanged]]) -> None:
        self._projection, self._leads = projection, list(leads)

    def commit(self) -> None:
        store, projection = self._store, self._projection
        for id_, after in projection.after.items():
            known = store.conversations_by_id.get(id_)
            if (known.version if known else 0) != after.version - 1:
                raise ProjectionOutrun(str(id_))
        store.processed |= self._claimed
        store.conversations_by_id |= projection.after
        self._erase()
        for message in projection.messages:
            store.messages.setdefault(message.id, message)
        for turn in projection.failed_turns:
            store.failed_turns.setdefault(turn.turn_id, turn)
        for draft in projection.drafts:
            store.drafts.setdefault((draft.conversation_id, draft.revision, draft.proposal_id), draft)
        for use in projection.model_uses:
            store.model_uses.setdefault((use.conversation_id, use.id), use)
        for key, step in projection.funnel_steps.items():
            store.funnel_steps[key] = min(step.reached_at, store.funnel_steps.get(key, step.reached_at))
        store.unpublished = [lead for lead in store.unpublished if lead not in self._taken_back]
        store.unpublished += self._leads

    def _erase(self) -> None:
        store, erased = self._store, self._projection.erased
        for said_id in [id_ for id_, row in store.messages.items() if row.conversation_id in erased]:
            del store.messages[said_id]
        for turn_id in [id_ for id_, row in store.failed_turns.items() if row.conversation_id in erased]:
            del store.failed_turns[turn_id]
        for key in [key for key in store.drafts if key[0] in erased]:
            del store.drafts[key]


@dataclass
class RecordingLeads:
    """A lead stream that keeps what it was given."""

    published: list[CloudEvent[LeadChanged]] = field(default_factory=list)

    async def publish(self, events: Sequence[CloudEvent[LeadChanged]]) -> None:
        self.published.extend(events)


async def projected(store: MemoryLeadStore, *events: CloudEvent[Event]) -> list[CloudEvent[LeadChanged]]:
    """Project a batch; returns the lead changes that it publishes."""
    leads = RecordingLeads()
    await project_events(events, store, leads, InProcessNotifier(), clock=lambda: NOON)
    return leads.published
