"""GET /conversation/{id}/events: what comes unasked, as server-sent events."""

import re
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import Headers
from starlette.responses import Response

from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.envelopes import Patience, update_envelopes
from services.gateway.api.events_document import EVENTS_DOCUMENT
from services.gateway.api.sse import EventStream
from services.gateway.domain import Scope, Visitor
from services.gateway.ports import ConversationReading
from services.gateway.usecases import check_session, require_conversation

_sequence = re.compile(r"[0-9]{1,9}\Z", re.ASCII)


def event_routes(counter: RequestCounter, patience: Patience) -> APIRouter:
    """The route of those who follow a conversation."""
    router = APIRouter(tags=["chat"], dependencies=[Depends(counter.count_read)])

    @router.get(
        "/conversation/{conversation_id}/events",
        operation_id="followConversation",
        response_class=Response,
        **EVENTS_DOCUMENT,
    )
    async def events(conversation_id: UUID, request: Request) -> Response:
        after = last_sequence_of(request.headers)
        reading = await begin_following(request, conversation_id, after, counter)
        return EventStream(reading, update_envelopes(reading, patience))

    return router


async def begin_following(
    request: Request, conversation_id: UUID, after_sequence: int, counter: RequestCounter
) -> ConversationReading:
    """Follow a conversation as its visitor, or with an API key of scope `read`.

    Raises:
        CredentialsMissing, CredentialsInvalid, AccessDenied: the caller may not.
        ConversationUnknown, LeadstoreUnavailable: as for a transcript.
    """
    ports = counter.ports
    who = counter.access_control.authorise(credentials_of(request.headers), conversation_id, Scope.READ)
    is_visitor = isinstance(who, Visitor)
    if isinstance(who, Visitor):
        await check_session(who, ports.idempotency_store)
    else:
        await require_conversation(conversation_id, ports)
    return await ports.conversation_events.follow(conversation_id, after_sequence, is_visitor=is_visitor)


def last_sequence_of(headers: Headers) -> int:
    """The last reply that the client has; the beginning when it names none that we could have sent."""
    sequence = headers.get("last-event-id", "")
    return int(sequence) if _sequence.match(sequence) else 0
