"""Projections in PostgreSQL: one transaction a batch, a handful of statements whatever its size."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.outbox import Outbox
from chassis.postgres import translate_database_errors
from contracts.cloudevent import CloudEvent, Event
from contracts.erasures import Erasure
from contracts.events import LeadChanged
from services.leadstore.adapters.statements import (
    CLAIM,
    DUE_ENDINGS,
    ERASE,
    FORGET_PROCESSED,
    PLAN_ENDINGS,
    RECORD_ERASURES,
    SAVE,
    TAKE_BACK,
)
from services.leadstore.domain import (
    ConsentChange,
    Conversation,
    Draft,
    FailedTurn,
    FunnelStep,
    Message,
    ModelUse,
    Projection,
    Refusal,
)
from services.leadstore.errors import ProjectionOutrun
from services.leadstore.ports import Batch, Claim

_FORGET_AT_ONCE = 10_000
# Longer than a segment of the topic, so that the second end begins a new one.
_ENDED_AGAIN_AFTER_S = 7 * 60 * 60
_conversations = TypeAdapter(list[Conversation])
_messages = TypeAdapter(list[Message])
_failed_turns = TypeAdapter(list[FailedTurn])
_drafts = TypeAdapter(list[Draft])
_model_uses = TypeAdapter(list[ModelUse])
_refusals = TypeAdapter(list[Refusal])
_consents = TypeAdapter(list[ConsentChange])
_funnel_steps = TypeAdapter(list[FunnelStep])
_erasures = TypeAdapter(list[Erasure])
_COUNTED = ("messages", "proposals", "failed_turns", "consents", "lead_events")
_ValueT = TypeVar("_ValueT")


class PostgresLeadStore:
    """Keeps projections in the schema `leadstore`. Implements the port LeadStore."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox) -> None:
        self._engine = engine
        self._outbox = outbox

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                yield PostgresBatch(connection, self._outbox)

    async def end_leads_again(
        self, events_of: Callable[[Erasure], CloudEvent[Event]], limit: int
    ) -> list[CloudEvent[Event]]:
        """In the transaction that takes them from those that are due."""
        with translate_database_errors():
            async with self._engine.begin() as connection:
                due = (await connection.execute(DUE_ENDINGS, {"limit": limit})).mappings().all()
                events = [events_of(Erasure.model_validate(dict(row))) for row in due]
                await self._outbox.add(connection, events)
        return events

    async def forget_processed(self, before: datetime) -> int:
        """In short transactions, so that no batch waits long."""
        forgotten = 0
        while True:
            with translate_database_errors():
                async with self._engine.begin() as connection:
                    result = await connection.execute(
                        FORGET_PROCESSED, {"before": before, "limit": _FORGET_AT_ONCE}
                    )
            forgotten += result.rowcount
            if result.rowcount < _FORGET_AT_ONCE:
                return forgotten


class PostgresBatch:
    """One transaction. Implements the port Batch."""

    def __init__(self, connection: AsyncConnection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    async def claim(self, events: Sequence[CloudEvent[Event]]) -> Claim:
        result = await self._connection.execute(
            CLAIM,
            {
                "event_ids": [event.id for event in events],
                "conversation_ids": list({event.data.conversation_id for event in events}),
            },
        )
        row = result.one()
        known = _conversations.validate_json(row.known) if row.known else []
        return Claim(
            fresh_ids=frozenset(row.fresh_ids or ()),
            known={conversation.id: conversation for conversation in known},
        )

    async def take_back(self, conversation_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
        keys = [str(conversation_id).encode() for conversation_id in conversation_ids]
        rows = await self._connection.execute(TAKE_BACK, {"keys": keys})
        unpublished: dict[UUID, tuple[str, ...]] = {}
        for (value,) in rows:
            event = LeadChanged.model_validate_json(value)
            unpublished[event.conversation_id] = (*unpublished.get(event.conversation_id, ()), *event.changed)
        return unpublished

    async def save(self, projection: Projection, events: Sequence[CloudEvent[Event]]) -> None:
        if projection.erasures:
            await self._erase(projection.erasures)
        saved = await self._connection.scalar(
            SAVE,
            {
                "conversations": _rows(_conversations, projection.after.values()),
                "messages": _rows(_messages, projection.messages),
                "failed_turns": _rows(_failed_turns, projection.failed_turns),
                "drafts": _rows(_drafts, projection.drafts),
                "model_uses": _rows(_model_uses, projection.model_uses),
                "refusals": _rows(_refusals, projection.refusals),
                "consents": _rows(_consents, projection.consents),
                "funnel_steps": _rows(_funnel_steps, projection.funnel_steps.values()),
            },
        )
        if saved != len(projection.after):
            raise ProjectionOutrun(f"{len(projection.after) - saved} conversations were changed meanwhile")
        await self._outbox.add(self._connection, events)

    async def _erase(self, erasures: Mapping[UUID, Erasure]) -> None:
        """Delete what was said, and record how much that was."""
        ids = list(erasures)
        parameters = {"ids": ids, "keys": [str(conversation_id).encode() for conversation_id in ids]}
        counted = (await self._connection.execute(ERASE, parameters)).mappings().all()
        held = {row["id"]: {name: row[name] for name in _COUNTED if row[name]} for row in counted}
        recorded = [
            erasure.model_copy(update={"deleted": {**erasure.deleted, **held[conversation_id]}})
            for conversation_id, erasure in erasures.items()
        ]
        await self._connection.execute(RECORD_ERASURES, {"erasures": _rows(_erasures, recorded)})
        await self._connection.execute(PLAN_ENDINGS, {"ids": ids, "after_s": _ENDED_AGAIN_AFTER_S})


def _rows(adapter: TypeAdapter[list[_ValueT]], values: Iterable[_ValueT]) -> str:
    """The values as a JSON array of rows."""
    return _without_nul(adapter.dump_json(list(values)).decode())


def _without_nul(json: str) -> str:
    """JSON without the one character that PostgreSQL cannot store; a visitor may well send it."""
    if "\\u0000" not in json:
        return json
    # An even number of backslashes before it are themselves escaped: the next one begins an escape.
    return re.sub(r"(?<!\\)((?:\\\\)*)\\u0000", r"\1", json)
