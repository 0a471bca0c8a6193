"""Reading conversations and leads: leadstore's documents, and the links that only the gateway can sign."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from chassis.problems import invalid_request, problem_responses
from contracts.read_model import AskedQuestions, Funnel, FunnelQuery, LeadQuery
from playbook import Booking
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.documents import ConversationPage, LeadPage, Transcript
from services.gateway.api.openapi import KEY_ONLY, VISITOR_OR_KEY
from services.gateway.domain import ProposalLinks, Scope, Visitor, shown_to_visitor
from services.gateway.usecases import check_session, read_conversation

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(pattern="^[A-Za-z0-9_=-]{1,200}$", description="`next_cursor` of the page before."),
]


def read_routes(counter: RequestCounter, links: ProposalLinks, booking: Booking) -> APIRouter:
    """The routes that show what is stored."""
    ports, access_control = counter.ports, counter.access_control
    first = [Depends(counter.count_read), Depends(_refuse_repeated_parameters)]
    router = APIRouter(tags=["read"], default_response_class=Response, dependencies=first)

    @router.get("/conversation/{conversation_id}", operation_id="readConversation", **_TRANSCRIPT)
    async def conversation(conversation_id: UUID, request: Request) -> Response:
        """Its messages, and what came of it: for its visitor, or with an API key of scope `read`."""
        who = access_control.authorise(credentials_of(request.headers), conversation_id, Scope.READ)
        is_visitor = isinstance(who, Visitor)
        if isinstance(who, Visitor):
            await check_session(who, ports.idempotency_store)
        body = await read_conversation(conversation_id, ports, surely_exists=is_visitor)
        transcript = with_own_links(orjson.loads(body), request, links, booking)
        return _document(orjson.dumps(shown_to_visitor(transcript) if is_visitor else transcript))

    @router.get("/conversations", operation_id="listConversations", **_CONVERSATIONS)
    async def conversations(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
        """Conversations, newest first. Needs an API key of scope `read`."""
        access_control.authorise_key(credentials_of(request.headers), Scope.READ)
        return _document(await ports.read_model.conversations(limit=limit, cursor=cursor))

    @router.get("/leads", operation_id="listLeads", **_LEADS)
    async def leads(request: Request, wanted: Annotated[LeadQuery, Query()]) -> Response:
        """Leads, newest first. Needs an API key of scope `read`."""
        access_control.authorise_key(credentials_of(request.headers), Scope.READ)
        page = orjson.loads(await ports.read_model.leads(wanted))
        page["items"] = [with_own_links(lead, request, links, booking) for lead in page["items"]]
        return _document(orjson.dumps(page))

    @router.get("/funnel", operation_id="readFunnel", **_FUNNEL)
    async def funnel(request: Request, asked: Annotated[FunnelQuery, Query()]) -> Response:
        """How many conversations first reached each step, day by day. Needs an API key of scope `read`."""
        access_control.authorise_key(credentials_of(request.headers), Scope.READ)
        return _document(await ports.read_model.funnel(asked))

    @router.get("/questions", operation_id="listUnansweredQuestions", **_QUESTIONS)
    async def questions(request: Request, limit: Limit = 50) -> Response:
        """What visitors asked and nothing answered, most often first. Needs an API key of scope `read`."""
        access_control.authorise_key(credentials_of(request.headers), Scope.READ)
        return _document(await ports.read_model.questions(limit=limit))

    return router


def with_own_links(
    document: dict[str, Any], request: Request, links: ProposalLinks, booking: Booking
) -> dict[str, Any]:
    """A transcript or lead, with the page of its proposal, and without a booking link that is not ours."""
    url = None
    if document.get("proposal"):
        url = links.address(UUID(document["conversation_id"]), str(request.base_url))
    booking_url = document.get("booking_url")
    hidden = {} if booking_url is None or booking.allows_issued(booking_url) else {"booking_url": None}
    return {**document, "proposal_url": url, **hidden}


def _refuse_repeated_parameters(request: Request) -> None:
    """Refuse a query parameter that is given twice, of which one would be ignored silently."""
    names = [name for name, _ in request.query_params.multi_items()]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise invalid_request(
            [{"in": "query", "pointer": f"/{name}", "detail": "given twice"} for name in repeated]
        )


def _document(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


def _described(
    summary: str, model: type, security: list[dict[str, list[str]]], *statuses: int
) -> dict[str, Any]:
    return {
        "summary": summary,
        "responses": {200: {"description": "As asked.", "model": model}, **problem_responses(*statuses)},
        "openapi_extra": {"security": security},
    }


_TRANSCRIPT = _described(
    "Read a conversation.", Transcript, VISITOR_OR_KEY, 401, 403, 404, 410, 422, 429, 503
)
_CONVERSATIONS = _described("List conversations.", ConversationPage, KEY_ONLY, 401, 403, 404, 422, 429, 503)
_LEADS = _described("List leads.", LeadPage, KEY_ONLY, 401, 403, 404, 422, 429, 503)
_FUNNEL = _described("Read the funnel.", Funnel, KEY_ONLY, 401, 403, 404, 422, 429, 503)
_QUESTIONS = _described("List unanswered questions.", AskedQuestions, KEY_ONLY, 401, 403, 404, 422, 429, 503)
