"""What a person may ask of us: everything that is held of them, and that it is erased."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from chassis.problems import problem_responses
from contracts.erasures import Erasure, Person
from contracts.values import ErasureReason
from playbook import Booking
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.documents import (
    ConversationExport,
    ErasureAccepted,
    ErasureReceipt,
    PersonExport,
    ReceiptKeys,
)
from services.gateway.api.openapi import ANYBODY, KEY_ONLY, VISITOR_OR_KEY, header_reference
from services.gateway.api.reads import with_own_links
from services.gateway.domain import (
    ApiKey,
    ErasureWish,
    ProposalLinks,
    Receipts,
    Scope,
    Visitor,
    exported_to_visitor,
)
from services.gateway.errors import ConversationErased
from services.gateway.ports import Ports
from services.gateway.usecases import (
    check_binding,
    check_session,
    erase_conversation,
    erase_person,
    erasures_of,
    require_conversation,
)

_JSON = "application/json"
_PRIVATE = {"cache-control": "no-store"}


def erasure_routes(counter: RequestCounter, receipts: Receipts, *, wait_s: float) -> APIRouter:
    """The routes of erasures and their receipts."""
    ports, router = counter.ports, _router(counter)
    _add_erasures(router, counter, receipts, wait_s=wait_s)

    @router.get("/erasure/{token}", operation_id="readErasure", **_FOLLOWED)
    async def erasure(token: str) -> Response:
        """What became of a wish for erasure: the receipt once all is erased. The link alone opens it."""
        wish = receipts.read_link(token)
        erasures, is_done = await erasures_of(wish, ports)
        return _answer(receipts, wish, erasures if is_done else None)

    @router.get("/.well-known/jwks.json", operation_id="readReceiptKeys", **_KEYS)
    async def keys() -> Response:
        """The public keys by which anybody can check the signature of a receipt (RFC 7517)."""
        return Response(orjson.dumps(receipts.public_keys()), media_type=_JSON)

    return router


def _add_erasures(router: APIRouter, counter: RequestCounter, receipts: Receipts, *, wait_s: float) -> None:
    ports, access_control = counter.ports, counter.access_control

    @router.delete("/conversation/{conversation_id}", operation_id="eraseConversation", **_ERASE)
    async def erase(conversation_id: UUID, request: Request) -> Response:
        """Everything said in it, and all that followed from it, is deleted for good.

        For its visitor, or with an API key of scope `privacy`. Asked again, the answer is the same receipt.
        """
        who = access_control.authorise(credentials_of(request.headers), conversation_id, Scope.PRIVACY)
        await _check(who, conversation_id, ports)
        reason: ErasureReason = "visitor" if isinstance(who, Visitor) else "operator"
        erasure = await erase_conversation(conversation_id, reason, ports, wait_s=wait_s)
        erasures = None if erasure is None else [erasure]
        return _answer(receipts, ErasureWish("conversation", conversation_id), erasures)

    @router.post("/erasures", operation_id="erasePerson", **_ERASE_PERSON)
    async def erase_all(person: Person, request: Request) -> Response:
        """All conversations in which this address was given, or mails went to it, are erased.

        Needs an API key of scope `privacy`. Whoever got a mail of a campaign gets no mails any more.

        The address stands in the body: an address in a URL would stay in the logs on the way.
        """
        access_control.authorise_key(credentials_of(request.headers), Scope.PRIVACY)
        order = await erase_person(person, ports, wait_s=wait_s)
        erasures = None if order.open_ids else list(order.erasures)
        return _answer(receipts, ErasureWish("order", order.order_id), erasures)


def export_routes(counter: RequestCounter, links: ProposalLinks, booking: Booking) -> APIRouter:
    """The routes that hand out what is held."""
    ports, access_control, router = counter.ports, counter.access_control, _router(counter)

    @router.get("/conversation/{conversation_id}/export", operation_id="exportConversation", **_EXPORT)
    async def export(conversation_id: UUID, request: Request) -> Response:
        """Everything that is held of it, as one document to keep.

        For its visitor, or with an API key of scope `privacy`.
        """
        who = access_control.authorise(credentials_of(request.headers), conversation_id, Scope.PRIVACY)
        if isinstance(who, Visitor):
            await check_session(who, ports.idempotency_store)
        document = orjson.loads(await ports.privacy.export(conversation_id))
        document["conversation"] = with_own_links(document["conversation"], request, links, booking)
        if isinstance(who, Visitor):
            document = exported_to_visitor(document)
        return _download(document, f"conversation-{conversation_id}.json")

    @router.post("/exports", operation_id="exportPerson", **_EXPORT_PERSON)
    async def export_all(person: Person, request: Request) -> Response:
        """Everything that is held of the conversations in which this address was given.

        Needs an API key of scope `privacy`.
        """
        access_control.authorise_key(credentials_of(request.headers), Scope.PRIVACY)
        document = orjson.loads(await ports.privacy.exports(person))
        for each in document["conversations"]:
            each["conversation"] = with_own_links(each["conversation"], request, links, booking)
        return _download(document, "conversations.json")

    return router


def _router(counter: RequestCounter) -> APIRouter:
    counted = [Depends(counter.count_read)]
    return APIRouter(tags=["privacy"], default_response_class=Response, dependencies=counted)


async def _check(who: Visitor | ApiKey, conversation_id: UUID, ports: Ports) -> None:
    """Raise unless somebody may ask for the erasure, also of what is erased already."""
    if isinstance(who, Visitor):
        await check_binding(who, ports.idempotency_store)
        return
    try:
        await require_conversation(conversation_id, ports)
    except ConversationErased:
        return


def _answer(receipts: Receipts, wish: ErasureWish, erasures: list[Erasure] | None) -> Response:
    """The receipt, or where to ask for it."""
    if erasures is None:
        read_at = f"/erasure/{receipts.link(wish)}"
        later = ErasureAccepted(read_at=read_at)
        headers = {**_PRIVATE, "location": read_at, "retry-after": "2"}
        return Response(later.model_dump_json(), 202, headers=headers, media_type=_JSON)
    done = ErasureReceipt(receipt=receipts.sign(wish, erasures), erasures=erasures)
    return Response(done.model_dump_json(), headers=_PRIVATE, media_type=_JSON)


def _download(document: dict[str, Any], name: str) -> Response:
    headers = {**_PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
    return Response(orjson.dumps(document), headers=headers, media_type=_JSON)


def _described(summary: str, model: type, security: list[dict[str, list[str]]], *statuses: int) -> Any:
    return {
        "summary": summary,
        "responses": {200: {"description": "As asked.", "model": model}, **problem_responses(*statuses)},
        "openapi_extra": {"security": security},
    }


def _erasing(summary: str, security: list[dict[str, list[str]]], *statuses: int) -> Any:
    described = _described(summary, ErasureReceipt, security, *statuses)
    described["responses"][202] = {
        "description": "The wish is safe; not all is erased yet.",
        "model": ErasureAccepted,
        "headers": {
            "Location": {"description": "Where to ask again.", "schema": {"type": "string"}},
            "Retry-After": header_reference("Retry-After"),
        },
    }
    return described


_ERASE = _erasing("Erase a conversation.", VISITOR_OR_KEY, 401, 403, 404, 422, 429, 503)
_ERASE_PERSON = _erasing(
    "Erase all conversations of a person.", KEY_ONLY, 400, 401, 403, 404, 413, 422, 429, 503
)
_FOLLOWED = _erasing("Read what became of an erasure.", [ANYBODY], 404, 429, 503)
_EXPORT = _described(
    "Export a conversation.", ConversationExport, VISITOR_OR_KEY, 401, 403, 404, 410, 422, 429, 503
)
_EXPORT_PERSON = _described(
    "Export all conversations of a person.", PersonExport, KEY_ONLY, 400, 401, 403, 404, 413, 422, 429, 503
)
_KEYS: dict[str, Any] = {
    "summary": "Read the keys that receipts are checked with.",
    "responses": {200: {"description": "As asked.", "model": ReceiptKeys}, **problem_responses(404, 429)},
    "openapi_extra": {"security": [ANYBODY]},
}
