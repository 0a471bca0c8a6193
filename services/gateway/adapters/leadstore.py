"""What leadstore shows, over its HTTP API."""

import json
from collections.abc import Sequence
from uuid import UUID

import aiohttp
from pydantic import ValidationError

from contracts.conversation_changes import (
    ConversationChange,
    ConversationChanges,
    FollowedConversation,
    FollowedConversations,
)
from contracts.erasures import Erasure, ErasureOrder, Person, PersonToErase
from contracts.read_model import FunnelQuery, LeadQuery
from contracts.turn_outcomes import OpenTurn, OpenTurns, TurnOutcomes
from services.gateway.adapters.service_api import TIMEOUT, ServiceApi
from services.gateway.errors import (
    ConversationErased,
    ConversationUnknown,
    LeadstoreUnavailable,
    QueryRefused,
)

# It is asked again a second later.
_OUTCOMES_TIMEOUT = aiohttp.ClientTimeout(total=2.0, connect=1.0)


class LeadstoreClient(ServiceApi):
    """The ports ReadModel, Outcomes and PrivacyRecords. Enter it before use; one pool of connections."""

    def __init__(self, url: str) -> None:
        super().__init__("leadstore", url, LeadstoreUnavailable)

    async def conversation(self, conversation_id: UUID, *, after_sequence: int | None) -> bytes:
        query = {} if after_sequence is None else {"after_sequence": str(after_sequence)}
        return await self._get(f"conversations/{conversation_id}", query)

    async def proposals(self, conversation_id: UUID) -> bytes:
        return await self._get(f"conversations/{conversation_id}/proposals", {})

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        body = OpenTurns(turns=tuple(turns)).model_dump_json().encode()
        try:
            found = await self._send("POST", "turns/outcomes", {}, body=body, limit=_OUTCOMES_TIMEOUT)
            return TurnOutcomes.model_validate_json(found)
        except (ConversationUnknown, QueryRefused, ValidationError) as error:
            # Another version of leadstore, which does not know the question or answers it otherwise.
            raise LeadstoreUnavailable(f"leadstore: no outcomes, {type(error).__name__}") from error

    async def changes(self, followed: Sequence[FollowedConversation]) -> Sequence[ConversationChange]:
        body = FollowedConversations(conversations=tuple(followed)).model_dump_json().encode()
        try:
            found = await self._send("POST", "conversations/changes", {}, body=body)
            return ConversationChanges.model_validate_json(found).changes
        except (ConversationUnknown, QueryRefused, ValidationError) as error:
            # Another version of leadstore, which does not know the question or answers it otherwise.
            raise LeadstoreUnavailable(f"leadstore: no changes, {type(error).__name__}") from error

    async def withdraw_proposal_links(self, conversation_id: UUID) -> None:
        await self._send("DELETE", f"conversations/{conversation_id}/proposal-links", {})

    async def conversations(self, *, limit: int, cursor: str | None) -> bytes:
        return await self._get("conversations", _given(limit=str(limit), cursor=cursor))

    async def leads(self, wanted: LeadQuery) -> bytes:
        return await self._get("leads", _query_of(wanted))

    async def hand_overs(self, *, limit: int) -> bytes:
        return await self._get("hand-overs", {"limit": str(limit)})

    async def record(self, conversation_id: UUID) -> bytes:
        return await self._get(f"conversations/{conversation_id}/record", {})

    async def refusals(self) -> bytes:
        return await self._get("refusals", {})

    async def funnel(self, asked: FunnelQuery) -> bytes:
        return await self._get("funnel", _query_of(asked))

    async def questions(self, *, limit: int) -> bytes:
        return await self._get("questions", {"limit": str(limit)})

    async def erasure(self, conversation_id: UUID, *, waits: bool) -> Erasure | None:
        query = {"waits": "true"} if waits else {}
        try:
            found = await self._get(f"conversations/{conversation_id}/erasure", query)
        except ConversationUnknown:
            return None
        return Erasure.model_validate_json(found)

    async def order_erasure(self, person: PersonToErase) -> ErasureOrder:
        body = person.model_dump_json().encode()
        return ErasureOrder.model_validate_json(await self._send("POST", "erasure-orders", {}, body=body))

    async def erasure_order(self, order_id: UUID) -> ErasureOrder | None:
        try:
            return ErasureOrder.model_validate_json(await self._get(f"erasure-orders/{order_id}", {}))
        except ConversationUnknown:
            return None

    async def export(self, conversation_id: UUID) -> bytes:
        return await self._get(f"conversations/{conversation_id}/export", {})

    async def exports(self, person: Person) -> bytes:
        return await self._send("POST", "exports", {}, body=person.model_dump_json().encode())

    async def _get(self, path: str, query: dict[str, str]) -> bytes:
        return await self._send("GET", path, query)

    async def _send(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        *,
        body: bytes | None = None,
        limit: aiohttp.ClientTimeout = TIMEOUT,
    ) -> bytes:
        status, content = await self.ask(method, path, query, body=body, limit=limit)
        if status in {200, 204}:
            return content
        if status == 404:
            raise ConversationUnknown("There is no conversation with this id.")
        if status == 410:
            raise ConversationErased("This conversation was erased.")
        if status in {400, 422}:
            raise QueryRefused("Leadstore cannot make sense of the cursor or a filter.")
        raise LeadstoreUnavailable(f"leadstore: status {status}")


def _query_of(asked: LeadQuery | FunnelQuery) -> dict[str, str]:
    given = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def _given(**query: str | None) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}
