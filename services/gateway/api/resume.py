"""Going on with a conversation on another device, by a link."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from chassis.problems import problem_responses
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.openapi import ANYBODY, VISITOR_OR_KEY
from services.gateway.domain import ResumeLinks, Scope, Visitor
from services.gateway.usecases import check_session, require_conversation, require_not_erased

_ISSUE: Final[dict[str, Any]] = {
    "summary": "Make a link under which a conversation goes on.",
    "status_code": 201,
    "responses": problem_responses(401, 403, 404, 410, 422, 429, 503),
    "openapi_extra": {"security": VISITOR_OR_KEY},
}
_RESUME: Final[dict[str, Any]] = {
    "summary": "Go on with the conversation of a link.",
    "responses": problem_responses(400, 404, 410, 413, 422, 429, 503),
    "openapi_extra": {"security": [ANYBODY]},
}


class ResumeLink(BaseModel):
    """Whoever has the link goes on with the conversation as its visitor."""

    url: str
    expires_at: datetime


class ResumeToken(BaseModel):
    """What stands behind `#resume=` in the link."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=500)


class ResumedSession(BaseModel):
    """A session of the conversation, beside those it has."""

    conversation_id: UUID
    session_token: str


def resume_routes(counter: RequestCounter, links: ResumeLinks) -> APIRouter:
    """Making such links, and following them."""
    ports, access_control = counter.ports, counter.access_control
    router = APIRouter(tags=["chat"], dependencies=[Depends(counter.count_read)])

    @router.post("/conversation/{conversation_id}/resume-link", operation_id="issueResumeLink", **_ISSUE)
    async def issue(conversation_id: UUID, request: Request) -> ResumeLink:
        """A link for another device, or for a mail. For its visitor, or with an API key of scope `manage`."""
        who = access_control.authorise(credentials_of(request.headers), conversation_id, Scope.MANAGE)
        if isinstance(who, Visitor):
            await check_session(who, ports.idempotency_store)
        else:
            await require_conversation(conversation_id, ports)
        url = links.address(conversation_id, str(request.base_url))
        return ResumeLink(url=url, expires_at=ports.clock() + links.lasts)

    @router.post("/resume", operation_id="resumeConversation", **_RESUME)
    async def resume(link: ResumeToken) -> ResumedSession:
        """A session token for the conversation that the link names; its other sessions go on as well."""
        conversation_id = links.read(link.token)
        await require_not_erased(conversation_id, ports.idempotency_store)
        session_token = access_control.issue(Visitor(conversation_id))
        return ResumedSession(conversation_id=conversation_id, session_token=session_token)

    return router
