"""Letting a POST /chat in: whose turn it is, of which conversation, and who may have the session token."""

import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import Request
from opentelemetry.trace import get_current_span

from contracts.values import KnownVisitor, Payers
from services.gateway.api.chat_request import (
    idempotency_key_of,
    last_position_of,
    read_chat_request,
    wants_stream,
)
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.documents import ChatRequest
from services.gateway.domain import (
    Credentials,
    Scope,
    Turn,
    Visitor,
    fingerprint_of,
    identity_of,
    is_guessable,
    known_visitor,
    turn_of,
)
from services.gateway.usecases import (
    check_session,
    find_conversation,
    open_conversation,
    remember_identity,
    require_conversation,
)

# Distinguishes the answers to one opening; nobody has to be kept from guessing it, since tokens are signed.
_SESSION_ID_BYTES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An authorised turn.

    Attributes:
        visitor: who gets a session token with the answer; None for an API key that came without one.
        is_key_ignored: the request was not repeatable, because its idempotency key could be guessed.
    """

    turn: Turn
    visitor: Visitor | None
    is_key_ignored: bool


@dataclass(frozen=True, slots=True)
class _Admission:
    conversation_id: UUID
    visitor: Visitor | None
    idempotency_key: str | None
    payers: Payers | None


async def admit_turn(request: Request, counter: RequestCounter) -> Admitted:
    """Check and count a request, and return its turn.

    Raises:
        Problem, RateLimited, SiteUnknown: it is refused; and like `AccessControl.authorise`.
    """
    said = await read_chat_request(request)
    key = idempotency_key_of(request.headers)
    credentials = credentials_of(request.headers)
    visitor, identity = _who_says_it(said, request, counter)
    if said.conversation_id is not None:
        admission = await _continue(said.conversation_id, key, credentials, request, counter=counter)
    elif (found := await _conversation_of(identity, said, counter)) is not None:
        admission = await _go_on(found, key, credentials, request, counter=counter)
    else:
        admission = await _open(said, key, credentials, request, counter=counter)
    if identity is not None:
        await remember_identity(identity, admission.conversation_id, counter.ports.idempotency_store)
    turn = _turn(said, admission, visitor, request)
    _mark_span(turn)
    is_ignored = key is not None and admission.idempotency_key is None
    return Admitted(turn=turn, visitor=admission.visitor, is_key_ignored=is_ignored)


def _who_says_it(
    said: ChatRequest, request: Request, counter: RequestCounter
) -> tuple[KnownVisitor | None, str | None]:
    """The visitor as the website knows them, and their name where it has proven who they are."""
    if said.visitor is None:
        return None, None
    site = counter.sites.find(request.headers.get("x-site-key"))
    visitor = known_visitor(said.visitor, said.visitor.token, site, counter.ports.clock())
    return visitor, identity_of(visitor, site, counter.access_control.identity_key)


async def _conversation_of(identity: str | None, said: ChatRequest, counter: RequestCounter) -> UUID | None:
    """The conversation that a verified visitor goes on with; the widget knows its own, or begins anew."""
    if identity is None or said.source == "widget":
        return None
    return await find_conversation(identity, counter.ports.idempotency_store)


async def _go_on(
    conversation_id: UUID,
    key: str | None,
    credentials: Credentials,
    request: Request,
    *,
    counter: RequestCounter,
) -> _Admission:
    """Let a verified visitor go on with their conversation, in a session of its own."""
    counter.access_control.authorise_opening(credentials)
    payers = (await counter.count_message(request, conversation_id)).payers(is_opening=False)
    return _Admission(conversation_id, Visitor(conversation_id), key, payers)


async def _open(
    said: ChatRequest,
    key: str | None,
    credentials: Credentials,
    request: Request,
    *,
    counter: RequestCounter,
) -> _Admission:
    """Open a conversation, or find the one that the same client opened with the same request."""
    access_control, ports = counter.access_control, counter.ports
    api_key = access_control.authorise_opening(credentials)
    payers = (await counter.count_opening(request)).payers(is_opening=True)
    if key is None or (api_key is None and is_guessable(key)):
        conversation_id = uuid4()
        return _Admission(conversation_id, Visitor(conversation_id), None, payers)
    address = request.client.host if request.client else ""
    opening = access_control.opening(
        f"key:{api_key.name}" if api_key else f"address:{address}",
        key,
        fingerprint_of(said.source, said.message, key, _untold(said)),
        on=ports.clock().date(),
    )
    conversation_id = await open_conversation(opening, ports, is_proven=api_key is not None)
    session_id = None if api_key else secrets.token_urlsafe(_SESSION_ID_BYTES)
    return _Admission(conversation_id, Visitor(conversation_id, session_id), key, payers)


async def _continue(
    conversation_id: UUID,
    key: str | None,
    credentials: Credentials,
    request: Request,
    *,
    counter: RequestCounter,
) -> _Admission:
    """Let its visitor go on with a conversation, or an API key that may."""
    # A reply says what is known of the visitor, so whoever gets it reads the conversation.
    who = counter.access_control.authorise(credentials, conversation_id, Scope.CHAT, Scope.READ)
    payers = (await counter.count_message(request, conversation_id)).payers(is_opening=False)
    if isinstance(who, Visitor):
        await check_session(who, counter.ports.idempotency_store)
        return _Admission(conversation_id, who, key, payers)
    await require_conversation(conversation_id, counter.ports)
    return _Admission(conversation_id, None, key, payers)


def _untold(said: ChatRequest) -> KnownVisitor | None:
    """What is told of the visitor, without its proof: a repetition may bring another token."""
    told = said.visitor
    return None if told is None else KnownVisitor(name=told.name, email=told.email)


def _turn(said: ChatRequest, admission: _Admission, visitor: KnownVisitor | None, request: Request) -> Turn:
    key = admission.idempotency_key
    conversation_id = admission.conversation_id
    return Turn(
        conversation_id=conversation_id,
        turn_id=uuid4() if key is None else turn_of(conversation_id, key),
        message=said.message,
        source=said.source,
        visitor=visitor,
        payers=admission.payers,
        idempotency_key=key,
        read_until=last_position_of(request.headers),
        only_the_end=not wants_stream(request.headers),
    )


def _mark_span(turn: Turn) -> None:
    span = get_current_span()
    span.set_attribute("conversation_id", str(turn.conversation_id))
    span.set_attribute("turn_id", str(turn.turn_id))
